import type { FastifyReply, FastifyRequest } from 'fastify';
import { jwtVerify, SignJWT, errors as joseErrors } from 'jose';
import type { Kysely } from 'kysely';
import type { Locale, Role } from '@whalefall/contract';
import { Refusal } from '../refusal.ts';
import type { DB } from '../store/tables.ts';
import { hmac, randomId, randomToken, sha256 } from '../vault/secrets.ts';
import type { User } from './context.ts';
import * as queries from './queries.ts';

export const SESSION_COOKIE = 'whalefall_session';
/** Idle end, absolute end, and the life of a remembered session (10 §4.1). */
export interface SessionLife {
  idleMs: number;
  absoluteMs: number;
  rememberMs: number;
  accessTokenMs: number;
  refreshTokenMs: number;
}
export const SESSION_LIFE: SessionLife = {
  idleMs: 3_600_000,
  absoluteMs: 12 * 3_600_000,
  rememberMs: 7 * 86_400_000,
  accessTokenMs: 3_600_000,
  refreshTokenMs: 30 * 86_400_000,
};
/** A session's end is moved at most this often: reading pages must not write on every request. */
const TOUCH_MS = 60_000;

export interface SessionKeys {
  secretKey: string;
  jwtSecretKey: string;
}

interface UserRow {
  id: number;
  username: string;
  role: string;
  is_active: boolean;
  must_change_password: boolean;
  locale: string | null;
  theme: string | null;
}
function userOf(row: UserRow, via: User['via'], sessionId: number | null, role: Role = row.role as Role): User {
  return {
    id: row.id,
    username: row.username,
    role,
    mustChangePassword: row.must_change_password,
    locale: row.locale as Locale | null,
    theme: row.theme as User['theme'],
    sessionId,
    via,
  };
}

const WEAKER: Record<Role, number> = { viewer: 0, user: 1, admin: 2 };

/**
 * Who is asking? A bearer token wins over the cookie.
 * @throws Refusal TOKEN_EXPIRED, TOKEN_INVALID for a bearer token that does not hold; null when nobody is signed in.
 */
export async function authenticate(db: Kysely<DB>, request: FastifyRequest, keys: SessionKeys, now: Date): Promise<User | null> {
  const header = request.headers.authorization;
  if (header?.startsWith('Bearer ')) return bearer(db, header.slice(7).trim(), keys, now);
  const cookie = request.cookies[SESSION_COOKIE];
  if (!cookie) return null;
  const row = await queries.sessionByHash(db, sha256(cookie), now);
  if (!row || !row.is_active) return null;
  if (now.getTime() - row.last_seen_at.getTime() > TOUCH_MS && !row.remember) {
    // Sliding within the absolute limit, which the session's own start decides.
    const end = new Date(now.getTime() + SESSION_LIFE.idleMs);
    await queries.slideSession(db, row.session_id, now, end, SESSION_LIFE.absoluteMs);
  }
  return userOf(row, 'session', row.session_id);
}

const unauthorized = (code: 'TOKEN_INVALID' | 'TOKEN_EXPIRED') => new Refusal(code, { headers: { 'WWW-Authenticate': 'Bearer' } });

async function bearer(db: Kysely<DB>, token: string, keys: SessionKeys, now: Date): Promise<User> {
  if (token.startsWith('wfp_')) {
    const row = await queries.personalTokenByHash(db, sha256(token), now);
    if (!row || !row.is_active) throw unauthorized('TOKEN_INVALID');
    if (!row.last_used_at || now.getTime() - row.last_used_at.getTime() > TOUCH_MS) await queries.touchToken(db, row.token_id, now);
    const weaker = WEAKER[row.token_role as Role] < WEAKER[row.role as Role] ? (row.token_role as Role) : (row.role as Role);
    return userOf(row, 'bearer', null, weaker);
  }
  const claims = await verifyToken(token, 'access', keys, now);
  const row = await queries.sessionById(db, claims.sid);
  if (!row || !row.is_active || String(row.id) !== claims.sub) throw unauthorized('TOKEN_INVALID');
  return userOf(row, 'bearer', row.session_id);
}

export interface TokenClaims {
  sub: string;
  sid: number;
  jti: string;
}
/** @throws Refusal TOKEN_EXPIRED, TOKEN_INVALID */
export async function verifyToken(token: string, type: 'access' | 'refresh', keys: SessionKeys, now: Date): Promise<TokenClaims> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(keys.jwtSecretKey), { algorithms: ['HS256'], currentDate: now });
    if (payload.type !== type || typeof payload.sub !== 'string' || typeof payload.sid !== 'number' || typeof payload.jti !== 'string')
      throw unauthorized('TOKEN_INVALID');
    return { sub: payload.sub, sid: payload.sid, jti: payload.jti };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw unauthorized(error instanceof joseErrors.JWTExpired ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID');
  }
}

/** Makes an access and a refresh token of a session and remembers the refresh token's id. */
export async function issueTokens(
  db: Kysely<DB>,
  session: { id: number; userId: number },
  keys: SessionKeys,
  now: Date,
): Promise<{ access: string; refresh: string; expiresIn: number }> {
  const sign = (type: 'access' | 'refresh', jti: string, lifeMs: number) =>
    new SignJWT({ type, sid: session.id, fresh: type === 'access' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(String(session.userId))
      .setJti(jti)
      .setIssuedAt(Math.floor(now.getTime() / 1000))
      .setNotBefore(Math.floor(now.getTime() / 1000))
      .setExpirationTime(Math.floor((now.getTime() + lifeMs) / 1000))
      .sign(new TextEncoder().encode(keys.jwtSecretKey));
  const jti = randomId();
  const expires = new Date(now.getTime() + SESSION_LIFE.refreshTokenMs);
  await queries.insertRefreshToken(db, { jti, session_id: session.id, user_id: session.userId, expires_at: expires, created_at: now });
  return {
    access: await sign('access', randomId(), SESSION_LIFE.accessTokenMs),
    refresh: await sign('refresh', jti, SESSION_LIFE.refreshTokenMs),
    expiresIn: SESSION_LIFE.accessTokenMs / 1000,
  };
}

/** A new session with a new cookie value: signing in never keeps an old one (fixation). */
export async function openSession(
  db: Kysely<DB>,
  session: { userId: number; remember: boolean; ip: string; userAgent: string | null },
  now: Date,
): Promise<{ id: number; cookie: string }> {
  const cookie = randomToken();
  const lifeMs = session.remember ? SESSION_LIFE.rememberMs : SESSION_LIFE.idleMs;
  const id = await queries.insertSession(db, {
    id_hash: sha256(cookie),
    user_id: session.userId,
    created_at: now,
    last_seen_at: now,
    expires_at: new Date(now.getTime() + lifeMs),
    ip: session.ip,
    user_agent: session.userAgent?.slice(0, 500) ?? null,
    remember: session.remember,
  });
  return { id, cookie };
}

/** Secure whenever the request came by https. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, value: string, remember: boolean): void {
  reply.setCookie(SESSION_COOKIE, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: request.protocol === 'https',
    ...(remember ? { maxAge: SESSION_LIFE.rememberMs / 1000 } : {}),
  });
}
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, { path: '/', httpOnly: true, sameSite: 'lax', secure: request.protocol === 'https' });
}

/** The cookie that the CSRF token is bound to; an anonymous one is given to those who have none yet. */
export function ensureCookie(request: FastifyRequest, reply: FastifyReply): string {
  const known = request.cookies[SESSION_COOKIE];
  if (known) return known;
  const fresh = randomToken();
  setSessionCookie(request, reply, fresh, false);
  request.cookies[SESSION_COOKIE] = fresh;
  return fresh;
}

/** Valid for the life of the cookie it belongs to. */
export const csrfToken = (cookie: string, keys: SessionKeys): string => hmac(keys.secretKey, `csrf:${cookie}`);
