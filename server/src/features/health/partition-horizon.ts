import type { Kysely } from 'kysely';
import { listPartitions, monthsFrom, partitionedTables } from '../../store/partitions.ts';
import type { DB } from '../../store/tables.ts';

/** Nobody makes partitions further ahead than this. */
const MONTHS_LOOKED_AT = 36;
const DAY_MS = 86_400_000;

/** Days from `today` until the first day that no partition takes, for each size table. */
export async function partitionHorizons(db: Kysely<DB>, today: string): Promise<{ table: string; days: number }[]> {
  const partitions = await listPartitions(db);
  return partitionedTables.map(({ name }) => {
    const there = new Set(partitions.filter(({ table }) => table === name).map(({ from }) => from));
    const months = monthsFrom(today, MONTHS_LOOKED_AT);
    const missing = months.find((month) => !there.has(month)) ?? months.at(-1)!;
    return { table: name, days: Math.max(0, Math.round((Date.parse(missing) - Date.parse(today)) / DAY_MS)) };
  });
}
