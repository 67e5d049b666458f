import { SyncIcon } from '../../../ui/icons';
import { catalogue } from '@whalefall/contract';
import { Button, Dropdown } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, useRoute } from '../../../api';
import { useMay } from '../../../session';
import { A } from '../../../ui/a';
import { useConfirm } from '../../../ui/confirm';
import { Address } from '../../../ui/copy-text';
import { later } from '../../../ui/later';
import { Page, Tabs } from '../../../ui/page';
import { TagChips } from '../../tags/tag-chips';
import { useIdParam } from '../../../ui/params';
import { SessionDrawer } from '../../../ui/session-drawer';
import { Failed, Skeleton } from '../../../ui/states';
import { Enabled, Engine, TestState } from '../../../ui/status';
import { useUrl } from '../../../ui/url';
import { useSync } from '../../../ui/use-sync';
import { BatchTest, type TestTarget } from '../batch-test';
import { useDeleteInstances } from '../delete-instances';
import { Overview } from './overview';

const wait = () => <Skeleton lines={8} />;
const AccountsTab = later(() => import('./accounts-tab'), wait);
const DatabasesTab = later(() => import('./databases-tab'), wait);
const SessionsTab = later(() => import('./sessions-tab'), wait);
const LATER = { accounts: AccountsTab, databases: DatabasesTab, sessions: SessionsTab, overview: null };
const TABS = ['overview', 'accounts', 'databases', 'sessions'] as const;

export default function InstanceDetail() {
  const { t } = useTranslation();
  const may = useMay();
  const { search, pathname, go } = useUrl();
  const id = useIdParam('instance_id');
  const read = useRoute(catalogue.instancesManage.getInstanceDetail, { params: { instance_id: id } });
  const [testing, setTesting] = useState<TestTarget[] | null>(null);
  const [busy, start] = useSync();
  const [dialog, ask] = useConfirm();
  const askDelete = useDeleteInstances(ask, () => go('/instances/'));
  const tab = TABS.find((one) => one === search.get('tab')) ?? 'overview';
  useEffect(() => LATER[tab]?.ahead(), [tab]);
  const crumbs = [{ label: t('instances.title'), href: '/instances/' }];
  const instance = read.data?.instance;
  if (!instance)
    return (
      <Page title={t('instances.one')} crumbs={crumbs}>
        {read.isError ? <Failed error={read.error} retry={() => void read.refetch()} /> : <Skeleton lines={10} />}
      </Page>
    );

  const params = { instance_id: id };
  const syncAccounts = () =>
    start(async () => (await call(catalogue.accountsSync.syncInstanceAccounts, { params, query: { wait: 0 }, body: {} })).data.result);
  const syncCapacity = () =>
    start(
      async () => (await call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params, query: { wait: 0 }, body: {} })).data.result,
    );
  const more = [
    ...(may('update') ? [{ key: 'edit', label: <A href={`/instances/${id}/edit`}>{t('ui.edit')}</A> }] : []),
    ...(may('delete') ? [{ key: 'delete', label: t('ui.delete'), danger: true }] : []),
  ];

  return (
    <Page
      title={instance.name}
      heading={
        <>
          {instance.name}
          {!instance.is_active && <Enabled on={false} />}
        </>
      }
      crumbs={crumbs}
      meta={
        <>
          <Engine type={instance.db_type} />
          <Address host={instance.host} port={instance.port} />
          {instance.main_version && <span className="mono">{instance.main_version}</span>}
          <TestState ok={instance.last_test_ok} code={instance.last_test_error_code} />
          {instance.tags.length > 0 && <TagChips items={instance.tags} max={5} />}
        </>
      }
      actions={
        may('execute') && (
          <>
            <Button onClick={() => setTesting([instance])}>{t('instances.testNow')}</Button>
            <Button onClick={() => void syncCapacity()} disabled={busy || !instance.is_active}>
              {t('instances.syncCapacity')}
            </Button>
            <Button type="primary" icon={<SyncIcon />} onClick={() => void syncAccounts()} loading={busy} disabled={!instance.is_active}>
              {t('instances.syncAccounts')}
            </Button>
            {more.length > 0 && (
              <Dropdown
                trigger={['click']}
                placement="bottomRight"
                menu={{ items: more, onClick: ({ key }) => key === 'delete' && askDelete([instance]) }}
              >
                <Button aria-haspopup="menu">{t('ui.more')}</Button>
              </Dropdown>
            )}
          </>
        )
      }
    >
      <Tabs
        label={instance.name}
        current={tab}
        tabs={TABS.map((key) => ({
          key,
          label: t(`instances.tabs.${key}`),
          href: key === 'overview' ? pathname : `${pathname}?tab=${key}`,
        }))}
      />
      {tab === 'overview' && <Overview instance={instance} />}
      {tab === 'accounts' && <AccountsTab instance={instance} onSync={may('execute') ? () => void syncAccounts() : null} />}
      {tab === 'databases' && <DatabasesTab instance={instance} onSync={may('execute') ? () => void syncCapacity() : null} />}
      {tab === 'sessions' && <SessionsTab instanceId={id} />}
      <SessionDrawer />
      <BatchTest targets={testing} onClose={() => setTesting(null)} />
      {dialog}
    </Page>
  );
}
