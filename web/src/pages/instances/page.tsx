import { PlusIcon, UploadIcon } from '../../ui/icons';
import { catalogue } from '@whalefall/contract';
import { Button } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { urlOf, useRoute } from '../../api';
import { useFormat } from '../../i18n/format';
import { useWords } from '../../i18n/words';
import { useMay } from '../../session';
import { A } from '../../ui/a';
import { useConfirm } from '../../ui/confirm';
import { LinkButton } from '../../ui/link-button';
import { Page } from '../../ui/page';
import { RowMenu } from '../../ui/row-menu';
import { Empty } from '../../ui/states';
import { ListPage, useSelection } from '../../ui/table/list-page';
import { useList } from '../../ui/table/list-state';
import type { Column } from '../../ui/table/table';
import { useUrl } from '../../ui/url';
import { BatchTest, type TestTarget } from './batch-test';
import { type Instance, instanceColumns } from './columns';
import { useDeleteInstances } from './delete-instances';
import { InstanceFilters } from './filters';

const Importer = lazy(() => import('./importer'));
const LIST = catalogue.instancesManage.listInstancesData;
const BY_NAME = { sort: 'name', order: 'asc' };

export default function Instances() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { search, set } = useUrl();
  // By name, as people look for them; the newest first is the API's order.
  const list = useList(LIST, BY_NAME);
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const selection = useSelection<Instance>();
  const [testing, setTesting] = useState<TestTarget[] | null>(null);
  const [dialog, ask] = useConfirm();
  const askDelete = useDeleteInstances(ask, selection.clear);
  const [importing, setImporting] = useState(search.get('import') === '1' && may('create'));

  const columns = useMemo<Column<Instance>[]>(() => {
    const shown = instanceColumns(t, format);
    if (may('execute'))
      shown.push({
        key: 'acts',
        title: t('ui.actions'),
        acts: true,
        render: (row) => <RowActs row={row} onTest={setTesting} onDelete={askDelete} />,
      });
    return shown;
  }, [t, format, may, askDelete]);
  const create = may('create') && (
    <>
      <Button icon={<UploadIcon />} onClick={() => setImporting(true)}>
        {t('instances.import')}
      </Button>
      <LinkButton type="primary" icon={<PlusIcon />} href="/instances/create">
        {t('instances.new')}
      </LinkButton>
    </>
  );
  const { page: _, limit: __, sort: ___, order: ____, ...filter } = list.query;
  return (
    <Page
      title={t('instances.title')}
      actions={
        <>
          <LinkButton href="/instances/statistics">{t('statistics.open')}</LinkButton>
          {create}
        </>
      }
    >
      <ListPage
        id="instances"
        label={t('instances.title')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        rowName={(row) => row.name}
        searchLabel={t('instances.search')}
        csv={urlOf(catalogue.files.exportInstances, { query: filter as never })}
        filters={<InstanceFilters list={list} />}
        {...(may('execute') && { selection })}
        bulk={
          <>
            <Button size="small" onClick={() => setTesting(selection.rows)}>
              {t('instances.batchTest')}
            </Button>
            {may('update') && (
              <LinkButton size="small" href={`/tags/batch_assign?instance_ids=${selection.ids.join(',')}`}>
                {t('tags.bulk.title')}
              </LinkButton>
            )}
            {may('delete') && (
              <Button size="small" danger onClick={() => askDelete(selection.rows)}>
                {t('instances.batchDelete', { count: selection.size })}
              </Button>
            )}
          </>
        }
        empty={
          <Empty title={t('instances.empty')} action={create}>
            {t('instances.emptyText')}
          </Empty>
        }
      />
      {dialog}
      <BatchTest targets={testing} onClose={() => setTesting(null)} />
      {importing && (
        <Suspense>
          <Importer
            onClose={() => {
              setImporting(false);
              set({ import: null });
            }}
          />
        </Suspense>
      )}
    </Page>
  );
}

function RowActs({
  row,
  onTest,
  onDelete,
}: {
  row: Instance;
  onTest: (targets: TestTarget[]) => void;
  onDelete: (rows: Instance[]) => void;
}) {
  const { t } = useWords();
  const may = useMay();
  const items = [
    { key: 'test', label: t('instances.testNow') },
    ...(may('update') ? [{ key: 'edit', label: <A href={`/instances/${row.id}/edit`}>{t('ui.edit')}</A> }] : []),
    ...(may('delete') ? [{ key: 'delete', label: t('ui.delete'), danger: true }] : []),
  ];
  return (
    <RowMenu
      label={`${t('ui.actions')} ${row.name}`}
      items={items}
      onPick={(key) => {
        if (key === 'test') onTest([row]);
        if (key === 'delete') onDelete([row]);
      }}
    />
  );
}
