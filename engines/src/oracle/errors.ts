/** What ORA- and NJS- numbers mean (Oracle Database Error Messages; the driver's own list). Words are never read. */
import type { ErrorCode, ErrorStage } from '../engine.ts';

export interface Meaning {
  code: ErrorCode;
  /** `ORA-01017`, `NJS-116`: set by `meaningOf`. */
  number?: string;
  /** What would help, where that is more than the code's own advice. */
  needs?: string;
}

const m = (code: ErrorCode, needs?: string): Meaning => (needs === undefined ? { code } : { code, needs });

export const ORA: Record<number, Meaning> = {
  18: m('TOO_MANY_CONNECTIONS', 'ALTER SYSTEM SET sessions = … SCOPE = SPFILE, then restart'),
  20: m('TOO_MANY_CONNECTIONS', 'ALTER SYSTEM SET processes = … SCOPE = SPFILE, then restart'),
  942: m('PRIVILEGE_MISSING'),
  1005: m('AUTH_FAILED'),
  1013: m('TIMEOUT'),
  1017: m('AUTH_FAILED'),
  1031: m('PRIVILEGE_MISSING'),
  1033: m('CONNECTION_REFUSED', 'wait until the instance has started or stopped'),
  1034: m('CONNECTION_REFUSED', 'STARTUP'),
  1035: m('PERMISSION_DENIED', 'GRANT RESTRICTED SESSION, or ALTER SYSTEM DISABLE RESTRICTED SESSION'),
  1045: m('PERMISSION_DENIED', 'GRANT CREATE SESSION'),
  1109: m('CONNECTION_REFUSED', 'ALTER DATABASE OPEN, or ALTER PLUGGABLE DATABASE … OPEN'),
  2391: m('TOO_MANY_CONNECTIONS', 'ALTER PROFILE … LIMIT SESSIONS_PER_USER …'),
  2399: m('TIMEOUT'),
  3136: m('TIMEOUT'),
  12170: m('TIMEOUT'),
  12504: m('DATABASE_NOT_FOUND', 'a service name or SID in the options of the instance'),
  12505: m('DATABASE_NOT_FOUND', 'a SID that LSNRCTL STATUS lists'),
  12514: m('DATABASE_NOT_FOUND', 'a service name that LSNRCTL SERVICES lists'),
  12516: m('TOO_MANY_CONNECTIONS', 'free handlers: more PROCESSES, or fewer sessions'),
  12518: m('TOO_MANY_CONNECTIONS'),
  12519: m('TOO_MANY_CONNECTIONS'),
  12520: m('TOO_MANY_CONNECTIONS'),
  12526: m('PERMISSION_DENIED', 'ALTER SYSTEM DISABLE RESTRICTED SESSION'),
  12527: m('PERMISSION_DENIED', 'ALTER SYSTEM DISABLE RESTRICTED SESSION'),
  12528: m('CONNECTION_REFUSED', 'the instance mounted and open'),
  12533: m('CONNECTION_REFUSED'),
  12537: m('CONNECTION_REFUSED', 'this address among TCP.INVITED_NODES of the listener'),
  12541: m('CONNECTION_REFUSED'),
  12545: m('HOST_NOT_FOUND'),
  12547: m('CONNECTION_REFUSED'),
  12560: m('CONNECTION_REFUSED'),
  12660: m('TLS_ERROR', 'SQLNET.ENCRYPTION_SERVER and SQLNET.CRYPTO_CHECKSUM_SERVER not REQUIRED, or TCPS'),
  28000: m('ACCOUNT_LOCKED'),
  28001: m('PASSWORD_EXPIRED'),
  28009: m('PERMISSION_DENIED', 'an account other than SYS'),
  28040: m('AUTH_FAILED', 'SQLNET.ALLOWED_LOGON_VERSION_SERVER at 12 or lower'),
  28759: m('TLS_ERROR'),
  28860: m('TLS_ERROR'),
  28864: m('TLS_ERROR'),
  29024: m('TLS_ERROR'),
};

export const NJS: Record<number, Meaning> = {
  101: m('AUTH_FAILED'),
  116: m('AUTH_FAILED', 'a password set anew, so that it has an 11G or 12C verifier: the driver does not sign in with 10G ones'),
  118: m('UNKNOWN', 'a restart: the library was named after a first connection had been made without it'),
  123: m('TIMEOUT'),
  138: m('UNSUPPORTED_VERSION', 'Oracle Database 12.1 or later'),
  500: m('QUERY_FAILED'),
  501: m('QUERY_FAILED'),
  503: m('CONNECTION_REFUSED'),
  505: m('TLS_ERROR', 'an ewallet.pem whose private key needs no password'),
  506: m('TLS_ERROR'),
  507: m('TLS_ERROR'),
  508: m('TLS_ERROR'),
  510: m('TIMEOUT'),
  511: m('CONNECTION_REFUSED'),
  512: m('UNKNOWN'),
  518: m('DATABASE_NOT_FOUND', 'a service name that LSNRCTL SERVICES lists'),
  519: m('DATABASE_NOT_FOUND', 'a SID that LSNRCTL STATUS lists'),
  521: m('CONNECTION_REFUSED'),
  529: m('TLS_ERROR', 'a wallet in PEM form (ewallet.pem)'),
  530: m('HOST_NOT_FOUND'),
  533: m('TLS_ERROR', 'SQLNET.ENCRYPTION_SERVER and SQLNET.CRYPTO_CHECKSUM_SERVER not REQUIRED, or TCPS'),
  536: m('CONNECTION_REFUSED'),
};

/** Of the library that the driver may load. */
export const DPI: Record<number, Meaning> = {
  1047: m('UNKNOWN', 'the 64-bit Oracle Client library in the folder that ORACLE_CLIENT_LIB_DIR names, or that setting taken away'),
  1050: m('UNKNOWN', 'Oracle Client 11.2 or later, better 19 or later, in the folder that ORACLE_CLIENT_LIB_DIR names'),
  1072: m('UNKNOWN', 'another release of the Oracle Client library in the folder that ORACLE_CLIENT_LIB_DIR names'),
};

const AT_SIGN_IN = new Set<ErrorCode>(['AUTH_FAILED', 'ACCOUNT_LOCKED', 'PASSWORD_EXPIRED']);

/** Codes in the order they stand in the text, outermost first: `NJS-511 … ORA-12516`. The last ORA- number is the reason. */
export function meaningOf(message: string, stage: ErrorStage): { meaning: Meaning; stage: ErrorStage } | null {
  const known = (pattern: RegExp, meanings: Record<number, Meaning>): Meaning[] =>
    [...message.matchAll(pattern)].flatMap(([number, digits]) => {
      const meaning = meanings[Number(digits)];
      return meaning ? [{ ...meaning, number }] : [];
    });
  const ora = known(/\bORA-(\d{5})\b/g, ORA);
  const njs = known(/\bNJS-(\d{3})\b/g, NJS);
  const dpi = known(/\bDPI-(\d{4})\b/g, DPI);
  const meaning = ora.at(-1) ?? njs.at(-1) ?? dpi.at(-1);
  if (!meaning) return null;
  const connecting = stage !== 'query';
  // The same number while connecting and while querying: a line that breaks, a right that is missing.
  if (connecting && meaning.code === 'QUERY_FAILED') return { meaning: { ...meaning, code: 'CONNECTION_REFUSED' }, stage };
  if (connecting && meaning.code === 'PRIVILEGE_MISSING') return { meaning: { ...meaning, code: 'PERMISSION_DENIED' }, stage };
  if (!connecting && meaning.code === 'CONNECTION_REFUSED') return { meaning: { ...meaning, code: 'QUERY_FAILED' }, stage };
  return { meaning, stage: AT_SIGN_IN.has(meaning.code) ? 'auth' : stage };
}
