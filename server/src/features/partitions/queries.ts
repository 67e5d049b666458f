import { type Kysely, sql } from 'kysely';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
/** A partition with fewer estimated rows is counted exactly. */
const SMALL = 2_000;

/** Rows of the small ones, by name, in one statement. */
export async function exactCounts(db: Db, partitions: readonly { name: string; rowEstimate: number }[]): Promise<Map<string, number>> {
  const small = partitions.filter(({ rowEstimate }) => rowEstimate <= SMALL).map(({ name }) => name);
  if (small.length === 0) return new Map();
  const counts = small.map((name) => sql`select ${name}::text as name, count(*) as n from ${sql.id(name)}`);
  const { rows } = await sql<{ name: string; n: number }>`${sql.join(counts, sql` union all `)}`.execute(db);
  return new Map(rows.map((row) => [row.name, Number(row.n)]));
}
/** Taken out of its parent first: readers of the parent are held up by neither step for long. */
export async function detach(db: Db, parent: string, partition: string): Promise<void> {
  await sql`alter table ${sql.id(parent)} detach partition ${sql.id(partition)}`.execute(db);
}
export async function drop(db: Db, partition: string): Promise<void> {
  await sql`drop table ${sql.id(partition)}`.execute(db);
}
