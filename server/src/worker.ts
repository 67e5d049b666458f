import type { Deps } from './assemble.ts';
import { accountSync } from './features/accounts/index.ts';
import { aggregationWork, capacitySync } from './features/capacity/index.ts';
import { classificationWork, classifyInstance, forgetMarks, instanceChanged } from './features/classification/index.ts';
import { loginOf } from './features/instances/index.ts';
import { installJobs, jobRun, runJob, sweepRuns, tick } from './features/scheduler/index.ts';
import { openBeats, runRecord, type RunnerDeps, runWhole, sessionRun, sweepSessions, syncRecord } from './features/sync-sessions/index.ts';
import { builtInJobs } from './schedule.ts';

const TICK_MS = 1000;
const SWEEP_MS = 10_000;
const JOB_SLOTS = 5;
const DEADLINE_MS = 600_000;
const CLASSIFY_SLOTS = 2;

/** The hands: takes records and job runs off the queue, ticks for due jobs, and clears up after the dead. */
export async function startWorker(deps: Deps): Promise<{ stop(): Promise<void> }> {
  const { db, clock, log, queue, config, node } = deps;
  const beats = openBeats(db, clock);
  const jobs = builtInJobs(deps);
  await installJobs(db, jobs, clock);
  await forgetMarks(db);
  const runner: RunnerDeps = {
    db,
    clock,
    log,
    beats,
    worker: node,
    loginOf,
    works: { account: accountSync(deps), capacity: capacitySync(deps) },
    deadlineMs: DEADLINE_MS,
  };
  queue.work(syncRecord, config.syncConcurrency, ({ recordId }, signal) => runRecord(runner, recordId, signal));
  queue.work(jobRun, JOB_SLOTS, ({ runId }, signal) => runJob({ db, clock, log, jobs, node }, runId, signal));
  const wholes = { db, clock, log, works: { aggregation: aggregationWork(deps), classification: classificationWork(deps) } };
  queue.work(sessionRun, JOB_SLOTS, (job, signal) => runWhole(wholes, job, signal));
  queue.work(instanceChanged, CLASSIFY_SLOTS, async ({ instanceId }) => void (await classifyInstance(db, instanceId, clock.now())));
  const every = (ms: number, work: () => Promise<unknown>) => {
    let busy = false;
    return setInterval(() => {
      if (busy) return;
      busy = true;
      // Our own database may be away for a while: the next turn tries again.
      work()
        .catch((error: unknown) => log.debug('scheduler', `turn failed: ${String(error)}`))
        .finally(() => (busy = false));
    }, ms);
  };
  const { mustWait, heard } = patience(clock);
  const timers = [
    every(TICK_MS, () => tick(db, queue, clock, log)),
    every(SWEEP_MS, async () => {
      const patient = mustWait();
      await sweepSessions(db, log, clock.now(), { patient });
      if (!patient) await sweepRuns(db, log, clock.now());
      heard();
    }),
  ];
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await queue.stop();
      beats.stop();
    },
  };
}

/** Twice a turn and a little: longer between two turns, and something was wrong that others suffered from as well. */
const GAP_MS = 25_000;
const PATIENCE_MS = 60_000;

/**
 * After our own database was away, the machine slept or its clock was set, every heartbeat is old. The living are given time
 * to be heard of again before anybody is declared dead.
 */
function patience(clock: Deps['clock']): { mustWait(): boolean; heard(): void } {
  let last = clock.now().getTime();
  let until = last;
  return {
    mustWait() {
      const now = clock.now().getTime();
      if (now - last > GAP_MS || now < last) until = now + PATIENCE_MS;
      return now < until;
    },
    heard: () => void (last = clock.now().getTime()),
  };
}
