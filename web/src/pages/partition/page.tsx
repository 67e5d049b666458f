import { catalogue, PARTITION_TABLES, type WireOf } from '@whalefall/contract';
import { Alert, App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../api';
import { boot } from '../../boot';
import { type Format, useFormat } from '../../i18n/format';
import { useMay } from '../../session';
import { Page, Panel, Stats } from '../../ui/page';
import { Empty, Failed, Skeleton, useErrorText } from '../../ui/states';
import { Chip, type Tone } from '../../ui/status';
import { FilterSelect } from '../../ui/table/filters';
import { type Column, Table } from '../../ui/table/table';
import { useUrl } from '../../ui/url';
import { CleanupDrawer } from './cleanup-drawer';
import { CoreMetrics } from './core-metrics';
import { CreateDrawer } from './create-drawer';

const { getPartitionInfo, getPartitionStatistics, createPartition } = catalogue.partition;
type Partition = NonNullable<WireOf<typeof getPartitionInfo>>['data']['partitions'][number];
const STATUSES = ['current', 'past', 'future'] as const;
const TONES: Record<Partition['status'], Tone> = { current: 'good', past: 'quiet', future: 'info', unknown: 'warn' };
const MIB = 1_048_576;
const MANY = 1_000_000;
/** This month and three more: what the nightly job keeps ready. */
const AHEAD = 4;

export default function Partitions() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const [open, setOpen] = useState<'create' | 'cleanup' | null>(null);
  const read = useRoute(getPartitionInfo, {});
  const info = read.data?.data;
  return (
    <Page
      title={t('partitions.title')}
      actions={
        may('admin') && (
          <>
            <Button danger onClick={() => setOpen('cleanup')}>
              {t('partitions.cleanup')}
            </Button>
            <Button type="primary" onClick={() => setOpen('create')}>
              {t('partitions.create')}
            </Button>
          </>
        )
      }
    >
      <Stats
        items={[
          { key: 'partitions', label: t('partitions.stats.partitions'), value: format.number(info?.total_partitions) },
          { key: 'size', label: t('partitions.stats.size'), value: format.size(info && info.total_size_bytes / MIB) },
          { key: 'records', label: t('partitions.stats.records'), value: format.number(info?.total_records) },
          {
            key: 'health',
            label: t('partitions.stats.health'),
            value: info ? t(`partitions.health.${info.status}`) : '–',
            tone: info && ({ healthy: 'good', warning: 'warn', unhealthy: 'bad' } as const)[info.status],
          },
        ]}
      />
      {info && info.missing_partitions.length > 0 && <Missing names={info.missing_partitions} />}
      {read.isError && !info ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : (
        <div className="panels">
          <PerTable />
          <CoreMetrics />
          <Panel flush className="span-12" title={t('partitions.title')} extra={<PartitionFilters />}>
            <PartitionTable partitions={info?.partitions} format={format} />
          </Panel>
        </div>
      )}
      {open === 'create' && <CreateDrawer onClose={() => setOpen(null)} />}
      {open === 'cleanup' && <CleanupDrawer onClose={() => setOpen(null)} />}
    </Page>
  );
}

/** What is missing, and the one press that mends it. */
function Missing({ names }: { names: readonly string[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const text = useErrorText();
  const { message } = App.useApp();
  const create = useSend(createPartition);
  const mend = () =>
    create
      .mutateAsync({ body: { date: boot.app.today, months: AHEAD } })
      .then(({ data }) => {
        const made = data.result.actions.filter((one) => one.status === 'created').length;
        message.success(t('partitions.created', { n: made, same: data.result.actions.length - made }));
      })
      .catch((error: unknown) => message.error(text(error)));
  return (
    <Alert
      className="spaced"
      type="warning"
      showIcon
      title={t('partitions.missing', { n: names.length })}
      description={<span className="mono">{names.join(', ')}</span>}
      action={
        may('admin') && (
          <Button loading={create.isPending} onClick={() => void mend()}>
            {t('partitions.missingAct')}
          </Button>
        )
      }
    />
  );
}

function PerTable() {
  const { t } = useTranslation();
  const format = useFormat();
  const read = useRoute(getPartitionStatistics, {});
  const tables = read.data?.data.per_table;
  const most = Math.max(1, ...Object.values(tables ?? {}).map((one) => one.size_bytes));
  return (
    <Panel className="span-12" title={t('partitions.perTable')}>
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !tables ? (
        <Skeleton lines={4} />
      ) : (
        <ul className="bars wide">
          {PARTITION_TABLES.map((key) => {
            const one = tables[key];
            return (
              <li key={key}>
                <span className="bars-name">
                  {t(`partitions.tables.${key}`)}{' '}
                  <small className="muted">
                    {t('partitions.tableStats', { n: format.number(one?.partitions), records: format.number(one?.records) })}
                  </small>
                </span>
                <span className="bars-track">
                  <span style={{ width: `${(100 * (one?.size_bytes ?? 0)) / most}%` }} />
                </span>
                <span className="bars-value">{format.size(one && one.size_bytes / MIB)}</span>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

function PartitionFilters() {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  return (
    <>
      <FilterSelect
        label={t('partitions.table')}
        value={search.get('table') ?? undefined}
        options={PARTITION_TABLES.map((value) => ({ value, label: t(`partitions.tables.${value}`) }))}
        onChange={(table) => set({ table })}
        width={190}
      />
      <FilterSelect
        label={t('partitions.status')}
        value={search.get('status') ?? undefined}
        options={STATUSES.map((value) => ({ value, label: t(`partitions.statuses.${value}`) }))}
        onChange={(status) => set({ status })}
        width={110}
      />
    </>
  );
}

type SortKey = 'name' | 'size' | 'records' | 'month';
const BY: Record<SortKey, (a: Partition, b: Partition) => number> = {
  name: (a, b) => a.name.localeCompare(b.name),
  size: (a, b) => a.size_bytes - b.size_bytes,
  records: (a, b) => a.record_count - b.record_count,
  month: (a, b) => a.from.localeCompare(b.from) || a.name.localeCompare(b.name),
};

function PartitionTable({ partitions, format }: { partitions: readonly Partition[] | undefined; format: Format }) {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const [table, status] = [search.get('table'), search.get('status')];
  const sort = (Object.keys(BY) as SortKey[]).find((key) => key === search.get('sort')) ?? 'month';
  const order = search.get('order') === 'asc' ? ('asc' as const) : ('desc' as const);
  const rows = useMemo(() => {
    const found = (partitions ?? [])
      .filter((one) => (!table || one.table === table) && (!status || one.status === status))
      .toSorted(BY[sort]);
    return order === 'desc' ? found.reverse() : found;
  }, [partitions, table, status, sort, order]);
  const columns: Column<Partition>[] = [
    { key: 'name', title: t('partitions.name'), sort: 'name', lead: true, render: (one) => <span className="mono">{one.name}</span> },
    { key: 'table', title: t('partitions.table'), render: (one) => t(`partitions.tables.${one.table}`) },
    { key: 'month', title: t('partitions.month'), sort: 'month', render: (one) => <span className="mono">{one.from.slice(0, 7)}</span> },
    { key: 'size', title: t('partitions.size'), sort: 'size', align: 'end', render: (one) => <span className="nowrap">{one.size}</span> },
    {
      key: 'records',
      title: t('partitions.records'),
      sort: 'records',
      align: 'end',
      render: (one) => (
        <span
          className={one.record_count > MANY ? 'warn-text' : undefined}
          title={one.record_count_exact ? undefined : t('partitions.about')}
        >
          {one.record_count_exact ? '' : '≈ '}
          {format.number(one.record_count)}
        </span>
      ),
    },
    {
      key: 'status',
      title: t('partitions.status'),
      render: (one) => (
        <Chip tone={TONES[one.status]} dot>
          {t(`partitions.statuses.${one.status}`)}
        </Chip>
      ),
    },
  ];
  if (partitions && rows.length === 0) return <Empty title={t('partitions.empty')} />;
  return (
    <Table
      label={t('partitions.title')}
      columns={columns}
      rows={rows}
      rowKey={(one) => one.name}
      loading={partitions === undefined}
      sorting={{ sort, order, onSort: (next, way) => set({ sort: next, order: way }) }}
    />
  );
}
