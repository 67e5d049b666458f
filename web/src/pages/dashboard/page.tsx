import { catalogue, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { SizeChart } from '../../ui/charts/size-chart';
import { Page, Panel, Stats } from '../../ui/page';
import { Failed, Skeleton } from '../../ui/states';
import { GettingStarted } from './getting-started';
import { Changes, Failures, Fleet, Jobs, Risks } from './panels';
import './dashboard.css';

export type Overview = NonNullable<WireOf<typeof catalogue.dashboard.getDashboardOverview>>;
const REFRESH_MS = 60_000;

export default function Dashboard() {
  const { t } = useTranslation();
  const read = useRoute(catalogue.dashboard.getDashboardOverview, {}, { refetchInterval: REFRESH_MS });
  return (
    <Page title={t('dashboard.title')}>
      {read.data ? (
        read.data.instances.total === 0 ? (
          <GettingStarted />
        ) : (
          <Whole overview={read.data} />
        )
      ) : read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : (
        <Skeleton lines={14} />
      )}
    </Page>
  );
}

/** The newest known total against the oldest of the period. */
function growth(trend: Overview['capacity']['trend']): number | null {
  const known = trend.flatMap((day) => (day.total_mb === null ? [] : [day.total_mb]));
  return known.length > 1 ? known.at(-1)! - known[0]! : null;
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
            href: '/account/?sort=last_sync_time&order=asc',
          },
          {
            key: 'databases',
            label: t('dashboard.databases'),
            value: format.number(databases.total),
            hint: t('dashboard.databasesHint', { n: format.number(databases.active) }),
            href: '/instances/?sort=active_db_count&order=desc',
          },
          {
            key: 'capacity',
            label: t('dashboard.capacity'),
            value: drawn || capacity.total_mb > 0 ? format.size(capacity.total_mb) : '–',
            hint: grown === null ? undefined : t('dashboard.growth', { change: format.size(grown, true) }),
            href: '/instances/?sort=total_size_mb&order=desc',
          },
        ]}
      />
      <div className="panels">
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
        <Panel title={t('dashboard.failures')} className="span-5" extra={<A href="/history/sessions/?status=failed">{t('ui.all')}</A>}>
          <Failures overview={overview} />
        </Panel>
        <Panel
          title={t('dashboard.changes')}
          className="span-7"
          extra={<A href="/account/?sort=last_change_time&order=desc">{t('ui.all')}</A>}
        >
          <Changes overview={overview} />
        </Panel>
        <Panel title={t('dashboard.risk')} className="span-5">
          <Risks overview={overview} />
        </Panel>
        <Panel title={t('dashboard.jobs')} className="span-7">
          <Jobs overview={overview} />
        </Panel>
      </div>
    </>
  );
}
