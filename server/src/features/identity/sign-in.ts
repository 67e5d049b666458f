import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { isApiPath } from '@whalefall/contract';
import { checkLock, forgetFailures, noteFailure } from '../../http/limits.ts';
import { openSession } from '../../http/session.ts';
import { audit, type Log } from '../../logbook/index.ts';
import { Refusal } from '../../refusal.ts';
import type { DB } from '../../store/tables.ts';
import { hashPassword, verifyPassword } from '../../vault/passwords.ts';
import * as queries from './queries.ts';

interface Attempt {
  username: string;
  password: string;
  remember: boolean;
  ip: string;
  userAgent: string | null;
  requestId: string;
  now: Date;
}

/**
 * Checks name and password and opens a session. Known and unknown names take the same time and get the same answer.
 * @throws Refusal INVALID_CREDENTIALS, ACCOUNT_DISABLED, ACCOUNT_LOCKED
 */
export async function signIn(db: Kysely<DB>, log: Log, attempt: Attempt) {
  const { username, ip, now } = attempt;
  const delayMs = await checkLock(db, username, ip, now);
  const user = await queries.userSecretByName(db, username);
  const { ok, rehash } = await verifyPassword(attempt.password, user?.password ?? null);
  if (delayMs > 0) await wait(delayMs);
  if (!user || !ok) {
    await noteFailure(db, username, ip, now);
    // A name that does not exist may be a password typed into the wrong field: it is not logged.
    log.warning('auth', 'sign-in failed', { username: user?.username ?? null, known: user !== undefined });
    throw new Refusal('INVALID_CREDENTIALS');
  }
  if (!user.is_active) {
    log.warning('auth', 'sign-in of a disabled user', { user_id: user.id, username: user.username });
    throw new Refusal('ACCOUNT_DISABLED');
  }
  const session = await openSession(db, { userId: user.id, remember: attempt.remember, ip, userAgent: attempt.userAgent }, now);
  await queries.updateUser(db, user.id, { last_login: now, ...(rehash ? { password: await hashPassword(attempt.password) } : {}) }, now);
  await forgetFailures(db, username, ip);
  await audit(db, { user, ip, requestId: attempt.requestId, now }, { action: 'sign_in', resource: 'user', id: user.id });
  log.info('auth', 'signed in', { user_id: user.id, username: user.username });
  return { user, session };
}

/** Where to go after signing in: a page of our own, else the dashboard. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])[^\u0000-\u001f\\]*$/.test(next)) return '/dashboard/';
  const path = next.split(/[?#]/)[0]!;
  if (isApiPath(path) || path.startsWith('/auth/') || path === '/') return '/dashboard/';
  // A header takes ASCII only; what is encoded already stays as it is.
  return next.toWellFormed().replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}
