import { catalogue, credentialCreate } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../../api';
import { FormPage } from '../../../ui/form/form-page';
import { useForm } from '../../../ui/form/use-form';
import { LinkButton } from '../../../ui/link-button';
import { Page } from '../../../ui/page';
import { useUrl } from '../../../ui/url';
import { CredentialFields, NEW_CREDENTIAL } from '../credential-form';

/** Whoever came here from somewhere goes back there. */
const AFTER: Record<string, string> = { instance: '/instances/create?notice=created', start: '/dashboard/?notice=created' };

export default function CreateCredential() {
  const { t } = useTranslation();
  const { go, search } = useUrl();
  const create = useSend(catalogue.credentials.createCredential, ['dashboard']);
  const form = useForm({
    schema: credentialCreate,
    initial: NEW_CREDENTIAL,
    page: true,
    toBody: (values) => (values.credential_type === 'database' ? values : { ...values, db_type: null }),
    save: async (body) => {
      await create.mutateAsync({ body });
      go(AFTER[search.get('from') ?? ''] ?? '/credentials/?notice=created');
    },
  });
  return (
    <Page title={t('credentials.new')} crumbs={[{ label: t('credentials.title'), href: '/credentials/' }]}>
      <FormPage
        form={form}
        action="/credentials/create"
        submit={t('act.save')}
        cancel={<LinkButton href="/credentials/">{t('act.cancel')}</LinkButton>}
      >
        <CredentialFields form={form} editing={false} />
      </FormPage>
    </Page>
  );
}
