import type { Role } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../store/tables.ts';

type Db = Kysely<DB>;

const USER_COLUMNS = [
  'users.id as id',
  'users.username',
  'users.role',
  'users.is_active',
  'users.must_change_password',
  'users.locale',
  'users.theme',
] as const;

/** The live session behind a cookie, with its user; nothing when it is revoked or over. */
export function sessionByHash(db: Db, idHash: string, now: Date) {
  return db
    .selectFrom('user_sessions')
    .innerJoin('users', 'users.id', 'user_sessions.user_id')
    .select([
      ...USER_COLUMNS,
      'user_sessions.id as session_id',
      'user_sessions.last_seen_at',
      'user_sessions.remember',
      'user_sessions.expires_at',
    ])
    .where('user_sessions.id_hash', '=', idHash)
    .where('user_sessions.revoked_at', 'is', null)
    .where('user_sessions.expires_at', '>', now)
    .executeTakeFirst();
}

/** The same by row number, for tokens: they end by themselves, the session's end is that of its cookie. */
export function sessionById(db: Db, id: number) {
  return db
    .selectFrom('user_sessions')
    .innerJoin('users', 'users.id', 'user_sessions.user_id')
    .select([...USER_COLUMNS, 'user_sessions.id as session_id'])
    .where('user_sessions.id', '=', id)
    .where('user_sessions.revoked_at', 'is', null)
    .executeTakeFirst();
}

/** Everything that ends a session or exchanges its tokens begins with this row. */
export const lockSession = (db: Db, id: number) => db.selectFrom('user_sessions').select('id').where('id', '=', id).forUpdate().execute();

export function personalTokenByHash(db: Db, tokenHash: string, now: Date) {
  return db
    .selectFrom('personal_tokens')
    .innerJoin('users', 'users.id', 'personal_tokens.user_id')
    .select([...USER_COLUMNS, 'personal_tokens.id as token_id', 'personal_tokens.role as token_role', 'personal_tokens.last_used_at'])
    .where('personal_tokens.token_hash', '=', tokenHash)
    .where('personal_tokens.revoked_at', 'is', null)
    .where((eb) => eb.or([eb('personal_tokens.expires_at', 'is', null), eb('personal_tokens.expires_at', '>', now)]))
    .executeTakeFirst();
}

/** Moves a session's idle end, never past its absolute one. */
export async function slideSession(db: Db, id: number, now: Date, end: Date, absoluteMs: number): Promise<void> {
  await db
    .updateTable('user_sessions')
    .set({ last_seen_at: now, expires_at: sql<Date>`least(${end}::timestamptz, created_at + ${absoluteMs} * interval '1 millisecond')` })
    .where('id', '=', id)
    .execute();
}
export async function touchToken(db: Db, id: number, now: Date): Promise<void> {
  await db.updateTable('personal_tokens').set({ last_used_at: now }).where('id', '=', id).execute();
}

export interface NewSession {
  id_hash: string;
  user_id: number;
  created_at: Date;
  last_seen_at: Date;
  expires_at: Date;
  ip: string | null;
  user_agent: string | null;
  remember: boolean;
}
export async function insertSession(db: Db, session: NewSession): Promise<number> {
  const row = await db.insertInto('user_sessions').values(session).returning('id').executeTakeFirstOrThrow();
  return row.id;
}

/** Ends sessions of a user and with them their refresh tokens (access tokens ask for the session's row). */
export async function revokeSessions(db: Db, userId: number, now: Date, but: number | null = null): Promise<void> {
  const ended = db
    .updateTable('user_sessions')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .$if(but !== null, (q) => q.where('id', '!=', but!));
  await ended.execute();
  await db
    .updateTable('refresh_tokens')
    .set({ revoked_at: now })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .$if(but !== null, (q) => q.where('session_id', '!=', but!))
    .execute();
}
export async function revokeSession(db: Db, id: number, now: Date): Promise<void> {
  await db.updateTable('user_sessions').set({ revoked_at: now }).where('id', '=', id).where('revoked_at', 'is', null).execute();
  await db.updateTable('refresh_tokens').set({ revoked_at: now }).where('session_id', '=', id).where('revoked_at', 'is', null).execute();
}

export async function insertRefreshToken(
  db: Db,
  row: { jti: string; session_id: number; user_id: number; expires_at: Date; created_at: Date },
): Promise<void> {
  await db.insertInto('refresh_tokens').values(row).execute();
}
/** @returns the token's row when it may still be used; marks it used in the same statement, so only one caller gets it. */
export function useRefreshToken(db: Db, jti: string, now: Date) {
  return db
    .updateTable('refresh_tokens')
    .set({ used_at: now })
    .where('jti', '=', jti)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(['session_id', 'user_id'])
    .executeTakeFirst();
}
export function refreshTokenByJti(db: Db, jti: string) {
  return db
    .selectFrom('refresh_tokens')
    .select(['session_id', 'user_id', 'used_at', 'revoked_at'])
    .where('jti', '=', jti)
    .executeTakeFirst();
}

/** Failed sign-ins of a (name, client) pair, a client alone or a name alone. */
export function loginFailures(db: Db, keys: readonly { name_key: string; client_key: string }[]) {
  return db
    .selectFrom('login_failures')
    .select(['name_key', 'client_key', 'failures', 'first_at', 'last_at', 'locked_until', 'lock_level'])
    .where((eb) => eb.or(keys.map((key) => eb.and([eb('name_key', '=', key.name_key), eb('client_key', '=', key.client_key)]))))
    .execute();
}

/** Counts one failure, atomically; the count begins anew when the window since its first failure is over. */
export async function countLoginFailure(db: Db, key: { name_key: string; client_key: string }, now: Date, windowMs: number) {
  const fresh = new Date(now.getTime() - windowMs);
  return db
    .insertInto('login_failures')
    .values({ ...key, failures: 1, first_at: now, last_at: now, lock_level: 0 })
    .onConflict((oc) =>
      oc.columns(['name_key', 'client_key']).doUpdateSet({
        failures: sql<number>`case when login_failures.first_at < ${fresh} then 1 else login_failures.failures + 1 end`,
        first_at: sql<Date>`case when login_failures.first_at < ${fresh} then ${now} else login_failures.first_at end`,
        last_at: now,
      }),
    )
    .returning(['failures', 'lock_level', 'first_at'])
    .executeTakeFirstOrThrow();
}
export async function lockLogin(db: Db, key: { name_key: string; client_key: string }, until: Date, level: number): Promise<void> {
  await db
    .updateTable('login_failures')
    .set({ locked_until: until, lock_level: level, failures: 0 })
    .where('name_key', '=', key.name_key)
    .where('client_key', '=', key.client_key)
    .execute();
}
export async function forgetLoginFailures(db: Db, nameKey: string, clientKey?: string): Promise<void> {
  await db
    .deleteFrom('login_failures')
    .where('name_key', '=', nameKey)
    .$if(clientKey !== undefined, (q) => q.where('client_key', 'in', [clientKey!, '*']))
    .execute();
}
/** @returns until when each of these names is locked for anybody. */
export function lockedNames(db: Db, nameKeys: readonly string[], now: Date) {
  return db
    .selectFrom('login_failures')
    .select(['name_key', (eb) => eb.fn.max('locked_until').as('locked_until')])
    .where('name_key', 'in', nameKeys)
    .where('locked_until', '>', now)
    .groupBy('name_key')
    .execute();
}

export function listPersonalTokens(db: Db, userId: number) {
  return db
    .selectFrom('personal_tokens')
    .select(['id', 'name', 'role', 'created_at', 'expires_at', 'last_used_at'])
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .orderBy('id', 'desc')
    .execute();
}
export function insertPersonalToken(
  db: Db,
  row: { user_id: number; name: string; role: Role; token_hash: string; created_at: Date; expires_at: Date | null },
) {
  return db
    .insertInto('personal_tokens')
    .values(row)
    .returning(['id', 'name', 'role', 'created_at', 'expires_at', 'last_used_at'])
    .executeTakeFirstOrThrow();
}
export async function revokePersonalToken(db: Db, userId: number, id: number, now: Date): Promise<boolean> {
  const done = await db
    .updateTable('personal_tokens')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Sign-ins that were over before this: sessions with their refresh tokens, revoked personal tokens, failures nobody is locked by. @returns how many rows went */
export async function deleteOver(db: Db, before: Date): Promise<number> {
  const gone = [
    await db
      .deleteFrom('user_sessions')
      .where((eb) => eb.or([eb('expires_at', '<', before), eb('revoked_at', '<', before)]))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('refresh_tokens as r')
              .select('r.jti')
              .whereRef('r.session_id', '=', 'user_sessions.id')
              .where('r.revoked_at', 'is', null)
              .where('r.expires_at', '>=', before),
          ),
        ),
      )
      .executeTakeFirst(),
    await db
      .deleteFrom('personal_tokens')
      .where((eb) => eb.or([eb('expires_at', '<', before), eb('revoked_at', '<', before)]))
      .executeTakeFirst(),
    await db
      .deleteFrom('login_failures')
      .where('last_at', '<', before)
      .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<', before)]))
      .executeTakeFirst(),
  ];
  return gone.reduce((n, one) => n + Number(one.numDeletedRows), 0);
}
