import './table.css';
import { ArrowDownIcon, ArrowUpIcon } from '../icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export interface Column<T> {
  key: string;
  title: string;
  /** The server's sort key. */
  sort?: string;
  render: (row: T) => ReactNode;
  align?: 'end';
  /** Not shown until chosen. */
  hidden?: boolean;
  /** Cannot be hidden: what names the row. */
  fixed?: boolean;
  /** Leading on a small screen's card. */
  lead?: boolean;
  width?: number;
  /** Buttons: no heading, at the end of the row. */
  acts?: boolean;
}
export interface Sorting {
  sort: string;
  order: 'asc' | 'desc';
  onSort: (sort: string, order: 'asc' | 'desc') => void;
}
export interface Selecting<T> {
  has: (row: T) => boolean;
  toggle: (rows: T[], on: boolean) => void;
  name: (row: T) => string;
}

const SKELETON_ROWS = 8;

/** The one table of the console; on a small screen each row is a card. */
export function Table<T>({
  columns,
  rows,
  rowKey,
  label,
  sorting,
  selecting,
  loading = false,
  current,
}: {
  columns: Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string | number;
  label: string;
  sorting?: Sorting | undefined;
  selecting?: Selecting<T> | undefined;
  loading?: boolean;
  /** The row that is open beside the table. */
  current?: string | number | null;
}) {
  const { t } = useTranslation();
  const chosen = selecting ? rows.filter(selecting.has).length : 0;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <div className="grid-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="grid" aria-busy={loading || undefined}>
        <thead>
          <tr>
            {selecting && (
              <th scope="col" className="grid-select">
                <Tick
                  label={t('ui.selectAll')}
                  on={rows.length > 0 && chosen === rows.length}
                  some={chosen > 0 && chosen < rows.length}
                  onFlip={(on) => selecting.toggle([...rows], on)}
                />
              </th>
            )}
            {columns.map((column) => (
              <Heading key={column.key} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {loading && rows.length === 0
            ? Array.from({ length: SKELETON_ROWS }, (_, i) => (
                <tr key={i} className="grid-skeleton">
                  {selecting && <td>&nbsp;</td>}
                  {columns.map((column) => (
                    <td key={column.key}>
                      <span style={{ width: `${48 + ((i * 29 + column.key.length * 17) % 45)}%` }}>&nbsp;</span>
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                <tr
                  key={rowKey(row)}

                  data-current={current === rowKey(row) || undefined}
                  data-chosen={selecting?.has(row) || undefined}
                >
                  {selecting && (
                    <td className="grid-select">
                      <Tick
                        label={t('ui.selectRow', { name: selecting.name(row) })}
                        on={selecting.has(row)}
                        onFlip={(on) => selecting.toggle([row], on)}
                      />
                    </td>
                  )}
                  {columns.map((column) => (
                    <td
                      key={column.key}

                      data-label={column.title}
                      className={[column.align, column.lead && 'lead', column.acts && 'acts'].filter(Boolean).join(' ') || undefined}
                    >
                      {column.render(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
    </div>
  );
}

/** The browser's own check box: a hundred of a component library's take longer than all else in the table. */
function Tick({ label, on, some = false, onFlip }: { label: string; on: boolean; some?: boolean; onFlip: (on: boolean) => void }) {
  return (
    <input
      type="checkbox"
      className="tick"
      aria-label={label}
      checked={on}
      ref={(box) => {
        if (box) box.indeterminate = some;
      }}
      onChange={(event) => onFlip(event.target.checked)}
    />
  );
}

function Heading<T>({ column, sorting }: { column: Column<T>; sorting?: Sorting | undefined }) {
  const { t } = useTranslation();
  const style = column.width ? { width: column.width } : undefined;
  if (column.acts)
    return (
      <th scope="col" className="acts" style={style}>
        <span className="sr-only">{column.title}</span>
      </th>
    );
  const on = sorting && column.sort === sorting.sort;
  if (!column.sort || !sorting)
    return (
      <th scope="col" className={column.align} style={style}>
        {column.title}
      </th>
    );
  const { sort } = column;
  return (
    <th
      scope="col"

      className={column.align}
      style={style}
      aria-sort={on ? (sorting.order === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      <button
        type="button"
        title={t('ui.sortBy', { column: column.title })}
        onClick={() => sorting.onSort(sort, on && sorting.order === 'asc' ? 'desc' : 'asc')}
      >
        {column.title}
        {on && (sorting.order === 'asc' ? <ArrowUpIcon /> : <ArrowDownIcon />)}
      </button>
    </th>
  );
}
