import { catalogue, type DbType, DB_TYPES } from '@whalefall/contract';
import { App, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../../api';
import { CopyButton } from '../../../ui/copy-text';
import { Field, toggle } from '../../../ui/form/field';
import { FormDrawer } from '../../../ui/form/form-drawer';
import { SwitchLine } from '../../../ui/form/switch-line';
import { useForm } from '../../../ui/form/use-form';
import { Conditions } from './conditions';
import { type Draft, EMPTY, readDraft, saysSomething, writeDraft } from './expression';
import { InWords } from './in-words';
import { Preview } from './preview';
import { type Rule, useClassLabel, useClasses } from './use-classes';

const { createRule, updateRule } = catalogue.accountsClassifications;
type Values = {
  rule_name: string;
  classification_id: number | null;
  db_type: DbType;
  operator: 'OR' | 'AND';
  rule_expression: Draft;
  is_active: boolean;
};
const WIDTH = 1080;

/** What a rule asks for, in words and with who would match beside it. */
export function RuleEditor({
  rule,
  fresh,
  onClose,
}: {
  rule: Rule | null;
  fresh: { classId: number | null; type: DbType };
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const label = useClassLabel();
  const classes = useClasses();
  const also = ['account', 'accounts/statistics', 'dashboard', 'history/sessions'];
  const create = useSend(createRule, also);
  const update = useSend(updateRule, also);
  const form = useForm<Values>({
    schema: rule ? updateRule.body : createRule.body,
    initial: rule
      ? {
          ...{ rule_name: rule.rule_name, classification_id: rule.classification_id, db_type: rule.db_type, operator: rule.operator },
          ...{ rule_expression: readDraft(rule.rule_expression), is_active: rule.is_active },
        }
      : { rule_name: '', classification_id: fresh.classId, db_type: fresh.type, operator: 'OR', rule_expression: EMPTY, is_active: true },
    toBody: ({ rule_expression, classification_id, ...values }) => ({
      ...values,
      ...(classification_id !== null && { classification_id }),
      rule_expression: writeDraft(values.db_type, values.operator, rule_expression),
    }),
    save: async (body) => {
      const { data } = rule ? await update.mutateAsync({ params: { rule_id: rule.id }, body }) : await create.mutateAsync({ body });
      message.success(t(data.reclassification === 'pending' ? 'classes.savedPending' : 'classes.saved'));
      onClose();
    },
  });
  const { db_type: type, operator, classification_id, rule_expression: draft } = form.values;
  const setDraft = (patch: Partial<Draft>) => form.set({ rule_expression: { ...draft, ...patch } });
  const sent = writeDraft(type, operator, draft);
  const invalid = form.errors.rule_expression !== undefined;
  return (
    <FormDrawer
      form={form}
      open
      title={t(rule ? 'classes.editRule' : 'classes.newRule')}
      submit={t('act.save')}
      size={WIDTH}
      onClose={onClose}
    >
      <div className="rule-form">
        <div className="fields">
          <Field form={form} name="classification_id" label={t('classes.class')} required>
            {(control) => (
              <Select
                {...control}
                placeholder={t('classes.form.classFirst')}
                options={(classes.data?.classifications ?? []).map((one) => ({ value: one.id, label: label(one).name }))}
              />
            )}
          </Field>
          <Field form={form} name="rule_name" label={t('classes.form.ruleName')} required>
            {(control) => <Input {...control} maxLength={100} autoComplete="off" spellCheck={false} />}
          </Field>
          <Field form={form} name="db_type" label={t('classes.engine')} required>
            {(control) => (
              <Select
                {...control}
                disabled={rule !== null}
                onChange={(db_type: DbType) => form.set({ db_type, rule_expression: EMPTY })}
                options={DB_TYPES.map((value) => ({ value, label: t(`ui.dbTypes.${value}`) }))}
              />
            )}
          </Field>
          <Field form={form} name="operator" label={t('classes.form.operator')} required>
            {({ value, onChange, id }) => (
              <Segmented
                id={id}
                aria-label={t('classes.form.operator')}
                value={value as string}
                onChange={onChange}
                options={[
                  { value: 'OR', label: t('classes.form.any') },
                  { value: 'AND', label: t('classes.form.all') },
                ]}
              />
            )}
          </Field>
          <Field
            form={form}
            name="rule_expression"
            label={t('classes.form.conditions')}
            hint={t('classes.form.conditionsHint')}
            wide
            required
          >
            {({ id }) => (
              <Conditions
                key={type}
                id={id}
                type={type}
                groups={draft.groups}
                onChange={(groups) => setDraft({ groups })}
                add="classes.form.addGroup"
                invalid={invalid}
              />
            )}
          </Field>
          <div className="field wide">
            <span className="field-name">{t('classes.form.exclude')}</span>
            <Conditions
              key={type}
              type={type}
              groups={draft.exclude}
              onChange={(exclude) => setDraft({ exclude })}
              add="classes.form.addExclude"
            />
          </div>
          <div className="field wide">
            <span className="field-name">{t('classes.form.flags')}</span>
            <Wanted name={t('classes.form.superuser')} value={draft.is_superuser} onChange={(is_superuser) => setDraft({ is_superuser })} />
            <Wanted name={t('classes.form.locked')} value={draft.is_locked} onChange={(is_locked) => setDraft({ is_locked })} />
            <SwitchLine
              name={t('classes.form.fallback')}
              size="small"
              checked={draft.fallback}
              onChange={(fallback) => setDraft({ fallback })}
            />
          </div>
          <Field form={form} name="is_active" label={t('ui.status')} wide>
            {(control) => <SwitchLine name={t('classes.form.active')} said={t('classes.form.activeHint')} {...toggle(control)} />}
          </Field>
        </div>
        <aside className="rule-aside">
          <section>
            <h3>{t('classes.said.title')}</h3>
            <InWords type={type} operator={operator} draft={draft} />
            <details className="rule-json">
              <summary>{t('classes.form.json')}</summary>
              <pre>
                {JSON.stringify(sent, null, 2)}
                <CopyButton text={JSON.stringify(sent)} label={t('classes.form.json')} />
              </pre>
            </details>
          </section>
          <section>
            <h3>{t('classes.preview.title')}</h3>
            <Preview ruleId={rule?.id ?? null} classId={classification_id} type={type} expression={saysSomething(draft) ? sent : null} />
          </section>
        </aside>
      </div>
    </FormDrawer>
  );
}

/** A state of the account: wanted, unwanted, or no matter. */
function Wanted({ name, value, onChange }: { name: string; value: boolean | null; onChange: (value: boolean | null) => void }) {
  const { t } = useTranslation();
  return (
    <div className="switch-line">
      <span className="state-name">{name}</span>
      <Segmented
        size="small"
        aria-label={name}
        value={value === null ? 'any' : String(value)}
        onChange={(next) => onChange(next === 'any' ? null : next === 'true')}
        options={[
          { value: 'any', label: t('classes.form.whatever') },
          { value: 'true', label: t('ui.yes') },
          { value: 'false', label: t('ui.no') },
        ]}
      />
    </div>
  );
}
