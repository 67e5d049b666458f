import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { A } from '../../ui/a';
import { RelativeTime } from '../../ui/relative-time';
import { Chip, Engine } from '../../ui/status';
import type { Column } from '../../ui/table/table';
import { ClassChips } from '../accounts/classifications/class-chips';
import type { ClassLabel } from '../accounts/classifications/use-classes';
import { TagChips } from '../tags/tag-chips';
import { AccountState } from './account-drawer';

export type LedgerItem = NonNullable<WireOf<typeof catalogue.account.listAccountsData>>['items'][number];

/** A row's name with what makes it special. */
export function AccountName({ row, href }: { row: Pick<LedgerItem, 'username' | 'is_role' | 'read_state'>; href: string }) {
  return (
    <span className="row account-name">
      <A href={href} className="mono cut" title={row.username}>
        {row.username}
      </A>
      <ReadMark state={row.read_state} />
    </span>
  );
}

function ReadMark({ state }: { state: LedgerItem['read_state'] }) {
  const { t } = useTranslation();
  if (state === 'ok') return null;
  return (
    <Chip tone="warn" title={t(`accounts.readState.${state}`)}>
      {t(state === 'stale' ? 'accounts.readState.staleShort' : 'accounts.readState.neverShort')}
    </Chip>
  );
}

export function ledgerColumns(t: TFunction, href: (id: number) => string, label: ClassLabel, withEngine: boolean): Column<LedgerItem>[] {
  const columns: Column<LedgerItem>[] = [
    {
      key: 'username',
      title: t('accounts.account'),
      sort: 'username',
      fixed: true,
      lead: true,
      render: (row) => <AccountName row={row} href={href(row.id)} />,
    },
    {
      key: 'instance',
      title: t('accounts.instance'),
      sort: 'instance_name',
      render: (row) => (
        <A href={`/instances/${row.instance_id}?tab=accounts`} title={row.instance_host}>
          {row.instance_name}
        </A>
      ),
    },
    ...(withEngine
      ? [{ key: 'db_type', title: t('instances.dbType'), sort: 'db_type', render: (row: LedgerItem) => <Engine type={row.db_type} /> }]
      : []),
    {
      key: 'state',
      title: t('accounts.state'),
      sort: 'is_locked',
      render: (row) => <AccountState locked={row.is_locked} deleted={row.is_deleted} />,
    },
    {
      key: 'super',
      title: t('accounts.superuser'),
      sort: 'is_superuser',
      render: (row) =>
        row.is_superuser ? (
          <Chip tone="bad">{t('accounts.superuser')}</Chip>
        ) : row.is_role ? (
          <Chip>{t('accounts.role')}</Chip>
        ) : (
          <span className="muted">–</span>
        ),
    },
    {
      key: 'classes',
      title: t('accounts.classifications'),
      render: (row) => <ClassChips items={row.classifications} max={2} label={label} />,
    },
    {
      key: 'change',
      title: t('accounts.lastChange'),
      sort: 'last_change_time',
      render: (row) => <RelativeTime at={row.last_change_time} empty="–" />,
    },
    { key: 'sync', title: t('accounts.lastSync'), sort: 'last_sync_time', render: (row) => <RelativeTime at={row.last_sync_time} /> },
    { key: 'tags', title: t('accounts.tags'), hidden: true, render: (row) => <TagChips items={row.tags} max={2} /> },
    {
      key: 'plugin',
      title: t('accounts.plugin'),
      hidden: true,
      render: (row) => (row.plugin ? <code>{row.plugin}</code> : <span className="muted">–</span>),
    },
    { key: 'seen', title: t('accounts.firstSeen'), hidden: true, render: (row) => <RelativeTime at={row.first_seen_at} /> },
  ];
  return columns;
}
