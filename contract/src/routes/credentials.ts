import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import {
  because,
  clearable,
  count,
  DB_TYPES,
  dbType,
  id,
  instant,
  name,
  pageOf,
  pageQuery,
  queryList,
  queryOneOf,
  queryText,
} from '../shapes.ts';

export const CREDENTIAL_TYPES = ['database', 'ssh', 'windows', 'api', 'ldap'] as const;

export const credential = z.object({
  id,
  name: z.string(),
  credential_type: z.enum(CREDENTIAL_TYPES),
  db_type: dbType.nullable(),
  /** null for roles without `update` */
  username: z.string().nullable(),
  instance_ids: z.array(z.number().int()),
  category_id: z.null(),
  created_at: instant,
  updated_at: instant,
  /** constant stars when a password is stored; never derived from it */
  password: z.string(),
  has_password: z.boolean(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  instance_count: count,
  password_updated_at: instant.nullable(),
  created_at_display: z.string(),
});

const lower = (v: unknown) => (typeof v === 'string' ? v.trim().toLowerCase() : v);
const loginName = z
  .string()
  .min(1)
  .max(255)
  .superRefine((v, ctx) => {
    if (/[\u0000-\u001f\u007f]/.test(v))
      ctx.addIssue({ code: 'custom', ...because('CONTROL_CHARACTER', '不能包含控制字符', 'Must not contain control characters') });
  });
/** 1–256 bytes, untouched. */
const secret = z
  .string()
  .min(1)
  .superRefine((v, ctx) => {
    if (new TextEncoder().encode(v).length > 256)
      ctx.addIssue({ code: 'custom', ...because('TOO_LONG', '最多 256 字节', 'At most 256 bytes') });
  });
const type = z.preprocess(lower, z.enum(CREDENTIAL_TYPES));
const engine = z.preprocess((v) => (v === '' ? null : lower(v)), dbType.nullable()).optional();

export const credentialCreate = z
  .object({
    name: name(255),
    credential_type: type,
    username: loginName,
    password: secret,
    db_type: engine,
    description: clearable(2000),
    is_active: z.boolean().default(true),
  })
  .superRefine((v, ctx) => {
    if (v.credential_type === 'database' && !v.db_type)
      ctx.addIssue({
        code: 'custom',
        path: ['db_type'],
        ...because('REQUIRED', '数据库凭据必须选择数据库类型', 'A database credential needs a database type'),
      });
  });
export const credentialEdit = z.object({
  name: name(255).optional(),
  credential_type: type.optional(),
  username: loginName.optional(),
  password: z.union([z.literal(''), z.null(), secret]).optional(),
  db_type: engine,
  description: clearable(2000),
  is_active: z.boolean().optional(),
});

/** §10 凭据管理模块 */
export const credentials = contractFile('credentials', {
  index: route({
    handler: 'index',
    method: 'GET',
    path: '/credentials/',
    kind: 'page',
    access: 'view',
    summary: { zh: '凭据管理', en: 'Credentials' },
  }),
  detail: route({
    handler: 'detail',
    method: 'GET',
    path: '/credentials/<int:credential_id>',
    kind: 'page',
    access: 'view',
    summary: { zh: '凭据详情', en: 'Credential' },
  }),
  edit: route({
    handler: 'edit',
    method: 'GET',
    path: '/credentials/<int:credential_id>/edit',
    kind: 'page',
    access: 'update',
    summary: { zh: '编辑凭据', en: 'Edit credential' },
  }),
  editForm: route({
    handler: 'edit',
    method: 'POST',
    path: '/credentials/<int:credential_id>/edit',
    kind: 'form',
    form: 'updateCredential',
    then: '/credentials/<credential_id>?notice=saved',
    access: 'update',
    summary: { zh: '编辑凭据表单', en: 'Edit credential form' },
  }),
  create: route({
    handler: 'create',
    method: 'GET',
    path: '/credentials/create',
    kind: 'page',
    access: 'create',
    summary: { zh: '新建凭据', en: 'New credential' },
  }),
  createForm: route({
    handler: 'create',
    method: 'POST',
    path: '/credentials/create',
    kind: 'form',
    form: 'createCredential',
    then: '/credentials/?notice=created',
    access: 'create',
    summary: { zh: '新建凭据表单', en: 'New credential form' },
  }),
  updateCredential: route({
    handler: 'updateCredential',
    method: 'POST',
    path: '/credentials/api/<int:credential_id>/edit',
    access: 'update',
    body: credentialEdit,
    reply: z.object({ credential }),
    summary: { zh: '编辑凭据', en: 'Update a credential' },
    message: { zh: '凭据更新成功', en: 'Credential updated' },
  }),
  createCredential: route({
    handler: 'createCredential',
    method: 'POST',
    path: '/credentials/api/create',
    access: 'create',
    status: 201,
    body: credentialCreate,
    reply: z.object({ credential }),
    summary: { zh: '创建凭据', en: 'Create a credential' },
    message: { zh: '凭据创建成功', en: 'Credential created' },
  }),
  listCredentials: route({
    handler: 'listCredentials',
    method: 'GET',
    path: '/credentials/api/credentials',
    access: 'view',
    query: pageQuery(['created_at', 'id', 'name', 'credential_type', 'db_type', 'username', 'instance_count', 'is_active'], {
      sort: 'created_at',
      order: 'desc',
    }).extend({
      search: queryText().optional(),
      credential_type: queryOneOf(CREDENTIAL_TYPES),
      db_type: queryOneOf(DB_TYPES),
      status: queryOneOf(['active', 'inactive']),
      tags: queryList,
    }),
    reply: pageOf(credential),
    summary: { zh: '获取凭据列表', en: 'List credentials' },
  }),
  getCredential: route({
    handler: 'getCredential',
    method: 'GET',
    path: '/credentials/api/credentials/<int:credential_id>',
    access: 'view',
    reply: z.object({
      credential,
      instances: z.array(
        z.object({
          id,
          name: z.string(),
          db_type: dbType,
          host: z.string(),
          port: z.number().int(),
          is_active: z.boolean(),
          last_test_ok: z.boolean().nullable(),
          last_test_at: instant.nullable(),
        }),
      ),
    }),
    summary: { zh: '获取凭据详情', en: 'Get a credential' },
  }),
  delete: route({
    handler: 'delete',
    method: 'POST',
    path: '/credentials/api/credentials/<int:credential_id>/delete',
    access: 'delete',
    bodyOptional: true,
    body: z.object({ replace_with: id.nullable().optional() }),
    reply: z.object({ credential_id: id, replaced_instances: count }),
    summary: { zh: '删除凭据', en: 'Delete a credential' },
    message: { zh: '凭据删除成功', en: 'Credential deleted' },
  }),
});
