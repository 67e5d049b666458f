import { addDays } from '../../clock.ts';

export type PeriodType = 'daily' | 'weekly' | 'monthly' | 'quarterly';
export const PERIOD_TYPES: readonly PeriodType[] = ['daily', 'weekly', 'monthly', 'quarterly'];
export const UNIT: Record<PeriodType, 'day' | 'week' | 'month' | 'quarter'> = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  quarterly: 'quarter',
};

/** Business dates, both inclusive. */
export interface Period {
  start: string;
  end: string;
}

function monthStart(date: string, months = 0): string {
  const at = new Date(`${date.slice(0, 7)}-01T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.toISOString().slice(0, 10);
}

/** The period that holds a business date: its natural end may lie in the future. Weeks run from Monday to Sunday. */
export function periodOf(type: PeriodType, date: string): Period {
  if (type === 'daily') return { start: date, end: date };
  if (type === 'weekly') {
    const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
    const start = addDays(date, -weekday);
    return { start, end: addDays(start, 6) };
  }
  const months = type === 'monthly' ? 1 : 3;
  const start = type === 'monthly' ? monthStart(date) : monthStart(date, -((Number(date.slice(5, 7)) - 1) % 3));
  return { start, end: addDays(monthStart(start, months), -1) };
}
/** The one before; it always ends the day before this one starts (40-D29). */
export const previousPeriod = (type: PeriodType, period: Period): Period => periodOf(type, addDays(period.start, -1));
export const lastClosedPeriod = (type: PeriodType, today: string): Period => previousPeriod(type, periodOf(type, today));

/** `count` periods up to that of today, oldest first. */
export function lastPeriods(type: PeriodType, today: string, count: number): Period[] {
  const periods = [periodOf(type, today)];
  while (periods.length < count) periods.unshift(previousPeriod(type, periods[0]!));
  return periods;
}
