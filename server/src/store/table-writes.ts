/**
 * Versions of tables: for what is dear to count and asked for often. A table's version changes with every transaction that
 * wrote it, at the moment that it can be seen, on every node (migration 0012: statement triggers). Not a change log: which
 * rows were written is not known.
 */
import { type Kysely, sql } from 'kysely';
import type { DB } from './tables.ts';

export type CountedTable =
  | 'account_permission'
  | 'instance_accounts'
  | 'account_classification_assignments'
  | 'account_classifications'
  | 'instances'
  | 'instance_tags'
  | 'tags'
  | 'instance_databases'
  | 'database_size_aggregations'
  | 'instance_size_aggregations';

/** With more writes noted than this, the older ones are forgotten. */
const MANY = 500;

/** The version of these tables together: what was read after asking for it is at least as new. */
export async function versionOf(db: Kysely<DB>, tables: readonly CountedTable[]): Promise<string> {
  const { rows } = await sql<{ n: number; sum: string }>`
    select count(*)::int as n, coalesce(sum(xid), 0)::text as sum from table_writes where table_name = any(${tables}::text[])`.execute(db);
  const { n, sum } = rows[0]!;
  if (n > MANY) await forgetOld(db);
  return `${n}-${sum}`;
}

/** For writes that no trigger sees: a partition dropped as a whole. */
export async function noteWrite(db: Kysely<DB>, table: string): Promise<void> {
  await sql`insert into table_writes (table_name) values (${table}) on conflict do nothing`.execute(db);
}

/**
 * Forgets the transactions before which all have ended, and notes its own in their place: its number is higher than theirs,
 * and so is that of whatever is noted later, so that of two states with as many rows the later one has the higher sum. No
 * version comes twice.
 */
async function forgetOld(db: Kysely<DB>): Promise<void> {
  await sql`
    with old as (delete from table_writes where xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint returning table_name)
    insert into table_writes (table_name) select distinct table_name from old on conflict do nothing`.execute(db);
}
