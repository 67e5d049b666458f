/** Reads logins, roles and permissions of the server, then users and permissions database by database, in bounded groups. */
import { EngineError, type AccountsRead } from '../engine.ts';
import type { Unread } from '../facts.ts';
import { filterAccounts, type NameFilter } from '../filters.ts';
import { byVersion } from '../sql.ts';
import type { Session } from './client.ts';
import { QUERYING } from './errors.ts';
import { parseAccounts, type DatabaseRow, type LoginRow, type PermissionRow } from './parse.ts';
import type { DatabaseRows } from './parse-database.ts';
import { DATABASES, EACH_DATABASE, LOGINS, SERVER_MEMBERS, SERVER_PERMISSIONS } from './queries.ts';
import type { Rights } from './rights.ts';

export interface Reading {
  session: Session;
  rights: Rights;
  /** 1100 = 2012 … 1700 = 2025. */
  version: number;
  queryTimeoutMs: number;
}

/** Databases of one statement at most; it ends sooner when a quarter of its timeout is over. */
const GROUP = 50;

export async function readAccounts({ session, rights, version, queryTimeoutMs }: Reading, filter: NameFilter): Promise<AccountsRead> {
  const before = session.statements;
  if (!rights.definitions)
    throw new EngineError('PRIVILEGE_MISSING', {
      stage: 'query',
      needs: `GRANT VIEW ANY DEFINITION TO ${rights.quoted}`,
      detail: 'VIEW ANY DEFINITION is not granted: the catalogue would show a part and not say so',
    });
  const logins = await session.query<LoginRow>(byVersion(LOGINS, version));
  if (logins.length === 0)
    throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'sys.server_principals is empty for this login' });
  const members = await session.query<{ role: number; member: number }>(SERVER_MEMBERS);
  const permissions = await session.query<PermissionRow>(SERVER_PERMISSIONS);
  const databases = await session.query<DatabaseRow>(DATABASES);
  const { inside, failed } = await readInside(session, queryTimeoutMs);
  const unread = databases.flatMap((database) => whyUnread(database, inside, failed.get(database.id), rights, version));
  if (!rights.names)
    unread.push({
      scope: 'server',
      object: 'sys.databases',
      code: 'PRIVILEGE_MISSING',
      needs: `GRANT VIEW ANY DATABASE TO ${rights.quoted}`,
    });
  const accounts = parseAccounts({ logins, members, permissions, databases, inside, unread });
  const { kept, filteredOut } = filterAccounts('sqlserver', accounts, filter);
  return { accounts: kept, filteredOut, unread, statements: session.statements - before };
}

type Failures = Map<number, { number: number; text: string }>;

/** Walks through the databases by id; the server says how far it came, so no group outlasts its statement's time. */
export async function inGroups(
  session: Session,
  statement: string,
  queryTimeoutMs: number,
  onRow: (kind: string, database: number, rest: unknown[]) => void,
): Promise<Failures> {
  const failed: Failures = new Map();
  let from = 1;
  for (let finished = false; !finished;) {
    const rows = await session.rows(statement, { from, many: GROUP, budget: Math.max(1_000, Math.floor(queryTimeoutMs / 4)) });
    const last = rows.at(-1);
    if (last?.[0] !== 'Z')
      throw new EngineError('QUERY_FAILED', { stage: 'query', detail: 'the reading of a group of databases ended early' });
    for (const [kind, database, ...rest] of rows as [string, number, ...unknown[]][]) {
      if (kind === 'E') failed.set(database, { number: rest[0] as number, text: String(rest[1]) });
      else if (kind !== 'Z') onRow(kind, database, rest);
    }
    from = (last[1] as number) + 1;
    finished = last[2] === 1;
  }
  return failed;
}

const PARTS: Record<string, keyof DatabaseRows> = { P: 'principals', M: 'members', S: 'schemas', O: 'objects', G: 'grants' };

async function readInside(session: Session, queryTimeoutMs: number): Promise<{ inside: Map<number, DatabaseRows>; failed: Failures }> {
  const inside = new Map<number, DatabaseRows>();
  const failed = await inGroups(session, EACH_DATABASE, queryTimeoutMs, (kind, database, rest) => {
    let rows = inside.get(database);
    if (!rows) inside.set(database, (rows = { principals: [], members: [], schemas: [], objects: [], grants: [] }));
    const part = PARTS[kind];
    if (part) (rows[part] as unknown[][]).push(rest);
  });
  // What came before an error is a part of the truth, and would look like the whole.
  for (const database of failed.keys()) inside.delete(database);
  return { inside, failed };
}

function whyUnread(
  database: DatabaseRow,
  inside: ReadonlyMap<number, DatabaseRows>,
  failure: { number: number; text: string } | undefined,
  rights: Rights,
  version: number,
): Unread[] {
  if (inside.has(database.id)) return [];
  const place = { scope: 'database' as const, database: database.name };
  if (failure) return [{ ...place, code: QUERYING[failure.number] ?? 'QUERY_FAILED', needs: `${failure.number}: ${failure.text}` }];
  if (database.state !== 'ONLINE')
    return [
      {
        ...place,
        code: 'QUERY_FAILED',
        needs: database.state === 'OFFLINE' ? `ALTER DATABASE ${database.quoted} SET ONLINE` : `the database is ${database.state}`,
      },
    ];
  return [
    {
      ...place,
      code: 'PRIVILEGE_MISSING',
      needs:
        version >= 1200
          ? `GRANT CONNECT ANY DATABASE TO ${rights.quoted}`
          : `USE ${database.quoted}; CREATE USER ${rights.quoted} FOR LOGIN ${rights.quoted}`,
    },
  ];
}
