/** SQL Server 2012 and later, Azure SQL Managed Instance; begin with `accounts.ts`. */
import { EngineError, type Connection, type Engine, type ServerVersion } from '../engine.ts';
import { readAccounts, type Reading } from './accounts.ts';
import { openSession } from './client.ts';
import { sqlserverPrivileges } from './privileges.ts';
import { SETTINGS, VERSION } from './queries.ts';
import { capabilitiesOf, ownRights } from './rights.ts';
import { readSizes } from './sizes.ts';

const OLDEST = 1100;
const MANAGED_INSTANCE = 8;
/** Single databases of Azure have no server to look at: no logins' permissions, no way from one database to another. */
const NOT_A_SERVER = new Set([5, 6, 9, 11]);

interface VersionRow {
  banner: string;
  detailed: string;
  edition: number;
}

export const sqlserver: Engine = {
  type: 'sqlserver',
  label: 'SQL Server',
  defaultPort: 1433,
  defaultDatabase: 'master',
  privileges: sqlserverPrivileges,
  async connect(target, options) {
    const session = await openSession(target, target.database ?? 'master', options);
    const asked = async (): Promise<VersionRow> => (await session.query<VersionRow>(VERSION))[0]!;
    const reading = async (): Promise<Reading> => {
      const row = await asked();
      const version = versionNumber(row);
      if (version < OLDEST || NOT_A_SERVER.has(row.edition))
        throw new EngineError('UNSUPPORTED_VERSION', {
          stage: 'query',
          detail: `${row.detailed}, engine edition ${row.edition}: SQL Server 2012 or later, or Azure SQL Managed Instance, is needed`,
        });
      await session.query(SETTINGS);
      return { session, version, rights: await ownRights(session), queryTimeoutMs: options.queryTimeoutMs ?? 300_000 };
    };
    const counted = async <T extends { statements: number }>(work: (ready: Reading) => Promise<T>): Promise<T> => {
      const before = session.statements;
      const read = await work(await reading());
      return { ...read, statements: session.statements - before };
    };
    const connection: Connection = {
      async version() {
        const { banner, detailed } = await asked();
        return { banner, ...parseVersion(detailed) };
      },
      accounts: (filter) => counted((ready) => readAccounts(ready, filter)),
      databaseSizes: (filter) => counted((ready) => readSizes(ready, filter)),
      async capabilities() {
        const { rights, version } = await reading();
        return capabilitiesOf(session, rights, version);
      },
      close: () => session.close(),
    };
    return connection;
  },
};

/** `15.0.4385.2` → main `15.0`. */
function parseVersion(detailed: string): Pick<ServerVersion, 'main' | 'detailed'> {
  const version = /^\d+(\.\d+)+/.exec(detailed)?.[0] ?? null;
  return { main: version === null ? null : version.split('.').slice(0, 2).join('.'), detailed: version };
}

/** 1100 = 2012 … 1700 = 2025. A Managed Instance says 12.0 of itself and is ahead of all releases. */
function versionNumber({ detailed, edition }: VersionRow): number {
  if (edition === MANAGED_INSTANCE) return 1600;
  const [major = '0', minor = '0'] = detailed.split('.');
  return Number(major) * 100 + Number(minor);
}
