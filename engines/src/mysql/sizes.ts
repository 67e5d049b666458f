/** Database sizes: InnoDB's tablespace files where PROCESS lets us see them, else the tables' own figures; never a guessed 0. */
import { EngineError, type DatabaseSize, type SizesRead } from '../engine.ts';
import { filterDatabases, type NameFilter } from '../filters.ts';
import { quoteAccount, type Reading } from './accounts.ts';
import { errnoOf } from './client.ts';
import { FRESH_STATISTICS, OTHER_TABLE_SIZES, SCHEMAS, TABLE_SIZES, tablespaces } from './queries.ts';
import { ownRights, seesAllDatabases, seesAllTables, seesTablesOf, seesTablespaces, tellsFileSizes, type OwnRights } from './rights.ts';

const SYSTEM = new Set(['information_schema', 'performance_schema', 'mysql', 'sys']);
/** Unknown table, unknown column, unknown character set: this version has no such view. */
const NOT_HERE = new Set([1109, 1146, 1054, 1115]);

interface SizeRow {
  name: string;
  bytes: number | string | null;
}

type Measured = { bytes: Map<string, number>; source: string; covers: (database: string) => boolean };

export async function readSizes(reading: Reading, filter: NameFilter): Promise<SizesRead> {
  const { session, login } = reading;
  const before = session.statements;
  const account = quoteAccount(login);
  const rights = await ownRights(session, reading.version);
  // Without this right the list is short and nothing says so: databases would seem to have been dropped.
  if (!seesAllDatabases(rights))
    throw new EngineError('PRIVILEGE_MISSING', {
      stage: 'query',
      needs: `GRANT SHOW DATABASES ON *.* TO ${account}`,
      detail: 'SHOW DATABASES is not granted',
    });
  const names = (await session.query<{ name: string }>(SCHEMAS)).map((row) => row.name).sort();
  if (names.length === 0) throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'no database is visible' });
  const { kept, filtered } = filterDatabases(names, filter);
  const needs = `GRANT ${tellsFileSizes(reading.version) ? 'PROCESS' : 'SHOW VIEW'} ON *.* TO ${account}`;
  const measured = (await byTablespace(reading, rights)) ?? (await byTable(reading, rights));
  const read: SizesRead = { databases: [], unmeasured: [], filtered, source: measured.source, statements: 0 };
  for (const name of kept) {
    if (measured.covers(name)) read.databases.push(sizeOf(name, measured.bytes.get(name) ?? 0));
    else read.unmeasured.push({ name, code: 'PRIVILEGE_MISSING', needs });
  }
  if (read.databases.length === 0 && read.unmeasured.length > 0) {
    throw new EngineError('PRIVILEGE_MISSING', {
      stage: 'query',
      needs,
      detail: 'neither tablespaces nor tables are visible',
    });
  }
  read.statements = session.statements - before;
  return read;
}

const sizeOf = (name: string, bytes: number): DatabaseSize => ({
  name,
  sizeBytes: bytes,
  dataBytes: bytes,
  logBytes: null,
  isSystem: SYSTEM.has(name.toLowerCase()),
});

async function byTablespace({ session, version }: Reading, rights: OwnRights): Promise<Measured | null> {
  if (!tellsFileSizes(version) || !seesTablespaces(rights)) return null;
  const newName = version.flavour === 'mysql' && version.number >= 80000;
  for (const view of newName
    ? (['INNODB_TABLESPACES', 'INNODB_SYS_TABLESPACES'] as const)
    : (['INNODB_SYS_TABLESPACES', 'INNODB_TABLESPACES'] as const)) {
    try {
      const bytes = summed(await session.query<SizeRow>(tablespaces(view)));
      if (!seesAllTables(rights)) return { bytes, source: view, covers: () => true };
      for (const [name, more] of summed(await session.query<SizeRow>(OTHER_TABLE_SIZES))) bytes.set(name, (bytes.get(name) ?? 0) + more);
      return { bytes, source: `${view} + TABLES`, covers: () => true };
    } catch (error) {
      if (errnoOf(error) === 1227) return null;
      if (!NOT_HERE.has(errnoOf(error) ?? 0)) throw error;
    }
  }
  return null;
}

async function byTable({ session, version }: Reading, rights: OwnRights): Promise<Measured> {
  // MySQL 8 answers from figures up to a day old unless told otherwise.
  if (version.flavour === 'mysql' && version.number >= 80000) await session.query(FRESH_STATISTICS);
  const bytes = summed(await session.query<SizeRow>(TABLE_SIZES));
  return { bytes, source: 'TABLES', covers: (database) => seesTablesOf(rights, database) };
}

function summed(rows: readonly SizeRow[]): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const row of rows) bytes.set(row.name, (bytes.get(row.name) ?? 0) + Number(row.bytes ?? 0));
  return bytes;
}
