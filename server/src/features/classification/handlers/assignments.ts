import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { type Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { assignByHand, removeAssignment } from '../change-assignments.ts';
import { startClassification } from '../classification-session.ts';
import { type Counts, rehearse } from '../classify.ts';
import * as queries from '../queries/assignments.ts';
import { classesOfRules } from '../queries/rules.ts';
import { accountCount, classifiedInstances, instanceThere } from '../queries/runs.ts';
import { shownAssignment } from '../shown.ts';

type Routes = Handlers<typeof catalogue.accountsClassifications>;
type Names = 'getAssignments' | 'createAssignment' | 'removeAssignment' | 'autoClassify';

/** §4 assignments and the run that makes them. */
export function assignmentHandlers(deps: Deps): Pick<Routes, Names> {
  const { db, clock } = deps;
  return {
    async getAssignments({ query }) {
      const { page, limit } = query;
      const { items, total } = await queries.assignmentPage(db, query, query);
      const pages = Math.ceil(total / limit);
      const assignments = items.map(shownAssignment);
      return {
        items: assignments,
        assignments,
        ...{ total, page, pages, limit },
        pagination: {
          ...{ page, per_page: limit, total, pages, has_next: page < pages, has_prev: page > 1 },
          prev_num: page > 1 ? page - 1 : null,
          next_num: page < pages ? page + 1 : null,
        },
      };
    },
    async createAssignment({ body }, asker) {
      const id = await assignByHand(db, asker, body);
      return { assignment: shownAssignment(await queries.assignmentById(db, id)) };
    },
    async removeAssignment({ params }, asker) {
      await removeAssignment(db, asker, params.assignment_id);
    },
    async autoClassify({ body }, asker) {
      const { instance_id, db_type, rule_ids } = body;
      const en = asker.locale === 'en';
      if (typeof instance_id === 'number' && !(await instanceThere(db, instance_id))) throw refuse.notFound('instance', instance_id);
      const asked = {
        ...(typeof instance_id === 'number' ? { instance_id } : {}),
        ...(db_type ? { db_types: [db_type] } : {}),
        ...(rule_ids && rule_ids.length > 0 ? { classes: await classesOf(rule_ids) } : {}),
      };
      const instances = await classifiedInstances(db, asked);
      const accounts =
        instances.length === 0
          ? 0
          : await accountCount(
              db,
              instances.map((instance) => instance.id),
            );
      const started = clock.now();
      if (body.dry_run) {
        const counts = await rehearse(db, { instances, classes: asked.classes ? new Set(asked.classes) : null });
        const message = en ? 'Rehearsal: nothing was written' : '试运行完成，未写入任何数据';
        return counted(counts, message, clock.now().getTime() - started.getTime());
      }
      if (accounts === 0) return counted(NOTHING, en ? 'There is no account to classify' : '没有可分类的账户', 0);
      const { sessionId } = await startClassification(deps, asker, 'manual', asked);
      return {
        ...{ session_id: sessionId, batch_id: null, message: en ? 'Classification started' : '自动分类已开始' },
        ...{ classified_accounts: null, total_classifications_added: null, failed_count: null, total_accounts: null },
        ...{ matched_accounts: null, deactivated: null, total_rules: null, duration_ms: null, db_type_results: null },
        ...{ errors: [], unread: null },
      };
    },
  };
  /** @throws Refusal VALIDATION_ERROR when one of the rules is not there */
  async function classesOf(ruleIds: readonly number[]): Promise<number[]> {
    const rules = await classesOfRules(db, ruleIds);
    const missing = ruleIds.filter((id) => !rules.some((rule) => rule.id === id));
    if (missing.length > 0)
      throw refuse.invalid({
        rule_ids: { code: 'RULE_UNKNOWN', zh: `规则不存在：${missing.join('、')}`, en: `No such rule: ${missing.join(', ')}` },
      });
    return [...new Set(rules.map((rule) => rule.classification_id))];
  }
}

const NOTHING: Counts = {
  ...{ total_accounts: 0, matched_accounts: 0, added: 0, refreshed: 0, deactivated: 0, unread: 0, total_rules: 0 },
  ...{ engines: {}, instances: new Map() },
};
const counted = (counts: Counts, message: string, duration_ms: number) => ({
  ...{ session_id: null, batch_id: null, message, failed_count: 0, duration_ms, errors: [] },
  classified_accounts: counts.matched_accounts,
  total_classifications_added: counts.added,
  total_accounts: counts.total_accounts,
  matched_accounts: counts.matched_accounts,
  deactivated: counts.deactivated,
  total_rules: counts.total_rules,
  db_type_results: counts.engines,
  unread: counts.unread,
});
