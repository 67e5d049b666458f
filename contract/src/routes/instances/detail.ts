import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, date, dbType, id, instant, queryBool, queryDate, queryInt, queryText } from '../../shapes.ts';
import { permissionsReply, changeEntry } from '../account.ts';
import { instance, instanceBody } from './manage.ts';

const SIZE_SORTS = ['name', 'size', 'data', 'log', 'collected'] as const;
const size = z.object({
  id: z.number().int().nullable(),
  database_name: z.string(),
  size_mb: count,
  size_bytes: count.nullable(),
  data_size_mb: count.nullable(),
  log_size_mb: count.nullable(),
  collected_date: date.nullable(),
  collected_at: instant.nullable(),
  is_active: z.boolean(),
  deleted_at: instant.nullable(),
  last_seen_date: date.nullable(),
});

/** One thing that a feature needs; texts are in the caller's language, `grant` is for roles with `update` (it names the login). */
const capability = z.object({
  feature: z.enum(['connect', 'version', 'accounts', 'privileges', 'sizes']),
  title: z.string(),
  needs: z.string(),
  has: z.boolean(),
  required: z.boolean(),
  lacks: z.string().nullable(),
  /** What happens without it; null when nothing is missing. */
  effect: z.string().nullable(),
  grant: z.string().nullable(),
  checked_at: instant,
});

/** §13 实例详情扩展模块 */
export const instancesDetail = contractFile('instances/detail', {
  detail: route({
    handler: 'detail',
    method: 'GET',
    path: '/instances/<int:instance_id>',
    kind: 'page',
    access: 'view',
    summary: { zh: '实例详情', en: 'Instance' },
  }),
  edit: route({
    handler: 'edit',
    method: 'GET',
    path: '/instances/<int:instance_id>/edit',
    kind: 'page',
    access: 'update',
    summary: { zh: '编辑实例', en: 'Edit instance' },
  }),
  editForm: route({
    handler: 'edit',
    method: 'POST',
    path: '/instances/<int:instance_id>/edit',
    kind: 'form',
    form: 'updateInstanceDetail',
    then: '/instances/<instance_id>?notice=saved',
    access: 'update',
    summary: { zh: '编辑实例表单', en: 'Edit instance form' },
  }),
  getAccountChangeHistory: route({
    handler: 'getAccountChangeHistory',
    method: 'GET',
    path: '/instances/api/<int:instance_id>/accounts/<int:account_id>/change-history',
    access: 'view',
    query: z.object({
      limit: queryInt(1, 200).default(50),
      page: queryInt(1, 1_000_000).default(1),
      before_id: queryInt(1, 2_147_483_647).optional(),
      change_type: z.enum(['add', 'modify_privilege', 'modify_other', 'delete', 'return']).optional(),
      from: queryDate.optional(),
      to: queryDate.optional(),
    }),
    reply: z.object({
      account: z.object({ id, username: z.string(), db_type: dbType }),
      history: z.array(changeEntry),
      total: count,
      has_more: z.boolean(),
    }),
    summary: { zh: '获取账户变更历史', en: 'Change history of an account' },
  }),
  getInstanceCapabilities: route({
    handler: 'getInstanceCapabilities',
    method: 'GET',
    path: '/instances/api/<int:instance_id>/capabilities',
    extra: true,
    access: 'view',
    reply: z.object({
      /** Null = never checked: then nothing is known, and `items` is empty. */
      checked_at: instant.nullable(),
      items: z.array(capability),
    }),
    summary: { zh: '获取实例的读取能力检查', en: 'What the login of an instance can read, and what it lacks' },
  }),
  updateInstanceDetail: route({
    handler: 'updateInstanceDetail',
    method: 'POST',
    path: '/instances/api/<int:instance_id>/edit',
    also: ['/instances/api/edit/<int:instance_id>'],
    access: 'update',
    body: instanceBody.partial(),
    reply: z.object({ instance }),
    summary: { zh: '编辑实例', en: 'Update an instance' },
    message: { zh: '实例更新成功', en: 'Instance updated' },
  }),
  getInstanceDatabaseSizes: route({
    handler: 'getInstanceDatabaseSizes',
    method: 'GET',
    path: '/instances/api/databases/<int:instance_id>/sizes',
    access: 'view',
    query: z.object({
      start_date: queryDate.optional(),
      end_date: queryDate.optional(),
      database_name: queryText().optional(),
      latest_only: queryBool.default(false),
      include_inactive: queryBool.default(false),
      placeholders: queryBool.default(true),
      /** Order of the newest sizes; the history is by day, newest first. */
      sort: z.enum(SIZE_SORTS).default('name'),
      order: z.enum(['asc', 'desc']).default('asc'),
      limit: queryInt(1, 1000).default(100),
      offset: queryInt(0, 1_000_000_000).default(0),
    }),
    reply: z.object({
      total: count,
      limit: count,
      offset: count,
      active_count: count,
      filtered_count: count,
      total_size_mb: count,
      databases: z.array(size),
    }),
    summary: { zh: '获取指定实例的数据库大小历史数据', en: 'Database sizes of an instance' },
  }),
  getAccountPermissions: route({
    handler: 'getAccountPermissions',
    method: 'GET',
    path: '/instances/api/<int:instance_id>/accounts/<int:account_id>/permissions',
    access: 'view',
    query: z.object({ page: queryInt(1, 1_000_000).default(1), limit: queryInt(1, 2000).default(2000), search: queryText().optional() }),
    reply: permissionsReply,
    summary: { zh: '获取账户权限详情', en: 'Privileges of an account' },
  }),
});
