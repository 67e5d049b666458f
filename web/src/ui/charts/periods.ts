/** Calendar periods of aggregates, by the date they begin on (pure; dates are plain days). */
export const STEPS = ['daily', 'weekly', 'monthly', 'quarterly'] as const;
export type Step = (typeof STEPS)[number];
const DAY_MS = 86_400_000;
const text = (at: Date): string => at.toISOString().slice(0, 10);
const MONTHS = { monthly: 1, quarterly: 3 } as const;

/** The first day of the period some periods after the one that begins on a day. */
export function stepFrom(step: Step, start: string, by: number): string {
  const at = new Date(start);
  if (step === 'daily' || step === 'weekly') return text(new Date(at.getTime() + by * (step === 'weekly' ? 7 : 1) * DAY_MS));
  return text(new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + by * MONTHS[step], 1)));
}

/** The first day of the period that a day lies in; weeks begin on Monday. */
export function periodStart(step: Step, day: string): string {
  const at = new Date(day);
  if (step === 'daily') return text(at);
  if (step === 'weekly') return text(new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * DAY_MS));
  const month = step === 'monthly' ? at.getUTCMonth() : Math.floor(at.getUTCMonth() / 3) * 3;
  return text(new Date(Date.UTC(at.getUTCFullYear(), month, 1)));
}

/** The last day of the period that begins on a day. */
export function periodEnd(step: Step, start: string): string {
  return text(new Date(new Date(stepFrom(step, start, 1)).getTime() - DAY_MS));
}

/** Every period from the first to the last that is known. */
export function allPeriods(step: Step, known: readonly string[]): string[] {
  if (known.length === 0) return [];
  const sorted = [...known].sort();
  const last = sorted.at(-1)!;
  const all: string[] = [];
  for (let at = sorted[0]!; at <= last; at = stepFrom(step, at, 1)) all.push(at);
  return all;
}
