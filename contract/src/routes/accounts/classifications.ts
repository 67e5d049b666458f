import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import {
  clearable,
  count,
  DB_TYPES,
  dbType,
  id,
  instant,
  jsonObject,
  name,
  pageOf,
  pageQuery,
  pagination,
  queryBool,
  queryInt,
  queryOneOf,
} from '../../shapes.ts';
import { COLOR_KEYS } from '../tags.ts';

export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export const CLASS_ICONS = ['fa-crown', 'fa-shield-alt', 'fa-exclamation-triangle', 'fa-user', 'fa-eye', 'fa-tag'] as const;
export const ASSIGNMENT_TYPES = ['auto', 'manual', 'manual_exclude'] as const;

const classification = z.object({
  id,
  name: z.string(),
  name_en: z.string().nullable(),
  description: z.string().nullable(),
  risk_level: z.enum(RISK_LEVELS),
  color: z.string(),
  color_key: z.enum(COLOR_KEYS),
  color_value: z.string(),
  color_name: z.string(),
  css_class: z.string(),
  icon_name: z.string().nullable(),
  priority: z.number().int(),
  is_system: z.boolean(),
  is_active: z.boolean(),
  rules_count: count,
  assignments_count: count,
  created_at: instant,
  updated_at: instant,
});
const classBody = z.object({
  name: name(100, 2),
  description: clearable(2000),
  risk_level: z.enum(RISK_LEVELS).default('medium'),
  color: z.enum(COLOR_KEYS).default('info'),
  icon_name: z.enum(CLASS_ICONS).default('fa-tag'),
  priority: z
    .number()
    .int()
    .transform((v) => Math.min(100, Math.max(0, v)))
    .default(0),
  is_active: z.boolean().default(true),
});
const classEdit = z.object({
  name: name(100, 2).optional(),
  description: clearable(2000),
  risk_level: z.enum(RISK_LEVELS).optional(),
  color: z.enum(COLOR_KEYS).optional(),
  icon_name: z.enum(CLASS_ICONS).optional(),
  priority: z
    .number()
    .int()
    .transform((v) => Math.min(100, Math.max(0, v)))
    .optional(),
  is_active: z.boolean().optional(),
});
const rule = z.object({
  id,
  rule_name: z.string(),
  classification_id: id,
  classification_name: z.string().nullable(),
  db_type: dbType,
  rule_expression: jsonObject,
  operator: z.enum(['OR', 'AND']),
  summary: z.string(),
  is_active: z.boolean(),
  version: z.number().int(),
  matched_accounts_count: count,
  created_at: instant,
  updated_at: instant,
});
/** An object, or the JSON text of one; what it may say is checked for its engine by the server (30 §8.3). */
const expression = z.union([jsonObject, z.string().max(100_000)]);
const flag = z
  .union([z.boolean(), z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])])
  .transform((v) => v === true || ['true', '1', 'yes', 'on'].includes(v as string));
const operator = z.preprocess((v) => (typeof v === 'string' ? v.toUpperCase() : v), z.enum(['OR', 'AND']));
const engine = z.preprocess((v) => (typeof v === 'string' ? v.toLowerCase() : v), dbType);
const ruleBody = z.object({
  rule_name: name(100, 2),
  classification_id: id,
  db_type: engine,
  operator,
  rule_expression: expression,
  is_active: flag.default(true),
});
const ruleEdit = z.object({
  rule_name: name(100, 2).optional(),
  classification_id: id.optional(),
  db_type: engine.optional(),
  operator: operator.optional(),
  rule_expression: expression.optional(),
  is_active: flag.optional(),
});

const assignment = z.object({
  id,
  account_id: id,
  username: z.string(),
  instance_id: id,
  instance_name: z.string(),
  db_type: dbType,
  classification_id: id,
  classification_name: z.string(),
  color: z.string(),
  assigned_by: z.number().int().nullable(),
  assigned_by_name: z.string().nullable(),
  assigned_at: instant,
  rule_id: id.nullable(),
  rule_name: z.string().nullable(),
  rule_version: z.number().int().nullable(),
  assignment_type: z.enum(ASSIGNMENT_TYPES),
  confidence_score: z.number().nullable(),
  batch_id: z.string().nullable(),
  notes: z.string().nullable(),
  matched_rule_ids: z.array(z.number().int()),
  matched_facts: z.unknown(),
});
const preview = z.object({
  matched: count,
  gained: count,
  lost: count,
  sample: z.array(
    z.object({ account_id: id, username: z.string(), instance_name: z.string(), change: z.enum(['gained', 'lost', 'kept']) }),
  ),
});
const perEngine = z.object({ total_accounts: count, total_rules: count, matches: count, added: count, removed: count });

/** §4 账户分类模块 */
export const accountsClassifications = contractFile('accounts/classifications', {
  index: route({
    handler: 'index',
    method: 'GET',
    path: '/accounts/classifications/',
    kind: 'page',
    access: 'view',
    summary: { zh: '账户分类管理', en: 'Account classification' },
  }),
  getAssignments: route({
    handler: 'getAssignments',
    method: 'GET',
    path: '/accounts/classifications/api/assignments',
    access: 'view',
    query: pageQuery(['created_at', 'username', 'classification'], { sort: 'created_at', order: 'desc', max: 200 }).extend({
      classification_id: queryInt(1, 2_147_483_647).optional(),
      account_id: queryInt(1, 2_147_483_647).optional(),
      instance_id: queryInt(1, 2_147_483_647).optional(),
      db_type: queryOneOf(DB_TYPES),
      rule_id: queryInt(1, 2_147_483_647).optional(),
      assignment_type: queryOneOf(['auto', 'manual']),
    }),
    reply: pageOf(assignment).extend({ assignments: z.array(assignment), pagination }),
    summary: { zh: '获取账户分类分配', en: 'List assignments' },
  }),
  createAssignment: route({
    handler: 'createAssignment',
    method: 'POST',
    path: '/accounts/classifications/api/assignments',
    extra: true,
    access: 'update',
    status: 201,
    body: z.object({ account_id: id, classification_id: id, notes: clearable(2000) }),
    reply: z.object({ assignment }),
    summary: { zh: '手动分配分类', en: 'Assign a class by hand' },
  }),
  removeAssignment: route({
    handler: 'removeAssignment',
    method: 'DELETE',
    path: '/accounts/classifications/api/assignments/<int:assignment_id>',
    access: 'delete',
    summary: { zh: '移除账户分类分配', en: 'Remove an assignment' },
  }),
  autoClassify: route({
    handler: 'autoClassify',
    method: 'POST',
    path: '/accounts/classifications/api/auto-classify',
    access: 'execute',
    bodyOptional: true,
    body: z.object({
      instance_id: z
        .union([id, z.literal(''), z.null()])
        .transform((v) => (v === '' ? null : v))
        .optional(),
      use_optimized: flag.optional(),
      db_type: dbType.optional(),
      rule_ids: z.array(id).max(1000).optional(),
      dry_run: z.boolean().default(false),
    }),
    reply: z.object({
      session_id: z.string().nullable(),
      batch_id: z.string().nullable(),
      message: z.string(),
      classified_accounts: count.nullable(),
      total_classifications_added: count.nullable(),
      failed_count: count.nullable(),
      total_accounts: count.nullable(),
      matched_accounts: count.nullable(),
      deactivated: count.nullable(),
      total_rules: count.nullable(),
      duration_ms: z.number().nullable(),
      db_type_results: z.record(z.string(), perEngine).nullable(),
      errors: z.array(z.string()),
      unread: count.nullable(),
    }),
    summary: { zh: '自动分类账户', en: 'Classify accounts' },
  }),
  getClassifications: route({
    handler: 'getClassifications',
    method: 'GET',
    path: '/accounts/classifications/api/classifications',
    access: 'view',
    query: z.object({ include_inactive: queryBool.default(false) }),
    reply: z.object({ classifications: z.array(classification) }),
    summary: { zh: '获取所有账户分类', en: 'List classes' },
  }),
  createClassification: route({
    handler: 'createClassification',
    method: 'POST',
    path: '/accounts/classifications/api/classifications',
    access: 'create',
    status: 201,
    body: classBody,
    reply: z.object({ classification }),
    summary: { zh: '创建账户分类', en: 'Create a class' },
  }),
  getClassification: route({
    handler: 'getClassification',
    method: 'GET',
    path: '/accounts/classifications/api/classifications/<int:classification_id>',
    access: 'view',
    reply: z.object({ classification }),
    summary: { zh: '获取单个账户分类', en: 'Get a class' },
  }),
  updateClassification: route({
    handler: 'updateClassification',
    method: 'PUT',
    path: '/accounts/classifications/api/classifications/<int:classification_id>',
    access: 'update',
    body: classEdit,
    reply: z.object({ classification }),
    summary: { zh: '更新账户分类', en: 'Update a class' },
  }),
  deleteClassification: route({
    handler: 'deleteClassification',
    method: 'DELETE',
    path: '/accounts/classifications/api/classifications/<int:classification_id>',
    access: 'delete',
    summary: { zh: '删除账户分类', en: 'Delete a class' },
  }),
  getColorOptions: route({
    handler: 'getColorOptions',
    method: 'GET',
    path: '/accounts/classifications/api/colors',
    access: 'view',
    reply: z.object({
      colors: z.record(
        z.string(),
        z.object({
          value: z.string(),
          name: z.string(),
          name_en: z.string(),
          description: z.string(),
          css_class: z.string(),
          text_color: z.string(),
        }),
      ),
      choices: z.array(z.tuple([z.string(), z.string()])),
    }),
    summary: { zh: '获取可用颜色选项', en: 'List colours' },
  }),
  getPermissions: route({
    handler: 'getPermissions',
    method: 'GET',
    path: '/accounts/classifications/api/permissions/<db_type>',
    access: 'view',
    reply: z.object({
      permissions: z.record(z.string(), z.array(z.object({ name: z.string(), description: z.string(), kind: z.string() }))),
    }),
    summary: { zh: '获取数据库权限列表', en: 'Privilege names of an engine' },
  }),
  listRules: route({
    handler: 'listRules',
    method: 'GET',
    path: '/accounts/classifications/api/rules',
    access: 'view',
    query: z.object({ include_inactive: queryBool.default(false) }),
    reply: z.object({ rules_by_db_type: z.record(z.string(), z.array(rule)) }),
    summary: { zh: '获取所有规则列表', en: 'List rules by engine' },
  }),
  createRule: route({
    handler: 'createRule',
    method: 'POST',
    path: '/accounts/classifications/api/rules',
    access: 'create',
    status: 201,
    body: ruleBody,
    reply: z.object({ rule_id: id, rule, reclassification: z.enum(['pending', 'none']) }),
    summary: { zh: '创建分类规则', en: 'Create a rule' },
  }),
  getRule: route({
    handler: 'getRule',
    method: 'GET',
    path: '/accounts/classifications/api/rules/<int:rule_id>',
    access: 'view',
    reply: z.object({ rule }),
    summary: { zh: '获取单个规则详情', en: 'Get a rule' },
  }),
  updateRule: route({
    handler: 'updateRule',
    method: 'PUT',
    path: '/accounts/classifications/api/rules/<int:rule_id>',
    access: 'update',
    body: ruleEdit,
    reply: z.object({ rule, reclassification: z.enum(['pending', 'none']) }),
    summary: { zh: '更新分类规则', en: 'Update a rule' },
  }),
  deleteRule: route({
    handler: 'deleteRule',
    method: 'DELETE',
    path: '/accounts/classifications/api/rules/<int:rule_id>',
    access: 'delete',
    summary: { zh: '删除分类规则', en: 'Delete a rule' },
  }),
  getRules: route({
    handler: 'getRules',
    method: 'GET',
    path: '/accounts/classifications/api/rules/filter',
    access: 'view',
    query: z.object({
      classification_id: queryInt(1, 2_147_483_647).optional(),
      db_type: queryOneOf(DB_TYPES),
      include_inactive: queryBool.default(false),
    }),
    reply: z.object({ rules: z.array(rule) }),
    summary: { zh: '获取分类规则', en: 'Filter rules' },
  }),
  previewRule: route({
    handler: 'previewRule',
    method: 'POST',
    path: '/accounts/classifications/api/rules/preview',
    extra: true,
    access: 'update',
    body: z.object({
      rule_id: id.nullable().optional(),
      classification_id: id,
      db_type: engine,
      operator: operator.optional(),
      rule_expression: expression,
    }),
    reply: preview,
    summary: { zh: '预览规则', en: 'Preview a rule' },
  }),
});
