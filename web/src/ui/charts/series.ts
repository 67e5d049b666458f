/** What a chart draws, made ready without drawing (pure). */
import { allPeriods, type Step } from './periods';

export interface Series {
  key: string;
  name: string;
  /** By the date a period begins on; null where nothing was collected. */
  points: readonly (readonly [date: string, value: number | null])[];
}
/** What the values are: mebibytes, mebibytes more or less, per cent more or less, things. */
export type Measure = 'size' | 'change' | 'percent' | 'count';

/** Every period from the first to the last of all series; a period without a value is a gap, never a zero. */
export function align(series: readonly Series[], step: Step): { dates: string[]; values: (number | null)[][] } {
  const dates = allPeriods(
    step,
    series.flatMap((one) => one.points.map(([date]) => date)),
  );
  const values = series.map(({ points }) => {
    const known = new Map(points);
    return dates.map((date) => known.get(date) ?? null);
  });
  return { dates, values };
}

export const UNITS = ['MB', 'GB', 'TB', 'PB'] as const;
/** The unit in which the largest value reads well, and how many MiB it has. */
export function unitFor(series: readonly Series[]): { unit: string; factor: number } {
  const max = Math.max(0, ...series.flatMap((one) => one.points.map(([, value]) => Math.abs(value ?? 0))));
  let power = 0;
  while (max / 1024 ** power >= 1024 && power < UNITS.length - 1) power += 1;
  return { unit: UNITS[power]!, factor: 1024 ** power };
}
