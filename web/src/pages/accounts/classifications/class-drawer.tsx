import { catalogue, COLOR_KEYS, RISK_LEVELS } from '@whalefall/contract';
import { App, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { Field, toggle } from '../../../ui/form/field';
import { FormDrawer } from '../../../ui/form/form-drawer';
import { SwitchLine } from '../../../ui/form/switch-line';
import { useForm } from '../../../ui/form/use-form';
import { Chip, toneOf } from '../../../ui/status';
import type { AccountClass } from './use-classes';

const { createClassification, updateClassification, getColorOptions } = catalogue.accountsClassifications;
type Values = {
  name: string;
  description: string;
  risk_level: (typeof RISK_LEVELS)[number];
  color: (typeof COLOR_KEYS)[number];
  priority: number;
  is_active: boolean;
};

/** Creates a class, or changes one. */
export function ClassDrawer({ item, onClose }: { item: AccountClass | 'new'; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const also = ['account', 'accounts/statistics', 'dashboard'];
  const create = useSend(createClassification, also);
  const update = useSend(updateClassification, also);
  const colours = useRoute(getColorOptions, {}, { staleTime: Number.POSITIVE_INFINITY });
  const isNew = item === 'new';
  const form = useForm<Values>({
    schema: isNew ? createClassification.body : updateClassification.body,
    initial: isNew
      ? { name: '', description: '', risk_level: 'medium', color: 'info', priority: 50, is_active: true }
      : {
          ...{ name: item.name, description: item.description ?? '', risk_level: item.risk_level, color: item.color_key },
          ...{ priority: item.priority, is_active: item.is_active },
        },
    // What a built-in class is called and how it is described is not the browser's to send back.
    toBody: ({ name, description, ...values }) => ({
      ...values,
      ...(!isNew && item.is_system ? {} : { name }),
      ...(!isNew && description === (item.description ?? '') ? {} : { description }),
    }),
    save: async (body) => {
      if (isNew) await create.mutateAsync({ body });
      else await update.mutateAsync({ params: { classification_id: item.id }, body });
      message.success(t('classes.saved'));
      onClose();
    },
  });
  const colourName = (key: string) => colours.data?.colors[key]?.[i18n.language === 'en' ? 'name_en' : 'name'] ?? key;
  return (
    <FormDrawer
      form={form}
      open
      title={isNew ? t('classes.newClass') : t('classes.editClass', { name: item.name })}
      submit={t('act.save')}
      onClose={onClose}
    >
      <Field
        form={form}
        name="name"
        label={t('classes.form.name')}
        hint={!isNew && item.is_system && t('classes.form.systemHint')}
        required
      >
        {(control) => <Input {...control} maxLength={100} disabled={!isNew && item.is_system} autoComplete="off" />}
      </Field>
      <Field form={form} name="description" label={t('classes.form.description')}>
        {(control) => <Input.TextArea {...control} rows={3} maxLength={2000} />}
      </Field>
      <Field form={form} name="risk_level" label={t('classes.form.risk')} required>
        {(control) => <Select {...control} options={RISK_LEVELS.map((value) => ({ value, label: t(`ui.risk.${value}`) }))} />}
      </Field>
      <Field form={form} name="color" label={t('classes.form.colour')} required>
        {(control) => (
          <Select
            {...control}
            options={COLOR_KEYS.map((value) => ({
              value,
              label: <Chip tone={toneOf(value)}>{form.values.name || colourName(value)}</Chip>,
            }))}
          />
        )}
      </Field>
      <Field form={form} name="priority" label={t('classes.form.priority')} hint={t('classes.form.priorityHint')}>
        {(control) => <InputNumber {...control} min={0} max={100} precision={0} />}
      </Field>
      <Field form={form} name="is_active" label={t('ui.status')}>
        {(control) => <SwitchLine name={t('classes.form.active')} said={t('classes.form.activeHint')} {...toggle(control)} />}
      </Field>
    </FormDrawer>
  );
}
