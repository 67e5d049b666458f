import { catalogue, ROLES } from '@whalefall/contract';
import { App, Button, Checkbox, Input, Select, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../api';
import { focusOnMount } from '../../ui/focus';
import { Field, toggle } from '../../ui/form/field';
import { FormDrawer } from '../../ui/form/form-drawer';
import { SwitchLine } from '../../ui/form/switch-line';
import { useForm } from '../../ui/form/use-form';
import type { User } from './columns';
import { generatePassword } from './password';

type Values = { username: string; role: (typeof ROLES)[number]; password: string; is_active: boolean; must_change_password: boolean };

/** Creates a user, or changes one (`user`). A generated password is handed over after saving. */
export function UserDrawer({
  user,
  onClose,
  onSecret,
}: {
  user: User | 'new';
  onClose: () => void;
  onSecret: (username: string, password: string) => void;
}) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const create = useSend(catalogue.users.createUser);
  const update = useSend(catalogue.users.updateUser);
  const isNew = user === 'new';
  const wasAdmin = !isNew && user.role === 'admin' && user.is_active;
  const form = useForm<Values>({
    schema: isNew ? catalogue.users.createUser.body : catalogue.users.updateUser.body,
    initial: isNew
      ? { username: '', role: 'user', password: '', is_active: true, must_change_password: true }
      : { username: user.username, role: user.role, password: '', is_active: user.is_active, must_change_password: false },
    toBody: ({ must_change_password, password, ...values }) => (isNew ? { ...values, password, must_change_password } : values),
    save: async (body, values) => {
      if (isNew) await create.mutateAsync({ body });
      else await update.mutateAsync({ params: { user_id: user.id }, body });
      message.success(t('users.saved'));
      onClose();
      if (isNew) onSecret(values.username, values.password);
    },
  });
  const demoted = wasAdmin && (form.values.role !== 'admin' || !form.values.is_active);
  return (
    <FormDrawer
      form={form}
      open
      title={isNew ? t('users.new') : t('users.edit', { name: user.username })}
      submit={t('act.save')}
      onClose={onClose}
    >
      <Field form={form} name="username" label={t('users.username')} hint={t('users.usernameHint')} required>
        {(control) => <Input {...control} maxLength={20} autoComplete="off" spellCheck={false} ref={isNew ? focusOnMount : null} />}
      </Field>
      <Field form={form} name="role" label={t('users.role')} hint={t(`users.roleHints.${form.values.role}`)} required>
        {(control) => <Select {...control} options={ROLES.map((value) => ({ value, label: t(`shell.roles.${value}`) }))} />}
      </Field>
      {isNew && (
        <>
          <Field form={form} name="password" label={t('users.password')} required>
            {(control) => (
              <Space.Compact block>
                <Input.Password {...control} autoComplete="new-password" />
                <Button onClick={() => form.set({ password: generatePassword() })}>{t('users.generate')}</Button>
              </Space.Compact>
            )}
          </Field>
          <Checkbox
            checked={form.values.must_change_password}
            onChange={(event) => form.set({ must_change_password: event.target.checked })}
          >
            {t('users.mustChange')}
          </Checkbox>
        </>
      )}
      <Field form={form} name="is_active" label={t('ui.status')}>
        {(control) => <SwitchLine name={t('users.isActive')} {...toggle(control)} />}
      </Field>
      {demoted && (
        <p className="fault" role="status">
          {t('users.demote')}
        </p>
      )}
    </FormDrawer>
  );
}
