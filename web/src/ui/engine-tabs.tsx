import { DB_TYPES, type DbType } from '@whalefall/contract';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/format';
import { Tabs } from './page';

/** A list by engine, each with how many it has there; which one is chosen stands in the address. */
export function EngineTabs({
  current,
  counts,
  href,
  all,
}: {
  current: DbType | undefined;
  counts: (Record<DbType, number> & { total: number }) | undefined;
  href: (engine: DbType | null) => string;
  /** What the first tab is called. */
  all?: string;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = (text: string, count: number | undefined) => (
    <>
      {text}
      {count !== undefined && <small>{format.number(count)}</small>}
    </>
  );
  return (
    <Tabs
      label={t('instances.dbType')}
      current={current ?? 'all'}
      tabs={[
        { key: 'all', label: label(all ?? t('ui.all'), counts?.total), href: href(null) },
        ...DB_TYPES.map((type) => ({ key: type, label: label(t(`ui.dbTypes.${type}`), counts?.[type]), href: href(type) })),
      ]}
    />
  );
}
