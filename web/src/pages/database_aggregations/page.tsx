import { catalogue, type WireOf } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { NOTHING, useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { RelativeTime } from '../../ui/relative-time';
import { Engine } from '../../ui/status';
import type { Column } from '../../ui/table/table';
import { AggregatesView, useAggregates } from '../capacity/aggregates';
import type { Point } from '../capacity/capacity-chart';
import { CapacityPage } from '../capacity/capacity-page';
import { useCapacityState } from '../capacity/capacity-state';
import { changeColumns } from '../capacity/change-columns';
import { useFleetParams } from '../capacity/fleet-params';

const { getDatabaseAggregations: LIST, getDatabaseAggregationsSummary: SUMMARY } = catalogue.databaseAggregations;
type Item = NonNullable<WireOf<typeof LIST>>['items'][number];

const hrefOf = (item: Item) => `/instances/${item.instance_id}?tab=databases&db=${encodeURIComponent(item.database_name)}`;
const pointOf = (item: Item): Point => ({
  key: `${item.instance_id}/${item.database_name}`,
  name: `${item.database_name} (${item.instance.name})`,
  href: hrefOf(item),
  start: item.period_start,
  size: item.avg_size_mb,
  change: item.size_change_mb,
  percent: item.size_change_percent,
});

export default function DatabaseCapacity() {
  const { t } = useTranslation();
  const format = useFormat();
  useFleetParams();
  const state = useCapacityState();
  const of = useAggregates<Item, typeof LIST>(LIST, state, 'size_change_mb', pointOf);
  const summary = useRoute(SUMMARY, { query: of.filter as never }, { keep: true });
  const columns = useMemo<Column<Item>[]>(
    () => [
      {
        key: 'database',
        title: t('capacity.database'),
        sort: 'database_name',
        fixed: true,
        lead: true,
        render: (item) => (
          <A className="mono" href={hrefOf(item)}>
            {item.database_name}
          </A>
        ),
      },
      {
        key: 'instance',
        title: t('capacity.instance'),
        render: (item) => <A href={`/instances/${item.instance_id}?tab=databases`}>{item.instance.name}</A>,
      },
      { key: 'engine', title: t('capacity.engine'), hidden: true, render: (item) => <Engine type={item.instance.db_type} /> },
      {
        key: 'period',
        title: t('capacity.columns.period'),
        sort: 'period_start',
        render: (item) => <span className="nowrap">{format.period(item.period_type, item.period_start)}</span>,
      },
      {
        key: 'size',
        title: t('capacity.columns.avg'),
        sort: 'avg_size_mb',
        align: 'end',
        render: (item) => <strong className="nowrap">{format.size(item.avg_size_mb)}</strong>,
      },
      {
        key: 'max',
        title: t('capacity.columns.max'),
        sort: 'max_size_mb',
        align: 'end',
        render: (item) => <span className="nowrap">{format.size(item.max_size_mb)}</span>,
      },
      { key: 'min', title: t('capacity.columns.min'), align: 'end', hidden: true, render: (item) => format.size(item.min_size_mb) },
      ...changeColumns<Item>(t, format, {
        change: (item) => item.size_change_mb,
        percent: (item) => item.size_change_percent,
        sorts: ['size_change_mb', 'size_change_percent'],
      }),
      { key: 'data', title: t('capacity.columns.data'), align: 'end', render: (item) => format.size(item.avg_data_size_mb) },
      { key: 'log', title: t('capacity.columns.log'), align: 'end', render: (item) => format.size(item.avg_log_size_mb) },
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
  const size = (mb: number | undefined) => (sum && sum.total_databases > 0 ? format.size(mb) : NOTHING);
  return (
    <CapacityPage
      title={t('capacity.databases')}
      scope="database"
      state={state}
      empty={of.points?.length === 0 && !of.list.filtered}
      stats={[
        { key: 'databases', label: t('capacity.cards.databases'), value: format.number(sum?.total_databases) },
        { key: 'instances', label: t('capacity.cards.instances'), value: format.number(sum?.total_instances), href: '/instances/' },
        { key: 'total', label: t('capacity.cards.total'), value: size(sum?.total_size_mb) },
        { key: 'average', label: t('capacity.cards.average'), value: size(sum && Math.round(sum.avg_size_mb)) },
        { key: 'max', label: t('capacity.cards.max'), value: size(sum?.max_size_mb) },
        { key: 'growth', label: t('capacity.cards.growth'), value: format.percent(sum?.growth_rate) },
      ]}
    >
      <AggregatesView id="database-capacity" state={state} of={of} columns={columns} />
    </CapacityPage>
  );
}
