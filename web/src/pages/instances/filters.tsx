import type { catalogue } from '@whalefall/contract';
import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { EngineFilter, FilterChip, FilterMany, FilterSelect } from '../../ui/table/filters';
import type { ListState } from '../../ui/table/list-state';
import { useTagOptions } from '../tags/tag-options';

export function InstanceFilters({ list }: { list: ListState<typeof catalogue.instancesManage.listInstancesData> }) {
  const { t } = useTranslation();
  const { options } = useTagOptions();
  const tags = list.texts('tags');
  return (
    <>
      <EngineFilter value={list.text('db_type')} onChange={(db_type) => list.set({ db_type })} />
      <FilterSelect
        label={t('instances.test')}
        value={list.text('test')}
        options={[
          { value: 'ok', label: t('instances.testOk') },
          { value: 'failed', label: t('instances.testFailed') },
          { value: 'never', label: t('instances.untested') },
        ]}
        onChange={(test) => list.set({ test })}
        width={126}
      />
      <FilterSelect
        label={t('ui.status')}
        value={list.text('status')}
        options={[
          { value: 'active', label: t('ui.enabled') },
          { value: 'inactive', label: t('ui.disabled') },
        ]}
        onChange={(status) => list.set({ status })}
        width={104}
      />
      <FilterMany label={t('instances.tags')} value={tags} options={options} onChange={(next) => list.set({ tags: next })} width={150} />
      {(['version', 'port'] as const).map((key) => {
        const value = list.text(key);
        return (
          value && (
            <FilterChip
              key={key}
              label={value === 'unknown' ? t('statistics.unknownVersion') : `${t(`instances.${key}`)} ${value}`}
              onClear={() => list.set({ [key]: null })}
            />
          )
        );
      })}
      {list.text('credential') && (
        <FilterChip
          label={t(list.text('credential') === 'with' ? 'statistics.withCredential' : 'statistics.withoutCredential')}
          onClear={() => list.set({ credential: null })}
        />
      )}
      {tags.length > 1 && (
        <Segmented
          aria-label={t('instances.tags')}
          value={list.text('tag_mode') ?? 'any'}
          onChange={(tag_mode) => list.set({ tag_mode: tag_mode === 'any' ? null : tag_mode })}
          options={[
            { value: 'any', label: t('instances.tagsAny') },
            { value: 'all', label: t('instances.tagsAll') },
          ]}
        />
      )}
    </>
  );
}
