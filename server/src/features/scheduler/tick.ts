import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { Queue } from '../../jobs/index.ts';
import type { Log } from '../../logbook/index.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { type BuiltInJob, jobRow, jobRun } from './jobs.ts';
import { nextRun, type Trigger } from './next-run.ts';
import * as queries from './queries.ts';

const CATCH_UP_MS = 24 * 3_600_000;
export const triggerOf = (job: queries.JobRow): Trigger => ({
  type: job.trigger_type,
  args: job.trigger_args as Record<string, unknown>,
  timeZone: job.timezone,
});

/** Every built-in job that this version brings and the table does not have yet. */
export async function installJobs(db: Kysely<DB>, jobs: readonly BuiltInJob[], clock: Clock): Promise<void> {
  const now = clock.now();
  const rows = jobs.map((job) => jobRow(job, clock.timeZone, now));
  await queries.insertMissing(db, rows);
}

/**
 * Claims what is due and queues it: one run for each slot, whichever node ticks first. A slot that was missed by more than
 * its grace is caught up once if it is less than a day old, else it is written down as misfired.
 * @returns how many runs were started
 */
export async function tick(db: Kysely<DB>, queue: Queue, clock: Clock, log: Log): Promise<number> {
  return transaction(db, async (db) => {
    const now = clock.now();
    let started = 0;
    for (const job of await queries.claimDue(db, now)) {
      const due = job.next_run_time!;
      const next = nextRun(triggerOf(job), now);
      await queries.moveOn(db, job.id, next, next === null, now);
      const late = now.getTime() - due.getTime();
      const missed = late > job.misfire_grace_seconds * 1000 && (late > CATCH_UP_MS || !job.coalesce);
      const busy = await queries.runningRun(db, job.id);
      const status = missed ? 'misfired' : busy ? 'skipped' : 'running';
      const run = await queries.insertRun(db, {
        job_id: job.id,
        trigger_kind: 'scheduled',
        status,
        scheduled_for: due,
        started_at: now,
        heartbeat_at: now,
        triggered_by: null,
        ...(status === 'running'
          ? {}
          : { finished_at: now, error: missed ? 'nobody was there to run it' : 'the run before still goes on' }),
      });
      if (status !== 'running' || !run) {
        log.warning('scheduler', `${job.id} was ${status}`, { job_id: job.id, due: due.toISOString() });
        continue;
      }
      await queue.enqueue(db, jobRun, [{ data: { runId: run.id } }]);
      started++;
    }
    return started;
  });
}
