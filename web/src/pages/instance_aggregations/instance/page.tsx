import { catalogue, type WireOf } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { NOTHING, useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { RelativeTime } from '../../../ui/relative-time';
import { Empty } from '../../../ui/states';
import { Chip, Engine } from '../../../ui/status';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import type { Column } from '../../../ui/table/table';
import { CapacityChart, type Point } from '../../capacity/capacity-chart';
import { CapacityPage } from '../../capacity/capacity-page';
import { useCapacityState } from '../../capacity/capacity-state';
import { changeColumns } from '../../capacity/change-columns';
import { useFleetParams } from '../../capacity/fleet-params';
import { Movers } from '../../capacity/movers';

const { getInstanceAggregations: LIST, getInstanceAggregationsSummary: SUMMARY } = catalogue.instanceAggregations;
type Item = NonNullable<WireOf<typeof LIST>>['items'][number];

const hrefOf = (item: Item) => `/instances/${item.instance_id}?tab=databases`;
const pointOf = (item: Item): Point => ({
  key: String(item.instance_id),
  name: item.instance.name,
  href: hrefOf(item),
  start: item.period_start,
  size: item.total_size_mb,
  change: item.total_size_change_mb,
  percent: item.total_size_change_percent,
});
const TREND = { growing: ['warn', '↑'], shrinking: ['good', '↓'], stable: ['quiet', '→'] } as const;

export default function InstanceCapacity() {
  const { t } = useTranslation();
  const format = useFormat();
  useFleetParams();
  const state = useCapacityState();
  const { step, from, to, top, show } = state;
  const list = useList(LIST, { period_type: step, start_date: from, end_date: to });
  const { page: _, limit: __, sort: ___, order: ____, get_all: _____, top: ______, top_by: _______, ...filter } = list.query;
  const chart = useRoute(LIST, { query: { ...filter, get_all: true, top, top_by: show } }, { keep: true });
  const summary = useRoute(SUMMARY, { query: filter }, { keep: true });
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const points = useMemo(() => chart.data?.items.map(pointOf), [chart.data]);
  const newest = useMemo(
    () =>
      points
        ?.map((point) => point.start)
        .sort()
        .at(-1),
    [points],
  );
  const period = { ...filter, start_date: newest ?? from, limit: top, sort: 'total_size_change_mb' as const };
  const grown = useRoute(LIST, { query: { ...period, order: 'desc' } }, { enabled: newest !== undefined, keep: true });
  const shrunk = useRoute(LIST, { query: { ...period, order: 'asc' } }, { enabled: newest !== undefined, keep: true });
  const columns = useMemo<Column<Item>[]>(
    () => [
      {
        key: 'instance',
        title: t('capacity.instance'),
        fixed: true,
        lead: true,
        render: (item) => <A href={hrefOf(item)}>{item.instance.name}</A>,
      },
      { key: 'engine', title: t('capacity.engine'), render: (item) => <Engine type={item.instance.db_type} /> },
      {
        key: 'period',
        title: t('capacity.columns.period'),
        sort: 'period_start',
        render: (item) => <span className="nowrap">{format.period(item.period_type, item.period_start)}</span>,
      },
      {
        key: 'size',
        title: t('capacity.columns.size'),
        sort: 'total_size_mb',
        align: 'end',
        render: (item) => <strong className="nowrap">{format.size(item.total_size_mb)}</strong>,
      },
      {
        key: 'max',
        title: t('capacity.columns.max'),
        sort: 'max_size_mb',
        align: 'end',
        hidden: true,
        render: (item) => format.size(item.max_size_mb),
      },
      { key: 'min', title: t('capacity.columns.min'), align: 'end', hidden: true, render: (item) => format.size(item.min_size_mb) },
      {
        key: 'databases',
        title: t('capacity.columns.databases'),
        sort: 'database_count',
        align: 'end',
        render: (item) => format.number(item.database_count),
      },
      ...changeColumns<Item>(t, format, {
        change: (item) => item.total_size_change_mb,
        percent: (item) => item.total_size_change_percent,
        sorts: ['total_size_change_mb', 'total_size_change_percent'],
      }),
      {
        key: 'trend',
        title: t('capacity.columns.trend'),
        render: (item) =>
          item.trend_direction ? (
            <Chip tone={TREND[item.trend_direction][0]}>
              <span aria-hidden="true">{TREND[item.trend_direction][1]}</span> {t(`capacity.trends.${item.trend_direction}`)}
            </Chip>
          ) : (
            <span className="muted">–</span>
          ),
      },
      {
        key: 'samples',
        title: t('capacity.columns.samples'),
        align: 'end',
        hidden: true,
        render: (item) => format.number(item.data_count),
      },
      {
        key: 'calculated',
        title: t('capacity.columns.calculated'),
        sort: 'calculated_at',
        hidden: true,
        render: (item) => <RelativeTime at={item.calculated_at} />,
      },
    ],
    [t, format],
  );
  const sum = summary.data?.summary;
  // Nothing computed is not nothing there.
  const size = (mb: number | undefined) => (sum && sum.total_instances > 0 ? format.size(mb) : NOTHING);
  const when = newest ? format.period(step, newest) : '';
  return (
    <CapacityPage
      title={t('capacity.instances')}
      scope="instance"
      state={state}
      empty={points?.length === 0 && !list.filtered}
      stats={[
        {
          key: 'instances',
          label: t('capacity.cards.instances'),
          value: format.number(sum?.total_instances),
          href: '/instances/?status=active',
          ...(sum && sum.stale_instances > 0 && { hint: t('capacity.cards.stale', { n: format.number(sum.stale_instances) }) }),
        },
        { key: 'total', label: t('capacity.cards.total'), value: size(sum?.total_size_mb) },
        { key: 'average', label: t('capacity.cards.average'), value: size(sum && Math.round(sum.avg_size_mb)) },
        { key: 'max', label: t('capacity.cards.max'), value: size(sum?.max_size_mb) },
      ]}
    >
      <CapacityChart state={state} points={points} read={chart} />
      <div className="panels spaced">
        <Movers
          title={t('capacity.grown')}
          none={t('capacity.grownNone')}
          period={when}
          read={grown}
          points={(grown.data?.items ?? []).map(pointOf).filter((point) => (point.change ?? 0) > 0)}
        />
        <Movers
          title={t('capacity.shrunk')}
          none={t('capacity.shrunkNone')}
          period={when}
          read={shrunk}
          points={(shrunk.data?.items ?? []).map(pointOf).filter((point) => (point.change ?? 0) < 0)}
        />
      </div>
      <ListPage
        id="instance-capacity"
        label={t('capacity.table')}
        list={{ ...list, filtered: false }}
        result={result}
        columns={columns}
        rowKey={(item) => item.id}
        title={t('capacity.table')}
        empty={<Empty title={t('capacity.emptyFiltered')} />}
      />
    </CapacityPage>
  );
}
