import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, businessDate, businessTime, dayRange, fileStamp, startOfDay } from './clock.ts';

const SHANGHAI = 'Asia/Shanghai';

test.each([
  ['2025-11-30T16:30:00Z', '2025-12-01', '2025-12-01 00:30:00'],
  ['2025-11-30T15:59:59Z', '2025-11-30', '2025-11-30 23:59:59'],
  ['2025-12-31T16:00:00Z', '2026-01-01', '2026-01-01 00:00:00'],
  ['2024-02-28T16:00:00Z', '2024-02-29', '2024-02-29 00:00:00'],
])('%s is %s in Shanghai', (at, date, time) => {
  expect([businessDate(new Date(at), SHANGHAI), businessTime(new Date(at), SHANGHAI)]).toEqual([date, time]);
});

test('no time is a dash, a file’s stamp has no colon', () => {
  expect(businessTime(null, SHANGHAI)).toBe('-');
  expect(fileStamp(new Date('2025-11-30T16:30:05Z'), SHANGHAI)).toBe('20251201_003005');
});

describe('the day begins', () => {
  test.each([
    ['2025-12-01', SHANGHAI, '2025-11-30T16:00:00.000Z'],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z'],
    ['2026-03-09', 'America/New_York', '2026-03-09T04:00:00.000Z'],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z'],
    ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
    ['2025-12-01', 'Asia/Kolkata', '2025-11-30T18:30:00.000Z'],
    ['2025-12-01', 'Pacific/Kiritimati', '2025-11-30T10:00:00.000Z'],
    // Clocks go forward at midnight: the day begins at one.
    ['2025-09-07', 'America/Santiago', '2025-09-07T04:00:00.000Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    // They go back at midnight: it begins the first time.
    ['2025-04-06', 'America/Santiago', '2025-04-06T04:00:00.000Z'],
  ])('%s in %s at %s', (date, zone, at) => expect(startOfDay(date, zone).toISOString()).toBe(at));

  test('at the first instant of that date, whatever zone and day', () => {
    const zones = [SHANGHAI, 'America/New_York', 'America/Santiago', 'Europe/London', 'Asia/Kolkata', 'Asia/Beirut', 'Africa/Cairo', 'UTC'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 9000 }), (zone, n) => {
        const date = addDays('2005-01-01', n);
        const at = startOfDay(date, zone);
        expect(businessDate(at, zone)).toBe(date);
        expect(businessDate(new Date(at.getTime() - 1), zone) < date).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test('a range of days has both its ends, and no second of a third', () => {
  expect(dayRange('2025-12-01', '2025-12-01', SHANGHAI)).toEqual({
    from: new Date('2025-11-30T16:00:00Z'),
    before: new Date('2025-12-01T16:00:00Z'),
  });
  expect(dayRange(undefined, undefined, SHANGHAI)).toEqual({});
  expect(
    dayRange('2026-03-08', '2026-03-08', 'America/New_York').before!.getTime() - startOfDay('2026-03-08', 'America/New_York').getTime(),
  ).toBe(23 * 3_600_000);
});

test('days are added in the calendar', () => {
  expect([addDays('2024-02-28', 1), addDays('2025-02-28', 1), addDays('2026-01-01', -1), addDays('2026-03-08', 1)]).toEqual([
    '2024-02-29',
    '2025-03-01',
    '2025-12-31',
    '2026-03-09',
  ]);
});
