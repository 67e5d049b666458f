import { passwordText } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import { checkPasswordTries, notePasswordTry } from '../../http/limits.ts';
import { revokeSessions } from '../../http/queries.ts';
import { type Actor, audit } from '../../logbook/index.ts';
import { type FieldFault, Refusal } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { hashPassword, verifyPassword } from '../../vault/passwords.ts';
import * as queries from './queries.ts';

/** A 400 is VALIDATION_ERROR with the code at its field (00-overview §3); a wrong old password is a 401 of its own. */
const fault = (
  code: 'PASSWORD_MISMATCH' | 'PASSWORD_DUPLICATED' | 'INVALID_OLD_PASSWORD' | 'PASSWORD_INVALID',
  field: string,
  zh: string,
  en: string,
) => new Refusal(code === 'INVALID_OLD_PASSWORD' ? code : 'VALIDATION_ERROR', { fields: { [field]: [{ code, zh, en }] } });

/** A password that is the user's own name is refused wherever one is set. */
export function refuseNameAsPassword(password: string, username: string, field: string): void {
  if (password.toLowerCase() === username.toLowerCase())
    throw fault('PASSWORD_INVALID', field, '密码不能与用户名相同', 'The password must not be the user name');
}

/**
 * Changes the own password and ends every other session and refresh token.
 * Checked in this order: the two new ones equal → the old one right → new differs from old → policy (by the contract's schema before).
 * @throws Refusal VALIDATION_ERROR (PASSWORD_MISMATCH, PASSWORD_DUPLICATED, PASSWORD_INVALID), INVALID_OLD_PASSWORD, RATE_LIMIT_EXCEEDED
 */
export async function changePassword(
  db: Kysely<DB>,
  actor: Actor & { user: { id: number; username: string; sessionId: number | null } },
  given: { old_password: string; new_password: string; confirm_password: string },
): Promise<void> {
  const { user, now } = actor;
  if (given.new_password !== given.confirm_password)
    throw fault('PASSWORD_MISMATCH', 'confirm_password', '两次输入的新密码不一致', 'The two new passwords differ');
  await checkPasswordTries(db, user.id, now);
  const secret = await queries.userSecretById(db, user.id);
  if (!secret || !(await verifyPassword(given.old_password, secret.password)).ok) {
    await notePasswordTry(db, user.id, now);
    throw fault('INVALID_OLD_PASSWORD', 'old_password', '当前密码不正确', 'The current password is wrong');
  }
  if (given.old_password === given.new_password)
    throw fault('PASSWORD_DUPLICATED', 'new_password', '新密码不能与当前密码相同', 'The new password must differ from the current one');
  refuseNameAsPassword(given.new_password, user.username, 'new_password');
  const password = await hashPassword(given.new_password);
  await transaction(db, async (db) => {
    await queries.updateUser(db, user.id, { password, must_change_password: false, password_changed_at: now }, now);
    await revokeSessions(db, user.id, now, user.sessionId);
    await audit(db, actor, { action: 'change_password', resource: 'user', id: user.id });
  });
}

/** The faults of a password that came without a schema (command line, environment). */
export function passwordFaults(password: string): FieldFault[] {
  const parsed = passwordText.safeParse(password);
  return parsed.success ? [] : parsed.error.issues.map((issue) => (issue as unknown as { params: FieldFault }).params);
}
