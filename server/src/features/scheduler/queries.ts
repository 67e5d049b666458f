import type { Kysely } from 'kysely';
import { json } from '../../store/json.ts';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
export type RunStatus = 'running' | 'success' | 'failed' | 'skipped' | 'misfired' | 'interrupted';

export const allJobs = (db: Db) => db.selectFrom('scheduler_jobs').selectAll().orderBy('id').execute();
export type JobRow = Awaited<ReturnType<typeof allJobs>>[number];

/** Built-in jobs that are not there yet; what people changed is never overwritten. */
export const insertMissing = (
  db: Db,
  rows: readonly {
    id: string;
    name: string;
    function: string;
    description: string;
    trigger_args: Record<string, string>;
    timezone: string;
    next_run_time: Date | null;
    now: Date;
  }[],
) =>
  db
    .insertInto('scheduler_jobs')
    .values(
      rows.map(({ now, trigger_args, ...row }) => ({
        ...row,
        trigger_type: 'cron' as const,
        trigger_args: json(trigger_args),
        is_builtin: true,
        created_at: now,
        updated_at: now,
      })),
    )
    .onConflict((oc) => oc.column('id').doNothing())
    .execute();

/** Jobs that are due, locked by whoever came first; the other nodes pass them by. */
export const claimDue = (db: Db, now: Date) =>
  db
    .selectFrom('scheduler_jobs')
    .selectAll()
    .where('state', '=', 'active')
    .where('next_run_time', '<=', now)
    .orderBy('next_run_time')
    .forUpdate()
    .skipLocked()
    .execute();
export const moveOn = (db: Db, id: string, next: Date | null, finished: boolean, now: Date) =>
  db
    .updateTable('scheduler_jobs')
    .set({ next_run_time: next, updated_at: now, ...(finished ? { state: 'finished' as const } : {}) })
    .where('id', '=', id)
    .execute();

export const lockJob = (db: Db, id: string) =>
  db.selectFrom('scheduler_jobs').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
export const runningRun = (db: Db, jobId: string) =>
  db
    .selectFrom('scheduler_job_runs')
    .select(['id', 'session_id'])
    .where('job_id', '=', jobId)
    .where('status', '=', 'running')
    .executeTakeFirst();
export const runningRuns = (db: Db) =>
  db
    .selectFrom('scheduler_job_runs')
    .select(['id', 'job_id', 'session_id', 'started_at', 'heartbeat_at'])
    .where('status', '=', 'running')
    .execute();
export const insertRun = (
  db: Db,
  row: {
    job_id: string;
    trigger_kind: 'scheduled' | 'manual';
    status: RunStatus;
    scheduled_for: Date | null;
    started_at: Date;
    heartbeat_at: Date;
    finished_at?: Date;
    triggered_by: number | null;
    error?: string;
  },
) =>
  db
    .insertInto('scheduler_job_runs')
    .values(row)
    .onConflict((oc) => oc.doNothing())
    .returning('id')
    .executeTakeFirst();
export const runById = (db: Db, id: number) => db.selectFrom('scheduler_job_runs').selectAll().where('id', '=', id).executeTakeFirst();
export const saveRunSession = (db: Db, id: number, sessionId: string, node: string, now: Date) =>
  db.updateTable('scheduler_job_runs').set({ session_id: sessionId, node, heartbeat_at: now }).where('id', '=', id).execute();
export const beatRun = (db: Db, id: number, node: string, now: Date) =>
  db.updateTable('scheduler_job_runs').set({ node, heartbeat_at: now }).where('id', '=', id).where('status', '=', 'running').execute();
export async function endRun(
  db: Db,
  run: { id: number; job_id: string },
  end: { status: RunStatus; summary?: unknown; error?: string | null },
  now: Date,
): Promise<void> {
  const done = await db
    .updateTable('scheduler_job_runs')
    .set({
      status: end.status,
      finished_at: now,
      heartbeat_at: now,
      error: end.error ?? null,
      ...(end.summary === undefined ? {} : { summary: json(end.summary) }),
    })
    .where('id', '=', run.id)
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (done.numUpdatedRows > 0n)
    await db.updateTable('scheduler_jobs').set({ last_run_time: now, last_status: end.status }).where('id', '=', run.job_id).execute();
}
export const staleRuns = (db: Db, before: Date) =>
  db
    .selectFrom('scheduler_job_runs')
    .select(['id', 'job_id'])
    .where('status', '=', 'running')
    .where((eb) => eb(eb.fn.coalesce('heartbeat_at', 'started_at'), '<', before))
    .execute();
/** Runs that ended before this; the jobs themselves know their last one. @returns how many went */
export async function deleteRuns(db: Db, before: Date): Promise<number> {
  const done = await db.deleteFrom('scheduler_job_runs').where('finished_at', '<', before).executeTakeFirst();
  return Number(done.numDeletedRows);
}
/** The newest ended run of each job. */
export const lastRuns = (db: Db) =>
  db
    .selectFrom('scheduler_job_runs')
    .distinctOn('job_id')
    .select(['job_id', 'status', 'started_at', 'finished_at'])
    .where('finished_at', 'is not', null)
    .orderBy('job_id')
    .orderBy('started_at', 'desc')
    .execute();
export const sessionEnd = (db: Db, sessionId: string) =>
  db
    .selectFrom('sync_sessions')
    .select(['status', 'total_instances', 'successful_instances', 'failed_instances'])
    .where('session_id', '=', sessionId)
    .executeTakeFirst();

type Trigger = { type: 'cron' | 'interval' | 'date'; args: Record<string, unknown> };
export const saveTrigger = (
  db: Db,
  id: string,
  trigger: Trigger,
  next: Date | null,
  state: 'active' | 'paused',
  by: number | null,
  now: Date,
) =>
  db
    .updateTable('scheduler_jobs')
    .set({ trigger_type: trigger.type, trigger_args: json(trigger.args), next_run_time: next, state, updated_by: by, updated_at: now })
    .where('id', '=', id)
    .execute();
export const saveState = (db: Db, id: string, state: 'active' | 'paused', next: Date | null, by: number | null, now: Date) =>
  db.updateTable('scheduler_jobs').set({ state, next_run_time: next, updated_by: by, updated_at: now }).where('id', '=', id).execute();
/** Every job back to what the program brings; others go, with their runs. */
export async function resetJobs(db: Db, rows: Parameters<typeof insertMissing>[1], by: number | null): Promise<void> {
  await db
    .deleteFrom('scheduler_jobs')
    .where(
      'id',
      'not in',
      rows.map((row) => row.id),
    )
    .execute();
  await insertMissing(db, rows);
  for (const row of rows)
    await db
      .updateTable('scheduler_jobs')
      .set({
        name: row.name,
        function: row.function,
        description: row.description,
        trigger_type: 'cron',
        trigger_args: json(row.trigger_args),
        timezone: row.timezone,
        next_run_time: row.next_run_time,
        state: 'active',
        updated_by: by,
        updated_at: row.now,
      })
      .where('id', '=', row.id)
      .execute();
}
/** A job's runs, newest first, with who asked for them. */
export async function runPage(db: Db, jobId: string, status: RunStatus | undefined, page: { page: number; limit: number }) {
  const runs = db
    .selectFrom('scheduler_job_runs as r')
    .where('r.job_id', '=', jobId)
    .$if(status !== undefined, (q) => q.where('r.status', '=', status!));
  const [items, { total }] = await Promise.all([
    runs
      .leftJoin('users as u', 'u.id', 'r.triggered_by')
      .selectAll('r')
      .select('u.username as triggered_by_name')
      .orderBy('r.started_at', 'desc')
      .orderBy('r.id', 'desc')
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    runs.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { items, total };
}
