import { catalogue } from '@whalefall/contract';
import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { Facts } from '../../ui/page';
import { RelativeTime } from '../../ui/relative-time';
import { Failed, Skeleton } from '../../ui/states';
import { Table } from '../../ui/table/table';
import { useUrl } from '../../ui/url';
import { JobState, RunStatus } from './job-state';
import { expressionOf, type JobDetail, triggerWords } from './words';

const BUSY_MS = 3000;

/** The job named in the address (`?job=<id>`): when it runs next, and how it went so far. */
export function JobDrawer() {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const id = search.get('job');
  const read = useRoute(
    catalogue.scheduler.getJob,
    { params: { job_id: id ?? '' } },
    { enabled: id !== null, refetchInterval: (job) => (job?.is_executing ? BUSY_MS : false) },
  );
  return (
    <Drawer
      open={id !== null}
      onClose={() => set({ job: null })}
      title={read.data?.name ?? t('scheduler.title')}
      size={760}
      destroyOnHidden
    >
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : read.data ? (
        <Whole job={read.data} />
      ) : (
        <Skeleton lines={10} />
      )}
    </Drawer>
  );
}

function Whole({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = triggerWords(job, t, format);
  return (
    <div className="stack">
      <p className="muted">{job.description}</p>
      <Facts
        items={[
          [t('ui.status'), <JobState key="state" job={job} />],
          [t('scheduler.schedule'), words ?? <code key="schedule">{expressionOf(job.trigger_args)}</code>],
          ...(job.trigger_type === 'cron'
            ? [[t('scheduler.cron.expression'), <code key="e">{expressionOf(job.trigger_args)}</code>] as [string, React.ReactNode]]
            : []),
          ['ID', <code key="id">{job.id}</code>],
        ]}
      />
      {job.upcoming.length > 0 && (
        <section>
          <h2 className="sub">{t('scheduler.upcoming')}</h2>
          <ol className="upcoming">
            {job.upcoming.map((at) => (
              <li key={at}>
                <span className="mono">{format.dateTime(at)}</span> <span className="muted">{format.relative(at)}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
      <section>
        <h2 className="sub">{t('scheduler.history')}</h2>
        {job.recent_runs.length === 0 ? (
          <p className="muted">{t('scheduler.historyNone')}</p>
        ) : (
          <div className="boxed">
            <Table
              label={t('scheduler.history')}
              rows={job.recent_runs}
              rowKey={(run) => run.id}
              columns={[
                { key: 'started', title: t('scheduler.runStarted'), lead: true, render: (run) => <RelativeTime at={run.started_at} /> },
                { key: 'status', title: t('ui.status'), render: (run) => <RunStatus status={run.status} /> },
                {
                  key: 'took',
                  title: t('scheduler.runDuration'),
                  align: 'end',
                  render: (run) => <span className="nowrap">{format.duration(run.duration_seconds)}</span>,
                },
                { key: 'by', title: t('scheduler.runBy'), render: (run) => run.triggered_by ?? t('scheduler.runScheduled') },
                { key: 'result', title: t('scheduler.runResult'), render: (run) => <Result run={run} /> },
                {
                  key: 'node',
                  title: t('scheduler.runNode'),
                  render: (run) => (
                    <span className="cut mono" title={run.node ?? undefined}>
                      {run.node ?? '–'}
                    </span>
                  ),
                },
              ]}
            />
          </div>
        )}
      </section>
    </div>
  );
}

function Result({ run }: { run: JobDetail['recent_runs'][number] }) {
  const { t } = useTranslation();
  if (run.session_id) return <A href={`/history/sessions/?session=${run.session_id}`}>{t('scheduler.session')}</A>;
  const said =
    run.error ??
    Object.entries(run.summary ?? {})
      .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.length : String(value)}`)
      .join(', ');
  if (!said) return <span className="muted">–</span>;
  return (
    <span className="cut mono" title={said}>
      {said}
    </span>
  );
}
