import { type Kysely, sql } from 'kysely';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
/** A partition with fewer estimated rows is counted exactly. */
const SMALL = 50_000;

export async function exactCount(db: Db, partition: string, estimate: number): Promise<number | null> {
  if (estimate > SMALL) return null;
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.id(partition)}`.execute(db);
  return rows[0]!.n;
}
/** Taken out of its parent first: readers of the parent are held up by neither step for long. */
export async function detach(db: Db, parent: string, partition: string): Promise<void> {
  await sql`alter table ${sql.id(parent)} detach partition ${sql.id(partition)}`.execute(db);
}
export async function drop(db: Db, partition: string): Promise<void> {
  await sql`drop table ${sql.id(partition)}`.execute(db);
}
