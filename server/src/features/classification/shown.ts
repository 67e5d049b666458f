import type { DbType, Locale } from '@whalefall/contract';
import { colorOf } from '../tags/index.ts';
import type { AssignmentRow } from './queries/assignments.ts';
import type { ClassRow } from './queries/classes.ts';
import type { RuleRow } from './queries/rules.ts';
import { summary } from './rule-language.ts';

/** A class in the one shape of all its routes: `color` is the value, `color_key` the key. */
export function shownClass(row: ClassRow, locale: Locale) {
  const color = colorOf(row.color);
  return {
    ...row,
    description: (locale === 'en' && row.is_system ? row.description_en : null) ?? row.description,
    color: color.value,
    color_key: (row.color ?? 'info') as never,
    color_value: color.value,
    color_name: locale === 'en' ? color.en : color.zh,
    css_class: color.css,
  };
}

export function shownRule(row: RuleRow, locale: Locale) {
  const expression = row.rule_expression as Record<string, unknown>;
  const db_type = row.db_type as DbType;
  const operator: 'AND' | 'OR' = expression.operator === 'AND' ? 'AND' : 'OR';
  return { ...row, db_type, rule_expression: expression, operator, summary: summary(db_type, expression, locale) };
}

export function shownAssignment(row: AssignmentRow) {
  return { ...row, db_type: row.db_type as DbType, color: colorOf(row.color).value };
}
