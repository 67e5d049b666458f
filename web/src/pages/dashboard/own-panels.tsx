/** Panels that read for themselves: one that fails says so in its place, and the others stay. */
import { catalogue } from '@whalefall/contract';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { SizeChart } from '../../ui/charts/size-chart';
import { Panel } from '../../ui/page';
import { RelativeTime } from '../../ui/relative-time';
import { Failed, Skeleton } from '../../ui/states';
import { Chip } from '../../ui/status';
import { RiskBars } from '../accounts/statistics/risk-bars';

const REFRESH_MS = 60_000;
const STATUS_MS = 30_000;
const SHOWN = 8;

interface Read<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  refetch: () => unknown;
}
function Reading<T>({ read, lines, children }: { read: Read<T>; lines: number; children: (data: T) => ReactNode }) {
  if (read.data !== undefined) return children(read.data);
  return read.isError ? <Failed error={read.error} retry={() => void read.refetch()} /> : <Skeleton lines={lines} />;
}

/** Every account once, by the highest risk of its classes. */
export function RiskPanel({ className }: { className: string }) {
  const { t } = useTranslation();
  const read = useRoute(catalogue.accountsStatistics.getAccountStatistics, {}, { refetchInterval: REFRESH_MS });
  return (
    <Panel title={t('dashboard.risk')} className={className} extra={<A href="/accounts/statistics">{t('statistics.open')}</A>}>
      <Reading read={read} lines={5}>
        {({ stats }) =>
          stats.active_accounts === stats.unclassified_count ? (
            <>
              <p>{t('dashboard.riskEmpty')}</p>
              <p className="muted">{t('dashboard.riskEmptyText')}</p>
            </>
          ) : (
            <RiskBars stats={stats} />
          )
        }
      </Reading>
    </Panel>
  );
}

/** What our own log said in the last seven days. */
export function LogsPanel({ className }: { className: string }) {
  const { t } = useTranslation();
  const read = useRoute(catalogue.dashboard.getDashboardCharts, { query: { type: 'logs' } }, { refetchInterval: REFRESH_MS });
  const days = read.data?.log_trend;
  const series = useMemo(
    () => [
      { key: 'error', name: t('dashboard.errors'), points: (days ?? []).map((day) => [day.date, day.error_count] as const) },
      { key: 'warning', name: t('dashboard.warnings'), points: (days ?? []).map((day) => [day.date, day.warning_count] as const) },
    ],
    [days, t],
  );
  const quiet = days?.every((day) => day.error_count + day.warning_count === 0);
  return (
    <Panel
      title={t('dashboard.logs')}
      className={className}
      extra={<A href="/history/logs/?level=ERROR&level=CRITICAL&level=WARNING&hours=168">{t('ui.all')}</A>}
    >
      <div className="dash-small">
        <Reading read={read} lines={5}>
          {() =>
            quiet ? (
              <p className="dash-fine">{t('dashboard.logsNone')}</p>
            ) : (
              <SizeChart series={series} label={t('dashboard.logs')} measure="count" as="bar" stacked height={160} />
            )
          }
        </Reading>
      </div>
    </Panel>
  );
}

/** What our own users did last. */
export function ActivityPanel({ className }: { className: string }) {
  const { t } = useTranslation();
  const read = useRoute(catalogue.dashboard.listDashboardActivities, {}, { refetchInterval: REFRESH_MS });
  return (
    <Panel title={t('dashboard.activity')} className={className}>
      <Reading read={read} lines={6}>
        {(events) =>
          events.length === 0 ? (
            <p className="muted">{t('dashboard.activityNone')}</p>
          ) : (
            <ul className="lines activity">
              {events.slice(0, SHOWN).map((event) => (
                <li key={event.id}>
                  <span className="mono cut">{event.user}</span>
                  {event.link ? (
                    <A href={event.link} className="cut" title={event.title}>
                      {event.title}
                    </A>
                  ) : (
                    <span className="cut" title={event.title}>
                      {event.title}
                    </span>
                  )}
                  <span className="muted">
                    <RelativeTime at={event.time} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Reading>
    </Panel>
  );
}

const WARN = 60;
const BAD = 80;
/** Our own server: what it needs is there; how busy its machine is, for administrators. */
export function StatusPanel({ className }: { className: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const read = useRoute(catalogue.dashboard.getDashboardStatus, {}, { refetchInterval: STATUS_MS });
  const service = (state: string) => (
    <Chip tone={state === 'healthy' ? 'good' : state === 'error' ? 'bad' : 'quiet'} dot>
      {t(state === 'healthy' ? 'dashboard.ok' : state === 'error' ? 'dashboard.failed' : 'dashboard.unused')}
    </Chip>
  );
  const load = (label: string, percent: number, hint?: string) => (
    <li>
      <span>{label}</span>
      <span className="bars-track">
        <span
          className={percent > BAD ? 'tone-bad' : percent > WARN ? 'tone-warn' : 'tone-good'}
          style={{ width: `${Math.min(100, percent)}%` }}
        />
      </span>
      <span className="bars-value nowrap" title={hint}>
        {format.share(percent / 100)}
      </span>
    </li>
  );
  const bytes = ({ used, total }: { used: number; total: number }) =>
    `${format.size(used / 1_048_576)} / ${format.size(total / 1_048_576)}`;
  return (
    <Panel title={t('dashboard.status')} className={className}>
      <Reading read={read} lines={5}>
        {({ system, services, uptime_seconds: seconds }) => (
          <>
            <ul className="lines two-ends">
              <li>
                <span>{t('dashboard.database')}</span>
                {service(services.database)}
              </li>
              <li>
                <span>Redis</span>
                {service(services.redis)}
              </li>
              <li>
                <span>{t('dashboard.uptime')}</span>
                <span className="muted">{format.duration(seconds)}</span>
              </li>
            </ul>
            {system && (
              <ul className="bars dash-load">
                {load(t('dashboard.cpu'), system.cpu)}
                {load(t('dashboard.memory'), system.memory.percent, bytes(system.memory))}
                {load(t('dashboard.disk'), system.disk.percent, bytes(system.disk))}
              </ul>
            )}
          </>
        )}
      </Reading>
    </Panel>
  );
}
