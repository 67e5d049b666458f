import { catalogue } from '@whalefall/contract';
import { Button, Checkbox, Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { urlOf, useRoute } from '../../../api';
import { boot } from '../../../boot';
import { useFormat } from '../../../i18n/format';
import { SizeChart, useChartAhead } from '../../../ui/charts/size-chart';
import { Panel, Stats } from '../../../ui/page';
import { Empty, Failed, Skeleton } from '../../../ui/states';
import { ListPage } from '../../../ui/table/list-page';
import { useUrl } from '../../../ui/url';
import type { InstanceRecord } from './overview';
import { pageOf, type Size, sizeColumns, useSizesList } from './sizes-list';
import { daysBefore, useSizeHistory } from './size-history';

const SIZES = catalogue.instancesDetail.getInstanceDatabaseSizes;
const LARGEST = { sort: 'size', order: 'desc' } as const;
/** Those that are gone may be among the largest, and have no line. */
const LINES_FROM = 20;
const PERIODS = [7, 30, 90, 180];
const TOP = 5;

export default function DatabasesTab({ instance, onSync }: { instance: InstanceRecord; onSync: (() => void) | null }) {
  useChartAhead();
  const { t } = useTranslation();
  const format = useFormat();
  const { search, href } = useUrl();
  const params = { instance_id: instance.id };
  // The whole instance: its sums, and whose lines are drawn.
  const whole = useRoute(SIZES, { params, query: { latest_only: true, include_inactive: true, ...LARGEST, limit: LINES_FROM } });
  const list = useSizesList();
  const page = useRoute(SIZES, { params, query: list.query }, { keep: true });
  const total = whole.data?.total_size_mb ?? 0;
  const rows = page.data?.databases;
  const columns = useMemo(() => sizeColumns(t, format, rows ?? [], total, (db) => href({ db })), [t, format, rows, total, href]);
  if (whole.isError) return <Failed error={whole.error} retry={() => void whole.refetch()} />;
  if (!whole.data) return <Skeleton lines={10} />;
  const { databases, active_count, filtered_count } = whole.data;
  const collected = databases.filter((row) => row.is_active && row.collected_date);
  const none = (
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
  if (active_count + filtered_count === 0) return none;
  return (
    <div>
      <Stats
        items={[
          { key: 'total', label: t('instances.sizes.total'), value: format.size(total) },
          { key: 'active', label: t('instances.sizes.active'), value: format.number(active_count) },
          { key: 'gone', label: t('instances.sizes.deleted'), value: format.number(filtered_count) },
        ]}
      />
      <Trend instanceId={instance.id} databases={collected} />
      <ListPage
        id="instance-databases"
        label={t('instances.databases')}
        list={list}
        result={{ ...page, data: page.data && { ...pageOf(page.data, list.limit), items: page.data.databases } }}
        columns={columns}
        rowKey={(row) => row.database_name}
        current={search.get('db')}
        searchLabel={t('instances.sizes.search')}
        csv={urlOf(catalogue.files.exportDatabases, {
          query: { instance_id: instance.id, search: list.text('search'), include_deleted: list.gone },
        })}
        filters={
          <Checkbox checked={list.gone} onChange={(event) => list.set({ gone: event.target.checked ? '1' : null })}>
            {t('instances.sizes.showDeleted')}
          </Checkbox>
        }
        empty={none}
      />
    </div>
  );
}

function Trend({ instanceId, databases }: { instanceId: number; databases: Size[] }) {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const chosen = search.get('db');
  const days = PERIODS.find((one) => String(one) === search.get('days')) ?? 30;
  const names = useMemo(() => (chosen ? [chosen] : databases.slice(0, TOP).map((one) => one.database_name)), [chosen, databases]);
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
