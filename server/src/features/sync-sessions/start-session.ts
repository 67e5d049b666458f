import type { Kysely } from 'kysely';
import { jobKind, LOCKS, lockUntilCommit, type Queue } from '../../jobs/index.ts';
import { type Actor, audit } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import type { DB } from '../../store/tables.ts';
import { randomId } from '../../vault/secrets.ts';
import { tell } from './progress.ts';
import * as queries from './queries.ts';

/** One instance's part of a session. Groups keep one server's host from being asked by more than five at once. */
export const syncRecord = jobKind<{ recordId: number }>({ name: 'sync-record', retries: 2, perGroup: 5 });

export interface SessionTarget {
  id: number;
  name: string;
  db_type: string;
  host: string;
}
export interface NewSession {
  type: queries.SyncType;
  category: 'account' | 'capacity';
  targets: readonly SessionTarget[];
  actor: Actor | null;
  now: Date;
}

/**
 * Makes a session with one record for each target and queues them, all in the transaction of `db`.
 * @throws Refusal SYNC_IN_PROGRESS with the running session: one instance is synced once at a time, one category over the fleet too.
 */
export async function startSession(db: Kysely<DB>, queue: Queue, given: NewSession): Promise<{ sessionId: string; recordIds: number[] }> {
  const { type, category, targets, actor, now } = given;
  await lockUntilCommit(db, LOCKS.startSession);
  const busy = type === 'manual_single' ? await queries.openRecord(db, targets[0]!.id, category) : await queries.runningBatch(db, category);
  if (busy) throw refuse.busy(busy.session_id);
  const sessionId = randomId();
  await queries.insertSession(db, {
    session_id: sessionId,
    sync_type: type,
    sync_category: category,
    total_instances: targets.length,
    created_by: actor?.user?.id ?? null,
    now,
    completed: targets.length === 0,
  });
  const records: { id: number; instance_id: number }[] = [];
  for (let i = 0; i < targets.length; i += 1000) {
    const chunk = targets.slice(i, i + 1000);
    records.push(
      ...(await queries.insertRecords(
        db,
        chunk.map((target) => ({
          session_id: sessionId,
          instance_id: target.id,
          instance_name: target.name,
          sync_category: category,
          created_at: now,
        })),
      )),
    );
  }
  const byInstance = new Map(targets.map((target) => [target.id, target]));
  const group = (instanceId: number) => `${byInstance.get(instanceId)!.db_type}@${byInstance.get(instanceId)!.host.toLowerCase()}`;
  await queue.enqueue(
    db,
    syncRecord,
    records.map((record) => ({ data: { recordId: record.id }, group: group(record.instance_id) })),
  );
  if (actor)
    await audit(db, actor, {
      action: 'start',
      resource: 'sync_session',
      id: sessionId,
      after: { type, category, instances: targets.length },
    });
  await tell(db, sessionId, null);
  return { sessionId, recordIds: records.map((record) => record.id) };
}
