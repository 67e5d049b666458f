/** The frame of both capacity pages: numbers, filters, the chart, who moved most, and every period as a table. */
import { catalogue } from '@whalefall/contract';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api';
import { useMay } from '../../session';
import { SyncIcon } from '../../ui/icons';
import { Page, type Stat, Stats } from '../../ui/page';
import { SessionDrawer } from '../../ui/session-drawer';
import { Empty } from '../../ui/states';
import { useSync } from '../../ui/use-sync';
import { CapacityFilters } from './capacity-filters';
import type { CapacityState } from './capacity-state';
import './capacity.css';

export function CapacityPage({
  title,
  scope,
  state,
  stats,
  empty,
  children,
}: {
  title: string;
  scope: 'instance' | 'database';
  state: CapacityState;
  stats: Stat[];
  /** Nothing at all was computed yet, whatever the filter. */
  empty: boolean;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const may = useMay();
  const [busy, start] = useSync();
  const aggregate = async () =>
    (await call(catalogue.capacityAggregations.aggregateCurrent, { body: { period_type: state.step, scope } })).data.result;
  const button = (type: 'default' | 'primary') =>
    may('execute') && (
      <Button type={type} icon={<SyncIcon />} loading={busy} onClick={() => void start(aggregate)}>
        {t('capacity.aggregate')}
      </Button>
    );
  return (
    <Page title={title} actions={button('default')}>
      <Stats items={stats} />
      <CapacityFilters state={state} withDatabase={scope === 'database'} />
      {empty ? (
        <div className="list-body">
          <Empty title={t('capacity.empty')} action={button('primary')}>
            {t('capacity.emptyText')}
          </Empty>
        </div>
      ) : (
        <div>{children}</div>
      )}
      <SessionDrawer />
    </Page>
  );
}
