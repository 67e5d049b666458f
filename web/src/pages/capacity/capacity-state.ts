/** What a capacity page shows, as it stands in the address. */
import { useMemo } from 'react';
import { boot } from '../../boot';
import { periodEnd, periodStart, type Step, stepFrom, STEPS } from '../../ui/charts/periods';
import type { Measure } from '../../ui/charts/series';
import { type Url, useUrl } from '../../ui/url';

/** The server says which business day it is. */
const TODAY = boot.app.today || new Date().toISOString().slice(0, 10);
export const COUNTS = [7, 14, 30];
export const TOPS = [5, 10, 20];
export const SHOWS = ['size', 'change', 'percent'] as const satisfies readonly Measure[];

export interface CapacityState {
  step: Step;
  /** null while a range of dates is given. */
  periods: number | null;
  top: number;
  show: (typeof SHOWS)[number];
  as: 'line' | 'bar';
  from: string;
  to: string;
  url: Url;
}

export function useCapacityState(): CapacityState {
  const url = useUrl();
  const { search } = url;
  return useMemo(() => {
    const step = STEPS.find((one) => one === search.get('period_type')) ?? 'daily';
    const count = COUNTS.find((one) => String(one) === search.get('periods')) ?? COUNTS[0]!;
    const show = SHOWS.find((one) => one === search.get('show')) ?? 'size';
    const as = search.get('as');
    const [start, end] = [search.get('start_date'), search.get('end_date')];
    const current = periodStart(step, TODAY);
    const ranged = start !== null || end !== null;
    return {
      step,
      periods: ranged ? null : count,
      top: TOPS.find((one) => String(one) === search.get('top')) ?? TOPS[0]!,
      show,
      as: as === 'bar' || as === 'line' ? as : show === 'size' ? 'line' : 'bar',
      from: start ?? stepFrom(step, end ? periodStart(step, end) : current, 1 - count),
      to: end ?? periodEnd(step, current),
      url,
    };
  }, [search, url]);
}
