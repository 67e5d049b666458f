import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import type { Format } from '../../i18n/format';
import { A } from '../../ui/a';
import { Address } from '../../ui/copy-text';
import { RelativeTime } from '../../ui/relative-time';
import { Chip, Enabled, Engine, TestState } from '../../ui/status';
import type { Column } from '../../ui/table/table';
import { TagChips } from '../tags/tag-chips';

export type Instance = NonNullable<WireOf<typeof catalogue.instancesManage.listInstancesData>>['items'][number];

export function instanceColumns(t: TFunction, format: Format): Column<Instance>[] {
  const none = <span className="muted">–</span>;
  return [
    {
      key: 'name',
      title: t('ui.name'),
      sort: 'name',
      fixed: true,
      lead: true,
      render: (row) => (
        <A href={`/instances/${row.id}`} className="cut" title={row.description || row.name}>
          {row.name}
        </A>
      ),
    },
    { key: 'db_type', title: t('instances.dbType'), sort: 'db_type', render: (row) => <Engine type={row.db_type} /> },
    {
      key: 'host',
      title: t('instances.address'),
      sort: 'host',
      grow: true,
      render: (row) => <Address host={row.host} port={row.port} />,
    },
    {
      key: 'test',
      title: t('instances.test'),
      render: (row) => (row.is_active ? <TestState ok={row.last_test_ok} code={row.last_test_error_code} /> : <Enabled on={false} />),
    },
    {
      key: 'version',
      title: t('instances.version'),
      sort: 'main_version',
      render: (row) =>
        row.main_version ? (
          <span className="mono" title={row.detailed_version ?? undefined}>
            {row.main_version}
          </span>
        ) : (
          none
        ),
    },
    {
      key: 'databases',
      title: t('instances.databases'),
      sort: 'active_db_count',
      align: 'end',
      render: (row) => <A href={`/instances/${row.id}?tab=databases`}>{format.number(row.active_db_count)}</A>,
    },
    {
      key: 'accounts',
      title: t('instances.accounts'),
      sort: 'active_account_count',
      align: 'end',
      render: (row) => <A href={`/instances/${row.id}?tab=accounts`}>{format.number(row.active_account_count)}</A>,
    },
    {
      key: 'size',
      title: t('instances.size'),
      sort: 'total_size_mb',
      align: 'end',
      render: (row) => <span className="nowrap">{format.size(row.total_size_mb)}</span>,
    },
    { key: 'last_sync', title: t('instances.lastSync'), sort: 'last_sync_time', render: (row) => <RelativeTime at={row.last_sync_time} /> },
    { key: 'tags', title: t('instances.tags'), render: (row) => <TagChips items={row.tags} max={1} /> },
    { key: 'active', title: t('ui.status'), sort: 'is_active', hidden: true, render: (row) => <Enabled on={row.is_active} /> },
    { key: 'connected', title: t('instances.lastConnected'), hidden: true, render: (row) => <RelativeTime at={row.last_connected} /> },
    { key: 'created', title: t('ui.createdAt'), sort: 'created_at', hidden: true, render: (row) => <RelativeTime at={row.created_at} /> },
    {
      key: 'description',
      title: t('ui.description'),
      hidden: true,
      render: (row) =>
        row.description ? (
          <span className="cut" title={row.description}>
            {row.description}
          </span>
        ) : (
          none
        ),
    },
    { key: 'id', title: 'ID', sort: 'id', hidden: true, align: 'end', render: (row) => <Chip>{row.id}</Chip> },
  ];
}
