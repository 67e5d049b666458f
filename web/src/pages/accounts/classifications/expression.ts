/** A rule's expression as the editor holds it, and back (pure). What it may say is in 30 §8.3. */
import type { DbType } from '@whalefall/contract';

export interface Item {
  name: string;
  scope?: string;
  database?: string;
  schema?: string;
  object?: string;
  tablespace?: string;
  grantable?: boolean;
  admin?: boolean;
}
export type Groups = Record<string, Item[]>;
export interface Draft {
  groups: Groups;
  exclude: Groups;
  is_superuser: boolean | null;
  is_locked: boolean | null;
  fallback: boolean;
}
export type Part = 'scope' | 'database' | 'schema' | 'object' | 'tablespace' | 'grantable' | 'admin';
export interface GroupDef {
  key: string;
  /** Categories of the engine's privilege names that are offered. */
  names: readonly string[];
  /** Names that the group knows by itself. */
  own?: readonly string[];
  /** How an item may be narrowed. */
  parts: readonly Part[];
}

export const SCOPES = ['server', 'database', 'schema', 'table', 'column', 'sequence', 'routine', 'type', 'tablespace'] as const;
export const KINDS = ['read', 'write', 'define', 'admin'] as const;
const group = (key: string, names: readonly string[], ...parts: Part[]): GroupDef => ({ key, names, parts });
/** Groups that every engine has; `all` and `roles` are the engine's own categories. */
const common = (all: readonly string[], roles: readonly string[], attributes: readonly string[], own: readonly string[]): GroupDef[] => [
  group('grants', all, 'scope', 'database', 'schema', 'object', 'grantable'),
  group('memberships', roles, 'admin'),
  { key: 'owns', names: [], own: ['database', 'schema', 'table', 'routine', 'sequence'], parts: ['database', 'schema', 'object'] },
  { key: 'attributes', names: attributes, own, parts: [] },
  { key: 'kinds', names: [], own: KINDS, parts: [] },
];

export const GROUPS: Record<DbType, readonly GroupDef[]> = {
  mysql: [
    group('global_privileges', ['global_privileges']),
    group('database_privileges', ['database_privileges'], 'database'),
    group('table_privileges', ['database_privileges'], 'database', 'object'),
    group('roles', []),
    ...common(['global_privileges', 'database_privileges'], [], [], []),
  ],
  postgresql: [
    group('predefined_roles', ['predefined_roles']),
    group('role_attributes', ['role_attributes']),
    group('database_privileges', ['database_privileges'], 'database'),
    group('tablespace_privileges', ['tablespace_privileges'], 'tablespace'),
    ...common(['database_privileges', 'object_privileges'], ['predefined_roles'], ['role_attributes'], []),
  ],
  sqlserver: [
    group('server_roles', ['server_roles']),
    group('server_permissions', ['server_permissions']),
    group('database_roles', ['database_roles'], 'database'),
    group('database_privileges', ['database_privileges'], 'database', 'schema', 'object'),
    ...common(['server_permissions', 'database_privileges'], ['server_roles', 'database_roles'], [], []),
  ],
  oracle: [
    group('roles', ['roles']),
    group('system_privileges', ['system_privileges']),
    group('object_privileges', [], 'schema', 'object'),
    group('tablespace_privileges', ['tablespace_privileges'], 'tablespace'),
    group('tablespace_quotas', ['tablespace_quotas'], 'tablespace'),
    ...common(['system_privileges'], ['roles'], [], ['SYSDBA', 'SYSOPER', 'SYSBACKUP', 'SYSDG', 'SYSKM']),
  ],
};

export const EMPTY: Draft = { groups: {}, exclude: {}, is_superuser: null, is_locked: null, fallback: false };
const OUTSIDE = new Set(['type', 'operator', 'exclude', 'flags', 'fallback']);

function readGroups(source: Record<string, unknown>): Groups {
  return Object.fromEntries(
    Object.entries(source)
      .filter(([key, value]) => !OUTSIDE.has(key) && Array.isArray(value))
      .map(([key, value]) => [key, (value as unknown[]).map((one) => (typeof one === 'string' ? { name: one } : (one as Item)))]),
  );
}
const bool = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/** What is stored, as a draft. */
export function readDraft(expression: Record<string, unknown>): Draft {
  const flags = (expression.flags ?? {}) as Record<string, unknown>;
  return {
    groups: readGroups(expression),
    exclude: readGroups((expression.exclude ?? {}) as Record<string, unknown>),
    is_superuser: bool(flags.is_superuser),
    is_locked: bool(flags.is_locked),
    fallback: expression.fallback === true,
  };
}

/** A plain name stays a plain name; empty places and items without a name are left out. */
function writeGroups(groups: Groups): Record<string, unknown> {
  const written = Object.entries(groups).map(([key, items]) => {
    const said = items
      .map((item) => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== '' && value !== undefined)) as unknown as Item)
      .filter((item) => item.name?.trim());
    return [key, said.map((item) => (Object.keys(item).length === 1 ? item.name : item))] as const;
  });
  return Object.fromEntries(written.filter(([, items]) => items.length > 0));
}

/** A draft, as it is sent. */
export function writeDraft(type: DbType, operator: 'OR' | 'AND', draft: Draft): Record<string, unknown> {
  const exclude = writeGroups(draft.exclude);
  const flags = {
    ...(draft.is_superuser !== null && { is_superuser: draft.is_superuser }),
    ...(draft.is_locked !== null && { is_locked: draft.is_locked }),
  };
  return {
    type: `${type}_permissions`,
    operator,
    ...writeGroups(draft.groups),
    ...(Object.keys(exclude).length > 0 && { exclude }),
    ...(Object.keys(flags).length > 0 && { flags }),
    ...(draft.fallback && { fallback: true }),
  };
}

/** Whether the rule says anything that could match. */
export function saysSomething(draft: Draft): boolean {
  return draft.fallback || draft.is_superuser !== null || draft.is_locked !== null || Object.keys(writeGroups(draft.groups)).length > 0;
}

/** Where an item is looked for: `table · sales.public.orders`. */
export function placeOf(item: Item): string {
  const path = [item.database, item.schema, item.object].filter(Boolean).join('.');
  return [item.scope, path, item.tablespace].filter(Boolean).join(' · ');
}
/** Items that are just a name, and those bound to a place or an option. */
export const isPlain = (item: Item): boolean => Object.keys(item).length === 1;
