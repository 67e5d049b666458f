import { SyncIcon } from '../../ui/icons';
import { catalogue, DB_TYPES } from '@whalefall/contract';
import { Button } from 'antd';
import { useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { call, urlOf, useRoute } from '../../api';
import { ErrorPage } from '../../layout/error-page';
import { useMay } from '../../session';
import { EngineTabs } from '../../ui/engine-tabs';
import { LinkButton } from '../../ui/link-button';
import { Page } from '../../ui/page';
import { SessionDrawer } from '../../ui/session-drawer';
import { Empty } from '../../ui/states';
import { ListPage } from '../../ui/table/list-page';
import { useList } from '../../ui/table/list-state';
import { useUrl } from '../../ui/url';
import { useSync } from '../../ui/use-sync';
import { useClassLabel } from '../accounts/classifications/use-classes';
import { AccountDrawer } from './account-drawer';
import { ledgerColumns } from './columns';
import { LedgerFilters } from './filters';

const LIST = catalogue.account.listAccountsData;

export default function Ledger() {
  const { db_type: given } = useParams({ strict: false }) as { db_type?: string };
  const engine = DB_TYPES.find((one) => one === given);
  if (given !== undefined && !engine) return <ErrorPage error={{ status: 404 }} />;
  return <LedgerOf key={engine ?? 'all'} engine={engine} />;
}

function LedgerOf({ engine }: { engine: (typeof DB_TYPES)[number] | undefined }) {
  const { t } = useTranslation();
  const may = useMay();
  const { href, search } = useUrl();
  const list = useList(LIST, engine ? { db_type: engine } : {});
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const [busy, start] = useSync();
  const label = useClassLabel();
  const columns = useMemo(() => ledgerColumns(t, (account) => href({ account, view: null }), label, !engine), [t, href, label, engine]);
  const { page: _, limit: __, sort: ___, order: ____, ...filter } = list.query;
  const kept = new URLSearchParams(search);
  for (const key of ['page', 'db_type', 'account', 'view']) kept.delete(key);
  const rest = kept.size > 0 ? `?${kept}` : '';
  return (
    <Page
      title={engine ? t('accounts.of', { engine: t(`ui.dbTypes.${engine}`) }) : t('accounts.title')}
      heading={t('accounts.title')}
      actions={
        <>
          <LinkButton href="/accounts/statistics">{t('statistics.open')}</LinkButton>
          {may('execute') && (
            <Button
              icon={<SyncIcon />}
              loading={busy}
              onClick={() => void start(async () => (await call(catalogue.accountsSync.syncAllAccounts, { body: {} })).data)}
            >
              {t('accounts.syncAll')}
            </Button>
          )}
        </>
      }
    >
      <EngineTabs current={engine} counts={result.data?.stats} href={(type) => `/account/${type ?? ''}${rest}`} />
      <ListPage
        id="accounts"
        label={t('accounts.title')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        current={Number(search.get('account')) || null}
        searchLabel={t('accounts.search')}
        csv={urlOf(catalogue.files.exportAccounts, { query: filter as never })}
        filters={<LedgerFilters list={list} />}
        empty={
          <Empty
            title={t('accounts.empty')}
            action={
              <LinkButton type="primary" href="/instances/">
                {t('instances.title')}
              </LinkButton>
            }
          >
            {t('accounts.emptyText')}
          </Empty>
        }
      />
      <AccountDrawer />
      <SessionDrawer />
    </Page>
  );
}
