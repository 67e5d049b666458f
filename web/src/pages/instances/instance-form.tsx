import { catalogue, DB_TYPES, type DbType, type instanceBody } from '@whalefall/contract';
import { Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { A } from '../../ui/a';
import { focusOnMount } from '../../ui/focus';
import { Field, toggle } from '../../ui/form/field';
import { SwitchLine } from '../../ui/form/switch-line';
import type { Form } from '../../ui/form/use-form';
import { useTagOptions } from '../tags/tag-options';

type Options = NonNullable<(typeof instanceBody)['_zod']['output']['connection_options']>;
const TEXTS = ['service_name', 'sid', 'instance_name'] as const;
export type InstanceValues = {
  name: string;
  db_type: DbType | null;
  host: string;
  port: number | null;
  database_name: string;
  credential_id: number | null;
  description: string;
  tag_names: string[];
  is_active: boolean;
  sync_enabled: boolean;
  'connection_options.tls_mode': NonNullable<Options['tls_mode']> | null;
  'connection_options.service_name': string;
  'connection_options.sid': string;
  'connection_options.instance_name': string;
  'connection_options.trust_server_certificate': boolean;
};
export const NEW_INSTANCE: InstanceValues = {
  name: '',
  db_type: null,
  host: '',
  port: null,
  database_name: '',
  credential_id: null,
  description: '',
  tag_names: [],
  is_active: true,
  sync_enabled: true,
  'connection_options.tls_mode': null,
  'connection_options.service_name': '',
  'connection_options.sid': '',
  'connection_options.instance_name': '',
  'connection_options.trust_server_certificate': false,
};

/** The request body; options that the form does not show are kept. */
export function toInstanceBody(values: InstanceValues, kept: Options = {}): Record<string, unknown> {
  const options: Options = { ...kept };
  const tls = values['connection_options.tls_mode'];
  if (tls) options.tls_mode = tls;
  else delete options.tls_mode;
  for (const key of TEXTS) {
    const text = values[`connection_options.${key}`].trim();
    if (text) options[key] = text;
    else delete options[key];
  }
  if (values['connection_options.trust_server_certificate']) options.trust_server_certificate = true;
  else delete options.trust_server_certificate;
  return {
    ...Object.fromEntries(Object.entries(values).filter(([key]) => !key.includes('.'))),
    db_type: values.db_type ?? undefined,
    port: values.port ?? undefined,
    connection_options: options,
  };
}

export function InstanceFields({ form, editing }: { form: Form<InstanceValues>; editing: boolean }) {
  const { t } = useTranslation();
  const { groups } = useTagOptions();
  const engine = form.values.db_type;
  const types = useRoute(catalogue.common.getDatabaseTypeOptions, {}, { staleTime: Infinity });
  const credentials = useRoute(
    catalogue.credentials.listCredentials,
    {
      query: { limit: 100, credential_type: 'database', status: 'active', sort: 'name', order: 'asc', ...(engine && { db_type: engine }) },
    },
    { enabled: engine !== null },
  );
  const defaultPort = (type: DbType | null) => types.data?.options.find((one) => one.value === type)?.default_port ?? null;
  function chooseEngine(next: DbType) {
    const untouched = form.values.port === null || form.values.port === defaultPort(engine);
    form.set({ db_type: next, ...(untouched && { port: defaultPort(next) }), ...(next !== engine && { credential_id: null }) });
  }
  return (
    <>
      <Field form={form} name="name" label={t('ui.name')} required>
        {(control) => <Input {...control} maxLength={100} ref={editing ? null : focusOnMount} />}
      </Field>
      <Field form={form} name="db_type" label={t('instances.dbType')} required>
        {(control) => (
          <Select
            {...control}
            onChange={chooseEngine}
            placeholder={t('ui.select')}
            options={DB_TYPES.map((value) => ({ value, label: t(value === 'mysql' ? 'ui.mysqlAndMariadb' : `ui.dbTypes.${value}`) }))}
          />
        )}
      </Field>
      <h2>{t('instances.section.where')}</h2>
      <Field form={form} name="host" label={t('instances.host')} required>
        {(control) => <Input {...control} className="mono" maxLength={255} spellCheck={false} autoCapitalize="none" />}
      </Field>
      <Field form={form} name="port" label={t('instances.port')} required>
        {(control) => <InputNumber {...control} min={1} max={65535} precision={0} controls={false} />}
      </Field>
      <Field form={form} name="database_name" label={t('instances.database')} hint={t('instances.databaseHint')}>
        {(control) => <Input {...control} className="mono" maxLength={64} spellCheck={false} />}
      </Field>
      <Field form={form} name="connection_options.tls_mode" label={t('instances.tls')} hint={t('instances.tlsHint')}>
        {(control) => (
          <Select
            {...control}
            allowClear
            onChange={(value: unknown) => control.onChange(value ?? null)}
            placeholder={t('instances.tlsModes.prefer')}
            options={(['disable', 'prefer', 'require', 'verify-full'] as const).map((value) => ({
              value,
              label: t(`instances.tlsModes.${value}`),
            }))}
          />
        )}
      </Field>
      {engine === 'oracle' && (
        <>
          <Field form={form} name="connection_options.service_name" label={t('instances.serviceName')}>
            {(control) => <Input {...control} className="mono" spellCheck={false} />}
          </Field>
          <Field form={form} name="connection_options.sid" label={t('instances.sid')}>
            {(control) => <Input {...control} className="mono" spellCheck={false} />}
          </Field>
        </>
      )}
      {engine === 'sqlserver' && (
        <>
          <Field form={form} name="connection_options.instance_name" label={t('instances.instanceName')}>
            {(control) => <Input {...control} className="mono" spellCheck={false} />}
          </Field>
          <Field form={form} name="connection_options.trust_server_certificate" label={t('instances.trustCertificate')}>
            {(control) => <SwitchLine {...toggle(control)} />}
          </Field>
        </>
      )}
      <h2>{t('instances.section.access')}</h2>
      <Field
        form={form}
        name="credential_id"
        label={t('instances.credential')}
        hint={
          <>
            {t('instances.credentialHint')} <A href="/credentials/create?from=instance">{t('credentials.new')}</A>
          </>
        }
        wide
      >
        {(control) => (
          <Select
            {...control}
            allowClear
            onChange={(value: unknown) => control.onChange(value ?? null)}
            placeholder={t('instances.credentialNone')}
            showSearch={{ optionFilterProp: 'label' }}
            options={(credentials.data?.items ?? []).map((one) => ({
              value: one.id,
              label: one.username ? `${one.name} (${one.username})` : one.name,
            }))}
          />
        )}
      </Field>
      <h2>{t('instances.section.about')}</h2>
      <Field form={form} name="tag_names" label={t('instances.tags')} wide>
        {(control) => (
          <Select {...control} mode="multiple" placeholder={t('ui.select')} options={groups} showSearch={{ optionFilterProp: 'label' }} />
        )}
      </Field>
      <Field form={form} name="description" label={t('ui.description')} wide>
        {(control) => <Input.TextArea {...control} rows={3} maxLength={500} />}
      </Field>
      <Field form={form} name="is_active" label={t('ui.status')} hint={t('instances.isActiveHint')}>
        {(control) => <SwitchLine name={t('instances.isActive')} {...toggle(control)} />}
      </Field>
      <Field form={form} name="sync_enabled" label={t('instances.syncEnabled')} hint={t('instances.syncEnabledHint')}>
        {(control) => <SwitchLine {...toggle(control)} />}
      </Field>
    </>
  );
}
