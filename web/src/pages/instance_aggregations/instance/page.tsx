import { catalogue, type WireOf } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { NOTHING, useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { RelativeTime } from '../../../ui/relative-time';
import { Chip, Engine } from '../../../ui/status';
import type { Column } from '../../../ui/table/table';
import { AggregatesView, useAggregates } from '../../capacity/aggregates';
import type { Point } from '../../capacity/capacity-chart';
import { CapacityPage } from '../../capacity/capacity-page';
import { useCapacityState } from '../../capacity/capacity-state';
import { changeColumns } from '../../capacity/change-columns';
import { useFleetParams } from '../../capacity/fleet-params';

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
  const of = useAggregates<Item, typeof LIST>(LIST, state, 'total_size_change_mb', pointOf);
  const summary = useRoute(SUMMARY, { query: of.filter as never }, { keep: true });
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
  return (
    <CapacityPage
      title={t('capacity.instances')}
      scope="instance"
      state={state}
      empty={of.points?.length === 0 && !of.list.filtered}
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
      <AggregatesView id="instance-capacity" state={state} of={of} columns={columns} />
    </CapacityPage>
  );
}
