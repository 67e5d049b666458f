import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import { A } from '../../ui/a';
import { CopyText } from '../../ui/copy-text';
import { RelativeTime } from '../../ui/relative-time';
import { Chip, Enabled, Engine } from '../../ui/status';
import type { Column } from '../../ui/table/table';

export type Credential = NonNullable<WireOf<typeof catalogue.credentials.listCredentials>>['items'][number];

export function credentialColumns(t: TFunction): Column<Credential>[] {
  return [
    {
      key: 'name',
      title: t('ui.name'),
      sort: 'name',
      fixed: true,
      lead: true,
      render: (row) => <A href={`/credentials/${row.id}`}>{row.name}</A>,
    },
    {
      key: 'username',
      title: t('credentials.username'),
      sort: 'username',
      render: (row) =>
        row.username === null ? <span className="muted">{t('credentials.hiddenName')}</span> : <CopyText text={row.username} mono />,
    },
    {
      key: 'type',
      title: t('credentials.type'),
      sort: 'credential_type',
      render: (row) => <Chip>{t(`credentials.types.${row.credential_type}`)}</Chip>,
    },
    {
      key: 'db_type',
      title: t('credentials.dbType'),
      sort: 'db_type',
      render: (row) => (row.db_type ? <Engine type={row.db_type} /> : <span className="muted">–</span>),
    },
    { key: 'status', title: t('ui.status'), sort: 'is_active', render: (row) => <Enabled on={row.is_active} /> },
    {
      key: 'instances',
      title: t('credentials.instances'),
      sort: 'instance_count',
      align: 'end',
      render: (row) =>
        row.instance_count > 0 ? (
          <A href={`/instances/?credential_id=${row.id}`}>{row.instance_count}</A>
        ) : (
          <span className="muted">0</span>
        ),
    },
    {
      key: 'password',
      title: t('credentials.passwordUpdated'),
      hidden: true,
      render: (row) => <RelativeTime at={row.password_updated_at} empty="–" />,
    },
    {
      key: 'description',
      title: t('ui.description'),
      hidden: true,
      render: (row) => (
        <span className="cut" title={row.description ?? undefined}>
          {row.description ?? '–'}
        </span>
      ),
    },
    { key: 'created', title: t('ui.createdAt'), sort: 'created_at', render: (row) => <RelativeTime at={row.created_at} /> },
  ];
}
