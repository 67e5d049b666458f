/** What both capacity pages read and show of a list of aggregates: the largest as a chart, who moved most, every period. */
import type { QueryOf } from '@whalefall/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Route, useRoute } from '../../api';
import { useFormat } from '../../i18n/format';
import { Empty } from '../../ui/states';
import { ListPage, type ListResult } from '../../ui/table/list-page';
import { type ListState, useList } from '../../ui/table/list-state';
import type { Column } from '../../ui/table/table';
import { CapacityChart, type Point } from './capacity-chart';
import type { CapacityState } from './capacity-state';
import { Movers } from './movers';

interface Aggregate {
  id: number;
}
/** @param changed the route's sort key of the change of size */
export function useAggregates<T extends Aggregate, R extends Route>(
  route: R,
  state: CapacityState,
  changed: string,
  pointOf: (item: T) => Point,
) {
  const { step, from, to, top, show } = state;
  const list = useList(route, { period_type: step, start_date: from, end_date: to });
  const { page: _, limit: __, sort: ___, order: ____, get_all: _____, top: ______, top_by: _______, ...filter } = list.query;
  const ask = (query: Record<string, unknown>, enabled = true) =>
    // oxlint-disable-next-line react-hooks/rules-of-hooks -- asked five times, in the same order
    useRoute(route, { query: query as Partial<QueryOf<R>> } as never, { keep: true, enabled }) as unknown as ListResult<T>;
  const chart = ask({ ...filter, get_all: true, top, top_by: show });
  const result = ask(list.query);
  const points = useMemo(() => chart.data?.items.map(pointOf), [chart.data, pointOf]);
  const newest = useMemo(() => points?.map((point) => point.start).sort().at(-1), [points]); // prettier-ignore
  const period = { ...filter, start_date: newest ?? from, limit: top, sort: changed };
  const grown = ask({ ...period, order: 'desc' }, newest !== undefined);
  const shrunk = ask({ ...period, order: 'asc' }, newest !== undefined);
  return { list, filter, chart, result, points, newest, grown, shrunk, pointOf };
}
export type Aggregates<T extends Aggregate, R extends Route> = ReturnType<typeof useAggregates<T, R>>;

export function AggregatesView<T extends Aggregate, R extends Route>({
  id,
  state,
  of,
  columns,
}: {
  id: string;
  state: CapacityState;
  of: Aggregates<T, R>;
  columns: Column<T>[];
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const when = of.newest ? format.period(state.step, of.newest) : '';
  const moved = (read: ListResult<T>, way: 1 | -1) =>
    (read.data?.items ?? []).map(of.pointOf).filter((point) => way * (point.change ?? 0) > 0);
  return (
    <>
      <CapacityChart state={state} points={of.points} read={of.chart} />
      <div className="panels spaced">
        <Movers title={t('capacity.grown')} none={t('capacity.grownNone')} period={when} read={of.grown} points={moved(of.grown, 1)} />
        <Movers title={t('capacity.shrunk')} none={t('capacity.shrunkNone')} period={when} read={of.shrunk} points={moved(of.shrunk, -1)} />
      </div>
      <ListPage
        id={id}
        label={t('capacity.table')}
        list={{ ...of.list, filtered: false } as ListState<R>}
        result={of.result}
        columns={columns}
        rowKey={(item) => item.id}
        title={t('capacity.table')}
        empty={<Empty title={t('capacity.emptyFiltered')} />}
      />
    </>
  );
}
