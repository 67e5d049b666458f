import { CREDENTIAL_TYPES, DB_TYPES } from '@whalefall/contract';
import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { focusOnMount } from '../../ui/focus';
import { Field, toggle } from '../../ui/form/field';
import { SwitchLine } from '../../ui/form/switch-line';
import type { Form } from '../../ui/form/use-form';

export type CredentialValues = {
  name: string;
  credential_type: (typeof CREDENTIAL_TYPES)[number];
  db_type: (typeof DB_TYPES)[number] | null;
  username: string;
  password: string;
  description: string;
  is_active: boolean;
};
export const NEW_CREDENTIAL: CredentialValues = {
  name: '',
  credential_type: 'database',
  db_type: null,
  username: '',
  password: '',
  description: '',
  is_active: true,
};

/** The fields of both the create and the edit page. */
export function CredentialFields({ form, editing }: { form: Form<CredentialValues>; editing: boolean }) {
  const { t } = useTranslation();
  const isDatabase = form.values.credential_type === 'database';
  return (
    <>
      <Field form={form} name="name" label={t('ui.name')} required wide>
        {(control) => <Input {...control} maxLength={255} ref={editing ? null : focusOnMount} />}
      </Field>
      <Field form={form} name="credential_type" label={t('credentials.type')} required>
        {(control) => (
          <Select {...control} options={CREDENTIAL_TYPES.map((value) => ({ value, label: t(`credentials.types.${value}`) }))} />
        )}
      </Field>
      {isDatabase && (
        <Field form={form} name="db_type" label={t('credentials.dbType')} required>
          {(control) => (
            <Select
              {...control}
              placeholder={t('ui.select')}
              options={DB_TYPES.map((value) => ({ value, label: t(value === 'mysql' ? 'ui.mysqlAndMariadb' : `ui.dbTypes.${value}`) }))}
            />
          )}
        </Field>
      )}
      <Field form={form} name="username" label={t('credentials.username')} required>
        {(control) => <Input {...control} className="mono" autoComplete="off" spellCheck={false} />}
      </Field>
      <Field
        form={form}
        name="password"
        label={t('credentials.password')}
        required={!editing}
        hint={t(editing ? 'credentials.keepPassword' : 'credentials.passwordHint')}
      >
        {(control) => <Input.Password {...control} autoComplete="new-password" />}
      </Field>
      <Field form={form} name="description" label={t('ui.description')} hint={t('credentials.descriptionHint')} wide>
        {(control) => <Input.TextArea {...control} rows={3} maxLength={2000} />}
      </Field>
      <Field form={form} name="is_active" label={t('ui.status')} hint={t('credentials.inactiveHint')} wide>
        {(control) => <SwitchLine name={t('credentials.isActive')} {...toggle(control)} />}
      </Field>
    </>
  );
}
