import { catalogue, instanceBody, type WireOf } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { FormPage } from '../../../ui/form/form-page';
import { useForm } from '../../../ui/form/use-form';
import { LinkButton } from '../../../ui/link-button';
import { Page } from '../../../ui/page';
import { useIdParam } from '../../../ui/params';
import { Failed, Skeleton } from '../../../ui/states';
import { useUrl } from '../../../ui/url';
import { InstanceFields, type InstanceValues, NEW_INSTANCE, toInstanceBody } from '../instance-form';
import { TestPanel } from '../test-panel';

type Instance = NonNullable<WireOf<typeof catalogue.instancesManage.getInstanceDetail>>['instance'];
const editBody = instanceBody.partial();

export default function EditInstance() {
  const { t } = useTranslation();
  const id = useIdParam('instance_id');
  const read = useRoute(catalogue.instancesManage.getInstanceDetail, { params: { instance_id: id } }, { staleTime: 0 });
  const instance = read.data?.instance;
  const crumbs = [
    { label: t('instances.title'), href: '/instances/' },
    ...(instance ? [{ label: instance.name, href: `/instances/${id}` }] : []),
  ];
  return (
    <Page title={t('instances.edit')} crumbs={crumbs}>
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : instance && !read.isFetching ? (
        <EditForm key={instance.updated_at} instance={instance} />
      ) : (
        <Skeleton lines={10} />
      )}
    </Page>
  );
}

function valuesOf(instance: Instance): InstanceValues {
  const options = instance.connection_options as Record<string, never>;
  return {
    ...NEW_INSTANCE,
    name: instance.name,
    db_type: instance.db_type,
    host: instance.host,
    port: instance.port,
    database_name: instance.database_name ?? '',
    credential_id: instance.credential_id,
    description: instance.description ?? '',
    tag_names: instance.tags.map((tag) => tag.name),
    is_active: instance.is_active,
    sync_enabled: instance.sync_enabled,
    'connection_options.tls_mode': options.tls_mode ?? null,
    'connection_options.service_name': options.service_name ?? '',
    'connection_options.sid': options.sid ?? '',
    'connection_options.instance_name': options.instance_name ?? '',
    'connection_options.trust_server_certificate': options.trust_server_certificate ?? false,
  };
}

function EditForm({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const { go } = useUrl();
  const here = `/instances/${instance.id}`;
  const update = useSend(catalogue.instancesDetail.updateInstanceDetail, [
    'instances/manage',
    'dashboard',
    'credentials',
    'tags',
    'account',
  ]);
  const form = useForm({
    schema: editBody,
    initial: valuesOf(instance),
    page: true,
    toBody: (values) => toInstanceBody(values, instance.connection_options),
    save: async (body) => {
      await update.mutateAsync({ params: { instance_id: instance.id }, body });
      go(`${here}?notice=saved`);
    },
  });
  return (
    <FormPage
      form={form}
      action={`${here}/edit`}
      submit={t('act.save')}
      cancel={<LinkButton href={here}>{t('act.cancel')}</LinkButton>}
      aside={<TestPanel values={form.values} />}
    >
      <InstanceFields form={form} editing />
    </FormPage>
  );
}
