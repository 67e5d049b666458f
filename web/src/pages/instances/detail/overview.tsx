import { catalogue, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Address, CopyText } from '../../../ui/copy-text';
import { Facts, Panel, Stats } from '../../../ui/page';
import { RelativeTime } from '../../../ui/relative-time';
import { Skeleton } from '../../../ui/states';
import { Enabled, SessionState, TestState } from '../../../ui/status';
import { useUrl } from '../../../ui/url';
import { Capabilities } from './capabilities';

export type InstanceRecord = NonNullable<WireOf<typeof catalogue.instancesManage.getInstanceDetail>>['instance'];
const TOP = 6;

export function Overview({ instance }: { instance: InstanceRecord }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { pathname } = useUrl();
  const params = { instance_id: instance.id };
  const sizes = useRoute(catalogue.instancesDetail.getInstanceDatabaseSizes, {
    params,
    query: { latest_only: true, sort: 'size', order: 'desc', limit: TOP },
  });
  const accounts = useRoute(catalogue.instancesManage.listInstanceAccounts, { params, query: { page: 1, limit: 20 } });
  const stats = accounts.data?.stats;
  const tls = (instance.connection_options as { tls_mode?: 'prefer' }).tls_mode;
  return (
    <>
      <Stats
        items={[
          { key: 'accounts', label: t('accounts.stats.active'), value: format.number(stats?.active), href: `${pathname}?tab=accounts` },
          {
            key: 'super',
            label: t('accounts.stats.superusers'),
            value: format.number(stats?.superusers),
            href: `${pathname}?tab=accounts&superuser=true`,
          },
          {
            key: 'locked',
            label: t('accounts.stats.locked'),
            value: format.number(stats?.locked),
            href: `${pathname}?tab=accounts&locked=true`,
          },
          {
            key: 'unread',
            label: t('accounts.stats.unread'),
            value: format.number(stats?.unread),
            tone: stats && stats.unread > 0 ? 'warn' : undefined,
            href: `${pathname}?tab=accounts`,
          },
          {
            key: 'dbs',
            label: t('instances.sizes.active'),
            value: format.number(sizes.data?.active_count),
            href: `${pathname}?tab=databases`,
          },
          {
            key: 'size',
            label: t('instances.sizes.total'),
            value: sizes.data && sizes.data.total > 0 ? format.size(sizes.data.total_size_mb) : '–',
            href: `${pathname}?tab=databases`,
          },
        ]}
      />
      <div className="panels">
        <Panel title={t('instances.basics')} className="span-6">
          <Facts
            columns={1}
            items={[
              [t('instances.address'), <Address key="host" host={instance.host} port={instance.port} />],
              [
                t('instances.database'),
                instance.database_name && (
                  <span key="database" className="mono">
                    {instance.database_name}
                  </span>
                ),
              ],
              [
                t('instances.credential'),
                instance.credential ? (
                  <A key="credential" href={`/credentials/${instance.credential.id}`}>
                    {instance.credential.name}
                  </A>
                ) : (
                  <span key="none" className="muted">
                    {t('ui.none')}
                  </span>
                ),
              ],
              [t('instances.tls'), t(`instances.tlsModes.${tls ?? 'prefer'}`)],
              [
                t('instances.detailedVersion'),
                instance.detailed_version && <CopyText key="version" text={instance.detailed_version} mono />,
              ],
              [t('ui.description'), instance.description],
              [t('ui.createdAt'), format.dateTime(instance.created_at)],
              [t('ui.updatedAt'), format.dateTime(instance.updated_at)],
            ]}
          />
        </Panel>
        <Panel title={t('instances.health')} className="span-6">
          <Facts
            columns={1}
            items={[
              [t('ui.status'), <Enabled key="on" on={instance.is_active} />],
              [
                t('instances.test'),
                <span key="test" className="row">
                  <TestState ok={instance.last_test_ok} code={instance.last_test_error_code} />
                  <span className="muted">
                    <RelativeTime at={instance.last_test_at} empty="" />
                    {instance.last_test_ok &&
                      instance.last_test_latency_ms !== null &&
                      ` · ${format.number(Math.round(instance.last_test_latency_ms))} ms`}
                  </span>
                </span>,
              ],
              [t('instances.lastConnected'), <RelativeTime key="c" at={instance.last_connected} />],
              [t('instances.lastAccountSync'), <RelativeTime key="a" at={instance.last_account_sync} />],
              [t('instances.lastCapacitySync'), <RelativeTime key="s" at={instance.last_capacity_sync} />],
              [t('instances.syncCount'), format.number(instance.sync_count)],
              [t('instances.syncEnabled'), t(instance.sync_enabled ? 'ui.yes' : 'ui.no')],
            ]}
          />
        </Panel>
        <Panel title={t('instances.biggest')} className="span-6" extra={<A href={`${pathname}?tab=databases`}>{t('ui.all')}</A>}>
          {sizes.isPending ? <Skeleton lines={4} /> : <Biggest databases={sizes.data?.databases ?? []} />}
        </Panel>
        <Panel title={t('instances.recentSessions')} className="span-6" extra={<A href={`${pathname}?tab=sessions`}>{t('ui.all')}</A>}>
          <Recent instanceId={instance.id} />
        </Panel>
        <Capabilities instanceId={instance.id} type={instance.db_type} />
      </div>
    </>
  );
}

type Size = NonNullable<WireOf<typeof catalogue.instancesDetail.getInstanceDatabaseSizes>>['databases'][number];
function Biggest({ databases }: { databases: Size[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { pathname } = useUrl();
  const shown = databases
    .filter((one) => one.is_active && one.collected_date)
    .sort((a, b) => b.size_mb - a.size_mb)
    .slice(0, TOP);
  const max = shown[0]?.size_mb ?? 0;
  if (shown.length === 0) return <p className="muted">{t('instances.sizes.empty')}</p>;
  return (
    <ul className="bars">
      {shown.map((one) => (
        <li key={one.database_name}>
          <A className="mono cut" href={`${pathname}?tab=databases&db=${encodeURIComponent(one.database_name)}`} title={one.database_name}>
            {one.database_name}
          </A>
          <span className="bars-track">
            <span style={{ width: `${max > 0 ? Math.max(0.5, (100 * one.size_mb) / max) : 0}%` }} />
          </span>
          <span className="bars-value">{format.size(one.size_mb)}</span>
        </li>
      ))}
    </ul>
  );
}

function Recent({ instanceId }: { instanceId: number }) {
  const { t } = useTranslation();
  const { href } = useUrl();
  const read = useRoute(catalogue.historySessions.listSessions, { query: { instance_id: instanceId, limit: TOP } });
  if (read.isPending) return <Skeleton lines={4} />;
  const sessions = read.data?.items ?? [];
  if (sessions.length === 0) return <p className="muted">{t('instances.noSessions')}</p>;
  return (
    <ul className="sessions-lines">
      {sessions.map((session) => (
        <li key={session.session_id} className="sessions-line">
          <A href={href({ session: session.session_id })}>{t(`sessions.categories.${session.sync_category}`)}</A>
          <SessionState status={session.record_status ?? session.status} />
          <span className="muted">
            <RelativeTime at={session.started_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
