/** The databases of one instance as a list: its page and order in the address, its columns. */
import { catalogue, type WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import type { Format } from '../../../i18n/format';
import { A } from '../../../ui/a';
import { Chip } from '../../../ui/status';
import { type ListState, useList } from '../../../ui/table/list-state';
import type { Column } from '../../../ui/table/table';
import { useUrl } from '../../../ui/url';

const SIZES = catalogue.instancesDetail.getInstanceDatabaseSizes;
type Reply = NonNullable<WireOf<typeof SIZES>>;
export type Size = Reply['databases'][number];
const STANDARD = { sort: 'size', order: 'desc', limit: 20 };

/** The route counts by offset and searches by name; the address says page and search, as everywhere. */
export function useSizesList(): ListState<typeof SIZES> & { gone: boolean } {
  const { search } = useUrl();
  const list = useList(SIZES, STANDARD);
  const page = Math.max(1, Math.trunc(Number(search.get('page'))) || 1);
  const name = search.get('search') ?? '';
  const gone = search.get('gone') === '1';
  const { sort, order } = list.query;
  return {
    ...list,
    page,
    gone,
    query: {
      latest_only: true,
      include_inactive: gone,
      sort,
      order,
      limit: list.limit,
      offset: (page - 1) * list.limit,
      ...(name && { database_name: name }),
    },
    filtered: name !== '',
    active: gone ? 1 : 0,
    clear: () => list.set({ search: null }),
  };
}

export const pageOf = ({ total, offset }: Reply, limit: number) => ({
  total,
  page: Math.floor(offset / limit) + 1,
  pages: Math.ceil(total / limit),
  limit,
});

export function sizeColumns(
  t: TFunction,
  format: Format,
  rows: readonly Size[],
  total: number,
  href: (name: string) => string,
): Column<Size>[] {
  // What this kind of server does not tell has no column.
  const tells = (key: 'data_size_mb' | 'log_size_mb') =>
    rows.some((row) => row.is_active && row[key] !== null && (key === 'log_size_mb' || row[key] !== row.size_mb));
  return [
    {
      key: 'name',
      title: t('instances.sizes.name'),
      sort: 'name',
      fixed: true,
      lead: true,
      render: (row) => (
        <span className="row">
          <A className="mono cut" href={href(row.database_name)} title={t('instances.sizes.pick')}>
            {row.database_name}
          </A>
          {!row.is_active && (
            <Chip title={row.last_seen_date ? t('instances.sizes.lastSeen', { date: format.date(row.last_seen_date) }) : undefined}>
              {t('instances.sizes.deleted')}
            </Chip>
          )}
        </span>
      ),
    },
    {
      key: 'size',
      title: t('instances.sizes.size'),
      sort: 'size',
      align: 'end',
      render: (row) =>
        row.collected_date ? (
          <strong className="nowrap">{format.size(row.size_mb)}</strong>
        ) : (
          <span className="muted">{t('instances.sizes.notCollected')}</span>
        ),
    },
    {
      key: 'share',
      title: t('instances.sizes.share'),
      width: 260,
      render: (row) => {
        const share = total > 0 && row.is_active ? row.size_mb / total : 0;
        return (
          <span className="share-line">
            <span className="bars-track share">
              <span style={{ width: `${100 * share}%` }} />
            </span>
            <small className="muted">{row.is_active ? format.share(share) : ''}</small>
          </span>
        );
      },
    },
    ...(['data', 'log'] as const)
      .filter((key) => tells(`${key}_size_mb`))
      .map((key) => ({
        key,
        title: t(`instances.sizes.${key}`),
        sort: key,
        align: 'end' as const,
        render: (row: Size) => <span className="nowrap">{format.size(row[`${key}_size_mb`])}</span>,
      })),
    {
      key: 'collected',
      title: t('instances.sizes.collected'),
      sort: 'collected',
      render: (row) => <span className="nowrap">{format.date(row.collected_date)}</span>,
    },
  ];
}
