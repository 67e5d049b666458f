import type { catalogue, DbType } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { keptUnder } from '../../../cache/kept.ts';
import { addDays, today } from '../../../clock.ts';
import type { Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { sessionShown } from '../../sync-sessions/index.ts';
import { startAggregation } from '../aggregation-session.ts';
import { lastPeriods, periodOf, type PeriodType } from '../periods.ts';
import * as queries from '../queries/aggregates.ts';

const RED = '255, 99, 132';
const SERIES = [
  {
    key: 'instances',
    series_key: 'instance_count',
    color: '54, 162, 235',
    point: 'circle',
    zh: ['实例数总量', '实例数平均值'],
    en: ['Instances', 'Instances a day'],
  },
  {
    key: 'instanceAggregates',
    series_key: 'instance_aggregation_count',
    color: RED,
    point: 'triangle',
    zh: ['实例日统计数量', '实例统计数量'],
    en: ['Daily instance rows', 'Instance rows'],
  },
  {
    key: 'databases',
    series_key: 'database_count',
    color: '75, 192, 192',
    point: 'rect',
    zh: ['数据库数总量', '数据库数平均值'],
    en: ['Databases', 'Databases a day'],
  },
  {
    key: 'databaseAggregates',
    series_key: 'database_aggregation_count',
    color: '255, 159, 64',
    point: 'star',
    zh: ['数据库日统计数量', '数据库统计数量'],
    en: ['Daily database rows', 'Database rows'],
  },
] as const;
const NAMES: Record<PeriodType, { zh: string; en: string }> = {
  daily: { zh: '日', en: 'daily' },
  weekly: { zh: '周', en: 'weekly' },
  monthly: { zh: '月', en: 'monthly' },
  quarterly: { zh: '季度', en: 'quarterly' },
};

function paged<T>(items: T[], total: number, page: number, limit: number) {
  const pages = Math.max(1, Math.ceil(total / limit));
  return { data: items, items, total, page, per_page: limit, limit, pages, total_pages: pages, has_prev: page > 1, has_next: page < pages };
}
function checkRange(start: string | undefined, end: string | undefined): void {
  if (start && end && start > end)
    throw refuse.invalid({ end_date: { code: 'RANGE', zh: '结束日期早于开始日期', en: 'Ends before it starts' } });
}

/** §6, §12, §14 and the core metrics of §20. */
export function aggregationHandlers(deps: Deps): {
  current: Handlers<typeof catalogue.capacityAggregations>;
  databases: Handlers<typeof catalogue.databaseAggregations>;
  instances: Handlers<typeof catalogue.instanceAggregations>;
  metrics: Pick<Handlers<typeof catalogue.partition>, 'getCoreAggregationMetrics'>;
} {
  const { db, clock } = deps;
  const instanceOf = (row: { instance_id: number; instance_name: string; db_type: string }) => ({
    id: row.instance_id,
    name: row.instance_name,
    db_type: row.db_type as DbType,
  });
  const databaseItem = (row: Awaited<ReturnType<typeof queries.topDatabaseAggregates>>[number]) => ({
    ...row,
    period_type: row.period_type as PeriodType,
    instance: instanceOf(row),
  });
  const instanceItem = (row: Awaited<ReturnType<typeof queries.topInstanceAggregates>>[number]) => ({
    ...row,
    period_type: row.period_type as PeriodType,
    avg_size_mb: row.total_size_mb,
    avg_database_size_mb: row.avg_size_mb,
    trend_direction: row.trend_direction as 'stable' | null,
    instance: instanceOf(row),
  });
  return {
    current: {
      async aggregateCurrent({ body }, asker) {
        const { sessionId, targets } = await startAggregation(deps, asker, false, { period: body.period_type, scope: body.scope });
        const period = periodOf(body.period_type, today(clock));
        const sentence =
          asker.locale === 'en' ? `Aggregating the ${NAMES[body.period_type].en} period` : `正在聚合当前${NAMES[body.period_type].zh}周期`;
        return {
          result: {
            status: targets === 0 ? ('skipped' as const) : ('running' as const),
            message: sentence,
            scope: body.scope,
            period_type: body.period_type,
            period_start: period.start,
            period_end: period.end,
            requested_period_type: body.period_type,
            effective_period_type: body.period_type,
            database_summary: null,
            instance_summary: null,
            session: (await sessionShown(db, sessionId))!,
            session_id: sessionId,
          },
        };
      },
    },
    databases: {
      async getDatabaseAggregations({ query }) {
        checkRange(query.start_date, query.end_date);
        if (query.get_all) {
          const rows = (await queries.topDatabaseAggregates(db, query, query.top, query.top_by)).map(databaseItem);
          return paged(rows, rows.length, 1, Math.max(1, rows.length));
        }
        const { items, total } = await queries.databaseAggregatePage(db, keptUnder(deps, queries.DATABASE_TABLES), query, query);
        return paged(items.map(databaseItem), total, query.page, query.limit);
      },
      async getDatabaseAggregationsSummary({ query }) {
        checkRange(query.start_date, query.end_date);
        const period_type = query.period_type ?? 'daily';
        const found = await queries.databaseSummary(db, { ...query, period_type });
        const average = found.total_databases === 0 ? 0 : Math.round((100 * found.total_size_mb) / found.total_databases) / 100;
        return { summary: { ...found, avg_size_mb: average, average_size_mb: average, period_type } };
      },
    },
    instances: {
      async getInstanceAggregations({ query }) {
        const f = window(query);
        if (query.get_all) {
          const rows = (await queries.topInstanceAggregates(db, f, query.top, query.top_by)).map(instanceItem);
          return paged(rows, rows.length, 1, Math.max(1, rows.length));
        }
        const { items, total } = await queries.instanceAggregatePage(db, keptUnder(deps, queries.INSTANCE_TABLES), f, query);
        return paged(items.map(instanceItem), total, query.page, query.limit);
      },
      async getInstanceAggregationsSummary({ query }) {
        const found = await queries.instanceSummary(db, window(query));
        const average = found.total_instances === 0 ? 0 : Math.round((100 * found.total_size_mb) / found.total_instances) / 100;
        return {
          summary: { ...found, avg_size_mb: average, period_type: query.period_type ?? 'all', source: 'instance_size_stats' as const },
        };
      },
    },
    metrics: {
      async getCoreAggregationMetrics({ query }, { locale }) {
        const type = query.period_type;
        const periods = lastPeriods(type, today(clock), query.days);
        const found = await queries.coreMetrics(db, type, periods[0]!.start, addDays(periods.at(-1)!.end, 1));
        const value = (key: (typeof SERIES)[number]['key'], start: string): number => {
          const row = found[key].find((one) => one.bucket === start) as { rows: number; days?: number } | undefined;
          if (!row) return 0;
          return type === 'daily' || row.days === undefined ? row.rows : Math.round((10 * row.rows) / row.days) / 10;
        };
        const labels = periods.map((period) => period.end);
        const name = NAMES[type];
        return {
          labels,
          datasets: SERIES.map(({ key, series_key, color, point, zh, en }) => ({
            series_key,
            label:
              type === 'daily'
                ? locale === 'en'
                  ? en[0]
                  : zh[0]
                : `${locale === 'en' ? en[1] : zh[1]} (${locale === 'en' ? name.en : name.zh})`,
            data: periods.map((period) => value(key, period.start)),
            borderColor: `rgb(${color})`,
            backgroundColor: `rgba(${color}, 0.1)`,
            borderWidth: color === RED ? 4 : 3,
            pointStyle: point,
            tension: 0.1,
            fill: false,
          })),
          dataPointCount: labels.length,
          timeRange: labels.length > 0 ? `${labels[0]} - ${labels.at(-1)}` : '-',
          yAxisLabel: locale === 'en' ? 'Rows' : '数量',
          chartTitle: locale === 'en' ? `Core metrics, ${name.en}` : `${name.zh}核心指标趋势`,
          periodType: type,
        };
      },
    },
  };

  function window<Q extends { start_date?: string | undefined; end_date?: string | undefined; time_range?: number | undefined }>(
    query: Q,
  ): Q {
    checkRange(query.start_date, query.end_date);
    if (query.start_date || query.end_date || query.time_range === undefined) return query;
    return { ...query, start_date: addDays(today(clock), -query.time_range), end_date: periodOf('quarterly', today(clock)).end };
  }
}
