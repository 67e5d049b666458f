import { catalogue, credentialEdit, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { FormPage } from '../../../ui/form/form-page';
import { useForm } from '../../../ui/form/use-form';
import { LinkButton } from '../../../ui/link-button';
import { Page } from '../../../ui/page';
import { useIdParam } from '../../../ui/params';
import { Failed, Skeleton } from '../../../ui/states';
import { useUrl } from '../../../ui/url';
import { CredentialFields, type CredentialValues } from '../credential-form';

type Credential = NonNullable<WireOf<typeof catalogue.credentials.getCredential>>['credential'];

export default function EditCredential() {
  const { t } = useTranslation();
  const id = useIdParam('credential_id');
  const read = useRoute(catalogue.credentials.getCredential, { params: { credential_id: id } }, { staleTime: 0 });
  const credential = read.data?.credential;
  const crumbs = [
    { label: t('credentials.title'), href: '/credentials/' },
    ...(credential ? [{ label: credential.name, href: `/credentials/${id}` }] : []),
  ];
  return (
    <Page title={t('credentials.edit')} crumbs={crumbs}>
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : credential && !read.isFetching ? (
        <EditForm key={credential.updated_at} credential={credential} />
      ) : (
        <Skeleton lines={8} />
      )}
    </Page>
  );
}

function EditForm({ credential }: { credential: Credential }) {
  const { t } = useTranslation();
  const { go } = useUrl();
  const here = `/credentials/${credential.id}`;
  const update = useSend(catalogue.credentials.updateCredential);
  const initial: CredentialValues = {
    name: credential.name,
    credential_type: credential.credential_type,
    db_type: credential.db_type,
    username: credential.username ?? '',
    password: '',
    description: credential.description ?? '',
    is_active: credential.is_active,
  };
  const form = useForm({
    schema: credentialEdit,
    initial,
    page: true,
    save: async (body) => {
      await update.mutateAsync({ params: { credential_id: credential.id }, body });
      go(`${here}?notice=saved`);
    },
  });
  return (
    <FormPage form={form} action={`${here}/edit`} submit={t('act.save')} cancel={<LinkButton href={here}>{t('act.cancel')}</LinkButton>}>
      <CredentialFields form={form} editing />
    </FormPage>
  );
}
