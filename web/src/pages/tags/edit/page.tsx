import { catalogue, tagEdit, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { ErrorPage } from '../../../layout/error-page';
import { FormPage } from '../../../ui/form/form-page';
import { useForm } from '../../../ui/form/use-form';
import { LinkButton } from '../../../ui/link-button';
import { Page } from '../../../ui/page';
import { useIdParam } from '../../../ui/params';
import { Failed, Skeleton } from '../../../ui/states';
import { useUrl } from '../../../ui/url';
import { TagFields, type TagValues, toTagBody } from '../tag-form';

type Tag = NonNullable<WireOf<typeof catalogue.tags.getTagByName>>['tag'];

export default function EditTag() {
  const { t } = useTranslation();
  const id = useIdParam('tag_id');
  // The catalogue reads one tag by its name only; the whole list is small.
  const read = useRoute(catalogue.tags.listTagOptions, { query: { status: 'all' } }, { staleTime: 0 });
  const tag = read.data?.tags.find((one) => one.id === id);
  if (read.data && !read.isFetching && !tag) return <ErrorPage error={{ status: 404 }} />;
  return (
    <Page title={t('tags.edit')} crumbs={[{ label: t('tags.title'), href: '/tags/' }]}>
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : tag && !read.isFetching ? (
        <EditForm key={tag.updated_at} tag={tag} />
      ) : (
        <Skeleton lines={8} />
      )}
    </Page>
  );
}

function EditForm({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  const { go } = useUrl();
  const update = useSend(catalogue.tags.updateTag, ['instances/manage', 'account']);
  const form = useForm<TagValues>({
    schema: tagEdit,
    initial: {
      name: tag.name,
      display_name: tag.display_name,
      category: tag.category,
      color: tag.color,
      description: tag.description ?? '',
      sort_order: tag.sort_order,
      is_active: tag.is_active,
    },
    page: true,
    toBody: toTagBody,
    save: async (body) => {
      await update.mutateAsync({ params: { tag_id: tag.id }, body });
      go('/tags/?notice=saved');
    },
  });
  return (
    <FormPage
      form={form}
      action={`/tags/edit/${tag.id}`}
      submit={t('act.save')}
      cancel={<LinkButton href="/tags/">{t('act.cancel')}</LinkButton>}
    >
      <TagFields form={form} editing />
    </FormPage>
  );
}
