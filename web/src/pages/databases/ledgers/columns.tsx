import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import type { Format } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { RelativeTime } from '../../../ui/relative-time';
import { Chip, Engine, type Tone } from '../../../ui/status';
import type { Column } from '../../../ui/table/table';
import { TagChips } from '../../tags/tag-chips';

type Database = NonNullable<WireOf<typeof catalogue.databasesCapacitySync.listDatabases>>['items'][number];
const TONES: Record<Database['sync_status']['value'], Tone> = { pending: 'quiet', completed: 'good', running: 'warn', failed: 'bad' };

/** Where the size history of a database is drawn beside those of its neighbours. */
export const onInstance = (instanceId: number, name: string) => `/instances/${instanceId}?tab=databases&db=${encodeURIComponent(name)}`;

export function databaseColumns(t: TFunction, format: Format, href: (id: number) => string, withEngine: boolean): Column<Database>[] {
  return [
    {
      key: 'database',
      title: t('databases.database'),
      sort: 'database_name',
      fixed: true,
      lead: true,
      render: (row) => (
        <span className="row">
          <A href={href(row.id)} className="mono cut" title={row.database_name}>
            {row.database_name}
          </A>
          {!row.is_active && <Chip>{t('databases.gone')}</Chip>}
        </span>
      ),
    },
    {
      key: 'instance',
      title: t('databases.instance'),
      sort: 'instance_name',
      render: (row) => (
        <A href={`/instances/${row.instance.id}?tab=databases`} title={row.instance.host}>
          {row.instance.name}
        </A>
      ),
    },
    ...(withEngine
      ? [{ key: 'db_type', title: t('instances.dbType'), sort: 'db_type', render: (row: Database) => <Engine type={row.db_type} /> }]
      : []),
    {
      key: 'size',
      title: t('databases.size'),
      sort: 'size_mb',
      align: 'end',
      render: (row) => <strong className="nowrap">{format.size(row.capacity.size_mb)}</strong>,
    },
    {
      key: 'change',
      title: t('databases.change'),
      align: 'end',
      render: (row) => <span className={row.change_30d_mb ? 'nowrap' : 'nowrap muted'}>{format.size(row.change_30d_mb, true)}</span>,
    },
    {
      key: 'sample',
      title: t('databases.sample'),
      render: (row) => (
        <Chip tone={TONES[row.sync_status.value]} dot title={t(`databases.sampleHint.${row.sync_status.value}`)}>
          {t(`databases.samples.${row.sync_status.value}`)}
        </Chip>
      ),
    },
    {
      key: 'collected',
      title: t('databases.collected'),
      sort: 'collected_at',
      render: (row) => <RelativeTime at={row.capacity.collected_at} />,
    },
    { key: 'tags', title: t('databases.tags'), render: (row) => <TagChips items={row.tags} max={2} /> },
    {
      key: 'host',
      title: t('instances.host'),
      hidden: true,
      render: (row) => <span className="mono nowrap">{row.instance.host}</span>,
    },
    {
      key: 'first',
      title: t('databases.firstSeen'),
      sort: 'first_seen_date',
      hidden: true,
      render: (row) => <span className="nowrap">{format.date(row.first_seen_date)}</span>,
    },
    {
      key: 'last',
      title: t('databases.lastSeen'),
      sort: 'last_seen_date',
      hidden: true,
      render: (row) => <span className="nowrap">{format.date(row.last_seen_date)}</span>,
    },
  ];
}
