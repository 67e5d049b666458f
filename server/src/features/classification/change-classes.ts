import type { Deps } from '../../assemble.ts';
import { LOCKS, lockUntilCommit } from '../../jobs/index.ts';
import { type Actor, audit, changed } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { uniqueViolation } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import { reclassify } from './classification-session.ts';
import * as queries from './queries/classes.ts';

type House = Pick<Deps, 'db' | 'queue'>;
const nameTaken = (error: unknown) => (uniqueViolation(error) ? refuse.nameTaken('name') : error);

/** @throws Refusal NAME_EXISTS */
export async function createClass({ db }: House, actor: Actor, values: queries.ClassValues): Promise<number> {
  return transaction(db, async (db) => {
    const { id } = await queries.insertClass(db, values, actor.now);
    await audit(db, actor, { action: 'create', resource: 'classification', id, after: values });
    return id;
  }).catch((error: unknown) => {
    throw nameTaken(error);
  });
}

/**
 * Changes what is given. Priority and active state decide over assignments, so they let the class's engines be classified anew.
 * @throws Refusal RESOURCE_NOT_FOUND, NAME_EXISTS, SYSTEM_CLASSIFICATION (another name for a given class)
 */
export async function updateClass(
  { db, queue }: House,
  actor: Actor,
  id: number,
  given: { [K in keyof queries.ClassValues]?: queries.ClassValues[K] | undefined },
): Promise<void> {
  await transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    const before = await queries.lockClass(db, id);
    if (!before) throw refuse.notFound('classification', id);
    const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<queries.ClassValues>;
    if (before.is_system && change.name !== undefined && change.name !== before.name)
      throw new Refusal('SYSTEM_CLASSIFICATION', { extra: { id } });
    const difference = changed(before as Record<string, unknown>, change);
    if (Object.keys(difference.after).length === 0) return;
    await queries.updateClass(db, id, change, actor.now);
    await audit(db, actor, { action: 'update', resource: 'classification', id, ...difference });
    if ('priority' in difference.after || 'is_active' in difference.after)
      await reclassify(db, queue, actor, await queries.enginesOfClass(db, id));
  }).catch((error: unknown) => {
    throw nameTaken(error);
  });
}

/** @throws Refusal RESOURCE_NOT_FOUND, SYSTEM_CLASSIFICATION, CLASSIFICATION_IN_USE */
export async function deleteClass({ db }: House, actor: Actor, id: number): Promise<void> {
  await transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    const before = await queries.lockClass(db, id);
    if (!before) throw refuse.notFound('classification', id);
    if (before.is_system) throw new Refusal('SYSTEM_CLASSIFICATION', { extra: { id } });
    const uses = await queries.usesOfClass(db, id);
    const [rules, assignments] = [uses.rules ?? 0, uses.assignments ?? 0];
    if (rules + assignments > 0)
      throw new Refusal('CLASSIFICATION_IN_USE', { extra: { rule_count: rules, assignment_count: assignments } });
    await queries.deleteClass(db, id);
    await audit(db, actor, { action: 'delete', resource: 'classification', id, before });
  });
}
