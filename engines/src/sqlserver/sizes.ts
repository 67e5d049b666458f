/** Database sizes from the server's list of files; FILESTREAM containers and tempdb are measured inside. */
import { EngineError, type DatabaseSize, type SizesRead } from '../engine.ts';
import { filterDatabases, type NameFilter } from '../filters.ts';
import { inGroups, type Reading } from './accounts.ts';
import { SIZES, SIZES_INSIDE } from './queries.ts';

interface SizeRow {
  id: number;
  name: string;
  system: number;
  /** `bigint` comes as text; null = the view shows no file of it. */
  data_bytes: string | null;
  log_bytes: string | null;
  inside: number;
}

export async function readSizes({ session, rights, queryTimeoutMs }: Reading, filter: NameFilter): Promise<SizesRead> {
  const before = session.statements;
  const missing = !rights.definitions ? 'VIEW ANY DEFINITION' : !rights.names ? 'VIEW ANY DATABASE' : null;
  if (missing)
    throw new EngineError('PRIVILEGE_MISSING', {
      stage: 'query',
      needs: `GRANT ${missing} TO ${rights.quoted}`,
      detail: `${missing} is not granted`,
    });
  const rows = await session.query<SizeRow>(SIZES);
  if (rows.length === 0) throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'sys.databases is empty for this login' });
  const inside = new Map<number, [data: number, log: number]>();
  if (rows.some((row) => row.inside === 1))
    await inGroups(session, SIZES_INSIDE, queryTimeoutMs, (_kind, database, [data, log]) =>
      inside.set(database, [Number(data), Number(log)]),
    );
  const { kept, filtered } = filterDatabases(
    rows.map((row) => row.name),
    filter,
  );
  const wanted = new Set(kept);
  const read: SizesRead = { databases: [], unmeasured: [], filtered, source: 'sys.master_files', statements: 0 };
  for (const row of rows) {
    if (!wanted.has(row.name)) continue;
    const measured: [number, number] | undefined =
      row.inside === 1 ? inside.get(row.id) : row.data_bytes === null ? undefined : [Number(row.data_bytes), Number(row.log_bytes)];
    if (measured) read.databases.push(sizeOf(row, ...measured));
    // Its FILESTREAM data is not in the list of files: what is there would be too small.
    else read.unmeasured.push({ name: row.name, code: 'PRIVILEGE_MISSING', needs: `GRANT CONNECT ANY DATABASE TO ${rights.quoted}` });
  }
  read.statements = session.statements - before;
  return read;
}

const sizeOf = (row: SizeRow, dataBytes: number, logBytes: number): DatabaseSize => ({
  name: row.name,
  sizeBytes: dataBytes + logBytes,
  dataBytes,
  logBytes,
  isSystem: row.system === 1,
});
