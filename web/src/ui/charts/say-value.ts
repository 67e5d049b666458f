import type { Format } from '../../i18n/format';
import type { Measure } from './series';

/** A value of a chart as a person would say it. */
export function sayValue(format: Format, measure: Measure, value: number): string {
  if (measure === 'percent') return format.percent(value);
  return measure === 'count' ? format.number(value) : format.size(value, measure === 'change');
}
