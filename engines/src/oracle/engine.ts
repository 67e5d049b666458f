/** Oracle Database 12.1 and later, one container per connection; begin with `accounts.ts`. */
import { EngineError, type Connection, type Engine, type ServerVersion } from '../engine.ts';
import { readAccounts } from './accounts.ts';
import { openSession, type Session } from './client.ts';
import { oraclePrivileges } from './privileges.ts';
import { BANNER, BEGIN, COMMIT } from './queries.ts';
import { readSizes } from './sizes.ts';
import { capabilitiesOf, readable, versionNumber } from './views.ts';

const OLDEST = 1201;

export const oracle: Engine = {
  type: 'oracle',
  label: 'Oracle',
  defaultPort: 1521,
  defaultDatabase: null,
  privileges: oraclePrivileges,
  connect: async (target, options) => connectionOver(await openSession(target, options)),
};

/** The interface over a session, whatever the session is made of: tests answer it from recorded rows. */
export function connectionOver(session: Session): Connection {
  /** One moment for all statements; the server's version is known from signing in. */
  const reading = async <T extends { statements: number }>(work: () => Promise<T>): Promise<T> => {
    if (versionNumber(session.version) < OLDEST)
      throw new EngineError('UNSUPPORTED_VERSION', {
        stage: 'query',
        detail: `${session.version}; Oracle Database 12.1 or later is needed`,
      });
    const before = session.statements;
    await session.query(BEGIN);
    try {
      return { ...(await work()), statements: session.statements - before };
    } finally {
      // After a lost connection there is nothing to end.
      await session.query(COMMIT).catch(() => {});
    }
  };
  return {
    async version() {
      // V$VERSION is open to everybody unless somebody closed it; the session knows the version too.
      const [row] = await session.query<{ banner: string }>(BANNER).catch((error: unknown) => {
        if (error instanceof EngineError && error.code === 'PRIVILEGE_MISSING') return [];
        throw error;
      });
      const banner = row?.banner ?? `Oracle Database ${session.version}`;
      return { banner, ...parseVersion(banner, session.version) };
    },
    accounts: (filter) => reading(() => readAccounts(session, filter)),
    databaseSizes: (filter) => reading(() => readSizes(session, filter)),
    async capabilities() {
      return capabilitiesOf(await readable(session));
    },
    close: () => session.close(),
  };
}

/** The banner's `19.0.0.0.0` gives the main version, the session's `19.3.0.0.0` the release update. */
function parseVersion(banner: string, detailed: string): Pick<ServerVersion, 'main' | 'detailed'> {
  const main = /(\d+\.\d+)(?:\.\d+)+/.exec(banner)?.[1] ?? /^\d+\.\d+/.exec(detailed)?.[0] ?? null;
  return { main, detailed: /^\d+(\.\d+)+/.exec(detailed)?.[0] ?? null };
}
