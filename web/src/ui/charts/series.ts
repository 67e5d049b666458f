/** What a chart draws, made ready without drawing (pure). */
export interface Series {
  key: string;
  name: string;
  /** By calendar date; null where nothing was collected. */
  points: readonly (readonly [date: string, value: number | null])[];
  href?: string;
}
const DAY_MS = 86_400_000;

/** Every day from the first to the last; a day without a value is a gap, never a zero. */
export function withGaps(points: Series['points']): [string, number | null][] {
  if (points.length === 0) return [];
  const known = new Map(points);
  const days = [...known.keys()].sort();
  const out: [string, number | null][] = [];
  for (let at = Date.parse(days[0]!); at <= Date.parse(days.at(-1)!); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    out.push([day, known.get(day) ?? null]);
  }
  return out;
}

export const UNITS = ['MB', 'GB', 'TB', 'PB'] as const;
/** The unit in which the largest value reads well, and how many MiB it has. */
export function unitFor(series: readonly Series[]): { unit: string; factor: number } {
  const max = Math.max(0, ...series.flatMap((one) => one.points.map(([, value]) => value ?? 0)));
  let power = 0;
  while (max / 1024 ** power >= 1024 && power < UNITS.length - 1) power += 1;
  return { unit: UNITS[power]!, factor: 1024 ** power };
}

/** All dates of all series, once, oldest first. */
export function allDates(series: readonly Series[]): string[] {
  return [...new Set(series.flatMap((one) => one.points.map(([date]) => date)))].sort();
}
