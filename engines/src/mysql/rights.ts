/** What our own login may do, and so what its readings are worth. */
import type { Capability } from '../engine.ts';
import { matchesPattern } from '../cover.ts';
import { quoteAccount } from './accounts.ts';
import type { Session } from './client.ts';
import type { Version } from './names.ts';
import { ACTIVE_ROLES, ownGrantsWith } from './queries.ts';
import { parseGrantLine } from './show-grants.ts';

export interface OwnRights {
  global: ReadonlySet<string>;
  /** Database patterns with at least one privilege. */
  databases: readonly string[];
  tables: ReadonlySet<string>;
  /** MySQL 8: what is held globally and taken away in one database, as `privilege`, then all databases where. */
  except: ReadonlyMap<string, readonly string[]>;
}

export async function ownRights(session: Session, version: Version): Promise<OwnRights> {
  const hasRoles = version.flavour === 'mysql' && version.number >= 80000;
  const roles = hasRoles ? ((await session.query<{ roles: string | null }>(ACTIVE_ROLES))[0]?.roles ?? '') : '';
  const all = (await session.rows<[string]>(ownGrantsWith(roles))).flatMap(([line]) => parseGrantLine(line).grants);
  const grants = all.filter((grant) => grant.state === 'grant');
  const except = new Map<string, string[]>();
  for (const { privilege, database, state } of all)
    if (state === 'revoke' && database) except.set(privilege, [...(except.get(privilege) ?? []), database]);
  return {
    global: new Set(grants.filter((grant) => grant.scope === 'server').map((grant) => grant.privilege)),
    databases: grants.filter((grant) => grant.scope === 'database').map((grant) => grant.database!),
    tables: new Set(
      grants.filter((grant) => grant.scope === 'table' || grant.scope === 'column').map((grant) => `${grant.database}.${grant.object}`),
    ),
    except,
  };
}

/** Privileges that show every database and table when held globally. */
const SHOWING = [
  'ALL PRIVILEGES',
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'ALTER',
  'INDEX',
  'REFERENCES',
  'SHOW VIEW',
  'CREATE VIEW',
  'TRIGGER',
];

export const seesAllTables = (rights: OwnRights): boolean => SHOWING.some((name) => rights.global.has(name) && !rights.except.has(name));
export const seesAllDatabases = (rights: OwnRights): boolean => rights.global.has('SHOW DATABASES') || seesAllTables(rights);
export const seesTablesOf = (rights: OwnRights, database: string): boolean =>
  seesAllTables(rights) || rights.databases.some((pattern) => matchesPattern(pattern, database));
/** MySQL 5.6 does not say how large an InnoDB file is: there sizes are the tables' own figures. */
export const tellsFileSizes = (version: Version): boolean => version.flavour === 'mariadb' || version.number >= 50700;
export const seesTablespaces = (rights: OwnRights): boolean => rights.global.has('PROCESS') || rights.global.has('ALL PRIVILEGES');

/** The tables of schema `mysql` that the account read needs on this server. */
export function grantTables(version: Version): string[] {
  const common = ['db', 'tables_priv', 'columns_priv', 'procs_priv', 'proxies_priv'];
  if (version.flavour === 'mariadb') return [version.number >= 100400 ? 'global_priv' : 'user', ...common, 'roles_mapping'];
  return version.number >= 80000 ? ['user', ...common, 'global_grants', 'role_edges', 'default_roles'] : ['user', ...common];
}

export function capabilitiesOf(rights: OwnRights, version: Version, login: string): Capability[] {
  const account = quoteAccount(login);
  const reads = (table: string): boolean =>
    ((rights.global.has('SELECT') || rights.global.has('ALL PRIVILEGES')) && !rights.except.get('SELECT')?.includes('mysql')) ||
    rights.databases.some((pattern) => matchesPattern(pattern, 'mysql')) ||
    rights.tables.has(`mysql.${table}`);
  const capability = (feature: Capability['feature'], needs: string, has: boolean, required: boolean, grant: string): Capability => ({
    feature,
    needs,
    has,
    required,
    lacks: has ? null : needs,
    grant: has ? null : grant,
  });
  return [
    ...grantTables(version).map((table, at) =>
      capability(
        at === 0 ? 'accounts' : 'privileges',
        `SELECT ON mysql.${table}`,
        reads(table),
        at === 0,
        `GRANT SELECT ON mysql.${table} TO ${account}`,
      ),
    ),
    capability('sizes', 'SHOW DATABASES', seesAllDatabases(rights), true, `GRANT SHOW DATABASES ON *.* TO ${account}`),
    ...(tellsFileSizes(version)
      ? [capability('sizes', 'PROCESS', seesTablespaces(rights), !seesAllTables(rights), `GRANT PROCESS ON *.* TO ${account}`)]
      : []),
    // Without it the tables of other storage engines than InnoDB cannot be seen, and nothing says that there are any.
    capability('sizes', 'SHOW VIEW', seesAllTables(rights), !tellsFileSizes(version), `GRANT SHOW VIEW ON *.* TO ${account}`),
  ];
}
