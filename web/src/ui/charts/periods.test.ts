import { describe, expect, it } from 'vitest';
import { allPeriods, periodEnd, periodStart, stepFrom } from './periods';

describe('calendar periods', () => {
  it.each([
    ['daily', '2025-12-01', '2025-12-01', '2025-12-01'],
    ['weekly', '2025-12-01', '2025-12-01', '2025-12-07'],
    ['weekly', '2026-01-04', '2025-12-29', '2026-01-04'],
    ['monthly', '2024-02-29', '2024-02-01', '2024-02-29'],
    ['quarterly', '2025-12-31', '2025-10-01', '2025-12-31'],
    ['quarterly', '2025-02-28', '2025-01-01', '2025-03-31'],
  ] as const)('%s around %s is %s to %s', (step, day, start, end) => {
    expect(periodStart(step, day)).toBe(start);
    expect(periodEnd(step, start)).toBe(end);
  });
  it('goes over the end of a year both ways', () => {
    expect(stepFrom('monthly', '2025-12-01', 1)).toBe('2026-01-01');
    expect(stepFrom('quarterly', '2026-01-01', -1)).toBe('2025-10-01');
    expect(stepFrom('weekly', '2026-01-05', -2)).toBe('2025-12-22');
  });
  it('names every period between the first and the last, so that missing ones are gaps', () => {
    expect(allPeriods('weekly', ['2025-12-15', '2025-11-24'])).toEqual(['2025-11-24', '2025-12-01', '2025-12-08', '2025-12-15']);
    expect(allPeriods('quarterly', ['2025-04-01', '2026-01-01'])).toEqual(['2025-04-01', '2025-07-01', '2025-10-01', '2026-01-01']);
    expect(allPeriods('daily', [])).toEqual([]);
  });
});
