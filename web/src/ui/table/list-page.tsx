/** A list: filters above, table, pages below. Server-side paging and order; everything in the address. */
import { Button } from 'antd';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Route } from '../../api';
import { usePreference } from '../preferences';
import { Empty, Failed } from '../states';
import { ColumnChooser, ExportButton, FilterGroup, SearchBox } from './filters';
import type { ListState } from './list-state';
import { Pager } from './pager';
import { type Column, Table } from './table';

export interface PageOf<T> {
  items: T[];
  total: number;
  page: number;
  pages: number;
  limit: number;
}

/** What a list needs to know of its query. */
export interface ListResult<T> {
  data: PageOf<T> | undefined;
  error: unknown;
  isPending: boolean;
  isError: boolean;
  isFetching: boolean;
  isPlaceholderData: boolean;
  refetch: () => unknown;
}

export function useSelection<T extends { id: number }>() {
  const [chosen, setChosen] = useState<ReadonlyMap<number, T>>(new Map());
  // The same at all times: columns that hold them are not made anew with each tick.
  const clear = useCallback(() => setChosen(new Map()), []);
  const toggle = useCallback(
    (rows: T[], on: boolean) =>
      setChosen((before) => {
        const next = new Map(before);
        for (const row of rows) {
          if (on) next.set(row.id, row);
          else next.delete(row.id);
        }
        return next;
      }),
    [],
  );
  return useMemo(
    () => ({
      rows: [...chosen.values()],
      ids: [...chosen.keys()],
      size: chosen.size,
      has: (row: T) => chosen.has(row.id),
      toggle,
      clear,
    }),
    [chosen, toggle, clear],
  );
}
export type Selection<T> = Omit<ReturnType<typeof useSelection<{ id: number }>>, 'rows' | 'has' | 'toggle'> & {
  rows: T[];
  has: (row: T) => boolean;
  toggle: (rows: T[], on: boolean) => void;
};

export function ListPage<T, R extends Route>({
  id,
  label,
  title,
  list,
  result,
  columns,
  rowKey,
  searchLabel,
  filters,
  empty,
  csv,
  selection,
  rowName,
  bulk,
  current,
}: {
  /** Names the list in the user's preferences. */
  id: string;
  label: string;
  /** Stands before the filters, where the list is only a part of its page. */
  title?: string;
  list: ListState<R>;
  result: ListResult<T>;
  columns: Column<T>[];
  rowKey: (row: T) => number | string;
  searchLabel?: string;
  filters?: ReactNode;
  empty: ReactNode;
  csv?: string | null;
  selection?: Selection<T>;
  rowName?: (row: T) => string;
  bulk?: ReactNode;
  current?: number | string | null;
}) {
  const { t } = useTranslation();
  const standard = useMemo(() => columns.filter((column) => !column.hidden).map((column) => column.key), [columns]);
  const [chosen, setChosen] = usePreference<string[] | null>(`columns.${id}`, null);
  const visible = useMemo(
    () => columns.filter((column) => column.fixed || column.acts || (chosen ?? standard).includes(column.key)),
    [columns, chosen, standard],
  );
  const data = result.data;
  const rows = data?.items ?? [];
  const stale = result.isPlaceholderData && result.isFetching;

  return (
    <div className="list">
      <div className="toolbar" role="search" aria-label={label}>
        {title && <h2>{title}</h2>}
        {searchLabel && (
          <SearchBox value={list.text('search') ?? ''} onChange={(search) => list.set({ search })} busy={stale} placeholder={searchLabel} />
        )}
        {filters && <FilterGroup active={list.active}>{filters}</FilterGroup>}
        {list.filtered && (
          <Button type="link" onClick={list.clear}>
            {t('ui.clear')}
          </Button>
        )}
        <span className="toolbar-end">
          {csv !== null && rows.length > 0 && <ExportButton href={csv ?? list.csv} />}
          <ColumnChooser columns={columns.filter((column) => !column.acts)} shown={chosen ?? standard} onChange={setChosen} />
        </span>
      </div>
      {selection && selection.size > 0 && (
        <div className="bulk" role="status">
          <span>{t('ui.selected', { n: selection.size })}</span>
          {bulk}
          <Button type="text" size="small" onClick={selection.clear}>
            {t('ui.unselect')}
          </Button>
        </div>
      )}
      <div className="list-body" data-stale={stale || undefined}>
        {result.isError && !data ? (
          <Failed error={result.error} retry={() => void result.refetch()} />
        ) : data && data.total === 0 ? (
          list.filtered ? (
            <Empty title={t('ui.emptyFiltered')} action={<Button onClick={list.clear}>{t('ui.clear')}</Button>}>
              {t('ui.emptyFilteredHint')}
            </Empty>
          ) : (
            empty
          )
        ) : (
          <Table
            columns={visible}
            rows={rows}
            rowKey={rowKey}
            label={label}
            loading={result.isPending}
            sorting={{ sort: list.sort, order: list.order, onSort: (sort, order) => list.set({ sort, order }) }}
            selecting={selection && rowName ? { has: selection.has, toggle: selection.toggle, name: rowName } : undefined}
            current={current ?? null}
          />
        )}
      </div>
      {data && data.total > 0 && (
        <Pager
          page={data.page}
          pages={data.pages}
          limit={data.limit}
          total={data.total}
          href={(page) => list.href({ page: page === 1 ? null : page })}
          onLimit={(limit) => list.set({ limit })}
        />
      )}
    </div>
  );
}
