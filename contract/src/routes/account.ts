import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import {
  count,
  DB_TYPES,
  dbType,
  id,
  instant,
  jsonObject,
  pageOf,
  pageQuery,
  queryBool,
  queryInt,
  queryList,
  queryOneOf,
  queryText,
} from '../shapes.ts';
import { tagRef } from './tags.ts';

const classRef = z.object({ id, name: z.string(), color: z.string() });
export const ledgerItem = z.object({
  id,
  username: z.string(),
  instance_id: id,
  instance_name: z.string(),
  instance_host: z.string(),
  db_type: dbType,
  is_locked: z.boolean(),
  is_superuser: z.boolean(),
  is_active: z.boolean(),
  is_deleted: z.boolean(),
  is_role: z.boolean(),
  plugin: z.string().nullable(),
  tags: z.array(tagRef),
  classifications: z.array(classRef),
  last_sync_time: instant.nullable(),
  last_change_time: instant.nullable(),
  last_change_type: z.string().nullable(),
  first_seen_at: instant,
  read_state: z.enum(['ok', 'stale', 'never']),
});

const via = z.array(z.array(z.string()));
export const effectivePrivilege = z.object({
  scope: z.string(),
  database: z.string().optional(),
  schema: z.string().optional(),
  object: z.string().optional(),
  column: z.string().optional(),
  kind: z.string().optional(),
  privilege: z.string(),
  grantable: z.boolean().optional(),
  via,
  set_role: z.boolean().optional(),
  denied_by: via.optional(),
});

/** One account that may do what is asked, and its best way to it. */
const access = z.object({
  account_id: id,
  username: z.string(),
  instance_id: id,
  instance_name: z.string(),
  db_type: dbType,
  is_locked: z.boolean(),
  is_superuser: z.boolean(),
  scope: z.string(),
  kind: z.string().nullable(),
  database: z.string().nullable(),
  schema: z.string().nullable(),
  object: z.string().nullable(),
  column: z.string().nullable(),
  privilege: z.string(),
  grantable: z.boolean(),
  via,
  set_role: z.boolean(),
  denied_by: via.nullable(),
  places: count,
  /** When the last step of the way came to be, as far as the change log reaches back. */
  since: instant.nullable(),
});

/** 30 §10.1.2 and §10.5.1 with everything beyond: one shape for both routes. */
export const permissionsReply = z.object({
  permissions: z.looseObject({ db_type: z.string(), username: z.string(), is_superuser: z.boolean(), last_sync_time: z.string() }),
  account: z.object({
    id,
    instance_id: id,
    instance_name: z.string(),
    username: z.string(),
    db_type: dbType,
    is_superuser: z.boolean(),
    is_locked: z.boolean(),
    is_active: z.boolean(),
    is_role: z.boolean(),
    last_sync_time: instant.nullable(),
    last_sync_time_iso: instant.nullable(),
    first_seen_at: instant,
    last_seen_at: instant,
    deleted_at: instant.nullable(),
    read_state: z.enum(['ok', 'stale', 'never']),
    sync_error: z.object({ code: z.string(), message: z.string(), at: instant }).nullable(),
    type_specific: jsonObject.nullable(),
    classifications: z.array(classRef.extend({ rule_name: z.string().nullable(), risk_level: z.string(), matched_facts: z.unknown() })),
  }),
  extended_privileges: jsonObject.nullable(),
  effective: z.array(effectivePrivilege),
  effective_total: count,
  effective_page: count,
  effective_pages: count,
  same_account: z.array(z.object({ id, instance_id: id, instance_name: z.string(), is_superuser: z.boolean(), is_locked: z.boolean() })),
});

const privilegeChange = z.object({
  field: z.string(),
  label: z.string(),
  object: z.string(),
  path: z.array(z.string()).optional(),
  action: z.enum(['GRANT', 'REVOKE', 'ALTER']),
  permissions: z.array(z.string()),
});
const otherChange = z.object({ field: z.string(), label: z.string(), before: z.string(), after: z.string(), description: z.string() });
export const changeEntry = z.object({
  id,
  change_type: z.enum(['add', 'modify_privilege', 'modify_other', 'delete', 'return']),
  change_time: z.string(),
  change_time_iso: instant,
  status: z.string(),
  message: z.string(),
  privilege_diff: z.array(privilegeChange),
  other_diff: z.array(otherChange),
  session_id: z.string().nullable(),
});

const filters = {
  search: queryText().optional(),
  instance_id: queryInt(1, 2_147_483_647).optional(),
  is_locked: queryBool.optional(),
  is_superuser: queryBool.optional(),
  plugin: queryText(100).optional(),
  tags: queryList,
  classification: z.preprocess((v) => (v === 'all' ? undefined : v), queryInt(1, 2_147_483_647).optional()),
  include_deleted: queryBool.default(false),
  only_deleted: queryBool.default(false),
  include_roles: queryBool.default(false),
  db_type: queryOneOf(DB_TYPES),
  /** `unread`: not read, or not read lately. */
  read_state: queryOneOf(['ok', 'unread']),
  /** The highest risk among an account's classes; `none`: it has no class. */
  risk: queryOneOf(['low', 'medium', 'high', 'critical', 'none']),
};
export const ledgerFilters = z.object(filters);
const option = z.object({
  value: z.string(),
  label: z.string(),
  color: z.string().optional(),
  icon: z.string().optional(),
  category: z.string().optional(),
});

/** §2 账户管理模块 */
export const account = contractFile('account', {
  listAccounts: route({
    handler: 'listAccounts',
    method: 'GET',
    path: '/account/',
    kind: 'page',
    access: 'view',
    summary: { zh: '账户台账', en: 'Accounts' },
  }),
  listAccountsByType: route({
    handler: 'listAccounts',
    method: 'GET',
    path: '/account/<db_type>',
    kind: 'page',
    access: 'view',
    summary: { zh: '账户台账（按类型）', en: 'Accounts of one engine' },
  }),
  accessPage: route({
    handler: 'accessPage',
    method: 'GET',
    path: '/account/access',
    extra: true,
    kind: 'page',
    access: 'view',
    summary: { zh: '权限查询', en: 'Who can do what' },
  }),
  listAccess: route({
    handler: 'listAccess',
    method: 'GET',
    path: '/account/api/access',
    extra: true,
    access: 'view',
    query: pageQuery(['instance_name', 'username'], { sort: 'instance_name', order: 'asc', max: 1000 }).extend({
      privilege: queryText(100).pipe(z.string().min(1)),
      database: queryText(255).optional(),
      schema: queryText(255).optional(),
      object: queryText(2000).optional(),
      instance_id: queryInt(1, 2_147_483_647).optional(),
      db_type: queryOneOf(DB_TYPES),
      tag: queryList,
      /** Ways that everybody has, too. */
      include_public: queryBool.default(true),
    }),
    reply: pageOf(access).extend({
      summary: z.object({ accounts: count, instances: count, denied: count, set_role: count, public: count, asked: count, unread: count }),
    }),
    summary: { zh: '谁能做什么：按权限查询全部实例的账户', en: 'Who can do what, over the whole fleet' },
  }),
  getAccountPermissions: route({
    handler: 'getAccountPermissions',
    method: 'GET',
    path: '/account/api/<int:account_id>/permissions',
    access: 'view',
    query: z.object({ page: queryInt(1, 1_000_000).default(1), limit: queryInt(1, 2000).default(2000), search: queryText().optional() }),
    reply: permissionsReply,
    summary: { zh: '获取账户权限详情', en: 'Privileges of an account' },
    message: { zh: '获取账户权限成功', en: 'Privileges read' },
  }),
  listAccountsData: route({
    handler: 'listAccountsData',
    method: 'GET',
    path: '/account/api/accounts',
    extra: true,
    access: 'view',
    query: pageQuery(['username', 'db_type', 'is_locked', 'is_superuser', 'instance_name', 'last_change_time', 'last_sync_time'], {
      sort: 'username',
      order: 'asc',
      max: 200,
    }).extend(filters),
    reply: pageOf(ledgerItem).extend({
      stats: z.object({ total: count, mysql: count, postgresql: count, oracle: count, sqlserver: count }),
      filter_options: z.object({ db_types: z.array(option), classifications: z.array(option), tags: z.array(option) }),
    }),
    summary: { zh: '账户台账数据', en: 'List accounts over the fleet' },
  }),
});
