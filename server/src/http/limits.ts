import type { Kysely } from 'kysely';
import { Refusal } from '../refusal.ts';
import type { DB } from '../store/tables.ts';
import { sha256 } from '../vault/secrets.ts';
import * as queries from './queries.ts';

const ADDRESS_FAILURES = 10;
const ADDRESS_WINDOW_MS = 60_000;
const LOCK_AFTER = 5;
const LOCK_WINDOW_MS = 15 * 60_000;
const LONGEST_LOCK_MS = 24 * 3_600_000;
const LONGEST_DELAY_MS = 5000;

/** The /24 of an IPv4 address, the /56 of an IPv6 one: one client, whatever address it rotates through. */
export function clientNet(ip: string): string {
  const v4 = ip.replace(/^::ffff:/i, '');
  if (/^\d+\.\d+\.\d+\.\d+$/.test(v4)) return `${v4.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  const first = groups.slice(0, 4).map((group) => group.padStart(4, '0'));
  return `${first.slice(0, 3).join(':')}:${(first[3] ?? '0000').slice(0, 2)}00::/56`;
}

/** Names are kept hashed: a password typed into the name field must not be readable in a table. */
export const nameKey = (username: string): string => sha256(`login:${username.toLowerCase()}`);
const keysOf = (username: string, ip: string) => ({
  pair: { name_key: nameKey(username), client_key: clientNet(ip) },
  name: { name_key: nameKey(username), client_key: '*' },
  address: { name_key: '*', client_key: ip },
});

function refused(code: 'RATE_LIMIT_EXCEEDED' | 'ACCOUNT_LOCKED', limit: number, until: Date, now: Date): Refusal {
  const seconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000));
  const reset = Math.ceil(until.getTime() / 1000);
  return new Refusal(code, {
    extra: { retry_after: seconds, limit, remaining: 0, reset_time: reset },
    headers: {
      'Retry-After': String(seconds),
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(reset),
    },
  });
}

/** Too many failures from this address? Asked before the body is read. @throws Refusal RATE_LIMIT_EXCEEDED */
export async function checkAddress(db: Kysely<DB>, ip: string, now: Date): Promise<void> {
  const [row] = await queries.loginFailures(db, [{ name_key: '*', client_key: ip }]);
  const until = row ? new Date(row.first_at.getTime() + ADDRESS_WINDOW_MS) : now;
  if (row && row.failures >= ADDRESS_FAILURES && until > now) throw refused('RATE_LIMIT_EXCEEDED', ADDRESS_FAILURES, until, now);
}

/**
 * Is this (name, client) locked? For known and unknown names alike. @throws Refusal ACCOUNT_LOCKED
 * @returns how long to wait before the answer: grows with failures of the name from anywhere, so that nobody can lock a user out from afar.
 */
export async function checkLock(db: Kysely<DB>, username: string, ip: string, now: Date): Promise<number> {
  const keys = keysOf(username, ip);
  const rows = await queries.loginFailures(db, [keys.pair, keys.name]);
  const pair = rows.find((row) => row.client_key !== '*');
  if (pair?.locked_until && pair.locked_until > now) throw refused('ACCOUNT_LOCKED', LOCK_AFTER, pair.locked_until, now);
  const name = rows.find((row) => row.client_key === '*');
  if (!name || now.getTime() - name.last_at.getTime() > LOCK_WINDOW_MS || name.failures <= LOCK_AFTER) return 0;
  return Math.min(LONGEST_DELAY_MS, 250 * 2 ** (name.failures - LOCK_AFTER));
}

/** Counts a failed sign-in; the fifth in a row locks (name, client) for 15 minutes, doubling to a day. */
export async function noteFailure(db: Kysely<DB>, username: string, ip: string, now: Date): Promise<void> {
  const keys = keysOf(username, ip);
  await queries.countLoginFailure(db, keys.address, now, ADDRESS_WINDOW_MS);
  await queries.countLoginFailure(db, keys.name, now, LOCK_WINDOW_MS);
  const pair = await queries.countLoginFailure(db, keys.pair, now, LOCK_WINDOW_MS);
  if (pair.failures >= LOCK_AFTER) {
    const lockMs = Math.min(LONGEST_LOCK_MS, LOCK_WINDOW_MS * 2 ** pair.lock_level);
    await queries.lockLogin(db, keys.pair, new Date(now.getTime() + lockMs), pair.lock_level + 1);
  }
}

/** A success forgets what this client did to the name. */
export const forgetFailures = (db: Kysely<DB>, username: string, ip: string): Promise<void> =>
  queries.forgetLoginFailures(db, nameKey(username), clientNet(ip));

const PASSWORD_TRIES = 10;
/** Wrong old passwords have a bucket of their own per user (10-D26). @throws Refusal RATE_LIMIT_EXCEEDED */
export async function checkPasswordTries(db: Kysely<DB>, userId: number, now: Date): Promise<void> {
  const [row] = await queries.loginFailures(db, [{ name_key: 'password', client_key: String(userId) }]);
  const until = row ? new Date(row.first_at.getTime() + LOCK_WINDOW_MS) : now;
  if (row && row.failures >= PASSWORD_TRIES && until > now) throw refused('RATE_LIMIT_EXCEEDED', PASSWORD_TRIES, until, now);
}
export async function notePasswordTry(db: Kysely<DB>, userId: number, now: Date): Promise<void> {
  await queries.countLoginFailure(db, { name_key: 'password', client_key: String(userId) }, now, LOCK_WINDOW_MS);
}
