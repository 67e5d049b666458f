import { catalogue } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../api';
import { useFormat } from '../../i18n/format';
import { useMay } from '../../session';
import { A } from '../../ui/a';
import { useConfirm } from '../../ui/confirm';
import { Page, Stats } from '../../ui/page';
import { RelativeTime } from '../../ui/relative-time';
import { Failed } from '../../ui/states';
import { type Column, Table } from '../../ui/table/table';
import { useUrl } from '../../ui/url';
import { JobDrawer } from './job-drawer';
import { JobState, RunStatus } from './job-state';
import './scheduler.css';
import { TriggerForm } from './trigger-form';
import { expressionOf, type Job, triggerWords } from './words';

const { getJobs, pauseJob, resumeJob, runJob, reloadJobs } = catalogue.scheduler;
const BUSY_MS = 3000;
const REFRESH_MS = 30_000;
const ORDER = { STATE_EXECUTING: 0, STATE_RUNNING: 1, STATE_PAUSED: 2, STATE_FINISHED: 3 } as const;

export default function Scheduler() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { message } = App.useApp();
  const { href, search } = useUrl();
  const read = useRoute(getJobs, {}, { refetchInterval: (jobs) => (jobs?.some((job) => job.is_executing) ? BUSY_MS : REFRESH_MS) });
  const { mutateAsync: pause } = useSend(pauseJob);
  const { mutateAsync: resume } = useSend(resumeJob);
  const { mutateAsync: run } = useSend(runJob, ['history/sessions']);
  const { mutateAsync: reload } = useSend(reloadJobs);
  const [editing, setEditing] = useState<Job | null>(null);
  const [dialog, ask] = useConfirm();
  const jobs = useMemo(
    () =>
      (read.data ?? []).toSorted(
        (a, b) =>
          ORDER[a.state] - ORDER[b.state] || (a.next_run_time ?? '').localeCompare(b.next_run_time ?? '') || a.id.localeCompare(b.id),
      ),
    [read.data],
  );

  const columns = useMemo<Column<Job>[]>(() => {
    const askRun = (job: Job) =>
      ask({
        title: t('scheduler.runTitle', { name: job.name }),
        text: t('scheduler.runText'),
        ok: t('scheduler.run'),
        danger: false,
        run: async () => {
          await run({ params: { job_id: job.id }, body: {} });
          message.success(t('scheduler.started'));
        },
      });
    const askPause = (job: Job) =>
      ask({
        title: t('scheduler.pauseTitle', { name: job.name }),
        text: t('scheduler.pauseText'),
        ok: t('scheduler.pause'),
        run: async () => {
          await pause({ params: { job_id: job.id }, body: {} });
          message.success(t('scheduler.pausedDone'));
        },
      });
    const askResume = (job: Job) =>
      ask({
        title: `${t('scheduler.resume')} · ${job.name}`,
        ok: t('scheduler.resume'),
        danger: false,
        run: async () => {
          await resume({ params: { job_id: job.id }, body: {} });
          message.success(t('scheduler.resumed'));
        },
      });
    const shown: Column<Job>[] = [
      {
        key: 'name',
        title: t('ui.name'),
        lead: true,
        render: (job) => (
          <span className="job-name">
            <A href={href({ job: job.id })}>{job.name}</A>
            <small title={job.description}>{job.description}</small>
          </span>
        ),
      },
      { key: 'state', title: t('ui.status'), width: 110, render: (job) => <JobState job={job} /> },
      {
        key: 'schedule',
        title: t('scheduler.schedule'),
        render: (job) => (
          <span className="job-name">
            <span className="nowrap">{triggerWords(job, t, format) ?? <code>{expressionOf(job.trigger_args)}</code>}</span>
            {job.trigger_type === 'cron' && <small className="mono">{expressionOf(job.trigger_args)}</small>}
          </span>
        ),
      },
      {
        key: 'next',
        title: t('scheduler.next'),
        render: (job) => <RelativeTime at={job.next_run_time} empty={t('scheduler.notPlanned')} />,
      },
      {
        key: 'last',
        title: t('scheduler.last'),
        render: (job) => (
          <span className="row">
            <RelativeTime at={job.last_run_time} />
            {job.last_run_time && <RunStatus status={job.last_status} />}
            {job.last_duration_seconds !== null && <span className="muted">{format.duration(job.last_duration_seconds)}</span>}
          </span>
        ),
      },
    ];
    if (may('admin'))
      shown.push({
        key: 'acts',
        title: t('ui.actions'),
        acts: true,
        render: (job) => (
          <>
            <Button type="text" size="small" disabled={job.is_executing} onClick={() => askRun(job)}>
              {t('scheduler.run')}
            </Button>
            <Button type="text" size="small" onClick={() => setEditing(job)}>
              {t('scheduler.edit')}
            </Button>
            {job.state === 'STATE_PAUSED' ? (
              <Button type="text" size="small" onClick={() => askResume(job)}>
                {t('scheduler.resume')}
              </Button>
            ) : (
              <Button type="text" size="small" onClick={() => askPause(job)}>
                {t('scheduler.pause')}
              </Button>
            )}
          </>
        ),
      });
    return shown;
  }, [t, format, may, href, ask, run, pause, resume, message]);

  const count = (state: Job['state']) => (read.data ? format.number(read.data.filter((job) => job.state === state).length) : '–');
  const askReload = () =>
    ask({
      title: t('scheduler.reloadTitle'),
      text: t('scheduler.reloadText'),
      ok: t('scheduler.reload'),
      run: async () => {
        const { data } = await reload({ body: {} });
        message.success(t('scheduler.reloaded', { n: data.reloaded_count }));
      },
    });
  return (
    <Page title={t('scheduler.title')} actions={may('admin') && <Button onClick={askReload}>{t('scheduler.reload')}</Button>}>
      <Stats
        items={[
          { key: 'total', label: t('scheduler.stats.total'), value: format.number(read.data?.length) },
          { key: 'active', label: t('scheduler.stats.active'), value: count('STATE_RUNNING') },
          { key: 'executing', label: t('scheduler.stats.executing'), value: count('STATE_EXECUTING') },
          { key: 'paused', label: t('scheduler.stats.paused'), value: count('STATE_PAUSED') },
        ]}
      />
      <div className="list-body">
        {read.isError && !read.data ? (
          <Failed error={read.error} retry={() => void read.refetch()} />
        ) : (
          <Table
            label={t('scheduler.title')}
            columns={columns}
            rows={jobs}
            rowKey={(job) => job.id}
            loading={read.isPending}
            current={search.get('job')}
          />
        )}
      </div>
      {editing && <TriggerForm key={editing.id} job={editing} onClose={() => setEditing(null)} />}
      <JobDrawer />
      {dialog}
    </Page>
  );
}
