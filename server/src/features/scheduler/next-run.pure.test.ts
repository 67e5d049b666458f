import { describe, expect, test } from 'vitest';
import { nextRun, nextRuns } from './next-run.ts';

const cron = (args: Record<string, unknown>, timeZone = 'Asia/Shanghai') => ({
  type: 'cron' as const,
  args: { second: '0', minute: '0', hour: '3', day: '*', month: '*', day_of_week: '*', ...args },
  timeZone,
});
/** As the zone's people read it, with the weekday. */
const shown = (at: Date, timeZone = 'Asia/Shanghai') =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
    .format(at)
    .replace(/^(\w+), (\d+)\/(\d+)\/(\d+), /, '$1 $4-$3-$2 ');
/** Saturday 2025-11-01 00:00 in Shanghai. */
const FROM = new Date('2025-10-31T16:00:00Z');
const days = (args: Record<string, unknown>, count: number) => nextRuns(cron(args), FROM, count).map((at) => shown(at).slice(0, 14));

describe('cron with the meaning of APScheduler', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['every day', {}, ['Sat 2025-11-01', 'Sun 2025-11-02', 'Mon 2025-11-03']],
    ['weekday 0 is Monday', { day_of_week: '0' }, ['Mon 2025-11-03', 'Mon 2025-11-10']],
    ['weekday 6 is Sunday', { day_of_week: '6' }, ['Sun 2025-11-02', 'Sun 2025-11-09']],
    [
      '0-4 is Monday to Friday',
      { day_of_week: '0-4' },
      ['Mon 2025-11-03', 'Tue 2025-11-04', 'Wed 2025-11-05', 'Thu 2025-11-06', 'Fri 2025-11-07', 'Mon 2025-11-10'],
    ],
    ['a list of weekdays', { day_of_week: '1,5' }, ['Sat 2025-11-01', 'Tue 2025-11-04', 'Sat 2025-11-08']],
    ['weekdays by name', { day_of_week: 'mon,fri' }, ['Mon 2025-11-03', 'Fri 2025-11-07']],
    [
      'every second weekday counts from Monday',
      { day_of_week: '*/2' },
      ['Sun 2025-11-02', 'Mon 2025-11-03', 'Wed 2025-11-05', 'Fri 2025-11-07', 'Sun 2025-11-09'],
    ],
    ['every tenth day', { day: '*/10' }, ['Sat 2025-11-01', 'Tue 2025-11-11', 'Fri 2025-11-21', 'Mon 2025-12-01']],
    ['the last day of the month', { day: 'last' }, ['Sun 2025-11-30', 'Wed 2025-12-31', 'Sat 2026-01-31', 'Sat 2026-02-28']],
    ['the 31st only where there is one', { day: '31' }, ['Wed 2025-12-31', 'Sat 2026-01-31', 'Tue 2026-03-31']],
    ['the second Friday', { day: '2nd fri' }, ['Fri 2025-11-14', 'Fri 2025-12-12', 'Fri 2026-01-09']],
    ['the fifth Saturday, where there is one', { day: '5th sat' }, ['Sat 2025-11-29', 'Sat 2026-01-31']],
    ['the last Sunday', { day: 'last sun' }, ['Sun 2025-11-30', 'Sun 2025-12-28', 'Sun 2026-01-25']],
    ['day and weekday must both match', { day: '13', day_of_week: '4' }, ['Fri 2026-02-13', 'Fri 2026-03-13', 'Fri 2026-11-13']],
    ['months', { day: '1', month: '1,7' }, ['Thu 2026-01-01', 'Wed 2026-07-01']],
    ['leap days', { day: '29', month: '2' }, ['Tue 2028-02-29', 'Sun 2032-02-29']],
  ])('%s', (_title, args, expected) => expect(days(args, expected.length)).toEqual(expected));

  test('steps of minutes and hours; strictly after the moment it is asked from', () => {
    const at = (args: Record<string, unknown>, from: string, count: number) =>
      nextRuns(cron({ hour: '*', ...args }), new Date(from), count).map((one) => one.toISOString().slice(11, 16));
    expect(at({ minute: '*/20' }, '2025-11-01T00:20:00Z', 3)).toEqual(['00:40', '01:00', '01:20']);
    expect(at({ minute: '15', hour: '*/6' }, '2025-11-01T00:00:00Z', 2)).toEqual(['04:15', '10:15']);
    expect(nextRun(cron({}), new Date('2025-11-01T19:00:00Z'))!.toISOString()).toBe('2025-11-02T19:00:00.000Z');
    expect(nextRun(cron({}), new Date('2025-11-01T18:59:59.999Z'))!.toISOString()).toBe('2025-11-01T19:00:00.000Z');
  });

  test('a year that is over has no next time', () => {
    expect(nextRuns(cron({ year: '2024' }), FROM, 3)).toEqual([]);
    expect(nextRuns(cron({ year: '2025', month: '12', day: '30-31' }), FROM, 5)).toHaveLength(2);
  });

  test.each([{ minute: '61' }, { hour: 'x' }, { day: '0' }, { day_of_week: '8' }, { month: '13' }])('%j is no time', (args) =>
    expect(() => nextRuns(cron(args), FROM, 1)).toThrow(),
  );

  test('where clocks change: a skipped hour is not a skipped day, a doubled hour is not a doubled run', () => {
    const zone = 'America/New_York';
    const spring = nextRuns(cron({ hour: '2', minute: '30' }, zone), new Date('2026-03-07T06:00:00Z'), 3);
    expect(spring.map((at) => shown(at, zone).slice(0, 14))).toEqual(['Sat 2026-03-07', 'Sun 2026-03-08', 'Mon 2026-03-09']);
    expect(spring.map((at) => at.toISOString())).toEqual([
      '2026-03-07T07:30:00.000Z',
      // 02:30 is not there: the first moment after it, 03:00.
      '2026-03-08T07:00:00.000Z',
      '2026-03-09T06:30:00.000Z',
    ]);
    const autumn = nextRuns(cron({ hour: '1', minute: '30' }, zone), new Date('2026-10-31T04:00:00Z'), 3);
    expect(autumn.map((at) => shown(at, zone))).toEqual(['Sat 2026-10-31 01:30', 'Sun 2026-11-01 01:30', 'Mon 2026-11-02 01:30']);
  });
});

test('an interval counts from now, a date comes once', () => {
  const interval = (args: Record<string, unknown>) => ({ type: 'interval' as const, args, timeZone: 'Asia/Shanghai' });
  expect(nextRuns(interval({ hours: 1, minutes: 30 }), FROM, 3).map((at) => (at.getTime() - FROM.getTime()) / 60_000)).toEqual([
    90, 180, 270,
  ]);
  for (const nothing of [{}, { seconds: 0 }, { minutes: -1 }]) expect(() => nextRuns(interval(nothing), FROM, 1)).toThrow(RangeError);
  const date = { type: 'date' as const, args: { run_date: '2025-11-01T00:00:01Z' }, timeZone: 'Asia/Shanghai' };
  expect(nextRuns(date, FROM, 5)).toEqual([new Date('2025-11-01T00:00:01Z')]);
  expect(nextRun(date, new Date('2025-11-01T00:00:01Z'))).toBeNull();
});
