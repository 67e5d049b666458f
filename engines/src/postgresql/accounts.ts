/** Reads roles and privileges: once for the whole server, then once in every database that may be entered. */
import { EngineError, type AccountsRead, type ConnectOptions, type Target } from '../engine.ts';
import type { Unread } from '../facts.ts';
import { filterAccounts, type NameFilter } from '../filters.ts';
import { inParallel, inTurn } from '../pool.ts';
import { byVersion } from '../sql.ts';
import { openSession, type Session } from './client.ts';
import { readFacts, type AclRow, type MemberRow, type RoleRow } from './parse.ts';
import { BEGIN, CLUSTER, COMMIT, DATABASES, MEMBERSHIPS, OBJECTS, ROLES, SETTINGS } from './queries.ts';

/** Connections to databases of one server at the same time, the first one not counted. */
const WIDTH = 4;

export interface Reading {
  target: Target;
  options: ConnectOptions;
  session: Session;
  database: string;
  login: string;
  version: number;
}

export interface DatabaseRow {
  name: string;
  open: boolean;
  template: boolean;
  may_connect: boolean;
}

/** One snapshot: everything inside `work` sees the server at one moment. */
export async function inSnapshot<T>(session: Session, options: ConnectOptions, work: () => Promise<T>): Promise<T> {
  await session.query(BEGIN);
  try {
    await session.query(SETTINGS, [String(options.queryTimeoutMs ?? 300_000)]);
    return await work();
  } finally {
    // After a failed statement COMMIT rolls back; after a lost connection there is nothing to end.
    await session.query(COMMIT).catch(() => {});
  }
}

export async function readAccounts(reading: Reading, filter: NameFilter): Promise<AccountsRead> {
  const { session, options, version } = reading;
  const before = session.statements;
  const server = await inSnapshot(session, options, async () => ({
    roles: await session.query<RoleRow>(ROLES),
    members: await session.query<MemberRow>(byVersion(MEMBERSHIPS, version)),
    databases: await session.query<DatabaseRow>(DATABASES),
    acls: await session.rows<AclRow>(byVersion(CLUSTER, version)),
  }));
  if (server.roles.length === 0) throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'pg_roles is empty for this login' });
  let statements = session.statements - before;
  const facts = readFacts({ version, roles: server.roles, members: server.members });
  facts.add(server.acls);
  const unread: Unread[] = [];
  const enterable: string[] = [];
  for (const database of server.databases) {
    const reason = whyClosed(database, reading.login);
    if (reason) unread.push(reason);
    // template0 lets nobody in and holds nothing that was not there at the start.
    else if (database.open) enterable.push(database.name);
  }
  let refused: EngineError | undefined;
  // Logins one after the other: a password that was changed meanwhile is refused once, not by all lanes at once.
  const signIn = inTurn();
  await inParallel(enterable, WIDTH, async (database) => {
    try {
      const read = await readDatabase(reading, database, (open) =>
        signIn(async () => {
          // A password that is refused once is not tried again: we lock nobody's account out.
          if (refused) throw refused;
          return open().catch((error: unknown) => {
            if (error instanceof EngineError && (error.cause as { code?: string } | undefined)?.code === '28P01') refused = error;
            throw error;
          });
        }),
      );
      facts.add(read.rows);
      statements += read.statements;
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === 'CANCELLED' || error.code === 'TARGET_NOT_ALLOWED') throw error;
      unread.push({ scope: 'database', database, code: error.code, needs: error.needs ?? null });
    }
  });
  const { kept, filteredOut } = filterAccounts('postgresql', facts.accounts(unread), filter);
  return { accounts: kept, filteredOut, unread, statements };
}

/** The statement that would open a database to us, if it is closed for a reason that one can change. */
function whyClosed(database: DatabaseRow, login: string): Unread | null {
  if (!database.open)
    return database.template
      ? null
      : {
          scope: 'database',
          database: database.name,
          code: 'PERMISSION_DENIED',
          needs: `ALTER DATABASE ${quote(database.name)} ALLOW_CONNECTIONS true`,
        };
  if (database.may_connect) return null;
  return {
    scope: 'database',
    database: database.name,
    code: 'PRIVILEGE_MISSING',
    needs: `GRANT CONNECT ON DATABASE ${quote(database.name)} TO ${quote(login)}`,
  };
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

type SignIn = (open: () => Promise<Session>) => Promise<Session>;
async function readDatabase(reading: Reading, database: string, signIn: SignIn): Promise<{ rows: AclRow[]; statements: number }> {
  const { options, version } = reading;
  const session =
    database === reading.database
      ? reading.session
      : await signIn(() => openSession(reading.target, database, options, reading.session.address));
  const before = session.statements;
  try {
    const rows = await inSnapshot(session, options, () => session.rows<AclRow>(byVersion(OBJECTS, version)));
    return { rows, statements: session.statements - before };
  } finally {
    if (session !== reading.session) await session.close();
  }
}
