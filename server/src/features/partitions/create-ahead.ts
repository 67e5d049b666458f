import type { Kysely } from 'kysely';
import { ensurePartitions, monthsFrom, partitionedTables } from '../../store/partitions.ts';
import type { DB } from '../../store/tables.ts';

const MONTHS = 4;

/** This month and the three after it, for all four tables. @returns the names made now */
export async function createAhead(db: Kysely<DB>, today: string): Promise<string[]> {
  const made: string[] = [];
  for (const table of partitionedTables) made.push(...(await ensurePartitions(db, table.name, monthsFrom(today, MONTHS))));
  return made;
}
