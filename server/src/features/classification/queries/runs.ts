import { type Kysely, sql } from 'kysely';
import { json } from '../../../store/json.ts';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;
const CHUNK = 5000;
const chunks = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, i) => rows.slice(i * CHUNK, (i + 1) * CHUNK));

/** Instances whose accounts are classified: active, not deleted. */
export const classifiedInstances = (db: Db, f: { instance_id?: number | undefined; db_types?: readonly string[] | undefined }) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'db_type', 'host'])
    .where('is_active', '=', true)
    .where('deleted_at', 'is', null)
    .$if(f.instance_id !== undefined, (q) => q.where('id', '=', f.instance_id!))
    .$if(f.db_types !== undefined, (q) => q.where('db_type', 'in', f.db_types!))
    .orderBy('id')
    .execute();
export const instanceThere = (db: Db, id: number) =>
  db.selectFrom('instances').select('id').where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst();
export const accountCount = async (db: Db, instanceIds: readonly number[]): Promise<number> =>
  (
    await db
      .selectFrom('account_permission as p')
      .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where(sql<boolean>`p.instance_id = any(${instanceIds}::int[])`)
      .where('a.is_active', '=', true)
      .where('p.is_role', '=', false)
      .where('p.is_public', '=', false)
      .executeTakeFirstOrThrow()
  ).n;

/** Everybody on an instance, roles and PUBLIC too: what they hold decides what the others may do. */
export const principalsOf = (db: Db, instanceId: number) =>
  db
    .selectFrom('account_permission as p')
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .innerJoin('instances as i', 'i.id', 'p.instance_id')
    .select([
      'p.id',
      'p.username',
      'p.is_superuser as isSuperuser',
      'p.is_locked as isLocked',
      'p.is_role as isRole',
      'p.is_public as isPublic',
      'p.extended_privileges as facts',
      'p.type_specific as typeSpecific',
      sql<boolean>`p.read_state <> 'ok' or i.accounts_error_at is not null`.as('unread'),
    ])
    .where('p.instance_id', '=', instanceId)
    .where('a.is_active', '=', true)
    .orderBy('p.id')
    .execute();

/** The rows that decide what may be written: active ones, and what people excluded. */
export const currentRows = (db: Db, instanceIds: readonly number[]) =>
  db
    .selectFrom('account_classification_assignments as s')
    .innerJoin('account_permission as p', 'p.id', 's.account_id')
    .select(['s.id', 's.account_id', 's.classification_id', 's.assignment_type', 'p.instance_id', 'p.db_type'])
    .where(sql<boolean>`p.instance_id = any(${instanceIds}::int[])`)
    .where((eb) => eb.or([eb('s.is_active', '=', true), eb('s.assignment_type', '=', 'manual_exclude')]))
    .execute();
export type CurrentRow = Awaited<ReturnType<typeof currentRows>>[number];

export interface DesiredRow {
  account_id: number;
  classification_id: number;
  rule_id: number;
  rule_version: number;
  matched_rule_ids: readonly number[];
  matched_facts: unknown;
}
const GIVEN = sql.raw('account_id int, classification_id int, rule_id int, rule_version int, matched_rule_ids jsonb, matched_facts jsonb');
const ruleIds = sql`array(select jsonb_array_elements_text(g.matched_rule_ids)::int)`;

export async function insertRows(db: Db, rows: readonly DesiredRow[], batchId: string, userId: number | null, now: Date): Promise<void> {
  for (const chunk of chunks(rows))
    await sql`
      insert into account_classification_assignments (account_id, classification_id, rule_id, rule_version, matched_rule_ids, matched_facts, assigned_by, assignment_type, confidence_score, batch_id, is_active, created_at, updated_at)
      select g.account_id, g.classification_id, g.rule_id, g.rule_version, ${ruleIds}, g.matched_facts, ${userId}, 'auto', 1.0, ${batchId}, true, ${now}::timestamptz, ${now}::timestamptz
      from jsonb_to_recordset(${json(chunk)}::jsonb) as g (${GIVEN})`.execute(db);
}
/** Rewrites only rows whose reason changed. @returns how many did */
export async function refreshRows(db: Db, rows: readonly DesiredRow[], batchId: string | null, now: Date): Promise<number> {
  let changed = 0;
  for (const chunk of chunks(rows)) {
    const different = sql`
      from jsonb_to_recordset(${json(chunk)}::jsonb) as g (${GIVEN})
      where s.account_id = g.account_id and s.classification_id = g.classification_id and s.is_active and s.assignment_type = 'auto'
        and (s.rule_id, s.rule_version, s.matched_rule_ids, s.matched_facts) is distinct from (g.rule_id, g.rule_version, ${ruleIds}, g.matched_facts)`;
    const done = await sql`
      update account_classification_assignments s
      set rule_id = g.rule_id, rule_version = g.rule_version, matched_rule_ids = ${ruleIds}, matched_facts = g.matched_facts,
        batch_id = coalesce(${batchId}, s.batch_id), updated_at = ${now}::timestamptz
      ${different}`.execute(db);
    changed += Number(done.numAffectedRows ?? 0);
  }
  return changed;
}
export async function endRows(db: Db, ids: readonly number[], now: Date): Promise<void> {
  for (const chunk of chunks(ids))
    await db
      .updateTable('account_classification_assignments')
      .set({ is_active: false, updated_at: now })
      .where(sql<boolean>`id = any(${chunk}::int[])`)
      .execute();
}

export interface Batch {
  batch_id: string;
  batch_type: 'manual' | 'scheduled' | 'api';
  session_id: string | null;
  created_by: number | null;
  now: Date;
}
export const openBatch = (db: Db, batch: Batch) => {
  const { now, ...values } = batch;
  return db
    .insertInto('classification_batches')
    .values({ ...values, status: 'running', started_at: now, created_at: now, updated_at: now })
    .execute();
};
export const closeBatch = (
  db: Db,
  batchId: string,
  counts: { total_accounts: number; matched_accounts: number; total_rules: number; details: unknown },
  now: Date,
) =>
  db
    .updateTable('classification_batches')
    .set({
      status: 'completed',
      completed_at: now,
      total_accounts: counts.total_accounts,
      matched_accounts: counts.matched_accounts,
      total_rules: counts.total_rules,
      active_rules: counts.total_rules,
      batch_details: json(counts.details),
      updated_at: now,
    })
    .where('batch_id', '=', batchId)
    .execute();
export const dropBatch = (db: Db, batchId: string) => db.deleteFrom('classification_batches').where('batch_id', '=', batchId).execute();
