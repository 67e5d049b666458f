import { expect, it } from 'vitest';
import { align, unitFor } from './series';

const of = (key: string, ...points: [string, number | null][]) => ({ key, name: key, points });

it('a period without a value is a gap, never a zero', () => {
  expect(align([of('a', ['2026-03-04', 40], ['2026-03-01', 10], ['2026-03-02', null])], 'daily')).toEqual({
    dates: ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'],
    values: [[10, null, null, 40]],
  });
  expect(align([], 'daily')).toEqual({ dates: [], values: [] });
});

it('series of different lengths stand side by side', () => {
  expect(align([of('a', ['2026-01-01', 1]), of('b', ['2026-03-01', 2], ['2026-02-01', 0])], 'monthly')).toEqual({
    dates: ['2026-01-01', '2026-02-01', '2026-03-01'],
    values: [
      [1, null, null],
      [null, 0, 2],
    ],
  });
});

it('the unit follows the largest value, shrinking too', () => {
  const unit = (mb: number) => unitFor([of('a', ['2026-01-01', mb])]).unit;
  expect([unit(0), unit(1023), unit(1024), unit(-2048), unit(1024 ** 2), unit(1024 ** 4)]).toEqual(['MB', 'MB', 'GB', 'GB', 'TB', 'PB']);
});
