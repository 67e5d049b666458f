import type { Role } from '@whalefall/contract';
import type { LightMyRequestResponse } from 'fastify';
import { insertUser } from '../src/features/identity/queries.ts';
import { csrfToken, SESSION_COOKIE } from '../src/http/session.ts';
import { hashPassword } from '../src/vault/passwords.ts';
import { type Caller, caller, PASSWORD, type TestHouse } from './harness.ts';

let hash: Promise<string> | undefined;
let counter = 0;

/** A user whose password is PASSWORD, unless a hash says otherwise. */
export async function makeUser(
  house: TestHouse,
  given: { username?: string; role?: Role; is_active?: boolean; must_change_password?: boolean; hash?: string } = {},
): Promise<{ id: number; username: string }> {
  hash ??= hashPassword(PASSWORD);
  return insertUser(house.deps.db, {
    username: given.username ?? `person_${++counter}`,
    role: given.role ?? 'viewer',
    password: given.hash ?? (await hash),
    is_active: given.is_active ?? true,
    must_change_password: given.must_change_password ?? false,
    created_at: house.clock.now(),
  });
}

let net = 0;
/** An address of a network that nobody has failed from yet. */
export const freshAddress = (): string => `10.${40 + Math.floor(++net / 250)}.${net % 250}.1`;

/** A sign-in as a program does it: no cookie, no Origin, so no CSRF token. */
export const postLogin = (
  house: TestHouse,
  username: string,
  password = PASSWORD,
  given: { from?: string; remember?: boolean; headers?: Record<string, string>; path?: string } = {},
): Promise<LightMyRequestResponse> =>
  house.app.inject({
    method: 'POST',
    url: given.path ?? '/auth/api/login',
    remoteAddress: given.from ?? freshAddress(),
    headers: { 'content-type': 'application/json', ...given.headers },
    payload: JSON.stringify({ username, password, ...(given.remember === undefined ? {} : { remember: given.remember }) }),
  });

export const sessionCookie = (reply: LightMyRequestResponse) => reply.cookies.find((cookie) => cookie.name === SESSION_COOKIE);

/** Somebody signed in, with the tokens of the sign-in. */
export async function signedIn(
  house: TestHouse,
  username: string,
  password = PASSWORD,
): Promise<Caller & { access: string; refresh: string }> {
  const reply = await postLogin(house, username, password);
  if (reply.statusCode !== 200) throw new Error(`sign-in of ${username}: ${reply.statusCode} ${reply.body}`);
  const { access_token, refresh_token, user } = reply.json().data;
  const cookie = sessionCookie(reply)!.value;
  return { ...caller(house.app, user.id, cookie, csrfOf(house, cookie)), access: access_token, refresh: refresh_token };
}
export const csrfOf = (house: TestHouse, cookie: string): string =>
  csrfToken(cookie, { secretKey: house.deps.config.secretKey, jwtSecretKey: house.deps.config.jwtSecretKey });

/** Status and code of a request with a bearer token. */
export async function asBearer(house: TestHouse, token: string, url = '/auth/api/me', method: 'GET' | 'POST' = 'GET') {
  const reply = await house.app.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
  return { status: reply.statusCode, body: reply.json(), headers: reply.headers };
}
