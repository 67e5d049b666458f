import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import { jobKind, LOCKS, lockUntilCommit, type Queue } from '../../jobs/index.ts';
import { type Actor, audit, type Log } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import { storeAway, storeFull } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { randomId } from '../../vault/secrets.ts';
import { tell } from './progress.ts';
import * as queries from './queries.ts';
import type { SessionTarget } from './start-session.ts';

/** A session whose work is one set-based piece over all its instances: aggregation, classification. */
export const sessionRun = jobKind<{ sessionId: string; category: 'aggregation' | 'classification'; data: Record<string, unknown> }>({
  name: 'session-run',
  retries: 2,
});

export interface WholeRun {
  sessionId: string;
  instanceIds: number[];
  data: Record<string, unknown>;
  signal: AbortSignal;
}

/** @throws Refusal SYNC_IN_PROGRESS with the session of this category that runs already */
export async function startWhole(
  db: Kysely<DB>,
  queue: Queue,
  given: {
    type: queries.SyncType;
    category: 'aggregation' | 'classification';
    targets: readonly SessionTarget[];
    actor: Actor | null;
    now: Date;
    data: Record<string, unknown>;
  },
): Promise<string> {
  await lockUntilCommit(db, LOCKS.startSession);
  const busy = await queries.runningBatch(db, given.category);
  if (busy) throw refuse.busy(busy.session_id);
  const sessionId = randomId();
  const { targets, category, now } = given;
  await queries.insertSession(db, {
    session_id: sessionId,
    sync_type: given.type,
    sync_category: category,
    total_instances: targets.length,
    created_by: given.actor?.user?.id ?? null,
    now,
    completed: targets.length === 0,
  });
  for (let i = 0; i < targets.length; i += 1000)
    await queries.insertRecords(
      db,
      targets.slice(i, i + 1000).map((target) => ({
        session_id: sessionId,
        instance_id: target.id,
        instance_name: target.name,
        sync_category: category,
        created_at: now,
      })),
    );
  if (targets.length > 0) await queue.enqueue(db, sessionRun, [{ data: { sessionId, category, data: given.data } }]);
  if (given.actor)
    await audit(db, given.actor, {
      action: 'start',
      resource: 'sync_session',
      id: sessionId,
      after: { category, instances: targets.length, ...given.data },
    });
  await tell(db, sessionId, null);
  return sessionId;
}

/** Ends the session with what was done for each instance. */
export async function finishWhole(
  db: Kysely<DB>,
  sessionId: string,
  outcomes: readonly { instanceId: number; items: number; details: unknown }[],
  now: Date,
): Promise<void> {
  await queries.completeRecords(db, sessionId, outcomes, now);
  await queries.settleSession(db, sessionId, now);
  await tell(db, sessionId, null);
}

/** Carries out one queued whole session; a second call of an ended one does nothing, what it throws fails the session. */
export async function runWhole(
  deps: { db: Kysely<DB>; clock: Clock; log: Log; works: Record<'aggregation' | 'classification', (run: WholeRun) => Promise<void>> },
  job: { sessionId: string; category: 'aggregation' | 'classification'; data: Record<string, unknown> },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, log } = deps;
  const session = await queries.sessionByUuid(db, job.sessionId);
  if (!session || session.status !== 'running') return;
  const records = await queries.recordsOf(db, job.sessionId);
  const open = records.filter((record) => record.status === 'pending' || record.status === 'running');
  await queries.markWholeRunning(db, job.sessionId, clock.now());
  try {
    await deps.works[job.category]({
      sessionId: job.sessionId,
      instanceIds: open.map((record) => record.instance_id),
      data: job.data,
      signal,
    });
  } catch (error) {
    if (signal.aborted || storeAway(error)) throw error; // done again: by another worker, or when our own database is back
    log.error(job.category, `${job.category} failed`, { session_id: job.sessionId }, error);
    const reason = storeFull(error) ? 'the disk of our own database is full' : 'an error of our own; the log has it';
    await transaction(db, async (db) => {
      await queries.failRecords(db, job.sessionId, reason, clock.now());
      await queries.settleSession(db, job.sessionId, clock.now());
      await tell(db, job.sessionId, null);
    });
  }
}
