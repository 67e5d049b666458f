import { catalogue, SESSION_STATUSES, SYNC_CATEGORIES, SYNC_TYPES } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { Page, Stats } from '../../../ui/page';
import { SessionDrawer } from '../../../ui/session-drawer';
import { Empty } from '../../../ui/states';
import { DateFilter, FilterSelect } from '../../../ui/table/filters';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import { useUrl } from '../../../ui/url';
import { sessionColumns } from './columns';

const LIST = catalogue.historySessions.listSessions;
const REFRESH_MS = 30_000;
const BUSY_MS = 4000;

export default function Sessions() {
  const { t } = useTranslation();
  const format = useFormat();
  const { href, search } = useUrl();
  const list = useList(LIST);
  const result = useRoute(
    LIST,
    { query: list.query },
    { keep: true, refetchInterval: (data) => (data?.stats.running ? BUSY_MS : REFRESH_MS) },
  );
  const stats = result.data?.stats;
  const columns = useMemo(() => sessionColumns(t, format, (session) => href({ session })), [t, format, href]);
  const status = list.text('status');
  return (
    <Page title={t('sessions.title')}>
      <Stats
        items={(['total', 'running', 'completed', 'failed', 'cancelled'] as const).map((key) => ({
          key,
          label: t(`sessions.stats.${key}`),
          value: format.number(stats?.[key]),
          href: list.href({ status: key === 'total' ? null : key }),
          current: key === (status ?? 'total'),
          tone: key === 'failed' && (stats?.failed ?? 0) > 0 ? ('bad' as const) : undefined,
        }))}
      />
      <ListPage
        id="sessions"
        label={t('sessions.title')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.session_id}
        current={search.get('session')}
        searchLabel={t('sessions.search')}
        filters={
          <>
            <FilterSelect
              label={t('sessions.category')}
              value={list.text('sync_category')}
              options={SYNC_CATEGORIES.map((value) => ({ value, label: t(`sessions.categories.${value}`) }))}
              onChange={(sync_category) => list.set({ sync_category })}
            />
            <FilterSelect
              label={t('sessions.type')}
              value={list.text('sync_type')}
              options={SYNC_TYPES.map((value) => ({ value, label: t(`sessions.types.${value}`) }))}
              onChange={(sync_type) => list.set({ sync_type })}
            />
            <FilterSelect
              label={t('sessions.status')}
              value={status}
              options={SESSION_STATUSES.map((value) => ({ value, label: t(`sessions.statuses.${value}`) }))}
              onChange={(next) => list.set({ status: next })}
              width={110}
            />
            <DateFilter label={t('sessions.from')} value={list.text('date_from')} onChange={(date_from) => list.set({ date_from })} />
            <DateFilter label={t('sessions.to')} value={list.text('date_to')} onChange={(date_to) => list.set({ date_to })} />
          </>
        }
        empty={<Empty title={t('sessions.empty')}>{t('sessions.emptyText')}</Empty>}
      />
      <SessionDrawer />
    </Page>
  );
}
