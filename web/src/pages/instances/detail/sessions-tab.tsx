import { catalogue, SESSION_STATUSES, SYNC_CATEGORIES } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { Empty } from '../../../ui/states';
import { FilterSelect } from '../../../ui/table/filters';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import { useUrl } from '../../../ui/url';
import { sessionColumns } from '../../history/sessions/columns';

const LIST = catalogue.historySessions.listSessions;

export default function SessionsTab({ instanceId }: { instanceId: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { href, search } = useUrl();
  const list = useList(LIST, { instance_id: instanceId });
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const columns = useMemo(() => sessionColumns(t, format, (session) => href({ session })), [t, format, href]);
  return (
    <ListPage
      id="instance-sessions"
      label={t('sessions.title')}
      list={list}
      result={result}
      columns={columns}
      rowKey={(row) => row.session_id}
      current={search.get('session')}
      filters={
        <>
          <FilterSelect
            label={t('sessions.category')}
            value={list.text('sync_category')}
            options={SYNC_CATEGORIES.map((value) => ({ value, label: t(`sessions.categories.${value}`) }))}
            onChange={(sync_category) => list.set({ sync_category })}
          />
          <FilterSelect
            label={t('sessions.status')}
            value={list.text('status')}
            options={SESSION_STATUSES.map((value) => ({ value, label: t(`sessions.statuses.${value}`) }))}
            onChange={(status) => list.set({ status })}
            width={110}
          />
        </>
      }
      empty={<Empty title={t('sessions.empty')}>{t('instances.noSessions')}</Empty>}
    />
  );
}
