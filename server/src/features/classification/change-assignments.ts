import type { Kysely } from 'kysely';
import { LOCKS, lockUntilCommit } from '../../jobs/index.ts';
import { type Actor, audit } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { demandClass } from './change-rules.ts';
import * as queries from './queries/assignments.ts';

/**
 * A person gives an account a class: lifts an exclusion, turns an automatic row into his own. No run will touch it.
 * @returns the assignment's id. @throws Refusal VALIDATION_ERROR
 */
export async function assignByHand(
  db: Kysely<DB>,
  actor: Actor,
  given: { account_id: number; classification_id: number; notes?: string | null | undefined },
): Promise<number> {
  return transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    const account = await queries.accountThere(db, given.account_id);
    if (!account) throw refuse.invalid({ account_id: { code: 'ACCOUNT_UNKNOWN', zh: '账户不存在', en: 'No such account' } });
    await demandClass(db, given.classification_id);
    await queries.liftExclusion(db, given.account_id, given.classification_id);
    const present = await queries.activeAssignment(db, given.account_id, given.classification_id);
    const { account_id, classification_id } = given;
    const notes = given.notes === undefined ? (present?.notes ?? null) : given.notes;
    const id = await queries.assignByHand(db, {
      ...{ id: present?.id ?? null, account_id, classification_id, assigned_by: actor.user?.id ?? null, notes, now: actor.now },
    });
    await audit(db, actor, {
      action: 'create',
      resource: 'classification_assignment',
      id,
      before: present,
      after: { account_id, classification_id, notes, username: account.username, instance: account.instance_name },
    });
    return id;
  });
}

/** Ends an assignment, and no run brings it back. @throws Refusal RESOURCE_NOT_FOUND */
export async function removeAssignment(db: Kysely<DB>, actor: Actor, id: number): Promise<void> {
  await transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    const before = await queries.lockAssignment(db, id);
    if (!before) throw refuse.notFound('classification_assignment', id);
    await queries.excludeByHand(db, id, actor.user?.id ?? null, actor.now);
    await audit(db, actor, { action: 'delete', resource: 'classification_assignment', id, before });
  });
}
