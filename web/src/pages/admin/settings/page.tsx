import { catalogue, DB_TYPES, type WireOf } from '@whalefall/contract';
import { App, Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { Field, FormFault } from '../../../ui/form/field';
import { LeaveGuard } from '../../../ui/form/leave-guard';
import { useForm } from '../../../ui/form/use-form';
import { Page, Panel, Tabs } from '../../../ui/page';
import { Failed, Skeleton } from '../../../ui/states';
import { useUrl } from '../../../ui/url';
import { useBlocker } from '@tanstack/react-router';

const { getSettings, updateSettings } = catalogue.main;
type Settings = NonNullable<WireOf<typeof getSettings>>;
const KEYS = ['account_filters', 'database_filters'] as const;
type Engine = (typeof DB_TYPES)[number];

/** Names that syncs leave out, by engine. */
export default function SettingsPage() {
  const { t } = useTranslation();
  const { search, href } = useUrl();
  const read = useRoute(getSettings, {});
  const engine = DB_TYPES.find((one) => one === search.get('engine')) ?? DB_TYPES[0];
  return (
    <Page title={t('admin.settings.title')}>
      <Tabs
        label={t('instances.dbType')}
        current={engine}
        tabs={DB_TYPES.map((key) => ({ key, label: t(`ui.dbTypes.${key}`), href: href({ engine: key === DB_TYPES[0] ? null : key }) }))}
      />
      {read.isError ? (
        <Failed error={read.error} retry={() => void read.refetch()} />
      ) : read.data ? (
        <Filters key={`${engine} ${read.data.updated_at}`} engine={engine} data={read.data} />
      ) : (
        <Skeleton lines={8} />
      )}
      <p className="muted">{t('admin.settings.where')}</p>
    </Page>
  );
}

/** `account_filters.exclude` of the form is one list of the settings. */
const flat = (settings: Settings['settings'], engine: Engine) =>
  Object.fromEntries(
    KEYS.flatMap((key) => (['exclude', 'patterns'] as const).map((list) => [`${key}.${list}`, settings[key][engine][list]])),
  );

function Filters({ engine, data }: { engine: Engine; data: Settings }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const update = useSend(updateSettings);
  const form = useForm({
    schema: updateSettings.body,
    initial: flat(data.settings, engine),
    toBody: (values) =>
      Object.fromEntries(
        KEYS.map((key) => [key, { [engine]: { exclude: values[`${key}.exclude`], patterns: values[`${key}.patterns`] } }]),
      ),
    save: async (body) => {
      await update.mutateAsync({ body });
      message.success(t('admin.settings.saved'));
    },
  });
  const blocker = useBlocker({ shouldBlockFn: () => form.dirty, enableBeforeUnload: () => form.dirty, withResolver: true });
  const standard = flat(data.defaults, engine);
  const isStandard = JSON.stringify(form.values) === JSON.stringify(standard);
  const { bind } = form;
  return (
    <form className="stack" ref={bind} onSubmit={form.submit} noValidate>
      <FormFault form={form} />
      <div className="panels">
        {KEYS.map((key) => (
          <Panel key={key} className="span-6" title={t(key === 'account_filters' ? 'admin.settings.accounts' : 'admin.settings.databases')}>
            <div className="stack">
              <p className="muted">{t(key === 'account_filters' ? 'admin.settings.accountsHint' : 'admin.settings.databasesHint')}</p>
              {(['exclude', 'patterns'] as const).map((list) => (
                <Field
                  key={list}
                  form={form}
                  name={`${key}.${list}`}
                  label={t(`admin.settings.${list}`)}
                  hint={t(`admin.settings.${list}Hint`)}
                >
                  {(control) => (
                    <Select {...control} mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} className="mono" />
                  )}
                </Field>
              ))}
            </div>
          </Panel>
        ))}
      </div>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={form.busy} disabled={!form.dirty}>
          {t('admin.settings.save')}
        </Button>
        <Button disabled={isStandard} onClick={() => form.set(standard)}>
          {t('admin.settings.restore')}
        </Button>
        <span className="muted">
          {data.updated_at
            ? t('admin.settings.changed', { user: data.updated_by ?? t('admin.audit.system'), time: format.dateTime(data.updated_at) })
            : t('admin.settings.unchanged')}
        </span>
      </div>
      <LeaveGuard open={blocker.status === 'blocked'} onLeave={() => blocker.proceed?.()} onStay={() => blocker.reset?.()} />
    </form>
  );
}
