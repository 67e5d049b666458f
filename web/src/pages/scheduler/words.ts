/** A trigger in words, where it is one that people say; otherwise null, and the expression is shown. */
import type { catalogue, WireOf } from '@whalefall/contract';
import type { TFunction } from 'i18next';
import type { Format } from '../../i18n/format';

export type Job = NonNullable<WireOf<typeof catalogue.scheduler.getJobs>>[number];
export type JobDetail = NonNullable<WireOf<typeof catalogue.scheduler.getJob>>;

export const CRON_FIELDS = ['second', 'minute', 'hour', 'day', 'month', 'day_of_week', 'year'] as const;
export const UNITS = ['weeks', 'days', 'hours', 'minutes', 'seconds'] as const;
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const isNumber = (text: string) => /^\d+$/.test(text);
const two = (text: string) => text.padStart(2, '0');

/** Single weekdays of a cron field, by name or number (0 = Monday); null when it says something else, [] for every day. */
export function weekdaysOf(field: string): Weekday[] | null {
  if (field === '*' || field === '') return [];
  const days: Weekday[] = [];
  for (const part of field.toLowerCase().split(',')) {
    const [from, to] = part.split('-').map((one) => (isNumber(one) ? WEEKDAYS[Number(one)] : WEEKDAYS.find((day) => day === one)));
    if (!from || (part.includes('-') && !to)) return null;
    const end = to ?? from;
    days.push(...WEEKDAYS.slice(WEEKDAYS.indexOf(from), WEEKDAYS.indexOf(end) + 1));
  }
  return WEEKDAYS.filter((day) => days.includes(day));
}

export function cronOf(args: Record<string, unknown>): Record<(typeof CRON_FIELDS)[number], string> {
  const field = (name: string, otherwise: string) => String(args[name] ?? otherwise);
  return {
    second: field('second', '0'),
    minute: field('minute', '*'),
    hour: field('hour', '*'),
    day: field('day', '*'),
    month: field('month', '*'),
    day_of_week: field('day_of_week', '*'),
    year: field('year', '*'),
  };
}

export function expressionOf(args: Record<string, unknown>): string {
  const cron = cronOf(args);
  return CRON_FIELDS.filter((name) => name !== 'year' || cron.year !== '*')
    .map((name) => cron[name])
    .join(' ');
}

export function triggerWords(
  { trigger_type, trigger_args }: { trigger_type: Job['trigger_type']; trigger_args: Record<string, unknown> },
  t: TFunction,
  format: Format,
): string | null {
  if (trigger_type === 'date') return t('scheduler.words.once', { time: format.dateTime(String(trigger_args.run_date)) });
  if (trigger_type === 'interval')
    return t('scheduler.words.every', {
      parts: UNITS.filter((unit) => trigger_args[unit])
        .map((unit) => `${format.number(Number(trigger_args[unit]))} ${t(`scheduler.units.${unit}`)}`)
        .join(' '),
    });
  const { second, minute, hour, day, month, day_of_week, year } = cronOf(trigger_args);
  const days = weekdaysOf(day_of_week);
  if (month !== '*' || year !== '*' || !isNumber(second) || days === null) return null;
  const every = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (every && hour === '*' && day === '*' && days.length === 0) return t('scheduler.words.everyMinutes', { n: every });
  if (!isNumber(minute)) return null;
  if (hour === '*' && day === '*' && days.length === 0) return t('scheduler.words.everyHour', { minute: two(minute) });
  if (!isNumber(hour)) return null;
  const time = `${two(hour)}:${two(minute)}${second === '0' ? '' : `:${two(second)}`}`;
  if (day === '*' && (days.length === 0 || days.length === 7)) return t('scheduler.words.everyDay', { time });
  if (day === '*') return t('scheduler.words.everyWeek', { days: format.list(days.map((one) => t(`scheduler.weekdays.${one}`))), time });
  if (isNumber(day) && days.length === 0) return t('scheduler.words.everyMonth', { day, time });
  return null;
}
