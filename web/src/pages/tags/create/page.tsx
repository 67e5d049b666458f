import { catalogue, tagCreate } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../../api';
import { FormPage } from '../../../ui/form/form-page';
import { useForm } from '../../../ui/form/use-form';
import { LinkButton } from '../../../ui/link-button';
import { Page } from '../../../ui/page';
import { useUrl } from '../../../ui/url';
import { NEW_TAG, TagFields, toTagBody } from '../tag-form';

export default function CreateTag() {
  const { t } = useTranslation();
  const { go } = useUrl();
  const create = useSend(catalogue.tags.createTag);
  const form = useForm({
    schema: tagCreate,
    initial: NEW_TAG,
    page: true,
    toBody: toTagBody,
    save: async (body) => {
      await create.mutateAsync({ body });
      go('/tags/?notice=created');
    },
  });
  return (
    <Page title={t('tags.new')} crumbs={[{ label: t('tags.title'), href: '/tags/' }]}>
      <FormPage form={form} action="/tags/create" submit={t('act.save')} cancel={<LinkButton href="/tags/">{t('act.cancel')}</LinkButton>}>
        <TagFields form={form} editing={false} />
      </FormPage>
    </Page>
  );
}
