import { type Kysely, sql } from 'kysely';
import type { DB } from '../store/tables.ts';

/** Advisory locks of ours, one key each; store/ keeps those of migrations and partitions (…532, …533). */
export const LOCKS = {
  firstAdmin: 7_470_019_540,
  classification: 7_470_019_542,
  schedule: 7_470_019_543,
  startSession: 7_470_019_544,
  partitions: 7_470_019_545,
  movingIn: 7_470_019_546,
} as const;

/** Holds a lock until the transaction ends; waits for it. */
export async function lockUntilCommit(db: Kysely<DB>, key: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(key)})`.execute(db);
}

/** The same for a named thing, such as one server's credential or one type of periods. */
export async function lockNameUntilCommit(db: Kysely<DB>, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(747, hashtext(${name}))`.execute(db);
}
