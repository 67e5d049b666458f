import { catalogue, DB_TYPES } from '@whalefall/contract';
import { App, Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { call, useRoute } from '../../../api';
import { useMay } from '../../../session';
import { PlusIcon, SyncIcon } from '../../../ui/icons';
import { Page, Tabs } from '../../../ui/page';
import { SessionDrawer } from '../../../ui/session-drawer';
import { useUrl } from '../../../ui/url';
import { useSync } from '../../../ui/use-sync';
import { AssignDrawer } from './assign-drawer';
import { Assignments } from './assignments';
import { ClassDrawer } from './class-drawer';
import { ClassList } from './class-list';
import { RuleDrawer } from './rule-drawer';
import { RuleList } from './rule-list';
import { useClasses } from './use-classes';
import './classifications.css';

const ROUTES = catalogue.accountsClassifications;

export default function Classifications() {
  const { t } = useTranslation();
  const may = useMay();
  const { search, set } = useUrl();
  const { message } = App.useApp();
  const classes = useClasses();
  const rules = useRoute(ROUTES.listRules, { query: { include_inactive: true } });
  const all = useMemo(() => Object.values(rules.data?.rules_by_db_type ?? {}).flat(), [rules.data]);
  const [busy, start] = useSync();
  const tab = search.get('tab') === 'assignments' ? 'assignments' : 'rules';
  const engine = DB_TYPES.find((one) => one === search.get('engine'));
  const classId = Number(search.get(tab === 'rules' ? 'class' : 'classification_id')) || null;
  const edited = search.get('edit');
  const item = edited === 'new' ? 'new' : classes.data?.classifications.find((one) => String(one.id) === edited);
  const rule = search.get('rule');

  async function classify(): Promise<{ session_id: string }> {
    const { data } = await call(ROUTES.autoClassify, { body: {} });
    if (!data.session_id) message.info(t('classes.nothing'));
    return { session_id: data.session_id ?? '' };
  }
  return (
    <Page
      title={t('classes.title')}
      actions={
        <>
          {may('execute') && (
            <Button icon={<SyncIcon />} loading={busy} onClick={() => void start(classify)} title={t('classes.runAll')}>
              {t('classes.run')}
            </Button>
          )}
          {may('create') &&
            (tab === 'rules' ? (
              <>
                <Button icon={<PlusIcon />} onClick={() => set({ edit: 'new' }, 'push')}>
                  {t('classes.newClass')}
                </Button>
                <Button type="primary" icon={<PlusIcon />} onClick={() => set({ rule: 'new' }, 'push')}>
                  {t('classes.newRule')}
                </Button>
              </>
            ) : (
              may('update') && (
                <Button type="primary" icon={<PlusIcon />} onClick={() => set({ assign: '1' }, 'push')}>
                  {t('classes.assignments.assign')}
                </Button>
              )
            ))}
        </>
      }
    >
      <Tabs
        label={t('classes.title')}
        current={tab}
        tabs={[
          { key: 'rules', label: t('classes.tabs.rules'), href: '/accounts/classifications/' },
          { key: 'assignments', label: t('classes.tabs.assignments'), href: '/accounts/classifications/?tab=assignments' },
        ]}
      />
      {tab === 'assignments' ? (
        <Assignments rules={all} />
      ) : (
        <div className="panels class-page">
          <ClassList read={classes} current={classId} />
          <RuleList read={rules} rules={all} classId={classId} engine={engine} />
        </div>
      )}
      {item !== undefined && may(item === 'new' ? 'create' : 'update') && (
        <ClassDrawer key={edited} item={item} onClose={() => set({ edit: null })} />
      )}
      {rule && <RuleDrawer key={rule} id={rule} fresh={{ classId, type: engine ?? 'mysql' }} onClose={() => set({ rule: null })} />}
      {search.get('assign') === '1' && may('update') && <AssignDrawer classId={classId} onClose={() => set({ assign: null })} />}
      <SessionDrawer />
    </Page>
  );
}
