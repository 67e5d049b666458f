import { expect, test } from 'vitest';
import { lastClosedPeriod, periodOf, previousPeriod } from './periods.ts';

test('periods of a date, ISO weeks, quarters, leap years (40 §3.1)', () => {
  expect(periodOf('weekly', '2025-12-01')).toEqual({ start: '2025-12-01', end: '2025-12-07' });
  expect(periodOf('weekly', '2025-12-07')).toEqual({ start: '2025-12-01', end: '2025-12-07' });
  expect(lastClosedPeriod('weekly', '2025-12-01')).toEqual({ start: '2025-11-24', end: '2025-11-30' });
  expect(lastClosedPeriod('monthly', '2025-12-01')).toEqual({ start: '2025-11-01', end: '2025-11-30' });
  expect(periodOf('quarterly', '2025-12-01')).toEqual({ start: '2025-10-01', end: '2025-12-31' });
  expect(lastClosedPeriod('quarterly', '2025-12-01')).toEqual({ start: '2025-07-01', end: '2025-09-30' });
  expect(lastClosedPeriod('monthly', '2025-01-01')).toEqual({ start: '2024-12-01', end: '2024-12-31' });
  expect(lastClosedPeriod('quarterly', '2025-01-01')).toEqual({ start: '2024-10-01', end: '2024-12-31' });
  expect(lastClosedPeriod('monthly', '2024-03-15').end).toBe('2024-02-29');
  expect(lastClosedPeriod('daily', '2025-01-01')).toEqual({ start: '2024-12-31', end: '2024-12-31' });
});

test('the quarter before ends with its third month (40-D29)', () => {
  expect(previousPeriod('quarterly', { start: '2025-07-01', end: '2025-09-30' })).toEqual({ start: '2025-04-01', end: '2025-06-30' });
});
