import { catalogue, type WireOf } from '@whalefall/contract';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { NOTHING, useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { SizeChart, useChartAhead } from '../../ui/charts/size-chart';
import { Page, Panel, Stats } from '../../ui/page';
import { SessionDrawer } from '../../ui/session-drawer';
import { Failed, Skeleton } from '../../ui/states';
import { Chip } from '../../ui/status';
import { GettingStarted } from './getting-started';
import { ActivityPanel, LogsPanel, RiskPanel, StatusPanel } from './own-panels';
import { Changes, Failures, Fleet, Jobs } from './panels';
import './dashboard.css';

export type Overview = NonNullable<WireOf<typeof catalogue.dashboard.getDashboardOverview>>;
const REFRESH_MS = 60_000;

export default function Dashboard() {
  useChartAhead();
  const { t } = useTranslation();
  const read = useRoute(catalogue.dashboard.getDashboardOverview, {}, { refetchInterval: REFRESH_MS });
  // Nothing was ever read: the way to the first account list comes first, and alone while there is no instance.
  const fresh = read.data?.accounts?.total === 0 && read.data.instances && (
    <GettingStarted instances={read.data.instances.total} accounts={read.data.accounts.total} />
  );
  if (read.data?.instances?.total === 0) return <Page title={t('dashboard.title')}>{fresh}</Page>;
  return (
    <Page title={t('dashboard.title')}>
      {fresh}
      {read.data ? (
        <Whole overview={read.data} retry={() => void read.refetch()} />
      ) : read.isError ? (
        <Panel className="spaced">
          <Failed error={read.error} retry={() => void read.refetch()} />
        </Panel>
      ) : (
        <Skeleton lines={14} />
      )}
      {(read.data ?? read.isError) && (
        <div className="panels">
          <RiskPanel className="span-4" />
          <LogsPanel className="span-4" />
          {read.data && (
            <Panel title={t('dashboard.jobs')} className="span-4">
              <Part of={read.data.next_jobs} retry={() => void read.refetch()}>
                {(jobs) => <Jobs jobs={jobs} />}
              </Part>
            </Panel>
          )}
          <ActivityPanel className="span-8" />
          <StatusPanel className="span-4" />
        </div>
      )}
      <SessionDrawer />
    </Page>
  );
}

/** The newest known total against the oldest of the period. */
function growth(trend: NonNullable<Overview['capacity']>['trend']): number | null {
  const known = trend.flatMap((day) => (day.total_mb === null ? [] : [day.total_mb]));
  return known.length > 1 ? known.at(-1)! - known[0]! : null;
}

function Count({ n }: { n: number }) {
  const format = useFormat();
  return (
    <Chip tone="bad">
      <A href="/history/sessions/?status=failed">{format.number(n)}</A>
    </Chip>
  );
}

/** A part of the overview that could not be read says so in its place. */
function Part<T>({ of, retry, children }: { of: T | null; retry: () => void; children: (part: T) => ReactNode }) {
  const { t } = useTranslation();
  if (of !== null) return children(of);
  return (
    <div className="part-failed" role="alert">
      <span>{t('dashboard.partFailed')}</span>
      <Button size="small" onClick={retry}>
        {t('act.retry')}
      </Button>
    </div>
  );
}

function Numbers({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { instances, accounts, capacity, databases } = overview;
  const grown = capacity && growth(capacity.trend);
  const measured = capacity && (capacity.total_mb > 0 || capacity.trend.some((day) => day.total_mb !== null));
  /** Not read is not zero. */
  const unread = (part: unknown) => (part === null ? { hint: t('dashboard.partFailedShort'), tone: 'warn' as const } : {});
  return (
    <Stats
      items={[
        {
          key: 'instances',
          label: t('dashboard.instances'),
          value: format.number(instances?.total),
          hint: instances && t('dashboard.instancesHint', { n: format.number(instances.active) }),
          href: '/instances/',
          ...unread(instances),
        },
        { key: 'accounts', label: t('dashboard.accounts'), value: format.number(accounts?.active), href: '/account/', ...unread(accounts) },
        {
          key: 'super',
          label: t('dashboard.superusers'),
          value: format.number(accounts?.superusers),
          href: '/account/?is_superuser=true',
          ...unread(accounts),
        },
        {
          key: 'locked',
          label: t('dashboard.locked'),
          value: format.number(accounts?.locked),
          href: '/account/?is_locked=true',
          ...unread(accounts),
        },
        {
          key: 'unread',
          label: t('dashboard.unread'),
          value: format.number(accounts?.unread),
          tone: accounts && accounts.unread > 0 ? 'warn' : undefined,
          hint: accounts && accounts.unread > 0 ? t('dashboard.unreadHint') : undefined,
          href: '/account/?read_state=unread',
          ...unread(accounts),
        },
        {
          key: 'databases',
          label: t('dashboard.databases'),
          value: format.number(databases?.active),
          hint: databases && databases.inactive > 0 ? t('dashboard.databasesGone', { n: format.number(databases.inactive) }) : undefined,
          href: '/databases/ledgers',
          ...unread(databases),
        },
        {
          key: 'capacity',
          label: t('dashboard.capacity'),
          value: measured ? format.size(capacity.total_mb) : NOTHING,
          hint: typeof grown === 'number' ? t('dashboard.growth', { change: format.size(grown, true) }) : undefined,
          href: '/instance_aggregations/instance?periods=30',
          ...unread(capacity),
        },
      ]}
    />
  );
}

function Whole({ overview, retry }: { overview: Overview; retry: () => void }) {
  const { t } = useTranslation();
  const failures = overview.failed_since_yesterday?.length ?? 0;
  return (
    <>
      <Numbers overview={overview} />
      <div className="panels spaced">
        <Panel title={t('dashboard.fleet')} className="span-5" flush>
          <Part of={overview.instances} retry={retry}>
            {(instances) => <Fleet rows={instances.by_type} />}
          </Part>
        </Panel>
        <Panel title={t('dashboard.trend')} className="span-7">
          <div className="dash-trend">
            <Part of={overview.capacity} retry={retry}>
              {({ trend }) =>
                trend.some((day) => day.total_mb !== null) ? (
                  <SizeChart
                    label={t('dashboard.trend')}
                    height={222}
                    series={[
                      { key: 'total', name: t('dashboard.capacity'), points: trend.map((day) => [day.date, day.total_mb] as const) },
                    ]}
                  />
                ) : (
                  <p className="muted">
                    {t('dashboard.trendEmpty')} <A href="/databases/ledgers">{t('databases.collect')}</A>
                  </p>
                )
              }
            </Part>
          </div>
        </Panel>

        <Panel
          title={
            <>
              {t('dashboard.failures')} {failures > 0 && <Count n={failures} />}
            </>
          }
          className="span-6"
          extra={<A href="/history/sessions/?status=failed">{t('ui.all')}</A>}
        >
          <Part of={overview.failed_since_yesterday} retry={retry}>
            {(rows) => <Failures rows={rows} />}
          </Part>
        </Panel>
        <Panel
          title={t('dashboard.changes')}
          className="span-6"
          extra={<A href="/account/?sort=last_change_time&order=desc">{t('ui.all')}</A>}
        >
          <Part of={overview.changes_since_yesterday} retry={retry}>
            {(changes) => <Changes changes={changes} />}
          </Part>
        </Panel>
      </div>
    </>
  );
}
