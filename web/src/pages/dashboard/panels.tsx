import { SYNC_CATEGORIES } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { RelativeTime } from '../../ui/relative-time';
import { Chip, Engine, type Tone, useFaultName } from '../../ui/status';
import { Table } from '../../ui/table/table';
import type { Overview } from './page';

type Part<K extends keyof Overview> = NonNullable<Overview[K]>;

/** Engines against the state of their last connection test; each number leads to its list. */
export function Fleet({ rows }: { rows: Part<'instances'>['by_type'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cell = (type: string | null, test: string, n: number, tone = '') => {
    const query = [type && `db_type=${type}`, test && `test=${test}`].filter(Boolean).join('&');
    return n === 0 ? (
      <span className="muted">0</span>
    ) : (
      <A className={tone} href={`/instances/${query && `?${query}`}`}>
        {format.number(n)}
      </A>
    );
  };
  const present = rows.filter((row) => row.total > 0);
  const sum = (key: 'ok' | 'failed' | 'never' | 'total') => present.reduce((n, row) => n + row[key], 0);
  const all = { db_type: null, ok: sum('ok'), failed: sum('failed'), never: sum('never'), total: sum('total') };
  return (
    <Table
      label={t('dashboard.fleet')}
      rows={present.length > 1 ? [...present, all] : present}
      rowKey={(row) => row.db_type ?? 'all'}
      columns={[
        {
          key: 'type',
          title: t('dashboard.engine'),
          lead: true,
          render: (row) => (row.db_type ? <Engine type={row.db_type} /> : <strong>{t('ui.all')}</strong>),
        },
        {
          key: 'share',
          title: t('ui.status'),
          width: 130,
          render: (row) => (
            <span className="dash-share" aria-hidden="true">
              <span className="ok" style={{ flexGrow: row.ok }} />
              <span className="failed" style={{ flexGrow: row.failed }} />
              <span className="never" style={{ flexGrow: row.never }} />
            </span>
          ),
        },
        { key: 'ok', title: t('dashboard.ok'), align: 'end', render: (row) => cell(row.db_type, 'ok', row.ok, 'good') },
        { key: 'failed', title: t('dashboard.failed'), align: 'end', render: (row) => cell(row.db_type, 'failed', row.failed, 'bad') },
        { key: 'never', title: t('dashboard.never'), align: 'end', render: (row) => cell(row.db_type, 'never', row.never) },
        { key: 'total', title: t('dashboard.total'), align: 'end', render: (row) => cell(row.db_type, '', row.total) },
      ]}
    />
  );
}

export function Failures({ rows }: { rows: Part<'failed_since_yesterday'> }) {
  const { t } = useTranslation();
  const name = useFaultName();
  if (rows.length === 0) return <p className="dash-fine">{t('dashboard.failuresNone')}</p>;
  return (
    <ul className="lines">
      {rows.map((row) => {
        const category = SYNC_CATEGORIES.find((one) => one === row.sync_category) ?? 'other';
        return (
          <li key={`${row.session_id}${row.instance_id}`}>
            <A href={`/instances/${row.instance_id}`} className="cut">
              {row.instance_name}
            </A>
            <A href={`/history/sessions/?session=${row.session_id}`} className="lines-quiet">
              {t(`sessions.categories.${category}`)}
            </A>
            <Chip tone="bad" dot>
              {name(row.error_code)}
            </Chip>
            <span className="muted">
              <RelativeTime at={row.at} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const CHANGE_TONES: Record<string, Tone> = {
  add: 'good',
  return: 'good',
  delete: 'bad',
  modify_privilege: 'accent',
  modify_other: 'quiet',
};
const CHANGES = ['add', 'modify_privilege', 'modify_other', 'delete', 'return'] as const;
export function Changes({ changes }: { changes: Part<'changes_since_yesterday'> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { added, modified, removed, latest } = changes;
  if (added + modified + removed === 0) return <p className="dash-fine">{t('dashboard.changesNone')}</p>;
  return (
    <>
      <p className="dash-counts">
        <A className={added > 0 ? 'good' : 'muted'} href="/account/?sort=last_change_time&order=desc">
          {t('dashboard.added', { n: format.number(added) })}
        </A>
        <A href="/account/?sort=last_change_time&order=desc">{t('dashboard.modified', { n: format.number(modified) })}</A>
        <A className={removed > 0 ? 'bad' : 'muted'} href="/account/?only_deleted=true&sort=last_change_time&order=desc">
          {t('dashboard.removed', { n: format.number(removed) })}
        </A>
      </p>
      <ul className="lines">
        {latest.slice(0, 7).map((row) => {
          const type = CHANGES.find((one) => one === row.change_type) ?? 'modify_other';
          return (
            <li key={`${row.instance_id}${row.username}${row.at}`}>
              {row.account_id === null ? (
                <span className="mono cut">{row.username}</span>
              ) : (
                <A className="mono cut" href={`/account/?account=${row.account_id}&view=changes`} title={row.message}>
                  {row.username}
                </A>
              )}
              <A className="lines-quiet cut" href={`/instances/${row.instance_id}?tab=accounts`}>
                {row.instance_name}
              </A>
              <Chip tone={CHANGE_TONES[type]}>{t(`accounts.change.types.${type}`)}</Chip>
              <span className="muted">
                <RelativeTime at={row.at} />
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

export function Jobs({ jobs }: { jobs: Part<'next_jobs'> }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  if (jobs.length === 0) return <p className="muted">{t('dashboard.jobsNone')}</p>;
  return (
    <ul className="lines two-ends">
      {jobs.map((job) => (
        <li key={job.id}>
          <span>{i18n.exists(`dashboard.jobNames.${job.id}`) ? t(`dashboard.jobNames.${job.id as 'sync_accounts'}`) : job.name}</span>
          {job.next_run_time ? (
            <span className="muted">
              {format.shortTime(job.next_run_time)} · <RelativeTime at={job.next_run_time} />
            </span>
          ) : (
            <Chip>{t('dashboard.paused')}</Chip>
          )}
        </li>
      ))}
    </ul>
  );
}
