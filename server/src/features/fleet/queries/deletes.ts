import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;
/** Rows that went, by instance. An instance that had none is not in it. */
export type CountedByInstance = Map<number, number>;

/** What a snapshot names beside the instance's own columns. */
export const credentialNames = (db: Db, ids: readonly number[]) =>
  db.selectFrom('credentials').select(['id', 'name']).where('id', 'in', ids).execute();
/** Tables that name their instance themselves. */
type ChildTable =
  | 'account_permission'
  | 'sync_instance_records'
  | 'account_change_log'
  | 'instance_accounts'
  | 'instance_databases'
  | 'instance_size_stats'
  | 'instance_size_aggregations'
  | 'database_size_stats'
  | 'database_size_aggregations'
  | 'instance_tags';

/** Deletes a table's rows of these instances in one statement, and counts them for each. */
export async function deleteCounted(db: Db, table: ChildTable, ids: readonly number[]): Promise<CountedByInstance> {
  const { rows } = await sql<{ instance_id: number; n: number }>`
    with gone as (delete from ${sql.table(table)} where instance_id = any(${ids}::int[]) returning instance_id)
    select instance_id, count(*) as n from gone group by instance_id`.execute(db);
  return new Map(rows.map((row) => [row.instance_id, row.n]));
}
/** Assignments hang on accounts, which know their instance. */
export async function deleteAssignments(db: Db, ids: readonly number[]): Promise<CountedByInstance> {
  const { rows } = await sql<{ instance_id: number; n: number }>`
    with gone as (
      delete from account_classification_assignments s using account_permission p
      where p.id = s.account_id and p.instance_id = any(${ids}::int[]) returning p.instance_id)
    select instance_id, count(*) as n from gone group by instance_id`.execute(db);
  return new Map(rows.map((row) => [row.instance_id, row.n]));
}
/** What tests made and nobody counts; the index of facts goes with the accounts, by their trigger. */
export async function deleteDerived(db: Db, ids: readonly number[]): Promise<void> {
  await db.deleteFrom('instance_capabilities').where('instance_id', 'in', ids).execute();
}
export const deleteInstanceRows = (db: Db, ids: readonly number[]) => db.deleteFrom('instances').where('id', 'in', ids).execute();
