import type { FieldFault } from '../../refusal.ts';
import { nextRun, type Trigger } from './next-run.ts';

type Faults = Record<string, FieldFault>;
const fault = (code: string, zh: string, en: string): FieldFault => ({ code, zh, en });
const NUMBER = fault('INVALID_TYPE', '应为正整数', 'Must be a positive whole number');

/** The spellings of each cron field, the form's first (40 §5.3). */
const CRON: Record<string, readonly string[]> = {
  second: ['cron_second', 'second'],
  minute: ['cron_minute', 'minute'],
  hour: ['cron_hour', 'hour'],
  day: ['cron_day', 'day'],
  month: ['cron_month', 'month'],
  day_of_week: ['cron_weekday', 'cron_day_of_week', 'day_of_week', 'weekday'],
  year: ['cron_year', 'year'],
};
const ORDER = ['second', 'minute', 'hour', 'day', 'month', 'day_of_week', 'year'];
const PARTS: Record<number, readonly string[]> = { 5: ORDER.slice(1, 6), 6: ORDER.slice(0, 6), 7: ORDER };
const LEAST: Record<string, string> = { second: '0', minute: '0', hour: '0', day: '1', month: '1' };
const FIELD = /^[A-Za-z0-9*/?,\- #]{1,100}$/;
const UNITS = ['weeks', 'days', 'hours', 'minutes', 'seconds'] as const;
const UNIT_S: Record<string, number> = { weeks: 604_800, days: 86_400, hours: 3600, minutes: 60, seconds: 1 };
const SHORTEST_S = 60;
const LONGEST_S = 366 * 86_400;

/** A trigger as people send it: checked, in the one form we keep. Every fault is named at once. */
export function parseTrigger(
  body: Record<string, unknown>,
  timeZone: string,
  now: Date,
  instant: (text: string) => Date,
): { trigger: Trigger } | { faults: Faults } {
  if (body.trigger_type === 'cron') return parseCron(body, timeZone, now);
  if (body.trigger_type === 'interval') return parseInterval(body, timeZone);
  const given = body.run_date;
  if (typeof given !== 'string' || given.trim() === '') return { faults: { run_date: fault('REQUIRED', '必填', 'Required') } };
  const at = instant(given.trim().replace(' ', 'T'));
  if (Number.isNaN(at.getTime())) return { faults: { run_date: fault('INVALID_FORMAT', '不是有效的日期时间', 'Not a date and time') } };
  if (at <= now) return { faults: { run_date: fault('IN_THE_PAST', '必须是将来的时间', 'Must be in the future') } };
  return { trigger: { type: 'date', args: { run_date: at.toISOString() }, timeZone } };
}

function parseCron(body: Record<string, unknown>, timeZone: string, now: Date): { trigger: Trigger } | { faults: Faults } {
  const faults: Faults = {};
  const fields: Record<string, string> = {};
  const expression = body.cron_expression;
  if (expression !== undefined && expression !== null && expression !== '') {
    const parts = typeof expression === 'string' ? expression.trim().split(/\s+/) : [];
    const names = PARTS[parts.length];
    if (!names) faults.cron_expression = fault('CRON_PARTS', '应为 5、6 或 7 段', 'Must have 5, 6 or 7 parts');
    else for (const [i, name] of names.entries()) fields[name] = parts[i]!;
  }
  for (const [name, spellings] of Object.entries(CRON)) {
    const spelling = spellings.find((one) => body[one] !== undefined && body[one] !== null && body[one] !== '');
    if (spelling === undefined) continue;
    const value = body[spelling];
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
    if (!FIELD.test(text)) faults[spelling] = fault('INVALID_FORMAT', '不是有效的 cron 字段', 'Not a cron field');
    else fields[name] = text;
  }
  if (Object.keys(faults).length > 0) return { faults };
  if (Object.keys(fields).length === 0)
    return { faults: { cron_expression: fault('REQUIRED', '请填写表达式或至少一个字段', 'Give an expression or at least one field') } };
  // Less significant fields than the least one given take their minimum, more significant ones are free.
  const least = Math.min(...Object.keys(fields).map((name) => (name === 'day_of_week' ? 3 : ORDER.indexOf(name))));
  const args: Record<string, string> = {};
  for (const [i, name] of ORDER.entries())
    args[name] = (fields[name] ?? (i < least && LEAST[name] !== undefined ? LEAST[name] : '*')).replaceAll('?', '*');
  const trigger: Trigger = { type: 'cron', args, timeZone };
  try {
    if (nextRun(trigger, now) === null)
      return { faults: { cron_expression: fault('NEVER', '该表达式不会再触发', 'This never comes again') } };
    return { trigger };
  } catch {
    return { faults: faultyFields(args, timeZone, now) };
  }
}

/** Which single field makes it invalid: each is tried alone. */
function faultyFields(args: Record<string, string>, timeZone: string, now: Date): Faults {
  const faults: Faults = {};
  for (const name of ORDER) {
    try {
      nextRun({ type: 'cron', args: { second: '0', minute: '0', hour: '0', [name]: args[name] }, timeZone }, now);
    } catch {
      faults[name] = fault('INVALID_FORMAT', '不是有效的 cron 字段', 'Not a cron field');
    }
  }
  return Object.keys(faults).length > 0
    ? faults
    : { cron_expression: fault('INVALID_FORMAT', '不是有效的 cron 表达式', 'Not a cron expression') };
}

function parseInterval(body: Record<string, unknown>, timeZone: string): { trigger: Trigger } | { faults: Faults } {
  const faults: Faults = {};
  const args: Record<string, number> = {};
  for (const unit of UNITS) {
    const spelling = [unit, `interval_${unit}`].find((one) => body[one] !== undefined && body[one] !== null && body[one] !== '');
    if (!spelling) continue;
    const value = Number(body[spelling]);
    if (!Number.isInteger(value) || value < 1 || value > 1_000_000) faults[spelling] = NUMBER;
    else args[unit] = value;
  }
  if (Object.keys(faults).length > 0) return { faults };
  const seconds = Object.entries(args).reduce((n, [unit, value]) => n + value * UNIT_S[unit]!, 0);
  if (seconds === 0) return { faults: { minutes: fault('REQUIRED', '至少填写一个间隔', 'Give at least one unit') } };
  if (seconds < SHORTEST_S) return { faults: { seconds: fault('TOO_SMALL', '间隔不能少于 60 秒', 'At least 60 seconds') } };
  if (seconds > LONGEST_S) return { faults: { days: fault('TOO_BIG', '间隔不能超过 366 天', 'At most 366 days') } };
  return { trigger: { type: 'interval', args, timeZone } };
}
