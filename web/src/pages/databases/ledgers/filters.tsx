import type { catalogue, DbType } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { FilterMany, FilterSelect } from '../../../ui/table/filters';
import type { ListState } from '../../../ui/table/list-state';
import { InstanceFilter } from '../../instances/instance-filter';
import { useTagOptions } from '../../tags/tag-options';

const AGES = ['completed', 'running', 'failed', 'pending'] as const;

export function DatabaseFilters({
  list,
  engine,
}: {
  list: ListState<typeof catalogue.databasesCapacitySync.listDatabases>;
  engine: DbType | undefined;
}) {
  const { t } = useTranslation();
  const { options } = useTagOptions();
  const gone = list.text('only_deleted') === 'true' ? 'only' : list.text('include_deleted') === 'true' ? 'too' : undefined;
  return (
    <>
      <InstanceFilter
        label={t('databases.instance')}
        value={list.text('instance_id')}
        onChange={(instance_id) => list.set({ instance_id })}
        engine={engine}
      />
      <FilterSelect
        label={t('databases.sample')}
        value={list.text('sync_status')}
        options={AGES.map((value) => ({ value, label: t(`databases.samples.${value}`) }))}
        onChange={(sync_status) => list.set({ sync_status })}
      />
      <FilterMany
        label={t('databases.tags')}
        value={list.texts('tags')}
        options={options}
        onChange={(tags) => list.set({ tags })}
        width={120}
      />
      <FilterSelect
        label={t('databases.state')}
        value={gone}
        options={[
          { value: 'too', label: t('databases.goneToo') },
          { value: 'only', label: t('databases.goneOnly') },
        ]}
        onChange={(next) => list.set({ include_deleted: next === 'too' ? 'true' : null, only_deleted: next === 'only' ? 'true' : null })}
      />
    </>
  );
}
