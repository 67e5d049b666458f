import { PlusIcon } from '../../ui/icons';
import { catalogue, CREDENTIAL_TYPES } from '@whalefall/contract';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { useMay } from '../../session';
import { LinkButton } from '../../ui/link-button';
import { Page } from '../../ui/page';
import { Empty } from '../../ui/states';
import { EngineFilter, FilterSelect } from '../../ui/table/filters';
import { ListPage } from '../../ui/table/list-page';
import { useList } from '../../ui/table/list-state';
import { type Credential, credentialColumns } from './columns';
import { DeleteCredential, useDeleting } from './delete-credential';

const LIST = catalogue.credentials.listCredentials;

export default function Credentials() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useList(LIST);
  const result = useRoute(LIST, { query: list.query }, { keep: true });
  const [deleting, ask] = useDeleting();
  const columns = useMemo(
    () => [
      ...credentialColumns(t),
      ...(may('update')
        ? [
            {
              key: 'acts',
              title: t('ui.actions'),
              acts: true,
              render: (row: Credential) => (
                <>
                  <LinkButton type="text" size="small" href={`/credentials/${row.id}/edit`}>
                    {t('ui.edit')}
                  </LinkButton>
                  {may('delete') && (
                    <Button type="text" size="small" danger onClick={() => ask(row)}>
                      {t('ui.delete')}
                    </Button>
                  )}
                </>
              ),
            },
          ]
        : []),
    ],
    [t, may, ask],
  );
  const create = may('create') && (
    <LinkButton type="primary" icon={<PlusIcon />} href="/credentials/create">
      {t('credentials.new')}
    </LinkButton>
  );
  return (
    <Page title={t('credentials.title')} actions={create}>
      <ListPage
        id="credentials"
        label={t('credentials.title')}
        list={list}
        result={result}
        columns={columns}
        rowKey={(row) => row.id}
        searchLabel={t('credentials.search')}
        filters={
          <>
            <FilterSelect
              label={t('credentials.type')}
              value={list.text('credential_type')}
              options={CREDENTIAL_TYPES.map((value) => ({ value, label: t(`credentials.types.${value}`) }))}
              onChange={(credential_type) => list.set({ credential_type })}
            />
            <EngineFilter value={list.text('db_type')} onChange={(db_type) => list.set({ db_type })} />
            <FilterSelect
              label={t('ui.status')}
              value={list.text('status')}
              options={[
                { value: 'active', label: t('ui.enabled') },
                { value: 'inactive', label: t('ui.disabled') },
              ]}
              onChange={(status) => list.set({ status })}
              width={110}
            />
          </>
        }
        empty={
          <Empty title={t('credentials.empty')} action={create}>
            {t('credentials.emptyText')}
          </Empty>
        }
      />
      {deleting && <DeleteCredential credential={deleting} onClose={() => ask(null)} />}
    </Page>
  );
}
