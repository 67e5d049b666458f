import { catalogue } from '@whalefall/contract';
import { App, Input, Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { Field } from '../../../ui/form/field';
import { FormDrawer } from '../../../ui/form/form-drawer';
import { useForm } from '../../../ui/form/use-form';
import { Chip } from '../../../ui/status';
import { useClassLabel, useClasses } from './use-classes';

const { createAssignment } = catalogue.accountsClassifications;
const WAIT_MS = 300;
type Values = { account_id: number | null; classification_id: number | null; notes: string };

/** A person gives an account a class, whatever the rules say. */
export function AssignDrawer({ classId, onClose }: { classId: number | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const label = useClassLabel();
  const classes = useClasses();
  const create = useSend(createAssignment, ['account', 'accounts/statistics', 'dashboard']);
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = useRoute(catalogue.account.listAccountsData, { query: { search, limit: 20 } }, { keep: true });
  const form = useForm<Values>({
    schema: createAssignment.body,
    initial: { account_id: null, classification_id: classId, notes: '' },
    save: async (body) => {
      await create.mutateAsync({ body });
      message.success(t('classes.assignments.assigned'));
      onClose();
    },
  });
  return (
    <FormDrawer form={form} open title={t('classes.assignments.assign')} submit={t('classes.assignments.assign')} onClose={onClose}>
      <Field form={form} name="account_id" label={t('classes.assignments.account')} hint={t('classes.assignments.accountHint')} required>
        {(control) => (
          <Select
            {...control}
            showSearch={{ filterOption: false, onSearch: setTyped }}
            loading={found.isFetching}
            placeholder={t('classes.assignments.search')}
            options={(found.data?.items ?? []).map((one) => ({
              value: one.id,
              label: (
                <span className="privilege-option">
                  <code>{one.username}</code>
                  <small>{one.instance_name}</small>
                </span>
              ),
            }))}
          />
        )}
      </Field>
      <Field form={form} name="classification_id" label={t('classes.class')} required>
        {(control) => (
          <Select
            {...control}
            placeholder={t('classes.form.classFirst')}
            options={(classes.data?.classifications ?? [])
              .filter((one) => one.is_active)
              .map((one) => ({ value: one.id, label: <Chip tone={label(one).tone}>{label(one).name}</Chip> }))}
          />
        )}
      </Field>
      <Field form={form} name="notes" label={t('classes.assignments.notes')} hint={t('classes.assignments.notesHint')}>
        {(control) => <Input.TextArea {...control} rows={3} maxLength={2000} />}
      </Field>
    </FormDrawer>
  );
}
