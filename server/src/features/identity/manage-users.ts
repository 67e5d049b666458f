import type { Role } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import { forgetLoginFailures, revokeSessions } from '../../http/queries.ts';
import { nameKey } from '../../http/limits.ts';
import { type Actor, audit, changed } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { uniqueViolation } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { hashPassword } from '../../vault/passwords.ts';
import { refuseNameAsPassword } from './change-password.ts';
import * as queries from './queries.ts';

export interface UserChange {
  username?: string | undefined;
  role?: Role | undefined;
  password?: string | null | undefined;
  is_active?: boolean | undefined;
  unlock?: boolean | undefined;
}

/** @throws Refusal USERNAME_EXISTS, VALIDATION_ERROR */
export async function createUser(
  db: Kysely<DB>,
  actor: Actor,
  given: { username: string; role: Role; password: string; is_active: boolean; must_change_password: boolean },
) {
  refuseNameAsPassword(given.password, given.username, 'password');
  const password = await hashPassword(given.password);
  return transaction(db, async (db) => {
    const user = await queries.insertUser(db, { ...given, password, created_at: actor.now });
    await audit(db, actor, {
      action: 'create',
      resource: 'user',
      id: user.id,
      after: { username: user.username, role: user.role, is_active: user.is_active },
    });
    return user;
  }).catch((error: unknown) => {
    throw uniqueViolation(error) ? refuse.nameTaken('username', 'USERNAME_EXISTS') : error;
  });
}

/** Role, state and password act at once: a set password or a lost right ends the user's sessions. @throws Refusal RESOURCE_NOT_FOUND, LAST_ADMIN_REQUIRED, USERNAME_EXISTS */
export async function updateUser(db: Kysely<DB>, actor: Actor, id: number, change: UserChange) {
  const password = change.password ? await hashPassword(change.password) : null;
  return transaction(db, async (db) => {
    const admins = await queries.lockActiveAdmins(db);
    const before = await queries.lockUser(db, id);
    if (!before) throw refuse.notFound('user', id);
    if (change.password) refuseNameAsPassword(change.password, change.username ?? before.username, 'password');
    const next = {
      username: change.username ?? before.username,
      role: change.role ?? (before.role as Role),
      is_active: change.is_active ?? before.is_active,
    };
    const stays = next.role === 'admin' && next.is_active;
    if (!stays && admins.some((admin) => admin.id === id) && admins.length === 1) throw new Refusal('LAST_ADMIN_REQUIRED');
    const byAnother = password !== null && actor.user?.id !== id;
    const after = await queries.updateUser(
      db,
      id,
      { ...next, ...(password ? { password, password_changed_at: actor.now, must_change_password: byAnother } : {}) },
      actor.now,
    );
    if (password || (before.is_active && !next.is_active) || before.role !== next.role)
      await revokeSessions(
        db,
        id,
        actor.now,
        actor.user?.id === id ? ((actor.user as { sessionId?: number | null }).sessionId ?? null) : null,
      );
    if (change.unlock || password) await forgetLoginFailures(db, nameKey(before.username));
    const difference = changed(
      { username: before.username, role: before.role, is_active: before.is_active } as Record<string, unknown>,
      next,
    );
    await audit(db, actor, {
      action: 'update',
      resource: 'user',
      id,
      before: difference.before,
      after: { ...difference.after, ...(password ? { password_reset: true } : {}), ...(change.unlock ? { unlocked: true } : {}) },
    });
    return after;
  }).catch((error: unknown) => {
    throw uniqueViolation(error) ? refuse.nameTaken('username', 'USERNAME_EXISTS') : error;
  });
}

/** What the user did keeps the name; references to the row become null. @throws Refusal SELF_DELETE, LAST_ADMIN_REQUIRED, RESOURCE_NOT_FOUND */
export async function deleteUser(db: Kysely<DB>, actor: Actor, id: number): Promise<void> {
  await transaction(db, async (db) => {
    const admins = await queries.lockActiveAdmins(db);
    const user = await queries.lockUser(db, id);
    if (!user) throw refuse.notFound('user', id);
    if (actor.user?.id === id) throw new Refusal('SELF_DELETE');
    if (admins.length === 1 && admins[0]!.id === id) throw new Refusal('LAST_ADMIN_REQUIRED');
    await queries.deleteUser(db, id);
    await audit(db, actor, {
      action: 'delete',
      resource: 'user',
      id,
      before: { username: user.username, role: user.role, is_active: user.is_active },
    });
  });
}
