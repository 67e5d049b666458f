import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import type { Handlers } from '../../http/index.ts';
import type { BuiltInJob } from './jobs.ts';
import { nextRuns } from './next-run.ts';
import * as queries from './queries.ts';
import { startJob } from './run-job.ts';
import { triggerOf } from './tick.ts';

/** §21 scheduler */
export function schedulerHandlers({ db, queue }: Deps, jobs: readonly BuiltInJob[]): Handlers<typeof catalogue.scheduler> {
  return {
    async getJobs(_args, { locale, now }) {
      const [rows, running, ended] = await Promise.all([queries.allJobs(db), queries.runningRuns(db), queries.lastRuns(db)]);
      const last = new Map(ended.map((run) => [run.job_id, run]));
      return rows.map((row) => {
        const builtIn = jobs.find((job) => job.id === row.id);
        const executing = running.some((run) => run.job_id === row.id);
        const run = last.get(row.id);
        const language = locale === 'en' ? 'en' : 'zh';
        return {
          id: row.id,
          name: builtIn?.name[language] ?? row.name,
          description: builtIn?.description[language] ?? row.description ?? '',
          next_run_time: row.next_run_time,
          last_run_time: row.last_run_time,
          trigger_type: row.trigger_type,
          trigger_args: row.trigger_args as Record<string, unknown>,
          state: executing
            ? ('STATE_EXECUTING' as const)
            : row.state === 'finished'
              ? ('STATE_FINISHED' as const)
              : row.state === 'paused'
                ? ('STATE_PAUSED' as const)
                : ('STATE_RUNNING' as const),
          is_builtin: row.is_builtin,
          func: row.function,
          args: [],
          kwargs: {},
          is_executing: executing,
          last_status: row.last_status,
          last_duration_seconds: run?.finished_at ? Math.round((run.finished_at.getTime() - run.started_at.getTime()) / 100) / 10 : null,
          misfire_grace_time: row.misfire_grace_seconds,
          upcoming: row.state === 'active' ? nextRuns(triggerOf(row), now, 5) : [],
          timezone: row.timezone,
        };
      });
    },
    async runJob({ params }, asker) {
      const runId = await startJob(db, queue, asker, params.job_id);
      return { manual_job_id: `${params.job_id}_manual`, run_id: runId, session_id: null };
    },
  };
}
