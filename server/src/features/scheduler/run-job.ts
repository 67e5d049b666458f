import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { Queue } from '../../jobs/index.ts';
import { type Actor, audit, type Log, withLogContext } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { storeAway } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { type BuiltInJob, type JobOutcome, jobRun } from './jobs.ts';
import * as queries from './queries.ts';

const WATCH_MS = 1000;
const BEAT_MS = 10_000;
/** A run that nobody has been heard of for this long has no hands any more, whatever the queue still tries. */
const STALE_MS = 10 * 60_000;

/** Runs a job beside its schedule. @throws Refusal RESOURCE_NOT_FOUND, SYNC_IN_PROGRESS while a run goes on */
export async function startJob(db: Kysely<DB>, queue: Queue, actor: Actor, jobId: string): Promise<number> {
  return transaction(db, async (db) => {
    const job = await queries.lockJob(db, jobId);
    if (!job) throw refuse.notFound('scheduler_job', jobId);
    const busy = await queries.runningRun(db, jobId);
    if (busy) throw new Refusal('SYNC_IN_PROGRESS', { extra: { run_id: busy.id, session_id: busy.session_id } });
    const run = await queries.insertRun(db, {
      job_id: jobId,
      trigger_kind: 'manual',
      status: 'running',
      scheduled_for: null,
      started_at: actor.now,
      heartbeat_at: actor.now,
      triggered_by: actor.user?.id ?? null,
    });
    await queue.enqueue(db, jobRun, [{ data: { runId: run!.id } }]);
    await audit(db, actor, { action: 'run', resource: 'scheduler_job', id: jobId });
    return run!.id;
  });
}

export interface JobDeps {
  db: Kysely<DB>;
  clock: Clock;
  log: Log;
  jobs: readonly BuiltInJob[];
  node: string;
}

/** Carries out one queued run. A second attempt, after a worker died, finds the session that the first one made. */
export async function runJob(deps: JobDeps, runId: number, stopping: AbortSignal): Promise<void> {
  const { db, clock, jobs, node, log } = deps;
  const run = await queries.runById(db, runId);
  if (!run || run.status !== 'running') return;
  const job = jobs.find((one) => one.id === run.job_id);
  if (!job) return queries.endRun(db, run, { status: 'failed', error: `no such function: ${run.job_id}` }, clock.now());
  await queries.beatRun(db, runId, node, clock.now());
  const beat = setInterval(() => void queries.beatRun(db, runId, node, clock.now()).catch(() => {}), BEAT_MS);
  await withLogContext({ job_id: job.id, run_id: runId }, async () => {
    try {
      let outcome: JobOutcome = run.session_id ? { sessionId: run.session_id } : {};
      if (!run.session_id) {
        const actor: Actor | null = run.triggered_by === null ? null : { user: { id: run.triggered_by, username: '' }, now: clock.now() };
        outcome = await job.run({
          actor,
          scheduled: run.trigger_kind === 'scheduled',
          now: clock.now(),
          begun: async (db, sessionId) => void (await queries.saveRunSession(db, runId, sessionId, node, clock.now())),
        });
      }
      if (outcome.sessionId) return await watch(deps, run, outcome.sessionId, stopping);
      await queries.endRun(
        db,
        run,
        { status: outcome.skipped ? 'skipped' : 'success', summary: outcome.summary, error: outcome.skipped ?? null },
        clock.now(),
      );
    } catch (error) {
      if (stopping.aborted || storeAway(error)) throw error; // done again: by another worker, or when our own database is back
      if (error instanceof Refusal) return queries.endRun(db, run, { status: 'skipped', error: error.code }, clock.now());
      log.error('scheduler', `${job.id} failed`, { job_id: job.id }, error);
      await queries.endRun(db, run, { status: 'failed', error: 'an error of our own; the log has it' }, clock.now());
    } finally {
      clearInterval(beat);
    }
  });
}

/** Runs whose worker is gone for good end as interrupted, so that the next slot is not skipped for their sake (40-D49). @returns how many */
export async function sweepRuns(db: Kysely<DB>, log: Log, now: Date): Promise<number> {
  const stale = await queries.staleRuns(db, new Date(now.getTime() - STALE_MS));
  for (const run of stale) {
    await queries.endRun(db, run, { status: 'interrupted', error: 'its worker was not heard of any more' }, now);
    log.warning('scheduler', `${run.job_id} was interrupted`, { job_id: run.job_id, run_id: run.id });
  }
  return stale.length;
}

/** Follows the session to its end: a job's outcome is its session's. */
async function watch(
  { db, clock, node }: JobDeps,
  run: { id: number; job_id: string },
  sessionId: string,
  stopping: AbortSignal,
): Promise<void> {
  for (;;) {
    const session = await queries.sessionEnd(db, sessionId);
    if (!session || session.status !== 'running') {
      const status = !session || session.status === 'cancelled' ? 'interrupted' : session.status === 'failed' ? 'failed' : 'success';
      const summary = session && {
        instances: session.total_instances,
        succeeded: session.successful_instances,
        failed: session.failed_instances,
      };
      return queries.endRun(
        db,
        run,
        {
          status,
          summary,
          error: status === 'failed' ? `${session!.failed_instances} of ${session!.total_instances} instances failed` : null,
        },
        clock.now(),
      );
    }
    await queries.beatRun(db, run.id, node, clock.now());
    await wait(WATCH_MS, undefined, { signal: stopping });
  }
}
