import { type catalogue, RISK_LEVELS } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { FilterChip, FilterMany, FilterSelect } from '../../ui/table/filters';
import type { ListState } from '../../ui/table/list-state';
import { useClasses, useClassLabel } from '../accounts/classifications/use-classes';
import { InstanceFilter } from '../instances/instance-filter';
import { useTagOptions } from '../tags/tag-options';

const INCLUDES = ['include_roles', 'include_deleted'] as const;

export function LedgerFilters({ list }: { list: ListState<typeof catalogue.account.listAccountsData> }) {
  const { t } = useTranslation();
  const { options } = useTagOptions();
  const label = useClassLabel();
  const classes = useClasses().data?.classifications.filter((one) => one.is_active) ?? [];
  return (
    <>
      <InstanceFilter
        label={t('accounts.instance')}
        value={list.text('instance_id')}
        onChange={(instance_id) => list.set({ instance_id })}
        width={116}
      />
      <FilterSelect
        label={t('accounts.lockState')}
        value={list.text('is_locked')}
        options={[
          { value: 'true', label: t('accounts.locked') },
          { value: 'false', label: t('accounts.unlocked') },
        ]}
        onChange={(is_locked) => list.set({ is_locked })}
        width={118}
      />
      <FilterSelect
        label={t('accounts.superuser')}
        value={list.text('is_superuser')}
        options={[
          { value: 'true', label: t('accounts.superuser') },
          { value: 'false', label: t('accounts.notSuperuser') },
        ]}
        onChange={(is_superuser) => list.set({ is_superuser })}
        width={124}
      />
      <FilterSelect
        label={t('accounts.risk')}
        value={list.text('risk')}
        options={[
          ...[...RISK_LEVELS].reverse().map((value) => ({ value: value as string, label: t(`ui.risk.${value}`) })),
          { value: 'none', label: t('statistics.unclassified') },
        ]}
        onChange={(risk) => list.set({ risk })}
        width={88}
      />
      {classes.length > 0 && (
        <FilterSelect
          label={t('accounts.classifications')}
          value={list.text('classification')}
          options={classes.map((one) => ({ value: String(one.id), label: label(one).name }))}
          onChange={(classification) => list.set({ classification })}
          width={98}
        />
      )}
      <FilterMany
        label={t('accounts.tags')}
        value={list.texts('tags')}
        options={options}
        onChange={(tags) => list.set({ tags })}
        width={100}
      />
      <FilterMany
        label={t('accounts.include')}
        value={INCLUDES.filter((key) => list.text(key) === 'true')}
        options={[
          { value: 'include_roles', label: t('accounts.roles') },
          { value: 'include_deleted', label: t('accounts.deleted') },
        ]}
        onChange={(chosen) => list.set(Object.fromEntries(INCLUDES.map((key) => [key, chosen.includes(key) ? 'true' : null])))}
        width={108}
      />
      {list.text('read_state') === 'unread' && <FilterChip label={t('statistics.unread')} onClear={() => list.set({ read_state: null })} />}
      {list.text('only_deleted') === 'true' && (
        <FilterChip label={t('statistics.deleted')} onClear={() => list.set({ only_deleted: null })} />
      )}
    </>
  );
}
