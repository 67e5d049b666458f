import type { DbType } from '@whalefall/contract';
import type { AccountFacts } from './facts-of.ts';
import { type Condition, compileItem, type MatchedFact } from './match-item.ts';
import { type ParsedRule, readExpression } from './rule-language.ts';

export interface StoredRule {
  id: number;
  classification_id: number;
  db_type: DbType;
  rule_expression: unknown;
  version: number;
}
export interface Rule extends StoredRule {
  fallback: boolean;
  /** Says yes because something is missing: not to be trusted of an account that could not be read. */
  byAbsence: boolean;
  /** Why it matches, at most `MOST_FACTS`; null = it does not. A fallback is asked only when nothing else matched. */
  test(facts: AccountFacts): MatchedFact[] | null;
}
export interface Match {
  rule: Rule;
  facts: MatchedFact[];
}

export const MOST_FACTS = 20;

/**
 * Makes a rule ready to be asked. One meaning for all engines: OR = any item, AND = every item; then no `exclude` may be
 * met and every flag must hold. A rule that says nothing, or something we do not know, matches nobody.
 */
export function compileRule(stored: StoredRule): Rule {
  const { rule, faults } = readExpression(stored.db_type, stored.rule_expression);
  const test = faults.length > 0 ? () => null : tester(stored.db_type, rule);
  return { ...stored, fallback: rule.fallback, byAbsence: rule.fallback || rule.exclude.length > 0, test };
}

function tester(dbType: DbType, rule: ParsedRule): Rule['test'] {
  const compile = ({ group, item }: ParsedRule['items'][number]): Condition => compileItem(dbType, group, item);
  const items = rule.items.map(compile);
  const exclude = rule.exclude.map(compile);
  const flags = Object.entries(rule.flags) as ['is_superuser' | 'is_locked', boolean][];
  return (facts) => {
    for (const [flag, wanted] of flags) if ((flag === 'is_superuser' ? facts.isSuperuser : facts.isLocked) !== wanted) return null;
    const found: MatchedFact[] = [];
    for (const item of items) {
      const fact = item.find(facts);
      if (fact && found.length < MOST_FACTS) found.push(fact);
      if (!fact && rule.operator === 'AND') return null;
    }
    if (items.length > 0 && found.length === 0) return null;
    for (const veto of exclude) if (veto.find(facts)) return null;
    for (const [flag] of flags) if (found.length < MOST_FACTS) found.push({ group: 'flags', name: flag });
    return found;
  };
}

/** Priority of the class first, then the older rule: the first that matches gives an assignment its `rule_id`. */
export const byPriority = (priorities: ReadonlyMap<number, number>) => (a: StoredRule, b: StoredRule) =>
  (priorities.get(b.classification_id) ?? 0) - (priorities.get(a.classification_id) ?? 0) || a.id - b.id;

/**
 * Asks every rule of an engine about one account, in the order given; fallbacks last, and only when nothing else matched.
 * @param unread what the account may do was not read this time: rules that conclude from something missing are not asked
 */
export function evaluate(rules: readonly Rule[], facts: AccountFacts, unread = false): Match[] {
  const ask = (rule: Rule): Match[] => {
    const why = unread && rule.byAbsence ? null : rule.test(facts);
    return why ? [{ rule, facts: why }] : [];
  };
  const matches = rules.filter((rule) => !rule.fallback).flatMap(ask);
  return matches.length > 0 ? matches : rules.filter((rule) => rule.fallback).flatMap(ask);
}
