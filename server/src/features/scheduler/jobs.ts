import type { Kysely } from 'kysely';
import { nextRun, type Trigger } from './next-run.ts';
import { jobKind } from '../../jobs/index.ts';
import type { Actor } from '../../logbook/index.ts';
import type { DB } from '../../store/tables.ts';

/** What a job did: a session that goes on by itself, or a summary; `skipped` says why nothing was done. */
export interface JobOutcome {
  sessionId?: string;
  summary?: Record<string, unknown>;
  skipped?: string;
}
/** @param begun tells the session's id within the transaction that makes it, so that a second attempt finds it. */
export type JobFunction = (given: {
  actor: Actor | null;
  scheduled: boolean;
  now: Date;
  begun(db: Kysely<DB>, sessionId: string): Promise<void>;
}) => Promise<JobOutcome>;

export interface BuiltInJob {
  id: string;
  name: { zh: string; en: string };
  description: { zh: string; en: string };
  /** Seven fields as they are stored. */
  trigger: { second: string; minute: string; hour: string; day: string; month: string; day_of_week: string };
  run: JobFunction;
}

/** A built-in job as a fresh row of the table. */
export function jobRow(job: BuiltInJob, timeZone: string, now: Date) {
  const trigger: Trigger = { type: 'cron', args: job.trigger, timeZone };
  return {
    id: job.id,
    name: job.name.zh,
    function: job.id,
    description: job.description.zh,
    trigger_args: job.trigger,
    timezone: timeZone,
    next_run_time: nextRun(trigger, now),
    now,
  };
}

export const jobRun = jobKind<{ runId: number }>({ name: 'job-run', retries: 2 });
