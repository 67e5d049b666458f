/** Tablespaces, temporary ones too, with what of them is used; from the root container the pluggable databases as well. */
import { EngineError, type DatabaseSize, type SizesRead } from '../engine.ts';
import type { Unread } from '../facts.ts';
import { filterDatabases, type NameFilter } from '../filters.ts';
import type { Session } from './client.ts';
import * as queries from './queries.ts';
import { concerns, demand, grantOf, optional, readable, type Readable } from './views.ts';

interface SizeRow {
  name: string;
  bytes: number | null;
}

export async function readSizes(session: Session, filter: NameFilter): Promise<SizesRead> {
  const before = session.statements;
  const what = await readable(session);
  demand(what, 'DBA_TABLESPACES', 'DBA_DATA_FILES');
  const ignored: Unread[] = [];
  const sums = async (view: queries.View, statement: string): Promise<Map<string, number> | null> => {
    const closed = ignored.length;
    const rows = await optional<SizeRow>(session, what, view, statement, ignored);
    return ignored.length > closed ? null : new Map(rows.flatMap(({ name, bytes }) => (bytes === null ? [] : [[name, Number(bytes)]])));
  };
  const tablespaces = await session.query<{ name: string; contents: string }>(queries.TABLESPACES);
  if (tablespaces.length === 0) throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'no tablespace is visible' });
  const files = new Map(
    (await session.query<SizeRow>(queries.DATA_FILES)).map(({ name, bytes }) => [name, bytes === null ? null : Number(bytes)]),
  );
  const free = await sums('DBA_FREE_SPACE', queries.FREE_SPACE);
  const temporary = await sums('DBA_TEMP_FILES', queries.TEMP_FILES);
  const temporaryFree = await sums('DBA_TEMP_FREE_SPACE', queries.TEMP_FREE_SPACE);
  const pdbs = concerns('V_$PDBS', what) ? await optional<PdbRow>(session, what, 'V_$PDBS', queries.PDBS, ignored) : [];

  const measured = new Map<string, DatabaseSize | { code: 'PRIVILEGE_MISSING' | 'QUERY_FAILED'; needs: string }>();
  for (const { name, contents } of tablespaces) {
    const isTemporary = contents === 'TEMPORARY';
    if (isTemporary && !temporary) {
      measured.set(name, { code: 'PRIVILEGE_MISSING', needs: grantOf('DBA_TEMP_FILES', what.login) });
      continue;
    }
    // A tablespace group or one without a file has no bytes; a file that is offline has an unknown number of them.
    const bytes = isTemporary ? (temporary!.get(name) ?? 0) : files.get(name);
    if (bytes === undefined || bytes === null) measured.set(name, { code: 'QUERY_FAILED', needs: 'its data files online' });
    else measured.set(name, sizeOf(name, bytes, (isTemporary ? temporaryFree : free)?.get(name)));
  }
  for (const pdb of pdbs) addPdb(measured, pdb, what);
  const { kept, filtered } = filterDatabases([...measured.keys()].sort(), filter);
  const read: SizesRead = { databases: [], unmeasured: [], filtered, source: 'DBA_DATA_FILES', statements: session.statements - before };
  for (const name of kept) {
    const found = measured.get(name)!;
    if ('code' in found) read.unmeasured.push({ name, ...found });
    else read.databases.push(found);
  }
  return read;
}

interface PdbRow extends SizeRow {
  open_mode: string;
}

/** A PDB and a tablespace may bear one name; the seed is nobody's database. */
function addPdb(
  measured: Map<string, DatabaseSize | { code: 'PRIVILEGE_MISSING' | 'QUERY_FAILED'; needs: string }>,
  pdb: PdbRow,
  { container }: Readable,
): void {
  if (pdb.name === 'PDB$SEED' || pdb.name === container) return;
  const name = `${pdb.name} (PDB)`;
  const bytes = Number(pdb.bytes ?? 0);
  if (bytes > 0) measured.set(name, sizeOf(name, bytes, undefined));
  else measured.set(name, { code: 'QUERY_FAILED', needs: `ALTER PLUGGABLE DATABASE "${pdb.name}" OPEN (it is ${pdb.open_mode})` });
}

/** `dataBytes` is what is in use, where free space may be read; else all of it. */
const sizeOf = (name: string, bytes: number, free: number | undefined): DatabaseSize => ({
  name,
  sizeBytes: bytes,
  dataBytes: Math.max(0, bytes - (free ?? 0)),
  logBytes: null,
  isSystem: false,
});
