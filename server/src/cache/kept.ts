import type { Compilable, Kysely } from 'kysely';
import { type CountedTable, versionOf } from '../store/table-writes.ts';
import type { DB } from '../store/tables.ts';
import { sha256 } from '../vault/secrets.ts';
import type { Cache } from './cache.ts';

const KEPT_MS = 3_600_000;

/**
 * Answers of the database that hold until one of these tables is written, by whichever node. @returns a function that
 * gives a query's rows: kept ones, or read now. For numbers, not for lists: what was kept under older versions stays until it is among the oldest. A query that tells the time, or reads other tables, does not belong here.
 */
export function keptUnder({ db, cache }: { db: Kysely<DB>; cache: Cache }, tables: readonly CountedTable[]) {
  let version: Promise<string> | undefined;
  return async <T>(query: Compilable<T> & { execute(): Promise<T[]> }): Promise<T[]> => {
    // Before the rows: they may be newer than the version they are kept under, never older.
    version ??= versionOf(db, tables);
    const { sql, parameters } = query.compile();
    return cache.get(`totals:${await version}:${sha256(JSON.stringify([sql, parameters]))}`, KEPT_MS, () => query.execute());
  };
}
export type Kept = ReturnType<typeof keptUnder>;
