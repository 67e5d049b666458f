/** PostgreSQL 10 and later: wires client, queries and parse into the interface; begin with `accounts.ts`. */
import { EngineError, type Capability, type Connection, type Engine, type SizesRead } from '../engine.ts';
import { filterDatabases, type NameFilter } from '../filters.ts';
import { inSnapshot, quote, readAccounts, type DatabaseRow, type Reading } from './accounts.ts';
import { openSession } from './client.ts';
import { parseVersion } from './parse.ts';
import { postgresqlPrivileges } from './privileges.ts';
import { DATABASES, RIGHTS, SIZES, VERSION } from './queries.ts';

const OLDEST = 100000;

export const postgresql: Engine = {
  type: 'postgresql',
  label: 'PostgreSQL',
  defaultPort: 5432,
  defaultDatabase: 'postgres',
  privileges: postgresqlPrivileges,
  async connect(target, options) {
    const database = target.database ?? 'postgres';
    const session = await openSession(target, database, options);
    const asked = async (): Promise<{ banner: string; detailed: string; number: number }> =>
      (await session.query<{ banner: string; detailed: string; number: number }>(VERSION))[0]!;
    const reading = async (): Promise<Reading> => {
      const { number } = await asked();
      if (number < OLDEST)
        throw new EngineError('UNSUPPORTED_VERSION', { stage: 'query', detail: `server_version_num ${number}; 10 or later is needed` });
      return { target, options, session, database, login: target.username, version: number };
    };
    const connection: Connection = {
      async version() {
        const { banner, detailed } = await asked();
        return { banner, ...parseVersion(banner, detailed) };
      },
      async accounts(filter) {
        const before = session.statements;
        const ready = await reading();
        const asking = session.statements - before;
        const read = await readAccounts(ready, filter);
        return { ...read, statements: read.statements + asking };
      },
      async databaseSizes(filter) {
        await reading();
        return readSizes(await inSnapshot(session, options, () => session.query<SizeRow>(SIZES)), filter, target.username);
      },
      async capabilities() {
        const [rights] = await session.query<Rights>(RIGHTS);
        return capabilitiesOf(rights!, await session.query<DatabaseRow>(DATABASES));
      },
      close: () => session.close(),
    };
    return connection;
  },
};

interface SizeRow {
  name: string;
  system: boolean;
  bytes: string | null;
}

/** VERSION, then BEGIN, SETTINGS, SIZES, COMMIT. */
const SIZE_STATEMENTS = 5;

function readSizes(rows: SizeRow[], filter: NameFilter, login: string): SizesRead {
  const { kept, filtered } = filterDatabases(
    rows.map((row) => row.name),
    filter,
  );
  const wanted = new Set(kept);
  const read: SizesRead = { databases: [], unmeasured: [], filtered, source: 'pg_database_size', statements: SIZE_STATEMENTS };
  for (const row of rows) {
    if (!wanted.has(row.name)) continue;
    if (row.bytes === null)
      read.unmeasured.push({ name: row.name, code: 'PRIVILEGE_MISSING', needs: `GRANT pg_read_all_stats TO ${quote(login)}` });
    else
      read.databases.push({
        name: row.name,
        sizeBytes: Number(row.bytes),
        dataBytes: Number(row.bytes),
        logBytes: null,
        isSystem: row.system,
      });
  }
  return read;
}

interface Rights {
  login: string;
  reads_statistics: boolean;
  reads_roles: boolean;
  reads_members: boolean;
}

function capabilitiesOf(rights: Rights, databases: DatabaseRow[]): Capability[] {
  const login = quote(rights.login);
  const closed = databases.filter((database) => database.open && !database.may_connect).map((database) => database.name);
  const capability = (
    feature: Capability['feature'],
    needs: string,
    has: boolean,
    required: boolean,
    lacks: string,
    grant: string,
  ): Capability => ({ feature, needs, has, required, lacks: has ? null : lacks, grant: has ? null : grant });
  return [
    capability('accounts', 'SELECT ON pg_roles', rights.reads_roles, true, 'pg_roles', `GRANT SELECT ON pg_catalog.pg_roles TO ${login}`),
    capability(
      'privileges',
      'SELECT ON pg_auth_members',
      rights.reads_members,
      true,
      'pg_auth_members',
      `GRANT SELECT ON pg_catalog.pg_auth_members TO ${login}`,
    ),
    capability(
      'privileges',
      'CONNECT ON every database',
      closed.length === 0,
      false,
      closed.join(', '),
      closed.map((name) => `GRANT CONNECT ON DATABASE ${quote(name)} TO ${login};`).join('\n'),
    ),
    capability(
      'sizes',
      'pg_read_all_stats, or CONNECT ON every database',
      rights.reads_statistics || closed.length === 0,
      false,
      closed.join(', '),
      `GRANT pg_read_all_stats TO ${login}`,
    ),
  ];
}
