import type { Kysely } from 'kysely';
import { type Actor, auditMany } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import type { DB } from '../../store/tables.ts';
import { transaction } from '../../store/transaction.ts';
import { lockInstances } from '../instances/index.ts';
import { openRecordsOf, settleSession, tell } from '../sync-sessions/index.ts';
import { tagsOfInstances } from '../tags/index.ts';
import * as queries from './queries/deletes.ts';

/** In the order of the deletes: a row goes before what it hangs on. The first is special, it hangs on an account. */
const COUNTERS = [
  ['deleted_assignments', null],
  ['deleted_account_permissions', 'account_permission'],
  ['deleted_sync_records', 'sync_instance_records'],
  ['deleted_change_logs', 'account_change_log'],
  ['deleted_instance_accounts', 'instance_accounts'],
  ['deleted_instance_databases', 'instance_databases'],
  ['deleted_instance_size_stats', 'instance_size_stats'],
  ['deleted_instance_size_aggregations', 'instance_size_aggregations'],
  ['deleted_database_size_stats', 'database_size_stats'],
  ['deleted_database_size_aggregations', 'database_size_aggregations'],
  ['deleted_tag_links', 'instance_tags'],
] as const;
type Counters = Record<(typeof COUNTERS)[number][0], number>;

/** What went, added up over all instances; `deleted_sync_data` repeats `deleted_account_permissions` under its old name. */
export type DeletedCounts = Counters & { deleted_count: number; missing_instance_ids: number[]; deleted_sync_data: number };
export interface Deletion {
  counts: DeletedCounts;
  /** Those that were there, for the log after the commit. */
  instances: { id: number; name: string; db_type: string; host: string }[];
}

/**
 * Deletes instances and all that is known of them, in one transaction; sessions and credentials stay. Ids that are not
 * there are reported and refuse nothing. The audit trail keeps each instance as it was, because its own history goes.
 *
 * @param force deletes also what a sync is at work on: its record goes, the worker finds it lost and stores nothing
 * @throws Refusal SYNC_IN_PROGRESS with the session of the first busy instance; then nothing is deleted
 */
export async function deleteInstances(db: Kysely<DB>, actor: Actor, ids: readonly number[], force: boolean): Promise<Deletion> {
  const wanted = [...new Set(ids)].sort((a, b) => a - b);
  const { deletion, sessions } = await transaction(db, async (db) => {
    const rows = wanted.length === 0 ? [] : await lockInstances(db, wanted);
    const found = rows.map((row) => row.id);
    const missing = wanted.filter((id) => !found.includes(id));
    if (found.length === 0) return { deletion: { counts: total([], missing), instances: [] }, sessions: [] };
    // After the lock: a session that is just being started waits for it, or was seen by it.
    const busy = await openRecordsOf(db, found);
    if (busy.length > 0 && !force)
      throw refuse.conflict('SYNC_IN_PROGRESS', {
        session_id: busy[0]!.session_id,
        instance_ids: [...new Set(busy.map((record) => record.instance_id))],
      });
    const snapshots = await snapshotsOf(db, rows);
    const counted = await deleteAll(db, found);
    await auditMany(
      db,
      actor,
      rows.map(({ id }) => ({ action: 'delete', resource: 'instance', id, before: snapshots.get(id), after: counted.get(id) })),
    );
    const instances = rows.map(({ id, name, db_type, host }) => ({ id, name, db_type, host }));
    return { deletion: { counts: total([...counted.values()], missing), instances }, sessions: busy.map((record) => record.session_id) };
  });
  // A running session that lost its last open record ends now. Not inside: cancelling locks session and record the other way round.
  for (const sessionId of new Set(sessions))
    await transaction(db, async (db) => {
      await settleSession(db, sessionId, actor.now);
      await tell(db, sessionId, null);
    });
  return deletion;
}

/** Each instance as it was: its columns, its tags by name, its credential by name. */
async function snapshotsOf(db: Kysely<DB>, rows: Awaited<ReturnType<typeof lockInstances>>): Promise<Map<number, object>> {
  const credentialIds = [...new Set(rows.flatMap((row) => row.credential_id ?? []))];
  const credentials = credentialIds.length === 0 ? [] : await queries.credentialNames(db, credentialIds);
  const names = new Map(credentials.map((credential) => [credential.id, credential.name]));
  const tags = Map.groupBy(
    await tagsOfInstances(
      db,
      rows.map((row) => row.id),
    ),
    (tag) => tag.instance_id,
  );
  return new Map(
    rows.map((row) => [
      row.id,
      { ...row, credential_name: names.get(row.credential_id ?? 0) ?? null, tags: (tags.get(row.id) ?? []).map((tag) => tag.name) },
    ]),
  );
}

async function deleteAll(db: Kysely<DB>, ids: readonly number[]): Promise<Map<number, Counters>> {
  const counted = new Map(ids.map((id) => [id, Object.fromEntries(COUNTERS.map(([name]) => [name, 0])) as Counters]));
  await queries.deleteDerived(db, ids);
  for (const [name, table] of COUNTERS) {
    const gone = table === null ? await queries.deleteAssignments(db, ids) : await queries.deleteCounted(db, table, ids);
    for (const [id, n] of gone) counted.get(id)![name] = n;
  }
  await queries.deleteInstanceRows(db, ids);
  return counted;
}

function total(counted: readonly Counters[], missing: number[]): DeletedCounts {
  const sums = Object.fromEntries(COUNTERS.map(([name]) => [name, counted.reduce((sum, one) => sum + one[name], 0)])) as Counters;
  return { deleted_count: counted.length, missing_instance_ids: missing, ...sums, deleted_sync_data: sums.deleted_account_permissions };
}
