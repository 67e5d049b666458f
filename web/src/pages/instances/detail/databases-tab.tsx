import { catalogue, type WireOf } from '@whalefall/contract';
import { Button, Checkbox, Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { boot } from '../../../boot';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { SizeChart, useChartAhead } from '../../../ui/charts/size-chart';
import { Panel, Stats } from '../../../ui/page';
import { Empty, Failed, Skeleton } from '../../../ui/states';
import { Chip } from '../../../ui/status';
import { SearchBox } from '../../../ui/table/filters';
import { type Column, Table } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';
import type { InstanceRecord } from './overview';
import { daysBefore, useSizeHistory } from './size-history';

type Size = NonNullable<WireOf<typeof catalogue.instancesDetail.getInstanceDatabaseSizes>>['databases'][number];
const PERIODS = [7, 30, 90, 180];
const TOP = 5;
const SORTS: Record<string, (row: Size) => number | string> = {
  name: (row) => row.database_name.toLowerCase(),
  size: (row) => row.size_mb,
  data: (row) => row.data_size_mb ?? -1,
  log: (row) => row.log_size_mb ?? -1,
  collected: (row) => row.collected_date ?? '',
};

export default function DatabasesTab({ instance, onSync }: { instance: InstanceRecord; onSync: (() => void) | null }) {
  useChartAhead();
  const { t } = useTranslation();
  const format = useFormat();
  const { search, set, href } = useUrl();
  const gone = search.get('gone') === '1';
  const read = useRoute(
    catalogue.instancesDetail.getInstanceDatabaseSizes,
    { params: { instance_id: instance.id }, query: { latest_only: true, include_inactive: true, limit: 1000 } },
    {},
  );
  const sort = search.get('sort') ?? 'size';
  const order = search.get('order') === 'asc' ? 'asc' : 'desc';
  const wanted = (search.get('search') ?? '').toLowerCase();
  const all = read.data?.databases;
  const rows = useMemo(() => {
    const by = SORTS[sort] ?? SORTS.size!;
    const sign = order === 'asc' ? 1 : -1;
    return (all ?? [])
      .filter((row) => (gone || row.is_active) && row.database_name.toLowerCase().includes(wanted))
      .sort((a, b) => (by(a) < by(b) ? -sign : by(a) > by(b) ? sign : a.database_name.localeCompare(b.database_name)));
  }, [all, sort, order, wanted, gone]);
  if (read.isError) return <Failed error={read.error} retry={() => void read.refetch()} />;
  if (!read.data) return <Skeleton lines={10} />;
  const total = read.data.total_size_mb;
  const collected = (all ?? []).filter((row) => row.is_active && row.collected_date);
  if (collected.length === 0 && rows.length === 0)
    return (
      <Empty
        title={t('instances.sizes.empty')}
        action={
          onSync && (
            <Button type="primary" onClick={onSync} disabled={!instance.is_active}>
              {t('instances.syncCapacity')}
            </Button>
          )
        }
      >
        {t('instances.sizes.emptyText')}
      </Empty>
    );

  // What this kind of server does not tell has no column.
  const has = (key: 'data_size_mb' | 'log_size_mb') =>
    collected.some((row) => row[key] !== null && (key === 'log_size_mb' || row[key] !== row.size_mb));
  const columns: Column<Size>[] = [
    {
      key: 'name',
      title: t('instances.sizes.name'),
      sort: 'name',
      lead: true,
      render: (row) => (
        <span className="row">
          <A className="mono" href={href({ db: row.database_name })} title={t('instances.sizes.pick')}>
            {row.database_name}
          </A>
          {!row.is_active && (
            <Chip title={row.last_seen_date ? t('instances.sizes.lastSeen', { date: format.date(row.last_seen_date) }) : undefined}>
              {t('instances.sizes.deleted')}
            </Chip>
          )}
        </span>
      ),
    },
    {
      key: 'size',
      title: t('instances.sizes.size'),
      sort: 'size',
      align: 'end',
      render: (row) =>
        row.collected_date ? (
          <strong className="nowrap">{format.size(row.size_mb)}</strong>
        ) : (
          <span className="muted">{t('instances.sizes.notCollected')}</span>
        ),
    },
    {
      key: 'share',
      title: t('instances.sizes.share'),
      width: 160,
      render: (row) => (
        <span className="bars-track share">
          <span style={{ width: `${total > 0 && row.is_active ? (100 * row.size_mb) / total : 0}%` }} />
        </span>
      ),
    },
    ...(has('data_size_mb')
      ? [
          {
            key: 'data',
            title: t('instances.sizes.data'),
            sort: 'data',
            align: 'end' as const,
            render: (row: Size) => <span className="nowrap">{format.size(row.data_size_mb)}</span>,
          },
        ]
      : []),
    ...(has('log_size_mb')
      ? [
          {
            key: 'log',
            title: t('instances.sizes.log'),
            sort: 'log',
            align: 'end' as const,
            render: (row: Size) => <span className="nowrap">{format.size(row.log_size_mb)}</span>,
          },
        ]
      : []),
    {
      key: 'collected',
      title: t('instances.sizes.collected'),
      sort: 'collected',
      render: (row) => <span className="nowrap">{format.date(row.collected_date)}</span>,
    },
  ];
  return (
    <div>
      <Stats
        items={[
          { key: 'total', label: t('instances.sizes.total'), value: format.size(total) },
          { key: 'active', label: t('instances.sizes.active'), value: format.number(read.data.active_count) },
          { key: 'gone', label: t('instances.sizes.deleted'), value: format.number(read.data.filtered_count) },
        ]}
      />
      <Trend instanceId={instance.id} databases={collected} />
      <div className="list">
        <div className="toolbar">
          <SearchBox
            value={search.get('search') ?? ''}
            onChange={(text) => set({ search: text })}
            busy={false}
            placeholder={t('instances.sizes.search')}
          />
          <Checkbox checked={gone} onChange={(event) => set({ gone: event.target.checked ? '1' : null })}>
            {t('instances.sizes.showDeleted')}
          </Checkbox>
        </div>
        <div className="list-body">
          {rows.length === 0 ? (
            <Empty title={t('ui.emptyFiltered')} />
          ) : (
            <Table
              label={t('instances.databases')}
              rows={rows}
              rowKey={(row) => row.database_name}
              columns={columns}
              current={search.get('db')}
              sorting={{ sort, order, onSort: (next, how) => set({ sort: next, order: how }) }}
            />
          )}
        </div>
      </div>
    </div>
  );
}

function Trend({ instanceId, databases }: { instanceId: number; databases: Size[] }) {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const chosen = search.get('db');
  const days = PERIODS.find((one) => String(one) === search.get('days')) ?? 30;
  const names = useMemo(
    () =>
      chosen
        ? [chosen]
        : [...databases]
            .sort((a, b) => b.size_mb - a.size_mb)
            .slice(0, TOP)
            .map((one) => one.database_name),
    [chosen, databases],
  );
  const { series, pending } = useSizeHistory(instanceId, names, daysBefore(boot.app.today, days));
  const empty = series.every((one) => one.points.length === 0);
  const title = chosen ? t('instances.sizes.trendOf', { name: chosen }) : t('instances.sizes.trend');
  return (
    <Panel
      className="spaced"
      title={title}
      extra={
        <>
          {chosen ? (
            <Button size="small" type="link" onClick={() => set({ db: null })}>
              {t('instances.sizes.top', { n: TOP })}
            </Button>
          ) : null}
          <Segmented
            aria-label={t('ui.period')}
            size="small"
            value={days}
            onChange={(value) => set({ days: value === 30 ? null : value })}
            options={PERIODS.map((value) => ({ value, label: t('ui.days', { n: value }) }))}
          />
        </>
      }
    >
      <div className="trend">
        {pending ? (
          <Skeleton lines={7} />
        ) : empty ? (
          <Empty title={t('instances.sizes.noHistory')} />
        ) : (
          <SizeChart series={series} label={title} onPick={(db) => set({ db })} />
        )}
      </div>
    </Panel>
  );
}
