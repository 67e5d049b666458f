import { expect, it } from 'vitest';
import type { TFunction } from 'i18next';
import type { Format } from '../../i18n/format';
import { expressionOf, triggerWords, weekdaysOf } from './words';

const t = ((key: string, holes: Record<string, unknown> = {}) =>
  `${key.split('.').at(-1)} ${Object.values(holes).join(' ')}`.trim()) as never as TFunction;
const format = { number: String, list: (items: string[]) => items.join('+'), dateTime: (text: string) => text } as never as Format;
const cron = (args: Record<string, string>) => triggerWords({ trigger_type: 'cron', trigger_args: { second: '0', ...args } }, t, format);

it('a trigger that people would say is said; another is left to its expression', () => {
  expect(cron({ minute: '5', hour: '3' })).toBe('everyDay 03:05');
  expect(cron({ minute: '0', hour: '9', day_of_week: '0,2' })).toBe('everyWeek mon+wed 09:00');
  expect(cron({ minute: '0', hour: '9', day_of_week: 'mon-fri' })).toBe('everyWeek mon+tue+wed+thu+fri 09:00');
  expect(cron({ minute: '30', hour: '1', day: '15' })).toBe('everyMonth 15 01:30');
  expect(cron({ minute: '*/10', hour: '*' })).toBe('everyMinutes 10');
  expect(cron({ minute: '7', hour: '*' })).toBe('everyHour 07');
  expect(cron({ minute: '0', hour: '3', month: '1' })).toBeNull();
  expect(cron({ minute: '0', hour: '1-5' })).toBeNull();
  expect(cron({ minute: '0', hour: '3', day: 'last' })).toBeNull();
  expect(triggerWords({ trigger_type: 'interval', trigger_args: { hours: 2, minutes: 30 } }, t, format)).toBe('every 2 hours 30 minutes');
});

it('weekday 0 is Monday, and what is no list of days is not guessed', () => {
  expect(weekdaysOf('0')).toEqual(['mon']);
  expect(weekdaysOf('5-6')).toEqual(['sat', 'sun']);
  expect(weekdaysOf('*')).toEqual([]);
  expect(weekdaysOf('fri#2')).toBeNull();
  expect(weekdaysOf('*/2')).toBeNull();
});

it('an expression has a year only when one is set', () => {
  expect(expressionOf({ second: '0', minute: '0', hour: '3' })).toBe('0 0 3 * * *');
  expect(expressionOf({ second: '0', minute: '0', hour: '3', year: '2030' })).toBe('0 0 3 * * * 2030');
});
