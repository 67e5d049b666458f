import type { DbType } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import { LOCKS, lockUntilCommit } from '../../jobs/index.ts';
import { type Actor, audit } from '../../logbook/index.ts';
import { ensurePartitions, forgetPartitions, type PartitionedTable } from '../../store/partitions.ts';
import type { DB } from '../../store/tables.ts';
import { transaction } from '../../store/transaction.ts';
import { FernetBroken, fernetKey, openFernet } from '../../vault/fernet.ts';
import type { Vault } from '../../vault/secrets.ts';
import { readExpression } from '../classification/index.ts';
import { recount } from '../instances/index.ts';
import { openSource, type Source } from './queries/source.ts';
import * as queries from './queries/target.ts';
import { type SourceTable, TABLES } from './tables.ts';

type Db = Kysely<DB>;

export interface MovedTable {
  table: SourceTable;
  /** Rows of the source; null: it has no such table. */
  found: number | null;
  /** Written now. */
  written: number;
  /** Of those found, neither here before nor written: they hang on something that is not here, or are not valid. */
  left: number;
}
export interface Moved {
  tables: MovedTable[];
  problems: string[];
}
export interface MoveGiven {
  url: string;
  fernetKey: string | undefined;
  logs: boolean;
  /** Does all of it and takes it back. */
  dryRun: boolean;
}

const PARTITIONS: Partial<Record<SourceTable, string>> = {
  database_size_stats: 'collected_date',
  instance_size_stats: 'collected_date',
  database_size_aggregations: 'period_start',
  instance_size_aggregations: 'period_start',
};

class TakenBack extends Error {}

/**
 * Takes over what the older program knows: all of it in one transaction or nothing. What is here already, by name, day or
 * time, stays as it is, so that it can be run again until the older program is switched off. Nothing is written to the source.
 * @throws Error when the source cannot be read or the key is none
 */
export async function moveIn(db: Db, vault: Vault, actor: Actor, given: MoveGiven): Promise<Moved> {
  const source = await openSource(given.url);
  const moved: Moved = { tables: [], problems: [] };
  try {
    await transaction(db, async (db) => {
      await lockUntilCommit(db, LOCKS.movingIn);
      for (const table of Object.keys(TABLES) as SourceTable[])
        if (table !== 'unified_logs' || given.logs) moved.tables.push(await moveTable(db, source, vault, table, given, moved.problems));
      await queries.repeatNewest(db);
      await recount(db);
      const written = Object.fromEntries(moved.tables.map((row) => [row.table, row.written]));
      await audit(db, actor, { action: 'import', resource: 'installation', after: written });
      if (given.dryRun) throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  } finally {
    forgetPartitions(db);
    await source.close().catch(() => {});
  }
  return moved;
}

async function moveTable(
  db: Db,
  source: Source,
  vault: Vault,
  table: SourceTable,
  given: MoveGiven,
  problems: string[],
): Promise<MovedTable> {
  await queries.makeRoom(db, table);
  const found = await source.read(table, Object.keys(TABLES[table]), (rows) => queries.putDown(db, table, rows));
  await queries.surveyed(db, table);
  const month = PARTITIONS[table];
  if (month) await ensurePartitions(db, table as PartitionedTable, await queries.monthsOf(db, table, month));
  let already: number | undefined;
  if (table === 'credentials') already = await moveCredentials(db, vault, given.fernetKey, problems);
  if (table === 'classification_rules') already = await moveRules(db, problems);
  const { written, present } = await queries.move(db, table, already);
  return { table, found: source.has(table) ? found : null, written, left: Math.max(0, found - present) };
}

/** A password that does not open is never a password: its credential comes along switched off. */
async function moveCredentials(db: Db, vault: Vault, keyText: string | undefined, problems: string[]): Promise<number> {
  const rows = await queries.newCredentials(db);
  if (rows.length > 0 && keyText === undefined)
    throw new Error('the source has credentials: give its key as IMPORT_FERNET_KEY or IMPORT_FERNET_KEY_FILE');
  const key = keyText === undefined ? undefined : fernetKey(keyText);
  const sealed = rows.map(({ old, id, name, password }) => {
    try {
      return { old, id, password: vault.seal(openPassword(password, key!), `credential:${id}`), opened: true };
    } catch (error) {
      if (!(error instanceof FernetBroken)) throw error;
      problems.push(`credential ${name}: its password does not open (${error.message}); it is switched off until a new one is set`);
      return { old, id, password: vault.seal('', `credential:${id}`), opened: false };
    }
  });
  return queries.writeCredentials(db, sealed);
}

/** The older program put a second base64 around the token; passwords from before that are bcrypt hashes, or plain. */
function openPassword(stored: string | null, key: ReturnType<typeof fernetKey>): string {
  if (!stored) throw new FernetBroken('there is none');
  if (/^\$2[aby]\$/.test(stored)) throw new FernetBroken('only a hash of it was kept');
  if (!/^[A-Za-z0-9+/=_-]+$/.test(stored)) return stored;
  return openFernet(Buffer.from(stored, 'base64').toString('latin1'), key);
}

/** An expression that our language does not take comes along switched off, word for word. */
async function moveRules(db: Db, problems: string[]): Promise<number> {
  const rules = (await queries.newRules(db)).map(({ old, db_type, rule_name, rule_expression }) => {
    const { canonical, faults } = readExpression(db_type as DbType, rule_expression);
    if (faults.length === 0) return { old, expression: canonical, usable: true };
    problems.push(`rule ${rule_name} (${db_type}): ${faults.map((fault) => fault.en).join('; ')}; it is switched off`);
    return { old, expression: { imported: rule_expression }, usable: false };
  });
  return queries.writeRules(db, rules);
}
