import { catalogue } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { SizeChart, useChartAhead } from '../../../ui/charts/size-chart';
import { CountBars } from '../../../ui/count-bars';
import { LinkButton } from '../../../ui/link-button';
import { Page, Panel, Stats } from '../../../ui/page';
import { Empty, Failed, Skeleton } from '../../../ui/states';
import { useClassLabel } from '../classifications/use-classes';
import { RiskBars } from './risk-bars';
import { ByEngine, type Figures, MostPrivileged } from './tables';
import './statistics.css';

const ROUTE = catalogue.accountsStatistics.getAccountStatistics;
const REFRESH_MS = 60_000;

export default function AccountStatistics() {
  useChartAhead();
  const { t } = useTranslation();
  const read = useRoute(ROUTE, {}, { refetchInterval: REFRESH_MS });
  const stats = read.data?.stats;
  return (
    <Page title={t('statistics.accounts')} actions={<LinkButton href="/account/">{t('statistics.toAccounts')}</LinkButton>}>
      {stats ? (
        stats.total_accounts === 0 ? (
          <Empty
            title={t('statistics.empty')}
            action={
              <LinkButton type="primary" href="/instances/">
                {t('instances.title')}
              </LinkButton>
            }
          >
            {t('statistics.emptyText')}
          </Empty>
        ) : (
          <Whole stats={stats} />
        )
      ) : read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : (
        <Skeleton lines={14} />
      )}
    </Page>
  );
}

function Whole({ stats }: { stats: Figures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const n = format.number;
  return (
    <>
      <Stats
        items={[
          { key: 'active', label: t('statistics.active'), value: n(stats.active_accounts), href: '/account/' },
          { key: 'normal', label: t('statistics.normal'), value: n(stats.normal_accounts), href: '/account/?is_locked=false' },
          { key: 'locked', label: t('statistics.locked'), value: n(stats.locked_accounts), href: '/account/?is_locked=true' },
          {
            key: 'unread',
            label: t('statistics.unread'),
            value: n(stats.unread),
            tone: stats.unread > 0 ? 'warn' : undefined,
            href: '/account/?read_state=unread',
          },
          { key: 'deleted', label: t('statistics.deleted'), value: n(stats.deleted_accounts), href: '/account/?only_deleted=true' },
          {
            key: 'total',
            label: t('statistics.total'),
            value: n(stats.total_accounts),
            hint: t('statistics.totalHint'),
            href: '/account/?include_deleted=true',
          },
          {
            key: 'instances',
            label: t('statistics.activeInstances'),
            value: n(stats.active_instances),
            href: '/instances/?status=active',
          },
        ]}
      />
      <div className="panels">
        <Panel title={t('statistics.byEngine')} className="span-6" flush>
          <ByEngine stats={stats} />
        </Panel>
        <Panel title={t('statistics.byRisk')} className="span-6">
          <RiskBars stats={stats} />
        </Panel>
        <Panel title={t('statistics.changes')} className="span-6">
          <Changes stats={stats} />
        </Panel>
        <Panel title={t('statistics.byClass')} className="span-6" extra={<span className="muted">{t('statistics.classesHint')}</span>}>
          <ByClass stats={stats} />
        </Panel>
        <Panel title={t('statistics.top')} className="span-12" flush>
          <MostPrivileged stats={stats} />
        </Panel>
      </div>
    </>
  );
}

function ByClass({ stats }: { stats: Figures }) {
  const { t } = useTranslation();
  const label = useClassLabel();
  const classes = Object.entries(stats.classification_stats);
  if (classes.length === 0)
    return (
      <p className="muted">
        <A href="/accounts/classifications/">{t('statistics.setUp')}</A>
      </p>
    );
  return (
    <CountBars
      total={stats.active_accounts}
      rows={classes
        .sort(([, a], [, b]) => b.priority - a.priority)
        .map(([name, one]) => {
          const own = label({ id: one.id, name });
          return { key: name, label: own.name, count: one.account_count, href: `/account/?classification=${one.id}`, tone: own.tone };
        })}
    />
  );
}

function Changes({ stats }: { stats: Figures }) {
  const { t } = useTranslation();
  const days = stats.changes_30d;
  const series = useMemo(
    () =>
      (['added', 'changed', 'removed'] as const).map((key) => ({
        key,
        name: t(`statistics.${key}`),
        points: days.map((day) => [day.date, day[key]] as const),
      })),
    [days, t],
  );
  return (
    <div className="statistics-chart">
      {days.every((day) => day.added + day.changed + day.removed === 0) ? (
        <p className="muted">{t('statistics.noChanges')}</p>
      ) : (
        <SizeChart series={series} label={t('statistics.changes')} measure="count" as="bar" stacked height={190} />
      )}
    </div>
  );
}
