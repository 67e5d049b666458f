import type { DbType, Grant, Membership, Owned, PrivilegeFacts } from '@whalefall/engines';

/** One line of `privilege_diff` (30 §7.2): what was granted to or taken from an account, in one place. */
export interface PrivilegeChange {
  field: string;
  label: string;
  object: string;
  path?: string[];
  action: 'GRANT' | 'REVOKE';
  permissions: string[];
}
/** One line of `other_diff` (30 §7.3). */
export interface OtherChange {
  field: string;
  label: string;
  before: string;
  after: string;
  description: string;
}

/** The same without what follows from it: the object's name is the label and the path. */
export interface ToldChange extends Omit<PrivilegeChange, 'object' | 'path'> {
  path: string[];
}

/** A fact as the three things a change is told by. */
interface Flat {
  field: string;
  label: string;
  path: string[];
  permission: string;
}

const LABELS: Record<string, string> = {
  global_privileges: '全局权限',
  database_privileges: '数据库权限',
  database_privileges_pg: '数据库权限',
  database_permissions: '数据库权限',
  predefined_roles: '预设角色',
  role_attributes: '角色属性',
  tablespace_privileges: '表空间权限',
  tablespace_privileges_oracle: '表空间权限',
  server_roles: '服务器角色',
  server_permissions: '服务器权限',
  database_roles: '数据库角色',
  oracle_roles: 'Oracle 角色',
  system_privileges: '系统权限',
};
const EXTENDED: Record<string, string> = {
  schema: '模式权限',
  table: '表权限',
  column: '列权限',
  sequence: '序列权限',
  routine: '例程权限',
  type: '类型权限',
  default: '默认权限',
  proxy: '代理权限',
  other: '对象权限',
  server: '服务器权限',
  database: '数据库权限',
  tablespace: '表空间权限',
};

/** The column of the catalogue that a grant shows in, else extended_privileges. */
const GRANT_FIELD: Record<DbType, Partial<Record<Grant['scope'], string>>> = {
  mysql: { server: 'global_privileges', database: 'database_privileges' },
  postgresql: { database: 'database_privileges_pg', tablespace: 'tablespace_privileges' },
  sqlserver: {
    server: 'server_permissions',
    database: 'database_permissions',
    schema: 'database_permissions',
    table: 'database_permissions',
    column: 'database_permissions',
  },
  oracle: { server: 'system_privileges', tablespace: 'tablespace_privileges_oracle' },
};
const place = (f: Pick<Owned, 'kind' | 'database' | 'schema' | 'object'> & { column?: string | null }): string[] =>
  [f.kind, f.database, f.schema, f.object, f.column].filter((part): part is string => Boolean(part));

function flatGrant(dbType: DbType, grant: Grant): Flat {
  const field = grant.state === 'grant' ? (GRANT_FIELD[dbType][grant.scope] ?? 'extended_privileges') : 'extended_privileges';
  const label = grant.state === 'deny' ? '拒绝权限' : grant.state === 'revoke' ? '部分撤销' : (LABELS[field] ?? EXTENDED[grant.scope]!);
  const name = grant.state === 'grant' ? grant.privilege : `${grant.state.toUpperCase()} ${grant.privilege}`;
  const path = grant.scope === 'default' ? [grant.grantor, ...place(grant)].filter((part): part is string => Boolean(part)) : place(grant);
  return { field, label, path, permission: grant.grantable ? `${name} WITH GRANT OPTION` : name };
}

function flatMembership(dbType: DbType, m: Membership): Flat {
  const field = {
    mysql: 'extended_privileges',
    postgresql: 'predefined_roles',
    sqlserver: m.database ? 'database_roles' : 'server_roles',
    oracle: 'oracle_roles',
  }[dbType];
  const how = [
    m.admin ? 'WITH ADMIN OPTION' : '',
    m.inherit ? '' : 'WITHOUT INHERIT',
    m.set ? '' : 'WITHOUT SET',
    m.default || dbType === 'postgresql' || dbType === 'sqlserver' ? '' : 'NOT DEFAULT',
  ].filter(Boolean);
  return { field, label: LABELS[field] ?? '角色成员', path: m.database ? [m.database] : [], permission: [m.role, ...how].join(' ') };
}

const flatOwned = (o: Owned): Flat => ({
  field: 'extended_privileges',
  label: '所有权',
  path: [o.scope, ...place(o)],
  permission: 'OWNER',
});

const isFlag = (dbType: DbType, key: string, value: unknown): boolean =>
  dbType === 'postgresql' && key.startsWith('can_') && typeof value === 'boolean';

function flatten(dbType: DbType, facts: PrivilegeFacts): Flat[] {
  const flags = Object.entries(facts.attributes).filter(([key, value]) => isFlag(dbType, key, value) && value === true);
  return [
    ...facts.grants.map((grant) => flatGrant(dbType, grant)),
    ...facts.memberships.map((membership) => flatMembership(dbType, membership)),
    ...facts.owns.map(flatOwned),
    ...flags.map(([key]) => ({ field: 'role_attributes', label: LABELS.role_attributes!, path: [], permission: key })),
  ];
}

const FIELDS = [
  'global_privileges',
  'server_roles',
  'server_permissions',
  'oracle_roles',
  'system_privileges',
  'predefined_roles',
  'role_attributes',
  'database_roles',
  'database_privileges',
  'database_privileges_pg',
  'database_permissions',
  'tablespace_privileges',
  'tablespace_privileges_oracle',
  'extended_privileges',
];

const placeOf = (f: Flat): string => `${f.field}\u0000${f.label}\u0000${f.path.join('\u0000')}`;

function grouped(flats: readonly Flat[], action: 'GRANT' | 'REVOKE'): ToldChange[] {
  const groups = new Map<string, ToldChange>();
  for (const flat of flats) {
    const place = placeOf(flat);
    const { field, label, path, permission } = flat;
    const group = groups.get(place);
    if (!group) groups.set(place, { field, label, path, action, permissions: [permission] });
    else if (!group.permissions.includes(permission)) group.permissions.push(permission);
  }
  for (const group of groups.values()) group.permissions.sort();
  return [...groups.values()];
}
export const writtenOut = ({ field, label, path, action, permissions }: ToldChange): PrivilegeChange => ({
  field,
  label,
  object: path.length > 0 ? `${label}:${path.join('.')}` : label,
  ...(path.length > 0 ? { path } : {}),
  action,
  permissions,
});

const collator = new Intl.Collator();
/** The fixed order in which changes are shown: by field, object, action. */
export const inOrder = (changes: readonly PrivilegeChange[]): PrivilegeChange[] =>
  changes.toSorted(
    (a, b) => FIELDS.indexOf(a.field) - FIELDS.indexOf(b.field) || collator.compare(a.object, b.object) || a.action.localeCompare(b.action),
  );

/** What was granted and revoked between two reads of one account, in no order; `before` null = everything is a GRANT. */
export function privilegeChanges(dbType: DbType, before: PrivilegeFacts | null, after: PrivilegeFacts): ToldChange[] {
  const now = flatten(dbType, after);
  if (before === null) return grouped(now, 'GRANT');
  // U+0000 is in no name, and no part of a path is empty: two of them end the path.
  const key = (f: Flat) => `${placeOf(f)}\u0000\u0000${f.permission}`;
  const old = flatten(dbType, before);
  const [there, still] = [new Set(old.map(key)), new Set(now.map(key))];
  return [
    ...grouped(
      now.filter((f) => !there.has(key(f))),
      'GRANT',
    ),
    ...grouped(
      old.filter((f) => !still.has(key(f))),
      'REVOKE',
    ),
  ];
}
/** The same written out and in order, as it is shown. */
export const diffPrivileges = (dbType: DbType, before: PrivilegeFacts | null, after: PrivilegeFacts): PrivilegeChange[] =>
  inOrder(privilegeChanges(dbType, before, after).map(writtenOut));

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value === true) return '是';
  if (value === false) return '否';
  if (Array.isArray(value)) return value.map(text).join('、');
  if (typeof value === 'object')
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${k}:${text(v)}`)
      .join('; ');
  return String(value);
}
export function otherChange(field: string, label: string, before: unknown, after: unknown): OtherChange {
  const [from, to] = [text(before), text(after)];
  const description = from && to ? `${label} 从 ${from} 调整为 ${to}` : to ? `${label} 设置为 ${to}` : `${label} 已清空`;
  return { field, label, before: from, after: to, description };
}

/** They change by themselves: kept, but no news. */
const VOLATILE = new Set(['last_login', 'used_mb', 'bytes']);

interface Shape {
  isSuperuser: boolean;
  isLocked: boolean;
  typeSpecific: Record<string, unknown>;
  facts: PrivilegeFacts | null;
}

/** Everything but privileges: superuser, lock, the engine's own attributes, one entry for each key that changed. */
export function diffOther(dbType: DbType, before: Shape, after: Shape): OtherChange[] {
  const out: OtherChange[] = [];
  if (before.isSuperuser !== after.isSuperuser) out.push(otherChange('is_superuser', '超级用户', before.isSuperuser, after.isSuperuser));
  if (before.isLocked !== after.isLocked) out.push(otherChange('is_locked', '锁定状态', before.isLocked, after.isLocked));
  // Told already: as a privilege (flags) or by the two above.
  const told = (key: string, value: unknown) =>
    isFlag(dbType, key, value) || VOLATILE.has(key) || key === 'is_locked' || key === 'can_grant';
  const compare = (field: string, label: string, a: Record<string, unknown>, b: Record<string, unknown>) => {
    for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
      if (told(key, a[key] ?? b[key]) || JSON.stringify(a[key] ?? null) === JSON.stringify(b[key] ?? null)) continue;
      out.push(otherChange(`${field}.${key}`, `${label}:${key}`, a[key], b[key]));
    }
  };
  compare('type_specific', '数据库特性', before.typeSpecific, after.typeSpecific);
  const shown = new Set(Object.keys(after.typeSpecific));
  const rest = (facts: PrivilegeFacts | null) =>
    Object.fromEntries(Object.entries(facts?.attributes ?? {}).filter(([key]) => !shown.has(key)));
  if (before.facts) compare('attributes', '账户属性', rest(before.facts), rest(after.facts));
  return out;
}

/**
 * What could not be read this time stays as it was last read: for every database that the new facts name as unread,
 * the old facts of that database are carried over (00-overview §6).
 */
export function carryUnread(before: PrivilegeFacts | null, after: PrivilegeFacts, unreadDatabases: ReadonlySet<string>): PrivilegeFacts {
  if (!before || unreadDatabases.size === 0) return after;
  const kept = <T extends { database?: string | null }>(old: readonly T[], now: readonly T[]): T[] => {
    const seen = new Set(now.map((one) => JSON.stringify(one)));
    return [...now, ...old.filter((one) => one.database && unreadDatabases.has(one.database) && !seen.has(JSON.stringify(one)))];
  };
  return {
    ...after,
    grants: kept(before.grants, after.grants),
    memberships: kept(before.memberships, after.memberships),
    owns: kept(before.owns, after.owns),
  };
}
