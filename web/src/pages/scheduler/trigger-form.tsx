import { catalogue } from '@whalefall/contract';
import { App, Checkbox, Input, InputNumber, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSend } from '../../api';
import { boot } from '../../boot';
import { useFormat } from '../../i18n/format';
import { Field } from '../../ui/form/field';
import { FormDrawer } from '../../ui/form/form-drawer';
import { useForm } from '../../ui/form/use-form';
import { CRON_FIELDS, cronOf, expressionOf, type Job, triggerWords, UNITS, type Weekday, WEEKDAYS, weekdaysOf } from './words';

const UPDATE = catalogue.scheduler.updateJobTrigger;
const TYPES = ['cron', 'interval', 'date'] as const;

/** When a job runs: by calendar, at an interval, or once. */
export function TriggerForm({ job, onClose }: { job: Job; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const update = useSend(UPDATE);
  const isType = (type: Job['trigger_type']) => job.trigger_type === type;
  const form = useForm({
    schema: UPDATE.body,
    initial: {
      trigger_type: job.trigger_type,
      ...cronOf(isType('cron') ? job.trigger_args : { second: '0', minute: '0', hour: '3' }),
      ...(Object.fromEntries(UNITS.map((unit) => [unit, isType('interval') ? (job.trigger_args[unit] ?? null) : null])) as Record<
        (typeof UNITS)[number],
        number | null
      >),
      run_date: '',
    },
    toBody: (values) => {
      const keys = values.trigger_type === 'cron' ? CRON_FIELDS : values.trigger_type === 'interval' ? UNITS : (['run_date'] as const);
      const given = keys.map((key) => [key, values[key]] as const).filter(([, value]) => value !== null && value !== '');
      return { trigger_type: values.trigger_type, ...Object.fromEntries(given) };
    },
    save: async (body) => {
      const { data } = await update.mutateAsync({ params: { job_id: job.id }, body });
      message.success(t('scheduler.saved', { time: format.dateTime(data.next_run_time) }));
      onClose();
    },
  });
  const { values } = form;
  const days = weekdaysOf(values.day_of_week);
  const cron = Object.fromEntries(CRON_FIELDS.map((name) => [name, values[name]]));
  return (
    <FormDrawer form={form} open title={t('scheduler.editTitle', { name: job.name })} submit={t('act.save')} onClose={onClose}>
      <Segmented
        block
        aria-label={t('scheduler.schedule')}
        value={values.trigger_type}
        onChange={(trigger_type) => form.set({ trigger_type })}
        options={TYPES.map((value) => ({ value, label: t(`scheduler.triggers.${value}`) }))}
      />
      {values.trigger_type === 'cron' && (
        <>
          <div className="cron-fields">
            {CRON_FIELDS.map((name) => (
              <Field key={name} form={form} name={name} label={t(`scheduler.cron.${name}`)}>
                {(control) => <Input {...control} className="mono" maxLength={100} autoComplete="off" spellCheck={false} />}
              </Field>
            ))}
          </div>
          {days !== null && (
            <Checkbox.Group
              aria-label={t('scheduler.cron.day_of_week')}
              value={days}
              onChange={(chosen: Weekday[]) => form.set({ day_of_week: WEEKDAYS.filter((day) => chosen.includes(day)).join(',') || '*' })}
              options={WEEKDAYS.map((value) => ({ value, label: t(`scheduler.weekdays.${value}`) }))}
            />
          )}
          <p className="cron-said">
            <code>{expressionOf(cron)}</code> {triggerWords({ trigger_type: 'cron', trigger_args: cron }, t, format)}
          </p>
          <p className="hint">{t('scheduler.cron.hint')}</p>
        </>
      )}
      {values.trigger_type === 'interval' && (
        <>
          <div className="cron-fields">
            {UNITS.map((unit) => (
              <Field key={unit} form={form} name={unit} label={t(`scheduler.units.${unit}`)}>
                {(control) => <InputNumber {...control} min={1} max={1_000_000} precision={0} />}
              </Field>
            ))}
          </div>
          <p className="hint">{t('scheduler.intervalHint')}</p>
        </>
      )}
      {values.trigger_type === 'date' && (
        <Field form={form} name="run_date" label={t('scheduler.runDate')} hint={t('scheduler.runDateHint')} required>
          {(control) => <Input {...control} type="datetime-local" />}
        </Field>
      )}
      <p className="hint">{t('scheduler.zone', { zone: boot.app.time_zone })}</p>
    </FormDrawer>
  );
}
