import { z } from 'zod';
import { passwordText } from '../password.ts';
import { contractFile, ROLES, route } from '../route.ts';
import { because, count, id, instant, name, pageOf, pageQuery, queryOneOf, queryText } from '../shapes.ts';

const user = z.object({
  id,
  username: z.string(),
  role: z.enum(ROLES),
  role_display: z.string(),
  created_at: z.string(),
  created_at_display: z.string(),
  created_at_iso: instant,
  last_login: instant.nullable(),
  is_active: z.boolean(),
  must_change_password: z.boolean(),
  locked_until: instant.nullable(),
  can_delete: z.boolean(),
});
const usernameText = z
  .string()
  .trim()
  .superRefine((v, ctx) => {
    if (!/^[A-Za-z0-9_]{3,20}$/.test(v))
      ctx.addIssue({
        code: 'custom',
        ...because('USERNAME_INVALID', '3 至 20 个字母、数字或下划线', '3 to 20 letters, digits or underscores'),
      });
  });
const flag = z
  .union([z.boolean(), z.literal(1), z.literal(0), z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'])])
  .transform((v) => v === true || v === 1 || ['true', '1', 'yes', 'on'].includes(v as string));

const personalToken = z.object({
  id,
  name: z.string(),
  role: z.enum(ROLES),
  created_at: instant,
  expires_at: instant.nullable(),
  last_used_at: instant.nullable(),
});

/** §25 用户管理模块 */
export const users = contractFile('users', {
  index: route({
    handler: 'index',
    method: 'GET',
    path: '/users/',
    kind: 'page',
    access: 'view',
    summary: { zh: '用户管理', en: 'Users' },
  }),
  listUsers: route({
    handler: 'listUsers',
    method: 'GET',
    path: '/users/api/users',
    access: 'view',
    query: pageQuery(['created_at', 'id', 'username', 'role', 'is_active', 'last_login'], {
      sort: 'created_at',
      order: 'desc',
      limit: 10,
    }).extend({
      search: queryText().optional(),
      role: queryOneOf(ROLES),
      status: queryOneOf(['active', 'inactive']),
    }),
    reply: pageOf(user),
    summary: { zh: '获取用户列表', en: 'List users' },
  }),
  createUser: route({
    handler: 'createUser',
    method: 'POST',
    path: '/users/api/users',
    access: 'admin',
    status: 201,
    body: z.object({
      username: usernameText,
      role: z.enum(ROLES),
      password: passwordText,
      is_active: flag.default(true),
      must_change_password: z.boolean().default(false),
    }),
    reply: z.object({ user }),
    summary: { zh: '创建用户', en: 'Create a user' },
    message: { zh: '用户创建成功', en: 'User created' },
  }),
  getUser: route({
    handler: 'getUser',
    method: 'GET',
    path: '/users/api/users/<int:user_id>',
    access: 'view',
    reply: z.object({ user }),
    summary: { zh: '获取单个用户信息', en: 'Get a user' },
  }),
  updateUser: route({
    handler: 'updateUser',
    method: 'PUT',
    path: '/users/api/users/<int:user_id>',
    access: 'admin',
    body: z.object({
      username: usernameText.optional(),
      role: z.enum(ROLES).optional(),
      password: z.union([z.literal(''), z.null(), passwordText]).optional(),
      is_active: flag.optional(),
      unlock: z.boolean().optional(),
    }),
    reply: z.object({ user }),
    summary: { zh: '更新用户', en: 'Update a user' },
    message: { zh: '用户更新成功', en: 'User updated' },
  }),
  deleteUser: route({
    handler: 'deleteUser',
    method: 'DELETE',
    path: '/users/api/users/<int:user_id>',
    access: 'admin',
    summary: { zh: '删除用户', en: 'Delete a user' },
    message: { zh: '用户删除成功', en: 'User deleted' },
  }),
  getUserStats: route({
    handler: 'getUserStats',
    method: 'GET',
    path: '/users/api/users/stats',
    access: 'view',
    reply: z.object({ total: count, active: count, inactive: count, admin: count, user: count, viewer: count, locked: count.nullable() }),
    summary: { zh: '获取用户统计信息', en: 'User statistics' },
  }),
  listPersonalTokens: route({
    handler: 'listPersonalTokens',
    method: 'GET',
    path: '/users/api/tokens',
    extra: true,
    access: 'signedIn',
    reply: z.object({ tokens: z.array(personalToken) }),
    summary: { zh: '列出个人访问令牌', en: 'List personal access tokens' },
  }),
  createPersonalToken: route({
    handler: 'createPersonalToken',
    method: 'POST',
    path: '/users/api/tokens',
    extra: true,
    access: 'signedIn',
    status: 201,
    body: z.object({
      name: name(100),
      role: z.enum(ROLES).optional(),
      expires_in_days: z.number().int().min(1).max(3650).nullable().default(90),
    }),
    reply: z.object({ token: z.string(), personal_token: personalToken }),
    summary: { zh: '创建个人访问令牌', en: 'Create a personal access token' },
  }),
  revokePersonalToken: route({
    handler: 'revokePersonalToken',
    method: 'DELETE',
    path: '/users/api/tokens/<int:token_id>',
    extra: true,
    access: 'signedIn',
    summary: { zh: '吊销个人访问令牌', en: 'Revoke a personal access token' },
  }),
});
