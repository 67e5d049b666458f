import { catalogue } from '@whalefall/contract';
import { Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';
import { STEPS } from '../../ui/charts/periods';
import { DateFilter, EngineFilter, FilterGroup, FilterSelect } from '../../ui/table/filters';
import { InstanceFilter } from '../instances/instance-filter';
import { type CapacityState, COUNTS } from './capacity-state';

const FILTERS = ['db_type', 'instance_id', 'database_name', 'start_date', 'end_date'];

/** Engine, instance, database; kind and number of periods, or a range of dates. A choice resets what depends on it. */
export function CapacityFilters({ state, withDatabase }: { state: CapacityState; withDatabase: boolean }) {
  const { t } = useTranslation();
  const { search, set: write } = state.url;
  const set = (patch: Record<string, string | number | null>) => write({ page: null, ...patch });
  const type = search.get('db_type') ?? undefined;
  const instance = search.get('instance_id') ?? undefined;
  const databases = useRoute(
    catalogue.common.getDatabaseOptions,
    { query: { instance_id: Number(instance), limit: 1000, include_inactive: false } },
    { enabled: withDatabase && instance !== undefined, staleTime: 60_000 },
  );
  return (
    <div className="toolbar" role="search" aria-label={t('capacity.period')}>
      <Segmented
        aria-label={t('capacity.period')}
        value={state.step}
        onChange={(step) => set({ period_type: step === 'daily' ? null : step })}
        options={STEPS.map((value) => ({ value, label: t(`capacity.steps.${value}`) }))}
      />
      <Segmented
        aria-label={t('capacity.periods')}
        value={state.periods ?? 0}
        onChange={(periods) => set({ periods: periods === COUNTS[0] ? null : periods, start_date: null, end_date: null })}
        options={COUNTS.map((value, i) => ({ value, label: i === 0 ? t('capacity.last', { n: value }) : value }))}
      />
      <FilterGroup active={FILTERS.filter((key) => search.has(key)).length}>
        <EngineFilter value={type} onChange={(db_type) => set({ db_type, instance_id: null, database_name: null })} />
        <InstanceFilter
          label={t('capacity.instance')}
          value={instance}
          onChange={(instance_id) => set({ instance_id, database_name: null })}
          width={160}
          engine={type}
        />
        {withDatabase && instance !== undefined && (
          <FilterSelect
            label={t('capacity.database')}
            value={search.get('database_name') ?? undefined}
            options={(databases.data?.databases ?? []).map((one) => ({ value: one.database_name, label: one.database_name }))}
            onChange={(database_name) => set({ database_name })}
            width={160}
            search
          />
        )}
        <DateFilter
          label={t('capacity.from')}
          value={search.get('start_date') ?? undefined}
          onChange={(start_date) => set({ start_date })}
        />
        <DateFilter label={t('capacity.to')} value={search.get('end_date') ?? undefined} onChange={(end_date) => set({ end_date })} />
      </FilterGroup>
      {FILTERS.some((key) => search.has(key)) && (
        <Button type="link" onClick={() => set(Object.fromEntries(FILTERS.map((key) => [key, null])))}>
          {t('ui.clear')}
        </Button>
      )}
    </div>
  );
}
