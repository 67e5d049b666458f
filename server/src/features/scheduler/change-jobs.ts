import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import { wallTime } from '../../clock.ts';
import { type Actor, audit } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { type BuiltInJob, jobRow } from './jobs.ts';
import { nextRun } from './next-run.ts';
import { parseTrigger } from './parse-trigger.ts';
import * as queries from './queries.ts';
import { triggerOf } from './tick.ts';

async function locked(db: Kysely<DB>, id: string): Promise<queries.JobRow> {
  const job = await queries.lockJob(db, id);
  if (!job) throw refuse.notFound('scheduler_job', id);
  return job;
}

/** A new trigger counts from now (40-D52); a paused job stays paused, a finished one lives again (40-D53). @throws Refusal RESOURCE_NOT_FOUND, PERMISSION_DENIED, VALIDATION_ERROR */
export async function updateTrigger(db: Kysely<DB>, clock: Clock, actor: Actor, id: string, body: Record<string, unknown>): Promise<void> {
  await transaction(db, async (db) => {
    const job = await locked(db, id);
    if (!job.is_builtin) throw new Refusal('PERMISSION_DENIED', { extra: { job_id: id } });
    const parsed = parseTrigger(body, clock.timeZone, actor.now, (text) => wallTime(text, clock.timeZone));
    if ('faults' in parsed) throw refuse.invalid(parsed.faults);
    const paused = job.state === 'paused';
    await queries.saveTrigger(
      db,
      id,
      parsed.trigger,
      paused ? null : nextRun(parsed.trigger, actor.now),
      paused ? 'paused' : 'active',
      actor.user?.id ?? null,
      actor.now,
    );
    await audit(db, actor, {
      action: 'update',
      resource: 'scheduler_job',
      id,
      before: { trigger_type: job.trigger_type, trigger_args: job.trigger_args },
      after: { trigger_type: parsed.trigger.type, trigger_args: parsed.trigger.args },
    });
  });
}

/** What runs goes on; nothing new begins. Twice is no error. */
export async function pauseJob(db: Kysely<DB>, actor: Actor, id: string): Promise<void> {
  await transaction(db, async (db) => {
    const job = await locked(db, id);
    if (job.state === 'paused') return;
    await queries.saveState(db, id, 'paused', null, actor.user?.id ?? null, actor.now);
    await audit(db, actor, { action: 'pause', resource: 'scheduler_job', id });
  });
}

/** The next time counts from now. @throws Refusal VALIDATION_ERROR for a date that has passed */
export async function resumeJob(db: Kysely<DB>, actor: Actor, id: string): Promise<void> {
  await transaction(db, async (db) => {
    const job = await locked(db, id);
    if (job.state === 'active') return;
    const next = nextRun(triggerOf(job), actor.now);
    if (next === null)
      throw refuse.invalid({
        run_date: { code: 'IN_THE_PAST', zh: '触发时间已过，请先修改触发器', en: 'Its time has passed: change the trigger first' },
      });
    await queries.saveState(db, id, 'active', next, actor.user?.id ?? null, actor.now);
    await audit(db, actor, { action: 'resume', resource: 'scheduler_job', id });
  });
}

/** Built-in jobs as this version brings them, in one transaction; what people changed is lost, the history stays (40-D55). */
export async function reloadJobs(
  db: Kysely<DB>,
  clock: Clock,
  actor: Actor,
  jobs: readonly BuiltInJob[],
): Promise<{ deleted: string[]; reloaded: string[] }> {
  return transaction(db, async (db) => {
    const before = (await queries.allJobs(db)).map((job) => job.id);
    const rows = jobs.map((job) => jobRow(job, clock.timeZone, actor.now));
    await queries.resetJobs(db, rows, actor.user?.id ?? null);
    await audit(db, actor, {
      action: 'reload',
      resource: 'scheduler_job',
      before: { jobs: before },
      after: { jobs: rows.map((row) => row.id) },
    });
    return { deleted: before, reloaded: rows.map((row) => row.id).sort() };
  });
}
