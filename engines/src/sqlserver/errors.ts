/** What a number of SQL Server means; the words of a message depend on its language and are never read. */
import type { ErrorCode } from '../engine.ts';

/** While signing in (Microsoft documentation, "Database Engine events and errors"). */
export const SIGN_IN: Record<number, ErrorCode> = {
  18456: 'AUTH_FAILED',
  18452: 'AUTH_FAILED',
  18470: 'ACCOUNT_LOCKED',
  18486: 'ACCOUNT_LOCKED',
  18487: 'PASSWORD_EXPIRED',
  18488: 'PASSWORD_EXPIRED',
  911: 'DATABASE_NOT_FOUND',
  4060: 'DATABASE_NOT_FOUND',
  4063: 'DATABASE_NOT_FOUND',
  4064: 'DATABASE_NOT_FOUND',
  916: 'PERMISSION_DENIED',
  17892: 'PERMISSION_DENIED',
  18461: 'PERMISSION_DENIED',
  10928: 'TOO_MANY_CONNECTIONS',
  10929: 'TOO_MANY_CONNECTIONS',
  17809: 'TOO_MANY_CONNECTIONS',
  17142: 'CONNECTION_REFUSED',
  18401: 'CONNECTION_REFUSED',
  18451: 'CONNECTION_REFUSED',
};

/** While querying: a right is missing, or something was waited for too long. */
export const QUERYING: Record<number, ErrorCode> = {
  229: 'PRIVILEGE_MISSING',
  230: 'PRIVILEGE_MISSING',
  262: 'PRIVILEGE_MISSING',
  297: 'PRIVILEGE_MISSING',
  300: 'PRIVILEGE_MISSING',
  371: 'PRIVILEGE_MISSING',
  916: 'PRIVILEGE_MISSING',
  15247: 'PRIVILEGE_MISSING',
  1222: 'TIMEOUT',
};

/** The first that says more than "login failed": 18456 comes after the reason, if there is one. */
export function codeOfSignIn(numbers: readonly number[]): ErrorCode | null {
  const known = numbers.flatMap((number) => SIGN_IN[number] ?? []);
  return known.find((code) => code !== 'AUTH_FAILED') ?? known[0] ?? null;
}
