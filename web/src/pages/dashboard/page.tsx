import { catalogue, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { useFormat } from '../../i18n/format';
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
  const fresh = read.data && read.data.accounts.total === 0 && (
    <GettingStarted instances={read.data.instances.total} accounts={read.data.accounts.total} />
  );
  if (read.data?.instances.total === 0) return <Page title={t('dashboard.title')}>{fresh}</Page>;
  return (
    <Page title={t('dashboard.title')}>
      {fresh}
      {read.data ? (
        <Whole overview={read.data} />
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
              <Jobs overview={read.data} />
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
function growth(trend: Overview['capacity']['trend']): number | null {
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

function Whole({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { instances, accounts, capacity, databases } = overview;
  const grown = growth(capacity.trend);
  const drawn = capacity.trend.some((day) => day.total_mb !== null);
  return (
    <>
      <Stats
        items={[
          {
            key: 'instances',
            label: t('dashboard.instances'),
            value: format.number(instances.total),
            hint: t('dashboard.instancesHint', { n: format.number(instances.active) }),
            href: '/instances/',
          },
          { key: 'accounts', label: t('dashboard.accounts'), value: format.number(accounts.active), href: '/account/' },
          {
            key: 'super',
            label: t('dashboard.superusers'),
            value: format.number(accounts.superusers),
            href: '/account/?is_superuser=true',
          },
          { key: 'locked', label: t('dashboard.locked'), value: format.number(accounts.locked), href: '/account/?is_locked=true' },
          {
            key: 'unread',
            label: t('dashboard.unread'),
            value: format.number(accounts.unread),
            tone: accounts.unread > 0 ? 'warn' : undefined,
            hint: accounts.unread > 0 ? t('dashboard.unreadHint') : undefined,
            href: '/account/?read_state=unread',
          },
          {
            key: 'databases',
            label: t('dashboard.databases'),
            value: format.number(databases.total),
            hint: t('dashboard.databasesHint', { n: format.number(databases.active) }),
            href: '/database_aggregations/',
          },
          {
            key: 'capacity',
            label: t('dashboard.capacity'),
            value: drawn || capacity.total_mb > 0 ? format.size(capacity.total_mb) : '–',
            hint: grown === null ? undefined : t('dashboard.growth', { change: format.size(grown, true) }),
            href: '/instance_aggregations/instance?periods=30',
          },
        ]}
      />
      <div className="panels spaced">
        <Panel title={t('dashboard.fleet')} className="span-5" flush>
          <Fleet overview={overview} />
        </Panel>
        <Panel title={t('dashboard.trend')} className="span-7">
          <div className="dash-trend">
            {drawn ? (
              <SizeChart
                label={t('dashboard.trend')}
                height={222}
                series={[
                  { key: 'total', name: t('dashboard.capacity'), points: capacity.trend.map((day) => [day.date, day.total_mb] as const) },
                ]}
              />
            ) : (
              <p className="muted">{t('dashboard.trendEmpty')}</p>
            )}
          </div>
        </Panel>

        <Panel
          title={
            <>
              {t('dashboard.failures')} {overview.failed_since_yesterday.length > 0 && <Count n={overview.failed_since_yesterday.length} />}
            </>
          }
          className="span-6"
          extra={<A href="/history/sessions/?status=failed">{t('ui.all')}</A>}
        >
          <Failures overview={overview} />
        </Panel>
        <Panel
          title={t('dashboard.changes')}
          className="span-6"
          extra={<A href="/account/?sort=last_change_time&order=desc">{t('ui.all')}</A>}
        >
          <Changes overview={overview} />
        </Panel>
      </div>
    </>
  );
}
