import { catalogue, DB_TYPES, type DbType, type WireOf } from '@whalefall/contract';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { CountBars } from '../../../ui/count-bars';
import { LinkButton } from '../../../ui/link-button';
import { Page, Panel, Stats } from '../../../ui/page';
import { Empty, Failed, Skeleton } from '../../../ui/states';
import { Engine } from '../../../ui/status';
import { EngineFilter } from '../../../ui/table/filters';
import { patched, useUrl } from '../../../ui/url';
import { useTagName } from '../../tags/tag-options';

const ROUTE = catalogue.instancesStatistics.getInstanceStatistics;
const REFRESH_MS = 60_000;
const STATES = ['active', 'inactive'] as const;

export default function InstanceStatistics() {
  const { t } = useTranslation();
  const { search, set } = useUrl();
  const type = DB_TYPES.find((one) => one === search.get('db_type'));
  const status = STATES.find((one) => one === search.get('status'));
  const read = useRoute(ROUTE, { query: { db_type: type, status } }, { refetchInterval: REFRESH_MS, keep: true });
  return (
    <Page title={t('statistics.instances')} actions={<LinkButton href="/instances/">{t('statistics.toInstances')}</LinkButton>}>
      <div className="toolbar" role="search" aria-label={t('statistics.instances')}>
        <EngineFilter value={type} onChange={(db_type) => set({ db_type })} />
        <Segmented
          aria-label={t('ui.status')}
          value={status ?? 'all'}
          onChange={(value) => set({ status: value === 'all' ? null : value })}
          options={[
            { value: 'all', label: t('ui.all') },
            { value: 'active', label: t('statistics.enabled') },
            { value: 'inactive', label: t('statistics.disabled') },
          ]}
        />
      </div>
      {read.data ? (
        <Figures data={read.data} type={type} status={status} />
      ) : read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : (
        <Skeleton lines={14} />
      )}
    </Page>
  );
}

function Figures({
  data,
  type,
  status,
}: {
  data: NonNullable<WireOf<typeof ROUTE>>;
  type: DbType | undefined;
  status: (typeof STATES)[number] | undefined;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const tagName = useTagName();
  // A number's list carries what narrows this page.
  const list = (patch: Record<string, string | number>) =>
    patched('/instances/', '', { db_type: type ?? null, status: status ?? null, ...patch });
  const { connectivity_stats: tests, credential_stats: credentials } = data;
  const existing = data.active_instances + data.disabled_instances;
  if (data.total_instances === 0 && !type && !status)
    return <Empty title={t('statistics.emptyInstances')}>{t('statistics.emptyInstancesText')}</Empty>;
  return (
    <>
      <Stats
        items={[
          { key: 'existing', label: t('instances.title'), value: format.number(existing), href: list({}) },
          { key: 'active', label: t('statistics.enabled'), value: format.number(data.active_instances), href: list({ status: 'active' }) },
          {
            key: 'disabled',
            label: t('statistics.disabled'),
            value: format.number(data.disabled_instances),
            href: list({ status: 'inactive' }),
          },
          { key: 'deleted', label: t('statistics.deleted'), value: format.number(data.deleted_instances) },
          { key: 'engines', label: t('statistics.engines'), value: format.number(data.db_types_count) },
        ]}
      />
      <div className="panels">
        <Panel title={t('statistics.byEngine')} className="span-6">
          <CountBars
            rows={data.db_type_stats.map((row) => ({
              key: row.db_type,
              label: <Engine type={row.db_type} />,
              count: row.count,
              href: list({ db_type: row.db_type }),
            }))}
          />
        </Panel>
        <Panel title={t('statistics.connectivity')} className="span-6">
          <CountBars
            rows={[
              { key: 'ok', label: t('instances.testOk'), count: tests.ok, href: list({ test: 'ok' }), tone: 'good' },
              { key: 'failed', label: t('instances.testFailed'), count: tests.failed, href: list({ test: 'failed' }), tone: 'bad' },
              { key: 'never', label: t('instances.untested'), count: tests.never, href: list({ test: 'never' }), tone: 'quiet' },
            ]}
          />
          <h3 className="sub-panel">{t('statistics.credentials')}</h3>
          <CountBars
            rows={[
              { key: 'with', label: t('statistics.withCredential'), count: credentials.with, href: list({ credential: 'with' }) },
              {
                key: 'without',
                label: t('statistics.withoutCredential'),
                count: credentials.without,
                href: list({ credential: 'without' }),
                tone: 'warn',
              },
            ]}
          />
        </Panel>
        <Panel title={t('statistics.byVersion')} className="span-6">
          <CountBars
            rows={data.version_stats.map((row) => ({
              key: `${row.db_type}${row.version}`,
              label: (
                <>
                  <Engine type={row.db_type} /> <span className="mono">{row.version ?? t('statistics.unknownVersion')}</span>
                </>
              ),
              count: row.count,
              href: list({ db_type: row.db_type, version: row.version ?? 'unknown' }),
            }))}
          />
        </Panel>
        <div className="span-6 stack">
          <Panel title={t('statistics.byPort')}>
            <CountBars
              total={existing}
              rows={data.port_stats.map((row) => ({
                key: String(row.port),
                label: <span className="mono">{row.port}</span>,
                count: row.count,
                href: list({ port: row.port }),
              }))}
            />
          </Panel>
          <Panel title={t('statistics.byTag')}>
            {data.tag_stats.length === 0 ? (
              <p className="muted">{t('statistics.noTags')}</p>
            ) : (
              <CountBars
                total={existing}
                rows={data.tag_stats.map((row) => ({
                  key: row.name,
                  label: tagName(row),
                  count: row.count,
                  href: list({ tags: row.name }),
                }))}
              />
            )}
          </Panel>
        </div>
      </div>
    </>
  );
}
