import type { DbType } from '@whalefall/contract';
import type { GrantScope } from '@whalefall/engines';

/** Where a group of a rule looks. */
export type Look =
  | { in: 'grants'; scopes: readonly GrantScope[] | null }
  | { in: 'roles'; where: 'anywhere' | 'server' | 'database' }
  | { in: 'owns' }
  | { in: 'attributes' }
  | { in: 'quotas' }
  | { in: 'kinds' };
export interface Field {
  look: Look;
  zh: string;
  en: string;
}

const grants = (zh: string, en: string, ...scopes: GrantScope[]): Field => ({ look: { in: 'grants', scopes }, zh, en });
const BELOW_DATABASE: GrantScope[] = ['schema', 'table', 'column', 'sequence', 'routine', 'type'];

/** Groups that every engine has (00 §13), in the shape of the facts themselves. */
const COMMON: Record<string, Field> = {
  grants: { look: { in: 'grants', scopes: null }, zh: '权限', en: 'Privileges' },
  memberships: { look: { in: 'roles', where: 'anywhere' }, zh: '角色成员', en: 'Memberships' },
  owns: { look: { in: 'owns' }, zh: '拥有', en: 'Owns' },
  attributes: { look: { in: 'attributes' }, zh: '属性', en: 'Attributes' },
  kinds: { look: { in: 'kinds' }, zh: '权限性质', en: 'Kinds of privilege' },
};

/** The field map of each engine: the rule editor's groups and their older names (30 §8.1, §8.3). Anything else is unknown. */
export const FIELDS: Record<DbType, Readonly<Record<string, Field>>> = {
  mysql: {
    global_privileges: grants('全局权限', 'Global privileges', 'server'),
    database_privileges: grants('数据库权限', 'Database privileges', 'database'),
    table_privileges: grants('表权限', 'Table privileges', 'table', 'column'),
    roles: { look: { in: 'roles', where: 'anywhere' }, zh: '角色', en: 'Roles' },
    ...COMMON,
  },
  postgresql: {
    predefined_roles: { look: { in: 'roles', where: 'anywhere' }, zh: '预定义角色', en: 'Predefined roles' },
    role_attributes: { look: { in: 'attributes' }, zh: '角色属性', en: 'Role attributes' },
    permissions: { look: { in: 'attributes' }, zh: '角色属性', en: 'Role attributes' },
    database_privileges: grants('数据库权限', 'Database privileges', 'database'),
    tablespace_privileges: grants('表空间权限', 'Tablespace privileges', 'tablespace'),
    ...COMMON,
  },
  sqlserver: {
    server_roles: { look: { in: 'roles', where: 'server' }, zh: '服务器角色', en: 'Server roles' },
    server_permissions: grants('服务器权限', 'Server permissions', 'server'),
    database_roles: { look: { in: 'roles', where: 'database' }, zh: '数据库角色', en: 'Database roles' },
    database_privileges: grants('数据库权限', 'Database permissions', 'database', ...BELOW_DATABASE),
    database_permissions: grants('数据库权限', 'Database permissions', 'database', ...BELOW_DATABASE),
    ...COMMON,
  },
  oracle: {
    roles: { look: { in: 'roles', where: 'anywhere' }, zh: '角色', en: 'Roles' },
    system_privileges: grants('系统权限', 'System privileges', 'server'),
    object_privileges: grants('对象权限', 'Object privileges', 'other', ...BELOW_DATABASE),
    tablespace_privileges: grants('表空间权限', 'Tablespace privileges', 'server', 'tablespace'),
    tablespace_quotas: { look: { in: 'quotas' }, zh: '表空间配额', en: 'Tablespace quotas' },
    ...COMMON,
  },
};

/** Two spellings of one place: canonical rules keep the first. */
export const SAME_FIELD: Record<DbType, Readonly<Record<string, string>>> = {
  mysql: {},
  postgresql: { permissions: 'role_attributes' },
  sqlserver: { database_permissions: 'database_privileges' },
  oracle: {},
};

export const FLAGS = { is_superuser: { zh: '超级用户', en: 'superuser' }, is_locked: { zh: '已锁定', en: 'locked' } } as const;
export type Flag = keyof typeof FLAGS;
export const KINDS = ['read', 'write', 'define', 'admin'] as const;
export type Kind = (typeof KINDS)[number];

/** Names are compared whatever their case. */
export const fold = (name: string): string => name.trim().toUpperCase();

const ATTRIBUTES: Record<string, string> = {
  SUPERUSER: 'CAN_SUPER',
  CREATEDB: 'CAN_CREATE_DB',
  CREATEROLE: 'CAN_CREATE_ROLE',
  INHERIT: 'CAN_INHERIT',
  LOGIN: 'CAN_LOGIN',
  REPLICATION: 'CAN_REPLICATE',
  BYPASSRLS: 'CAN_BYPASS_RLS',
};

/** The folded name under which facts are found, older spellings resolved. */
export function factName(dbType: DbType, look: Look, name: string): string {
  const folded = fold(name);
  if (dbType !== 'postgresql') return folded;
  if (look.in === 'attributes') return ATTRIBUTES[folded] ?? folded;
  return look.in === 'grants' && folded === 'TEMPORARY' ? 'TEMP' : folded;
}
