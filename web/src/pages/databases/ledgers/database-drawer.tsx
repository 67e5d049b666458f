import { catalogue } from '@whalefall/contract';
import { Drawer, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { SizeChart } from '../../../ui/charts/size-chart';
import { LinkButton } from '../../../ui/link-button';
import { Facts, Panel } from '../../../ui/page';
import { Empty, Failed, Skeleton } from '../../../ui/states';
import { Chip, Engine } from '../../../ui/status';
import { useUrl } from '../../../ui/url';
import { onInstance } from './columns';

const TREND = catalogue.databasesCapacitySync.getDatabaseTrend;
const DAYS = [7, 30, 90];

/** The database named in the address (`?database=<id>`): where it is, and its size over the days. */
export function DatabaseDrawer() {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const id = Number(search.get('database')) || null;
  const [days, setDays] = useState(30);
  const read = useRoute(TREND, { params: { database_id: id ?? 0 }, query: { days } }, { enabled: id !== null, keep: true });
  const data = id === null ? undefined : read.data;
  return (
    <Drawer
      open={id !== null}
      onClose={() => set({ database: null })}
      size={760}
      destroyOnHidden
      title={data ? <Title database={data.database} /> : t('databases.one')}
    >
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !data ? (
        <Skeleton lines={10} />
      ) : (
        <div className="stack">
          <About database={data.database} points={data.points} />
          <Panel
            title={t('databases.trend')}
            extra={
              <Segmented
                aria-label={t('ui.period')}
                size="small"
                value={days}
                onChange={setDays}
                options={DAYS.map((value) => ({ value, label: t('ui.days', { n: value }) }))}
              />
            }
          >
            {data.points.length === 0 ? (
              <Empty title={t('databases.noTrend')} />
            ) : (
              <SizeChart
                label={t('instances.sizes.trendOf', { name: data.database.name })}
                series={[{ key: 'size', name: data.database.name, points: data.points.map((one) => [one.collected_date, one.size_mb]) }]}
              />
            )}
          </Panel>
          <div className="row">
            <LinkButton href={onInstance(data.database.instance_id, data.database.name)}>{t('databases.onInstance')}</LinkButton>
            <LinkButton
              href={`/database_aggregations/?db_type=${data.database.db_type}&instance_id=${data.database.instance_id}&database_name=${encodeURIComponent(data.database.name)}`}
            >
              {t('databases.statistics')}
            </LinkButton>
          </div>
        </div>
      )}
    </Drawer>
  );
}

type Reply = NonNullable<ReturnType<typeof useRoute<typeof TREND>>['data']>;

function Title({ database }: { database: Reply['database'] }) {
  const { t } = useTranslation();
  return (
    <div className="account-title">
      <span className="row">
        <span className="mono">{database.name}</span>
        {!database.is_active && <Chip>{t('databases.gone')}</Chip>}
      </span>
      <small>
        <Engine type={database.db_type} /> · <A href={`/instances/${database.instance_id}`}>{database.instance_name}</A> ·{' '}
        <span className="mono">{database.instance_host}</span>
      </small>
    </div>
  );
}

const DAY_MS = 86_400_000;
function About({ database, points }: { database: Reply['database']; points: Reply['points'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const newest = points.at(-1);
  const oldest = points[0];
  const apart = newest && oldest ? Math.round((Date.parse(newest.collected_date) - Date.parse(oldest.collected_date)) / DAY_MS) : 0;
  return (
    <Facts
      items={[
        [t('databases.size'), <strong key="size">{format.size(newest?.size_mb)}</strong>],
        [t('databases.firstSeen'), format.date(database.first_seen_date)],
        [
          t('databases.changeOver', { n: apart }),
          format.size(newest && oldest && apart > 0 ? newest.size_mb - oldest.size_mb : null, true),
        ],
        database.deleted_at
          ? [t('databases.gone'), format.dateTime(database.deleted_at)]
          : [t('databases.collected'), format.dateTime(newest?.collected_at)],
      ]}
    />
  );
}
