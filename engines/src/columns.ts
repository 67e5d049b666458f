/**
 * The catalogue's thirteen JSON columns of `account_permission`, derived from facts when they are written.
 * They hold the account's own direct grants only: nothing from PUBLIC, ownership or a role.
 */
import type { DbType } from './engine.ts';
import type { Grant, PrivilegeFacts } from './facts.ts';

export const CATALOGUE_COLUMNS = [
  'global_privileges',
  'database_privileges',
  'predefined_roles',
  'role_attributes',
  'database_privileges_pg',
  'tablespace_privileges',
  'server_roles',
  'server_permissions',
  'database_roles',
  'database_permissions',
  'oracle_roles',
  'system_privileges',
  'tablespace_privileges_oracle',
] as const;
export type CatalogueColumn = (typeof CATALOGUE_COLUMNS)[number];
export type CatalogueColumns = Record<CatalogueColumn, unknown>;

/** What of an account the columns depend on. */
export interface ColumnSource {
  /** Null = never read: every column is then null. */
  facts: PrivilegeFacts | null;
  isSuperuser: boolean;
  error?: unknown;
}

type ByName = Record<string, string[]>;

/** All thirteen columns; those of other engines, and all of an unread account, are null. Lists are sorted and unique. */
export function catalogueColumns(dbType: DbType, account: ColumnSource): CatalogueColumns {
  const columns = Object.fromEntries(CATALOGUE_COLUMNS.map((column) => [column, null])) as CatalogueColumns;
  if (account.facts === null || account.error !== undefined) return columns;
  return { ...columns, ...DERIVE[dbType](account.facts, account.isSuperuser) };
}

const DERIVE: Record<DbType, (facts: PrivilegeFacts, isSuperuser: boolean) => Partial<CatalogueColumns>> = {
  mysql: (facts) => ({
    global_privileges: privileges(facts.grants.filter((grant) => grant.scope === 'server' && grant.state === 'grant')),
    database_privileges: group(
      facts.grants.filter((grant) => grant.scope === 'database' && grant.state === 'grant'),
      (grant) => grant.database,
    ),
  }),
  postgresql: (facts, isSuperuser) => ({
    predefined_roles: unique(facts.memberships.map((membership) => membership.role)),
    role_attributes: pick(facts.attributes, [
      'can_super',
      'can_create_role',
      'can_create_db',
      'can_replicate',
      'can_bypass_rls',
      'can_inherit',
      'can_login',
    ]),
    database_privileges_pg: group(
      facts.grants.filter((grant) => grant.scope === 'database' && grant.state === 'grant'),
      (grant) => grant.database,
    ),
    tablespace_privileges: group(
      facts.grants.filter((grant) => grant.scope === 'tablespace' && grant.state === 'grant'),
      (grant) => grant.object,
    ),
    system_privileges: isSuperuser ? ['SUPERUSER'] : [],
  }),
  sqlserver: (facts) => ({
    server_roles: unique(facts.memberships.filter((membership) => !membership.database).map((membership) => membership.role)),
    server_permissions: privileges(facts.grants.filter((grant) => grant.scope === 'server' && grant.state === 'grant')),
    database_roles: databaseRoles(facts),
    database_permissions: databasePermissions(facts.grants.filter((grant) => grant.state === 'grant')),
  }),
  oracle: (facts) => ({
    oracle_roles: unique(facts.memberships.map((membership) => membership.role)),
    system_privileges: privileges(facts.grants.filter((grant) => grant.scope === 'server' && grant.state === 'grant')),
    tablespace_privileges_oracle: quotas(facts.attributes['quotas']),
  }),
};

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();
const privileges = (grants: readonly Grant[]): string[] => unique(grants.map((grant) => grant.privilege));

function group(grants: readonly Grant[], key: (grant: Grant) => string | null | undefined): ByName {
  const lists = new Map<string, string[]>();
  for (const grant of grants) {
    const name = key(grant) ?? '';
    const list = lists.get(name);
    if (list) list.push(grant.privilege);
    else lists.set(name, [grant.privilege]);
  }
  return Object.fromEntries([...lists.keys()].sort().map((name) => [name, unique(lists.get(name)!)]));
}

function pick(attributes: Record<string, unknown>, names: readonly string[]): Record<string, boolean> {
  return Object.fromEntries(names.map((name) => [name, attributes[name] === true]));
}

/** Memberships inside databases; owning a database makes its owner `dbo`, who is `db_owner`. */
function databaseRoles(facts: PrivilegeFacts): ByName {
  const roles = new Map<string, string[]>();
  const add = (database: string, role: string): void => void roles.set(database, [...(roles.get(database) ?? []), role]);
  for (const membership of facts.memberships) if (membership.database) add(membership.database, membership.role);
  for (const owned of facts.owns) if (owned.scope === 'database' && owned.database) add(owned.database, 'db_owner');
  return Object.fromEntries([...roles.keys()].sort().map((database) => [database, unique(roles.get(database)!)]));
}

interface DatabasePermissions {
  database: string[];
  schema: ByName;
  table: ByName;
  column?: ByName;
}

function databasePermissions(grants: readonly Grant[]): Record<string, DatabasePermissions> {
  const databases = unique(grants.flatMap((grant) => (grant.database ? [grant.database] : [])));
  return Object.fromEntries(
    databases.map((database) => {
      const own = grants.filter((grant) => grant.database === database);
      const of = (...scopes: Grant['scope'][]): Grant[] => own.filter((grant) => scopes.includes(grant.scope));
      const object = (grant: Grant): string => `${grant.schema ?? ''}.${grant.object ?? ''}`;
      const columns = of('column');
      const permissions: DatabasePermissions = {
        database: privileges(of('database')),
        schema: group(of('schema'), (grant) => grant.schema),
        table: group(of('table', 'sequence', 'routine', 'column'), object),
      };
      if (columns.length > 0) permissions.column = group(columns, (grant) => `${object(grant)}.${grant.column ?? ''}`);
      return [database, permissions];
    }),
  );
}

/** `attributes.quotas` = `{tablespace: {max_bytes, bytes}}`, −1 meaning unlimited. */
function quotas(value: unknown): Record<string, { quota: string; used_mb: number }> {
  const given = (value ?? {}) as Record<string, { max_bytes?: number; bytes?: number }>;
  const toMb = (bytes: number): number => Math.round((bytes / 1_048_576) * 10) / 10;
  return Object.fromEntries(
    Object.keys(given)
      .sort()
      .map((tablespace) => {
        const { max_bytes: max = 0, bytes = 0 } = given[tablespace]!;
        return [tablespace, { quota: max < 0 ? 'UNLIMITED' : `${Math.round(max / 1_048_576)} MB`, used_mb: toMb(bytes) }];
      }),
  );
}
