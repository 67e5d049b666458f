import { expect, it } from 'vitest';
import { allDates, unitFor, withGaps } from './series';

it('a day without a value is a gap, never a zero', () => {
  expect(
    withGaps([
      ['2026-03-04', 40],
      ['2026-03-01', 10],
      ['2026-03-02', null],
    ]),
  ).toEqual([
    ['2026-03-01', 10],
    ['2026-03-02', null],
    ['2026-03-03', null],
    ['2026-03-04', 40],
  ]);
  expect(withGaps([])).toEqual([]);
});

it('the unit follows the largest value', () => {
  const of = (mb: number) => unitFor([{ key: 'a', name: 'a', points: [['2026-01-01', mb]] }]).unit;
  expect([of(0), of(1023), of(1024), of(1024 ** 2), of(1024 ** 4)]).toEqual(['MB', 'MB', 'GB', 'TB', 'PB']);
});

it('dates of several series are told once, in order', () => {
  const one = { key: 'a', name: 'a', points: [['2026-01-02', 1]] as const };
  const two = {
    key: 'b',
    name: 'b',
    points: [
      ['2026-01-01', 1],
      ['2026-01-02', 2],
    ] as const,
  };
  expect(allDates([one, two])).toEqual(['2026-01-01', '2026-01-02']);
});
