import './table.css';
import { ArrowDownIcon, ArrowUpIcon } from '../icons';
import { memo, type ReactNode, startTransition, useCallback, useEffect, useRef, useState } from 'react';
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
  /** Takes the width that the others leave, and cuts its text where there is little. */
  grow?: boolean;
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
/** More than any window shows: the rows below follow when these are painted. */
const FIRST_ROWS = 40;

/** The rows to draw: of a long page the first ones, and after their paint all. A page that is read anew stays whole. */
function useFirstRows<T>(rows: readonly T[], rowKey: (row: T) => string | number): readonly T[] {
  const page = rows.length > FIRST_ROWS ? `${rows.length} ${rowKey(rows[0]!)} ${rowKey(rows.at(-1)!)}` : '';
  const [whole, setWhole] = useState('');
  useEffect(() => {
    if (page === '') return;
    // The frame that shows the first rows, then the rest.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => startTransition(() => setWhole(page)));
    });
    return () => cancelAnimationFrame(frame);
  }, [page]);
  return page === '' || page === whole ? rows : rows.slice(0, FIRST_ROWS);
}

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
  const shown = useFirstRows(rows, rowKey);
  // One function for all rows and all times: a row is drawn anew when it changed, not when another was chosen.
  const latest = useRef(selecting);
  useEffect(() => {
    latest.current = selecting;
  });
  const pick = useCallback((row: T, on: boolean) => latest.current?.toggle([row], on), []);
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
            : shown.map((row) => (
                <Row
                  key={rowKey(row)}
                  row={row}
                  columns={columns as Column<never>[]}
                  current={current === rowKey(row)}
                  chosen={selecting ? selecting.has(row) : null}
                  choose={selecting ? t('ui.selectRow', { name: selecting.name(row) }) : ''}
                  onPick={pick as (row: unknown, on: boolean) => void}
                />
              ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(function Row({
  row,
  columns,
  current,
  chosen,
  choose,
  onPick,
}: {
  row: unknown;
  columns: Column<never>[];
  current: boolean;
  /** null: rows of this table are not chosen. */
  chosen: boolean | null;
  choose: string;
  onPick: (row: unknown, on: boolean) => void;
}) {
  return (
    <tr data-current={current || undefined} data-chosen={chosen || undefined}>
      {chosen !== null && (
        <td className="grid-select">
          <Tick label={choose} on={chosen} onFlip={(on) => onPick(row, on)} />
        </td>
      )}
      {columns.map((column) => (
        <td key={column.key} data-label={column.title} className={classOf(column)}>
          {column.render(row as never)}
        </td>
      ))}
    </tr>
  );
});

const classOf = (column: Column<never>): string | undefined =>
  [column.align, column.lead && 'lead', column.acts && 'acts', column.grow && 'grow'].filter(Boolean).join(' ') || undefined;

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
