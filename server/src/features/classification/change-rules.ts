import type { DbType } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import { LOCKS, lockUntilCommit } from '../../jobs/index.ts';
import { type Actor, audit, changed } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { reclassify } from './classification-session.ts';
import { classById } from './queries/classes.ts';
import * as queries from './queries/rules.ts';
import { readExpression } from './rule-language.ts';

type House = Pick<Deps, 'db' | 'queue'>;
type Pending = 'pending' | 'none';
export interface RuleGiven {
  rule_name: string;
  classification_id: number;
  db_type: DbType;
  operator?: 'OR' | 'AND' | undefined;
  rule_expression: unknown;
  is_active: boolean;
}

/** The expression as it is stored. @throws Refusal VALIDATION_ERROR naming all that is wrong with it */
export function canonicalOf(dbType: DbType, expression: unknown, operator?: 'OR' | 'AND'): Record<string, unknown> {
  const { canonical, faults } = readExpression(dbType, expression, operator);
  if (faults.length > 0) throw refuse.invalid({ rule_expression: faults });
  return canonical;
}
/** @throws Refusal VALIDATION_ERROR */
export async function demandClass(db: Kysely<DB>, id: number): Promise<void> {
  if (await classById(db, id)) return;
  throw refuse.invalid({ classification_id: { code: 'CLASSIFICATION_UNKNOWN', zh: '账户分类不存在', en: 'No such class' } });
}

async function refuseDuplicates(db: Kysely<DB>, values: queries.RuleValues, except: number | null): Promise<void> {
  if (await queries.sameName(db, { ...values, except })) throw refuse.nameTaken('rule_name');
  const same = await queries.sameExpression(db, { ...values, except });
  if (same)
    throw new Refusal('EXPRESSION_DUPLICATED', {
      extra: { rule_id: same.id, rule_name: same.rule_name },
      fields: {
        rule_expression: [
          { code: 'EXPRESSION_DUPLICATED', zh: `与规则“${same.rule_name}”重复`, en: `The rule “${same.rule_name}” says the same` },
        ],
      },
    });
}

/** @throws Refusal VALIDATION_ERROR, NAME_EXISTS, EXPRESSION_DUPLICATED */
export async function createRule({ db, queue }: House, actor: Actor, given: RuleGiven): Promise<{ id: number; pending: Pending }> {
  const { operator, ...rest } = given;
  const values = { ...rest, rule_expression: canonicalOf(given.db_type, given.rule_expression, operator) };
  return transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    await demandClass(db, given.classification_id);
    await refuseDuplicates(db, values, null);
    const { id } = await queries.insertRule(db, values, actor.now);
    await audit(db, actor, { action: 'create', resource: 'classification_rule', id, after: values });
    return { id, pending: values.is_active ? await reclassify(db, queue, actor, [values.db_type]) : 'none' };
  });
}

/**
 * Changes what is given and leaves the rest as it is. What changes who matches gives the rule a new version.
 * @throws Refusal RESOURCE_NOT_FOUND, VALIDATION_ERROR, NAME_EXISTS, EXPRESSION_DUPLICATED
 */
export async function updateRule(
  { db, queue }: House,
  actor: Actor,
  id: number,
  given: { [K in keyof RuleGiven]?: RuleGiven[K] | undefined },
): Promise<Pending> {
  return transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    const before = await queries.lockRule(db, id);
    if (!before) throw refuse.notFound('classification_rule', id);
    const db_type = given.db_type ?? (before.db_type as DbType);
    const touched = given.rule_expression !== undefined || given.operator !== undefined || db_type !== before.db_type;
    const values: queries.RuleValues = {
      rule_name: given.rule_name ?? before.rule_name,
      classification_id: given.classification_id ?? before.classification_id,
      db_type,
      rule_expression: touched
        ? canonicalOf(db_type, given.rule_expression ?? before.rule_expression, given.operator)
        : (before.rule_expression as Record<string, unknown>),
      is_active: given.is_active ?? before.is_active,
    };
    if (values.classification_id !== before.classification_id) await demandClass(db, values.classification_id);
    const says = canonicalText(before.rule_expression) !== canonicalText(values.rule_expression);
    const { rule_expression, ...plain } = values;
    const difference = changed(before as Record<string, unknown>, plain);
    if (says) {
      difference.before = { ...difference.before, rule_expression: before.rule_expression };
      difference.after = { ...difference.after, rule_expression };
    }
    if (Object.keys(difference.after).length === 0) return 'none';
    await refuseDuplicates(db, values, id);
    const decides = says || ['classification_id', 'db_type', 'is_active'].some((field) => field in difference.after);
    await queries.updateRule(db, id, { ...values, version: before.version + (decides ? 1 : 0) }, actor.now);
    await audit(db, actor, { action: 'update', resource: 'classification_rule', id, ...difference });
    const matters = decides && (values.is_active || before.is_active);
    return matters ? reclassify(db, queue, actor, [before.db_type, values.db_type]) : 'none';
  });
}

/** jsonb keeps keys in an order of its own. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** What only this rule assigned ends with it; what others assigned too goes on. @throws Refusal RESOURCE_NOT_FOUND */
export async function deleteRule({ db, queue }: House, actor: Actor, id: number): Promise<void> {
  await transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    const before = await queries.lockRule(db, id);
    if (!before) throw refuse.notFound('classification_rule', id);
    await queries.withdrawRule(db, id, actor.now);
    await queries.deleteRule(db, id);
    await audit(db, actor, { action: 'delete', resource: 'classification_rule', id, before });
    if (before.is_active) await reclassify(db, queue, actor, [before.db_type]);
  });
}
