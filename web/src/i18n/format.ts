/** Numbers, sizes, times and durations as the reader's language writes them; times in the business time zone. */
import type { Locale } from '@whalefall/contract';
import { boot } from '../boot';
import { periodEnd, type Step } from '../ui/charts/periods';
import { useWords } from './words';

export const NOTHING = '–';
const UNITS = ['MB', 'GB', 'TB', 'PB'] as const;

/** Makers of text are costly to make: each is made once for a language, not for every cell of a table. */
const made = new Map<string, unknown>();
function once<T>(key: string, make: () => T): T {
  const known = made.get(key) as T | undefined;
  if (known !== undefined) return known;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
}
const decimals = (locale: Locale, digits: number) =>
  once(`decimals ${locale} ${digits}`, () => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }));

/** Whole mebibytes in the unit a person would say. */
export function formatSize(mb: number | null | undefined, locale: Locale, signed = false): string {
  if (mb === null || mb === undefined) return NOTHING;
  let value = Math.abs(mb);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  const text = decimals(locale, digits).format(value);
  const sign = mb < 0 ? '−' : signed && mb > 0 ? '+' : '';
  return `${sign}${text} ${UNITS[unit]}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How long ago, or until when; within a minute just that it is near. */
export function formatRelative(at: Date, now: Date, locale: Locale): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  const words = once(`relative ${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
  for (const [unit, size] of STEPS) if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  return locale === 'en' ? (seconds > 0 ? 'any moment' : 'just now') : seconds > 0 ? '即将' : '刚刚';
}

/** `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(seconds: number | null | undefined, locale: Locale): string {
  if (seconds === null || seconds === undefined) return NOTHING;
  const words = locale === 'en' ? [' h', ' min', ' s', ' ms'] : [' 小时', ' 分', ' 秒', ' 毫秒'];
  if (seconds === 0) return `< 1${words[2]}`;
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1000)}${words[3]}`;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return `${h}${words[0]}${m ? ` ${m}${words[1]}` : ''}`;
  if (m > 0) return `${m}${words[1]}${s ? ` ${s}${words[2]}` : ''}`;
  return `${s}${words[2]}`;
}

const quarter = (start: string): string => `${start.slice(0, 4)} Q${Math.ceil(Number(start.slice(5, 7)) / 3)}`;

function formats(locale: Locale, timeZone: string) {
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2, signDisplay: 'exceptZero' });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(locale, { year: 'numeric', month: '2-digit', day: '2-digit', timeZone });
  const moment = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  const short = new Intl.DateTimeFormat(locale, {
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  const monthDay = new Intl.DateTimeFormat(locale, { month: '2-digit', day: '2-digit', timeZone: 'UTC' });
  // A calendar date has no zone: read and written as UTC it stays itself.
  const plainDay = new Intl.DateTimeFormat(locale, { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: 'UTC' });
  const month = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', timeZone: 'UTC' });
  const when = (value: string | null | undefined, format: Intl.DateTimeFormat) => (value ? format.format(new Date(value)) : NOTHING);
  return {
    locale,
    number: (value: number | null | undefined) => (value === null || value === undefined ? NOTHING : number.format(value)),
    compact: (value: number) => compact.format(value),
    date: (value: string | null | undefined) => when(value, value && value.length === 10 ? plainDay : day),
    /** A period of aggregates by its first day: whole, and as short as an axis needs it. */
    period: (step: Step, start: string) => {
      if (step === 'daily') return plainDay.format(new Date(start));
      if (step === 'weekly') return `${plainDay.format(new Date(start))} – ${monthDay.format(new Date(periodEnd(step, start)))}`;
      return step === 'monthly' ? month.format(new Date(start)) : quarter(start);
    },
    periodShort: (step: Step, start: string) => {
      if (start === '') return '';
      if (step === 'daily' || step === 'weekly') return monthDay.format(new Date(start));
      return step === 'monthly' ? month.format(new Date(start)) : quarter(start);
    },
    /** Signed per cent. */
    percent: (value: number | null | undefined) =>
      value === null || value === undefined ? NOTHING : percent.format(value / 100).replace('-', '−'),
    /** A part of a whole. */
    share: (value: number) => share.format(value),
    /** What stands where nothing was collected. */
    gap: locale === 'en' ? 'no data' : '无数据',
    dateTime: (value: string | null | undefined) => when(value, moment),
    shortTime: (value: string | null | undefined) => when(value, short),
    relative: (value: string, now = new Date()) => formatRelative(new Date(value), now, locale),
    size: (mb: number | null | undefined, signed = false) => formatSize(mb, locale, signed),
    duration: (seconds: number | null | undefined) => formatDuration(seconds, locale),
    list: (items: readonly string[]) => items.join(locale === 'en' ? ', ' : '、'),
  };
}
export type Format = ReturnType<typeof formats>;

export function useFormat(): Format {
  const locale: Locale = useWords().english ? 'en' : 'zh-CN';
  return once(`formats ${locale}`, () => {
    try {
      return formats(locale, boot.app.time_zone);
    } catch {
      return formats(locale, 'UTC'); // a zone this browser does not know
    }
  });
}
