import type { TFunction } from 'i18next';
import type { Format } from '../../i18n/format';
import type { Column } from '../../ui/table/table';

/** How a size changed against the period before; nothing before it is no zero. */
export function changeColumns<T>(
  t: TFunction,
  format: Format,
  of: { change: (item: T) => number | null; percent: (item: T) => number | null; sorts: [string, string] },
): Column<T>[] {
  const tone = (value: number | null) => (value === null || value === 0 ? 'nowrap muted' : 'nowrap');
  return [
    {
      key: 'change',
      title: t('capacity.columns.change'),
      sort: of.sorts[0],
      align: 'end',
      render: (item) => <span className={tone(of.change(item))}>{format.size(of.change(item), true)}</span>,
    },
    {
      key: 'percent',
      title: t('capacity.columns.percent'),
      sort: of.sorts[1],
      align: 'end',
      render: (item) => <span className={tone(of.percent(item))}>{format.percent(of.percent(item))}</span>,
    },
  ];
}
