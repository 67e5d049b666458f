import type { catalogue, Locale } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import { answer, type Handlers } from '../../http/index.ts';
import { refuse } from '../../refusal.ts';
import { pauseJob, reloadJobs, resumeJob, updateTrigger } from './change-jobs.ts';
import type { BuiltInJob } from './jobs.ts';
import { nextRuns } from './next-run.ts';
import * as queries from './queries.ts';
import { startJob } from './run-job.ts';
import { triggerOf } from './tick.ts';

/** §21 scheduler */
export function schedulerHandlers({ db, queue, clock }: Deps, jobs: readonly BuiltInJob[]): Handlers<typeof catalogue.scheduler> {
  async function shown(locale: Locale, now: Date) {
    const [rows, running, ended] = await Promise.all([queries.allJobs(db), queries.runningRuns(db), queries.lastRuns(db)]);
    const last = new Map(ended.map((run) => [run.job_id, run]));
    const language = locale === 'en' ? 'en' : 'zh';
    return rows.map((row) => {
      const builtIn = jobs.find((job) => job.id === row.id);
      const executing = running.some((run) => run.job_id === row.id);
      const run = last.get(row.id);
      const states = { active: 'STATE_RUNNING', paused: 'STATE_PAUSED', finished: 'STATE_FINISHED' } as const;
      return {
        id: row.id,
        name: builtIn?.name[language] ?? row.name,
        description: builtIn?.description[language] ?? row.description ?? '',
        next_run_time: row.next_run_time,
        last_run_time: row.last_run_time,
        trigger_type: row.trigger_type,
        trigger_args: row.trigger_args as Record<string, unknown>,
        state: executing ? ('STATE_EXECUTING' as const) : states[row.state],
        is_builtin: row.is_builtin,
        func: row.function,
        args: [],
        kwargs: {},
        is_executing: executing,
        last_status: row.last_status,
        last_duration_seconds: seconds(run?.started_at, run?.finished_at),
        misfire_grace_time: row.misfire_grace_seconds,
        upcoming: row.state === 'active' ? nextRuns(triggerOf(row), now, 5) : [],
        timezone: row.timezone,
        max_instances: row.max_instances,
        coalesce: row.coalesce,
      };
    });
  }
  async function one(id: string, { locale, now }: { locale: Locale; now: Date }) {
    const job = (await shown(locale, now)).find((row) => row.id === id);
    if (!job) throw refuse.notFound('scheduler_job', id);
    return job;
  }
  return {
    getJobs: (_args, { locale, now }) => shown(locale, now),
    async getJob({ params }, asker) {
      const job = await one(params.job_id, asker);
      const { items } = await queries.runPage(db, params.job_id, undefined, { page: 1, limit: 20 });
      return {
        ...job,
        trigger: Object.entries(job.trigger_args)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(' '),
        recent_runs: items.map(shownRun),
      };
    },
    async listJobRuns({ params, query }, asker) {
      await one(params.job_id, asker);
      const { items, total } = await queries.runPage(db, params.job_id, query.status, query);
      return { items: items.map(shownRun), total, page: query.page, pages: Math.ceil(total / query.limit), limit: query.limit };
    },
    async updateJobTrigger({ params, body }, asker) {
      await updateTrigger(db, clock, asker, params.job_id, body);
      return one(params.job_id, asker);
    },
    async pauseJob({ params }, asker) {
      await pauseJob(db, asker, params.job_id);
      return one(params.job_id, asker);
    },
    async resumeJob({ params }, asker) {
      await resumeJob(db, asker, params.job_id);
      return one(params.job_id, asker);
    },
    async runJob({ params }, asker) {
      const runId = await startJob(db, queue, asker, params.job_id);
      return { manual_job_id: `${params.job_id}_manual`, run_id: runId, session_id: null };
    },
    async reloadJobs(_args, asker) {
      const { deleted, reloaded } = await reloadJobs(db, clock, asker, jobs);
      const message = {
        zh: `已删除 ${deleted.length} 个任务，重新加载 ${reloaded.length} 个任务`,
        en: `${deleted.length} jobs deleted, ${reloaded.length} loaded anew`,
      };
      return answer({ deleted, reloaded, deleted_count: deleted.length, reloaded_count: reloaded.length }, { message });
    },
  };
}

const shownRun = (run: Awaited<ReturnType<typeof queries.runPage>>['items'][number]) => ({
  id: run.id,
  trigger_kind: run.trigger_kind,
  status: run.status,
  scheduled_for: run.scheduled_for,
  started_at: run.started_at,
  finished_at: run.finished_at,
  duration_seconds: seconds(run.started_at, run.finished_at),
  triggered_by: run.triggered_by_name,
  session_id: run.session_id,
  summary: run.summary as Record<string, unknown> | null,
  error: run.error,
  node: run.node,
});
const seconds = (from: Date | undefined, to: Date | null | undefined): number | null =>
  from && to ? Math.round((to.getTime() - from.getTime()) / 100) / 10 : null;
