/** Reads all accounts, roles and grants with a fixed number of statements; SHOW GRANTS only where the tables are closed. */
import { EngineError, type AccountFact, type AccountsRead } from '../engine.ts';
import { canonicalFacts, type Grant, type Unread } from '../facts.ts';
import { filterAccounts, type NameFilter } from '../filters.ts';
import { errnoOf, type Session } from './client.ts';
import { identity, type Version } from './names.ts';
import {
  draftOfMariadb,
  draftOfUser,
  noRows,
  parseAccounts,
  type Draft,
  type GrantRows,
  type MariadbAccountRow,
  type UserRow,
} from './parse.ts';
import * as queries from './queries.ts';
import { parseGrantLine } from './show-grants.ts';

/** `login` is CURRENT_USER(): who the server takes us for. */
export interface Reading {
  session: Session;
  version: Version;
  login: string;
}

export async function readAccounts({ session, version, login }: Reading, filter: NameFilter): Promise<AccountsRead> {
  const before = session.statements;
  const columns = await columnsByTable(session);
  const drafts = await readDrafts(session, version, columns, login);
  if (drafts.length === 0)
    throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'the account table is empty for this login' });
  const unread: Unread[] = [];
  const rows = await readGrants(session, version, columns, unread, login);
  const accounts = rows ? parseAccounts(drafts, rows, version, unread) : await readEachByShowGrants(session, drafts, version);
  const { kept, filteredOut } = filterAccounts('mysql', accounts, filter);
  return { accounts: kept, filteredOut, unread, statements: session.statements - before };
}

type Columns = Map<string, string[]>;

/** Which grant tables, with which columns, this server has and lets us see. */
async function columnsByTable(session: Session): Promise<Columns> {
  const columns: Columns = new Map();
  for (const { t, c } of await session.query<{ t: string; c: string }>(queries.GRANT_TABLE_COLUMNS)) {
    const list = columns.get(t);
    if (list) list.push(c);
    else columns.set(t, [c]);
  }
  return columns;
}

const missing = (table: string, login: string): EngineError =>
  new EngineError('PRIVILEGE_MISSING', {
    stage: 'query',
    needs: `GRANT SELECT ON mysql.${table} TO ${quoteAccount(login)}`,
    detail: `mysql.${table} is not readable`,
  });

/** `user@host` of CURRENT_USER() as an account name in a statement. */
export function quoteAccount(login: string): string {
  const cut = login.lastIndexOf('@');
  const quote = (name: string): string => `'${name.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return cut < 0 ? quote(login) : `${quote(login.slice(0, cut))}@${quote(login.slice(cut + 1))}`;
}

async function readDrafts(session: Session, version: Version, columns: Columns, login: string): Promise<Draft[]> {
  if (version.flavour === 'mariadb' && version.number >= 100400) {
    if (!columns.has('global_priv')) throw missing('global_priv', login);
    return (await session.query<MariadbAccountRow>(queries.MARIADB_ACCOUNTS)).map((row) => draftOfMariadb(row, version));
  }
  const present = columns.get('user') ?? [];
  if (!present.includes('User') || !present.includes('Host')) throw missing('user', login);
  return (await session.query<UserRow>(queries.mysqlAccounts(present))).map(draftOfUser);
}

/** Null when the tables of object grants are closed to us. */
async function readGrants(
  session: Session,
  version: Version,
  columns: Columns,
  unread: Unread[],
  login: string,
): Promise<GrantRows | null> {
  const rows = noRows();
  const database = columns.get('db') ?? [];
  if (queries.privilegeColumns(database).length === 0) return null;
  try {
    rows.databases = await session.large(queries.databaseGrants(database));
    rows.tables = await session.large(queries.TABLE_GRANTS);
    rows.columns = await session.large(queries.COLUMN_GRANTS);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'PRIVILEGE_MISSING') return null;
    throw error;
  }
  const optional = async <T>(table: string, statement: string): Promise<T[]> => {
    try {
      return await session.query<T>(statement);
    } catch (error) {
      // 1146: this version has no such table. Closed to us is something else: then it is unread, not empty.
      if (errnoOf(error) === 1146) return [];
      if (!(error instanceof EngineError) || error.code !== 'PRIVILEGE_MISSING') throw error;
      unread.push({ scope: 'server', object: `mysql.${table}`, code: 'PRIVILEGE_MISSING', needs: missing(table, login).needs ?? null });
      return [];
    }
  };
  rows.routines = await optional('procs_priv', queries.ROUTINE_GRANTS);
  rows.proxies = await optional('proxies_priv', queries.PROXY_GRANTS);
  if (version.flavour === 'mariadb') {
    if (version.number >= 100005) rows.mariadbRoles = await optional('roles_mapping', queries.MARIADB_ROLES);
  } else if (version.number >= 80000) {
    rows.dynamic = await optional('global_grants', queries.DYNAMIC_GRANTS);
    rows.mysqlRoles = await optional('role_edges', queries.MYSQL_ROLES);
    rows.defaultRoles = await optional('default_roles', queries.DEFAULT_ROLES);
    rows.settings = (await session.query<NonNullable<GrantRows['settings']>>(queries.ROLE_SETTINGS))[0] ?? null;
  }
  return rows;
}

/** The way of last resort, one statement per account: the account list can be read, the grant tables cannot. */
async function readEachByShowGrants(session: Session, drafts: readonly Draft[], version: Version): Promise<AccountFact[]> {
  const bare = parseAccounts(drafts, noRows(), version);
  const accounts: AccountFact[] = [];
  for (const [at, account] of bare.entries()) {
    const draft = drafts[at]!;
    try {
      const lines = await (draft.host === ''
        ? session.rows<[string]>(queries.GRANTS_OF_ROLE, [draft.user])
        : session.rows<[string]>(queries.GRANTS_OF, [draft.user, draft.host]));
      const parsed = lines.map(([line]) => parseGrantLine(line));
      const defaults = new Set(parsed.flatMap((line) => (line.defaultRole ? [line.defaultRole] : [])));
      // The account's own row already says its global privileges, one by one.
      const grants = parsed.flatMap((line) => line.grants).filter((grant) => grant.scope !== 'server' && !isRedundantOption(grant));
      const memberships = parsed
        .flatMap((line) => line.memberships)
        .map((membership) => ({ ...membership, default: defaults.has(membership.role) }));
      accounts.push({ ...account, facts: canonicalFacts({ ...account.facts, grants: [...account.facts.grants, ...grants], memberships }) });
    } catch (error) {
      if (!(error instanceof EngineError) || (error.code !== 'PRIVILEGE_MISSING' && error.code !== 'QUERY_FAILED')) throw error;
      accounts.push({ ...account, error: { code: error.code, message: `SHOW GRANTS FOR ${identity(draft.user, draft.host)}` } });
    }
  }
  return accounts;
}

const isRedundantOption = (grant: Grant): boolean => grant.scope === 'column' && grant.privilege === 'GRANT OPTION';
