import { type catalogue, type Locale } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import type { Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { canonicalOf, createRule, deleteRule, demandClass, updateRule } from '../change-rules.ts';
import { previewRule } from '../preview-rule.ts';
import * as queries from '../queries/rules.ts';
import { shownRule } from '../shown.ts';

type Routes = Handlers<typeof catalogue.accountsClassifications>;
type Names = 'listRules' | 'getRules' | 'getRule' | 'createRule' | 'updateRule' | 'deleteRule' | 'previewRule';

/** §4 rules */
export function ruleHandlers(deps: Deps): Pick<Routes, Names> {
  const { db } = deps;
  async function one(id: number, locale: Locale) {
    const row = (await queries.rulesWith(db, { id, include_inactive: true }))[0];
    if (!row) throw refuse.notFound('classification_rule', id);
    return shownRule(row, locale);
  }
  return {
    async listRules({ query }, { locale }) {
      const rules_by_db_type: Record<string, ReturnType<typeof shownRule>[]> = {};
      for (const row of await queries.rulesWith(db, query)) (rules_by_db_type[row.db_type] ??= []).push(shownRule(row, locale));
      return { rules_by_db_type };
    },
    async getRules({ query }, { locale }) {
      return { rules: (await queries.rulesWith(db, query)).map((row) => shownRule(row, locale)) };
    },
    async getRule({ params }, { locale }) {
      return { rule: await one(params.rule_id, locale) };
    },
    async createRule({ body }, asker) {
      const { id, pending } = await createRule(deps, asker, body);
      return { rule_id: id, rule: await one(id, asker.locale), reclassification: pending };
    },
    async updateRule({ params, body }, asker) {
      const pending = await updateRule(deps, asker, params.rule_id, body);
      return { rule: await one(params.rule_id, asker.locale), reclassification: pending };
    },
    async deleteRule({ params }, asker) {
      await deleteRule(deps, asker, params.rule_id);
    },
    async previewRule({ body }) {
      const { rule_id, classification_id, db_type, operator } = body;
      const rule_expression = canonicalOf(db_type, body.rule_expression, operator);
      await demandClass(db, classification_id);
      return previewRule(db, { id: rule_id ?? null, classification_id, db_type, rule_expression });
    },
  };
}
