import { catalogue } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { useMay } from '../../../session';
import { A } from '../../../ui/a';
import { Address, CopyText } from '../../../ui/copy-text';
import { LinkButton } from '../../../ui/link-button';
import { Facts, Page, Panel } from '../../../ui/page';
import { useIdParam } from '../../../ui/params';
import { RelativeTime } from '../../../ui/relative-time';
import { Failed, Skeleton, useErrorText } from '../../../ui/states';
import { Chip, Enabled, Engine, TestState } from '../../../ui/status';
import { Table } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';
import { BatchTest, type TestTarget } from '../../instances/batch-test';
import { DeleteCredential, useDeleting } from '../delete-credential';

export default function CredentialDetail() {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { go } = useUrl();
  const { message } = App.useApp();
  const text = useErrorText();
  const id = useIdParam('credential_id');
  const read = useRoute(catalogue.credentials.getCredential, { params: { credential_id: id } });
  const update = useSend(catalogue.credentials.updateCredential);
  const [deleting, ask] = useDeleting();
  const [testing, setTesting] = useState<TestTarget[] | null>(null);
  const crumbs = [{ label: t('credentials.title'), href: '/credentials/' }];
  if (!read.data)
    return (
      <Page title={t('credentials.detail')} crumbs={crumbs}>
        {read.isError ? <Failed error={read.error} retry={() => void read.refetch()} /> : <Skeleton lines={8} />}
      </Page>
    );
  const { credential, instances } = read.data;
  const flip = () =>
    update
      .mutateAsync({ params: { credential_id: id }, body: { is_active: !credential.is_active } })
      .then(() => message.success(t('credentials.saved')))
      .catch((error: unknown) => message.error(text(error)));

  return (
    <Page
      title={credential.name}
      heading={
        <>
          {credential.name} <Enabled on={credential.is_active} />
        </>
      }
      crumbs={crumbs}
      actions={
        may('update') && (
          <>
            <Button onClick={() => void flip()} loading={update.isPending}>
              {t(credential.is_active ? 'credentials.disable' : 'credentials.enable')}
            </Button>
            <LinkButton href={`/credentials/${id}/edit`}>{t('ui.edit')}</LinkButton>
            {may('delete') && (
              <Button danger onClick={() => ask(credential)}>
                {t('ui.delete')}
              </Button>
            )}
          </>
        )
      }
    >
      <div className="stack">
        <Panel>
          <Facts
            items={[
              [t('credentials.type'), <Chip key="type">{t(`credentials.types.${credential.credential_type}`)}</Chip>],
              [t('credentials.dbType'), credential.db_type && <Engine key="engine" type={credential.db_type} />],
              [
                t('credentials.username'),
                credential.username === null ? t('credentials.hiddenName') : <CopyText key="name" text={credential.username} mono />,
              ],
              [
                t('credentials.password'),
                <span key="password">
                  {t(credential.has_password ? 'credentials.passwordSet' : 'credentials.passwordUnset')}
                  {credential.password_updated_at && (
                    <span className="muted">
                      {' '}
                      · {t('credentials.passwordUpdated')} <RelativeTime at={credential.password_updated_at} />
                    </span>
                  )}
                </span>,
              ],
              [t('ui.createdAt'), format.dateTime(credential.created_at)],
              [t('ui.updatedAt'), format.dateTime(credential.updated_at)],
              [t('ui.description'), credential.description],
            ]}
          />
        </Panel>
        <Panel
          title={`${t('credentials.instances')} (${format.number(instances.length)})`}
          flush
          extra={
            may('execute') &&
            instances.length > 0 && (
              <Button size="small" onClick={() => setTesting(instances)}>
                {t('credentials.testAll')}
              </Button>
            )
          }
        >
          {instances.length === 0 ? (
            <p className="panel-none">{t('credentials.instancesNone')}</p>
          ) : (
            <Table
              label={t('credentials.instances')}
              rows={instances}
              rowKey={(row) => row.id}
              columns={[
                { key: 'name', title: t('ui.name'), lead: true, render: (row) => <A href={`/instances/${row.id}`}>{row.name}</A> },
                { key: 'db_type', title: t('instances.dbType'), render: (row) => <Engine type={row.db_type} /> },
                { key: 'address', title: t('instances.address'), grow: true, render: (row) => <Address host={row.host} port={row.port} /> },
                { key: 'status', title: t('ui.status'), render: (row) => <Enabled on={row.is_active} /> },
                { key: 'test', title: t('instances.test'), render: (row) => <TestState ok={row.last_test_ok} /> },
                { key: 'at', title: t('credentials.lastTest'), render: (row) => <RelativeTime at={row.last_test_at} /> },
              ]}
            />
          )}
        </Panel>
      </div>
      <BatchTest targets={testing} onClose={() => setTesting(null)} />
      {deleting && <DeleteCredential credential={deleting} onClose={() => ask(null)} onDeleted={() => go('/credentials/')} />}
    </Page>
  );
}
