import { catalogue, instanceBody } from '@whalefall/contract';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../../api';
import { FormPage } from '../../../ui/form/form-page';
import { useForm } from '../../../ui/form/use-form';
import { LinkButton } from '../../../ui/link-button';
import { Page } from '../../../ui/page';
import { useUrl } from '../../../ui/url';
import { InstanceFields, NEW_INSTANCE, toInstanceBody } from '../instance-form';
import { TestPanel } from '../test-panel';

export default function CreateInstance() {
  const { t } = useTranslation();
  const { go } = useUrl();
  const create = useSend(catalogue.instancesManage.createInstance, ['dashboard', 'credentials', 'tags']);
  const test = useSend(catalogue.connections.testConnection, ['instances/manage']);
  const passed = useRef(false);
  const form = useForm({
    schema: instanceBody,
    initial: NEW_INSTANCE,
    page: true,
    toBody: (values) => toInstanceBody(values),
    save: async (body) => {
      const { data } = await create.mutateAsync({ body });
      // What was tried in the form is now known of the instance too.
      if (passed.current) await test.mutateAsync({ body: { instance_id: data.instance.id } }).catch(() => undefined);
      go(`/instances/${data.instance.id}?notice=created`);
    },
  });
  return (
    <Page title={t('instances.new')} crumbs={[{ label: t('instances.title'), href: '/instances/' }]}>
      <FormPage
        form={form}
        action="/instances/create"
        submit={t('act.save')}
        cancel={<LinkButton href="/instances/">{t('act.cancel')}</LinkButton>}
        aside={<TestPanel values={form.values} onPassed={() => (passed.current = true)} />}
      >
        <InstanceFields form={form} editing={false} />
      </FormPage>
    </Page>
  );
}
