import { catalogue, type WireOf } from '@whalefall/contract';
import { Alert, Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { useFormat } from '../../i18n/format';
import { A } from '../../ui/a';
import { Facts, Tabs } from '../../ui/page';
import { unreadOf } from '../../ui/permission-view/group';
import { PermissionView } from '../../ui/permission-view/permission-view';
import { RelativeTime } from '../../ui/relative-time';
import { Failed, Skeleton } from '../../ui/states';
import { Chip, Engine } from '../../ui/status';
import { Table } from '../../ui/table/table';
import { useUrl } from '../../ui/url';
import { ClassChips } from '../accounts/classifications/class-chips';
import { useClassLabel } from '../accounts/classifications/use-classes';
import { AccountAttributes } from './account-attributes';
import { AccountChanges } from './account-changes';
import { AccountClasses } from './account-classes';

type Reply = NonNullable<WireOf<typeof catalogue.account.getAccountPermissions>>;
const VIEWS = ['privileges', 'classes', 'changes', 'about', 'elsewhere'] as const;

/** The account named in the address (`?account=<id>&view=…`): what it may do, how that changed, where else it is. */
export function AccountDrawer() {
  const { t } = useTranslation();
  const { search, set, href } = useUrl();
  const id = Number(search.get('account')) || null;
  const read = useRoute(catalogue.account.getAccountPermissions, { params: { account_id: id ?? 0 } }, { enabled: id !== null });
  const view = VIEWS.find((one) => one === search.get('view')) ?? 'privileges';
  const data = read.data;
  return (
    <Drawer
      open={id !== null}
      onClose={() => set({ account: null, view: null })}
      size={860}
      destroyOnHidden
      title={data ? <Title account={data.account} /> : t('accounts.one')}
    >
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : !data ? (
        <Skeleton lines={12} />
      ) : (
        <>
          <Tabs
            label={data.account.username}
            current={view}
            tabs={VIEWS.map((key) => ({
              key,
              href: href({ view: key === 'privileges' ? null : key }),
              label: (
                <>
                  {t(`accounts.tabs.${key}`)}
                  {key === 'classes' && data.account.classifications.length > 0 && <small>{data.account.classifications.length}</small>}
                  {key === 'elsewhere' && data.same_account.length > 0 && <small>{data.same_account.length}</small>}
                </>
              ),
            }))}
          />
          {view === 'privileges' && <Privileges reply={data} />}
          {view === 'classes' && <AccountClasses accountId={data.account.id} />}
          {view === 'changes' && <AccountChanges instanceId={data.account.instance_id} accountId={data.account.id} />}
          {view === 'about' && <About reply={data} />}
          {view === 'elsewhere' && <Elsewhere reply={data} />}
        </>
      )}
    </Drawer>
  );
}

function Title({ account }: { account: Reply['account'] }) {
  const { t } = useTranslation();
  return (
    <div className="account-title">
      <span className="row">
        <span className="mono">{account.username}</span>
        {account.is_superuser && <Chip tone="bad">{t('accounts.superuser')}</Chip>}
        {account.is_locked && <Chip tone="warn">{t('accounts.locked')}</Chip>}
        {account.is_role && <Chip>{t('accounts.role')}</Chip>}
        {account.deleted_at && <Chip>{t('accounts.deleted')}</Chip>}
        <ClassChips items={account.classifications} max={4} label={useClassLabel()} />
      </span>
      <small>
        <Engine type={account.db_type} /> · <A href={`/instances/${account.instance_id}`}>{account.instance_name}</A> ·{' '}
        {t('accounts.lastSync')} <RelativeTime at={account.last_sync_time} />
      </small>
    </div>
  );
}

function Privileges({ reply }: { reply: Reply }) {
  const { t } = useTranslation();
  const { account } = reply;
  return (
    <div className="stack">
      {account.read_state !== 'ok' && (
        <Alert
          type="warning"
          showIcon
          title={t(`accounts.readState.${account.read_state}`)}
          description={account.sync_error && `${account.sync_error.message}`}
        />
      )}
      {account.read_state !== 'never' && (
        <PermissionView
          type={account.db_type}
          effective={reply.effective}
          total={reply.effective_total}
          unread={unreadOf(reply.extended_privileges)}
          fileName={`${account.instance_name}-${account.username}`}
        />
      )}
    </div>
  );
}

function About({ reply }: { reply: Reply }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { account } = reply;
  return (
    <div className="stack">
      <Facts
        items={[
          [t('accounts.firstSeen'), format.dateTime(account.first_seen_at)],
          [t('accounts.lastSeen'), format.dateTime(account.last_seen_at)],
          [t('accounts.lastSync'), format.dateTime(account.last_sync_time)],
          ...(account.deleted_at ? [[t('accounts.deletedAt'), format.dateTime(account.deleted_at)] as [string, string]] : []),
        ]}
      />
      <AccountAttributes attributes={account.type_specific ?? {}} />
    </div>
  );
}

function Elsewhere({ reply }: { reply: Reply }) {
  const { t } = useTranslation();
  const { href } = useUrl();
  if (reply.same_account.length === 0) return <p className="muted">{t('accounts.elsewhereNone')}</p>;
  return (
    <div className="stack">
      <p className="muted">{t('accounts.elsewhereHint')}</p>
      <div className="boxed">
        <Table
          label={t('accounts.tabs.elsewhere')}
          rows={reply.same_account}
          rowKey={(row) => row.id}
          columns={[
            {
              key: 'instance',
              title: t('accounts.instance'),
              lead: true,
              render: (row) => <A href={href({ account: row.id, view: null })}>{row.instance_name}</A>,
            },
            {
              key: 'super',
              title: t('accounts.superuser'),
              render: (row) => (row.is_superuser ? <Chip tone="bad">{t('accounts.superuser')}</Chip> : '–'),
            },
            { key: 'locked', title: t('accounts.state'), render: (row) => <AccountState locked={row.is_locked} deleted={false} /> },
          ]}
        />
      </div>
    </div>
  );
}

export function AccountState({ locked, deleted }: { locked: boolean; deleted: boolean }) {
  const { t } = useTranslation();
  if (deleted) return <Chip dot>{t('accounts.deleted')}</Chip>;
  return (
    <Chip tone={locked ? 'warn' : 'good'} dot>
      {t(locked ? 'accounts.locked' : 'accounts.normal')}
    </Chip>
  );
}
