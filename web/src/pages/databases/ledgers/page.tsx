import { catalogue, DB_TYPES } from '@whalefall/contract';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { call, urlOf, useRoute } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { useMay } from '../../../session';
import { EngineTabs } from '../../../ui/engine-tabs';
import { SyncIcon } from '../../../ui/icons';
import { LinkButton } from '../../../ui/link-button';
import { Page } from '../../../ui/page';
import { SessionDrawer } from '../../../ui/session-drawer';
import { Empty } from '../../../ui/states';
import { ListPage } from '../../../ui/table/list-page';
import { useList } from '../../../ui/table/list-state';
import { useUrl } from '../../../ui/url';
import { useSync } from '../../../ui/use-sync';
import { databaseColumns } from './columns';
import { DatabaseDrawer } from './database-drawer';
import { DatabaseFilters } from './filters';

const { listDatabases: LIST, syncAllCapacity } = catalogue.databasesCapacitySync;

/** Every database of the fleet: where it is, how big, how it moved. */
export default function Databases() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { href, search } = useUrl();
  const list = useList(LIST);
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const [busy, start] = useSync();
  const engine = DB_TYPES.find((one) => one === list.text('db_type'));
  const columns = useMemo(() => databaseColumns(t, format, (database) => href({ database }), !engine), [t, format, href, engine]);
  const { stats, total_size_mb: size } = result.data ?? {};
  const { page: _, limit: __, sort: ___, order: ____, ...filter } = list.query;
  const collect = (type: 'default' | 'primary') =>
    may('execute') && (
      <Button
        type={type}
        icon={<SyncIcon />}
        loading={busy}
        onClick={() => void start(async () => (await call(syncAllCapacity, { body: {} })).data)}
      >
        {t('databases.collect')}
      </Button>
    );
  // The engine is a tab here, not a filter to be cleared.
  const narrowed = list.active - (engine ? 1 : 0);
  return (
    <Page
      title={engine ? t('databases.of', { engine: t(`ui.dbTypes.${engine}`) }) : t('databases.title')}
      heading={t('databases.title')}
      meta={
        size !== undefined && (
          <span>
            {t('databases.total')} <strong>{format.size(size)}</strong>
          </span>
        )
      }
      actions={
        <>
          <LinkButton href="/database_aggregations/">{t('databases.statistics')}</LinkButton>
          {collect('default')}
        </>
      }
    >
      <EngineTabs current={engine} counts={stats} href={(db_type) => list.href({ db_type })} />
      <ListPage
        id="databases"
        label={t('databases.title')}
        list={{ ...list, active: narrowed }}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        current={Number(search.get('database')) || null}
        searchLabel={t('databases.search')}
        csv={urlOf(catalogue.files.exportDatabases, { query: filter as never })}
        filters={<DatabaseFilters list={list} engine={engine} />}
        empty={
          <Empty title={t('databases.empty')} action={collect('primary')}>
            {t('databases.emptyText')}
          </Empty>
        }
      />
      <DatabaseDrawer />
      <SessionDrawer />
    </Page>
  );
}
