import { Cron } from 'croner';

export interface Trigger {
  type: 'cron' | 'interval' | 'date';
  /** cron: second minute hour day month day_of_week year; interval: weeks … seconds; date: run_date (ISO). */
  args: Record<string, unknown>;
  timeZone: string;
}

const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const ORDINALS: Record<string, string> = { '1st': '1', '2nd': '2', '3rd': '3', '4th': '4', '5th': '5', last: 'L' };
const UNIT_MS: Record<string, number> = { weeks: 604_800_000, days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000 };

/** 0 = Monday here, 0 = Sunday in cron: numbers go on as names. A step (every second day) counts from Monday too. */
function weekdays(field: string): string {
  const step = /^\*\/(\d+)$/.exec(field);
  if (step) return WEEKDAYS.filter((_, i) => i % Number(step[1]) === 0).join(',');
  return field.replace(/\d+/g, (digit, at: number) =>
    field[at - 1] === '/' || field[at - 1] === '#' ? digit : (WEEKDAYS[Number(digit)] ?? digit),
  );
}

/** `2nd fri`, `last sun`, `last` in the day field. */
function dayAndWeekday(day: string, weekday: string): [string, string] {
  const named = /^(1st|2nd|3rd|4th|5th|last)\s+([a-z]{3})$/i.exec(day.trim());
  if (named) {
    const ordinal = ORDINALS[named[1]!.toLowerCase()]!;
    return ['*', `${named[2]!.toUpperCase()}#${ordinal}`];
  }
  return [day.trim().toLowerCase() === 'last' ? 'L' : day, weekdays(weekday)];
}

function cron(args: Record<string, unknown>, timeZone: string): Cron {
  const field = (name: string, otherwise: string) =>
    args[name] === undefined || args[name] === null || args[name] === '' ? otherwise : String(args[name]).replaceAll('?', '*');
  const [day, weekday] = dayAndWeekday(field('day', '*'), field('day_of_week', '*'));
  const expression = [
    field('second', '0'),
    field('minute', '*'),
    field('hour', '*'),
    day,
    field('month', '*'),
    weekday,
    field('year', '*'),
  ].join(' ');
  return new Cron(expression, { timezone: timeZone, domAndDow: true, mode: '7-part', paused: true } as never);
}

/**
 * @returns the next `count` times after `from`, in order; fewer when the trigger ends.
 * @throws on a field that is no cron field
 */
export function nextRuns(trigger: Trigger, from: Date, count: number): Date[] {
  if (trigger.type === 'cron') return cron(trigger.args, trigger.timeZone).nextRuns(count, from);
  if (trigger.type === 'date') {
    const at = new Date(String(trigger.args.run_date));
    return at > from ? [at] : [];
  }
  const step = Object.entries(UNIT_MS).reduce((ms, [unit, unitMs]) => ms + Number(trigger.args[unit] ?? 0) * unitMs, 0);
  if (step < 1000) throw new RangeError('an interval needs at least one second');
  return Array.from({ length: count }, (_, i) => new Date(from.getTime() + (i + 1) * step));
}
export const nextRun = (trigger: Trigger, from: Date): Date | null => nextRuns(trigger, from, 1)[0] ?? null;
