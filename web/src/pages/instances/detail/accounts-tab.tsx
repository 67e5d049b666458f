import { catalogue, type WireOf } from '@whalefall/contract';
import { Button, Checkbox } from 'antd';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { Stats } from '../../../ui/page';
import { RelativeTime } from '../../../ui/relative-time';
import { Empty } from '../../../ui/states';
import { Chip } from '../../../ui/status';
import { FilterSelect } from '../../../ui/table/filters';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import type { Column } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';
import { AccountDrawer, AccountState } from '../../account/account-drawer';
import { ClassChips } from '../../accounts/classifications/class-chips';
import { type ClassLabel, useClassLabel } from '../../accounts/classifications/use-classes';
import { AccountName } from '../../account/columns';
import type { InstanceRecord } from './overview';

const LIST = catalogue.instancesManage.listInstanceAccounts;
type Account = NonNullable<WireOf<typeof LIST>>['accounts'][number];

function accountColumns(t: TFunction, href: (id: number) => string, label: ClassLabel, type: InstanceRecord['db_type']): Column<Account>[] {
  return [
    {
      key: 'username',
      title: t('accounts.account'),
      sort: 'username',
      fixed: true,
      lead: true,
      render: (row) => <AccountName row={row} href={href(row.id)} />,
    },
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
    ...(type === 'mysql'
      ? [
          {
            key: 'plugin',
            title: t('accounts.plugin'),
            render: (row: Account) => (row.plugin ? <code>{row.plugin}</code> : <span className="muted">–</span>),
          },
        ]
      : []),
    ...(type === 'oracle'
      ? [
          {
            key: 'status',
            title: 'ACCOUNT_STATUS',
            render: (row: Account) => (row.account_status ? <code>{row.account_status}</code> : <span className="muted">–</span>),
          },
        ]
      : []),
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
    { key: 'first', title: t('accounts.firstSeen'), sort: 'first_seen_at', render: (row) => <RelativeTime at={row.first_seen_at} /> },
    {
      key: 'last',
      title: t('accounts.lastSeen'),
      sort: 'last_seen_at',
      hidden: true,
      render: (row) => <RelativeTime at={row.last_seen_at} />,
    },
  ];
}

export default function AccountsTab({ instance, onSync }: { instance: InstanceRecord; onSync: (() => void) | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { href, search } = useUrl();
  const list = useList(LIST, { page: 1, limit: 20 });
  const result = useRoute(LIST, { params: { instance_id: instance.id }, query: list.query }, { keep: true });
  const stats = result.data?.stats;
  const data = result.data && { ...result.data, items: result.data.items ?? result.data.accounts };
  const label = useClassLabel();
  const columns = useMemo(
    () => accountColumns(t, (account) => href({ account, view: null }), label, instance.db_type),
    [t, href, label, instance.db_type],
  );
  const superuser = list.text('superuser');
  const locked = list.text('locked');
  const sync = onSync && (
    <Button type="primary" onClick={onSync} disabled={!instance.is_active}>
      {t('instances.syncAccounts')}
    </Button>
  );
  return (
    <>
      <Stats
        items={[
          {
            key: 'active',
            label: t('accounts.stats.active'),
            value: format.number(stats?.active),
            href: list.href({ superuser: null, locked: null }),
          },
          {
            key: 'super',
            label: t('accounts.stats.superusers'),
            value: format.number(stats?.superusers),
            href: list.href({ superuser: superuser === 'true' ? null : 'true' }),
            current: superuser === 'true',
          },
          {
            key: 'locked',
            label: t('accounts.stats.locked'),
            value: format.number(stats?.locked),
            href: list.href({ locked: locked === 'true' ? null : 'true' }),
            current: locked === 'true',
          },
          { key: 'roles', label: t('accounts.stats.roles'), value: format.number(stats?.roles) },
          { key: 'deleted', label: t('accounts.stats.deleted'), value: format.number(stats?.deleted) },
          {
            key: 'unread',
            label: t('accounts.stats.unread'),
            value: format.number(stats?.unread),
            tone: stats && stats.unread > 0 ? 'warn' : undefined,
          },
        ]}
      />
      <ListPage
        id="instance-accounts"
        label={t('instances.accounts')}
        list={list}
        result={{ ...result, data }}
        columns={columns}
        rowKey={(row) => row.id}
        current={Number(search.get('account')) || null}
        searchLabel={t('accounts.searchHere')}
        csv={`${LIST.path.replace('<int:instance_id>', String(instance.id))}${list.csv.slice(list.csv.indexOf('?'))}`}
        filters={
          <>
            <FilterSelect
              label={t('accounts.lockState')}
              value={locked}
              options={[
                { value: 'true', label: t('accounts.locked') },
                { value: 'false', label: t('accounts.unlocked') },
              ]}
              onChange={(next) => list.set({ locked: next })}
              width={110}
            />
            <Checkbox
              checked={list.text('include_roles') !== 'false'}
              onChange={(event) => list.set({ include_roles: event.target.checked ? null : 'false' })}
            >
              {t('accounts.includeRoles')}
            </Checkbox>
            <Checkbox
              checked={list.text('include_deleted') === 'true'}
              onChange={(event) => list.set({ include_deleted: event.target.checked ? 'true' : null })}
            >
              {t('accounts.includeDeleted')}
            </Checkbox>
          </>
        }
        empty={
          <Empty title={t('accounts.emptyHere')} action={sync}>
            {t('accounts.emptyHereText')}
          </Empty>
        }
      />
      <AccountDrawer />
    </>
  );
}
