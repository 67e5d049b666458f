import { COLOR_KEYS, TAG_CATEGORIES } from '@whalefall/contract';
import { Input, InputNumber, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { focusOnMount } from '../../ui/focus';
import { Field, toggle } from '../../ui/form/field';
import { SwitchLine } from '../../ui/form/switch-line';
import type { Form } from '../../ui/form/use-form';
import { Chip, toneOf } from '../../ui/status';

export type TagValues = {
  name: string;
  display_name: string;
  category: (typeof TAG_CATEGORIES)[number] | null;
  color: (typeof COLOR_KEYS)[number];
  description: string;
  sort_order: number | null;
  is_active: boolean;
};
export const NEW_TAG: TagValues = {
  name: '',
  display_name: '',
  category: null,
  color: 'primary',
  description: '',
  sort_order: 0,
  is_active: true,
};
export const toTagBody = (values: TagValues) => ({ ...values, category: values.category ?? undefined, sort_order: values.sort_order ?? 0 });

export function TagFields({ form, editing }: { form: Form<TagValues>; editing: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Field form={form} name="display_name" label={t('tags.displayName')} required>
        {(control) => <Input {...control} maxLength={100} ref={editing ? null : focusOnMount} />}
      </Field>
      <Field form={form} name="name" label={t('tags.code')} hint={t('tags.codeHint')} required>
        {(control) => <Input {...control} className="mono" maxLength={50} spellCheck={false} autoCapitalize="none" />}
      </Field>
      <Field form={form} name="category" label={t('tags.category')} required>
        {(control) => (
          <Select
            {...control}
            placeholder={t('ui.select')}
            options={TAG_CATEGORIES.map((value) => ({ value, label: t(`tags.categories.${value}`) }))}
          />
        )}
      </Field>
      <Field form={form} name="sort_order" label={t('tags.sort')} hint={t('tags.sortHint')}>
        {(control) => <InputNumber {...control} min={0} max={1_000_000} precision={0} />}
      </Field>
      <Field form={form} name="color" label={t('tags.color')} wide>
        {(control) => (
          <Radio.Group
            value={control.value}
            onChange={(event) => control.onChange(event.target.value)}
            aria-label={t('tags.color')}
            options={COLOR_KEYS.map((value) => ({
              value,
              label: <Chip tone={toneOf(value)}>{form.values.display_name || t(`tags.colors.${value}`)}</Chip>,
            }))}
          />
        )}
      </Field>
      <Field form={form} name="description" label={t('ui.description')} wide>
        {(control) => <Input.TextArea {...control} rows={3} maxLength={500} />}
      </Field>
      <Field form={form} name="is_active" label={t('ui.status')} wide>
        {(control) => <SwitchLine name={t('tags.isActive')} {...toggle(control)} />}
      </Field>
    </>
  );
}
