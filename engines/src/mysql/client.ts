/** The only file that knows the driver `mysql2`: connect, query with timeout and signal, close, errors to codes. */
import net from 'node:net';
import type { Connection, QueryOptions } from 'mysql2';
import { within } from '../deadline.ts';
import { dial, networkErrorCode, tlsPlan, type TlsPlan } from '../dial.ts';
import { EngineError, type ConnectOptions, type ErrorCode, type ErrorStage, type Target } from '../engine.ts';

export interface Session {
  statements: number;
  query<T>(text: string, values?: unknown[]): Promise<T[]>;
  rows<T extends unknown[]>(text: string, values?: unknown[]): Promise<T[]>;
  /** For large results: equal texts are kept once. */
  large<T>(text: string): Promise<T[]>;
  close(): Promise<void>;
}

/** Error numbers with a code of their own (`20` §3.4). */
const ERRNOS: Record<number, ErrorCode> = {
  1045: 'AUTH_FAILED',
  1698: 'AUTH_FAILED',
  1251: 'AUTH_FAILED',
  1524: 'AUTH_FAILED',
  1129: 'PERMISSION_DENIED',
  1130: 'PERMISSION_DENIED',
  3118: 'ACCOUNT_LOCKED',
  3955: 'ACCOUNT_LOCKED',
  4151: 'ACCOUNT_LOCKED',
  1820: 'PASSWORD_EXPIRED',
  1862: 'PASSWORD_EXPIRED',
  1049: 'DATABASE_NOT_FOUND',
  1044: 'PERMISSION_DENIED',
  1040: 'TOO_MANY_CONNECTIONS',
  1203: 'TOO_MANY_CONNECTIONS',
  1226: 'TOO_MANY_CONNECTIONS',
  2026: 'TLS_ERROR',
  3159: 'TLS_ERROR',
  3024: 'TIMEOUT',
  1969: 'TIMEOUT',
};
/** Refused by missing privileges while querying: global, table, column, routine, view. */
const DENIED = new Set([1044, 1142, 1143, 1227, 1356, 1370]);
/** The driver's own codes. */
const DRIVER_CODES: Record<string, ErrorCode> = {
  HANDSHAKE_NO_SSL_SUPPORT: 'TLS_ERROR',
  HANDSHAKE_SSL_ERROR: 'TLS_ERROR',
  MYSQL_CLEAR_PASSWORD_NOT_ENABLED: 'TLS_ERROR',
  AUTH_SWITCH_PLUGIN_ERROR: 'AUTH_FAILED',
};
const AUTH_CODES = new Set<ErrorCode>(['AUTH_FAILED', 'ACCOUNT_LOCKED', 'PASSWORD_EXPIRED']);

/** What a driver error means, by the server's number, then the driver's and Node's code; never by words. */
export function toEngineError(error: unknown, stage: ErrorStage): EngineError {
  if (error instanceof EngineError) return error;
  const { errno, code, message } = (error ?? {}) as { errno?: number; code?: string; message?: string };
  const detail = message ?? String(error);
  const connecting = stage !== 'query';
  // Node's numbers are below zero.
  const said = typeof errno === 'number' && errno > 0 ? { number: `MySQL ${errno}` } : {};
  if (!connecting && typeof errno === 'number' && DENIED.has(errno))
    return new EngineError('PRIVILEGE_MISSING', { stage, detail, cause: error, ...said });
  const known =
    (typeof errno === 'number' ? ERRNOS[errno] : undefined) ??
    (code === undefined ? undefined : DRIVER_CODES[code]) ??
    networkErrorCode(error, connecting);
  const found = known ?? (connecting ? 'UNKNOWN' : 'QUERY_FAILED');
  return new EngineError(found, { stage: AUTH_CODES.has(found) ? 'auth' : stage, detail, cause: error, ...said });
}

/** The server's error number behind an `EngineError`, for the few places that have another way to ask. */
export const errnoOf = (error: unknown): number | undefined =>
  ((error as EngineError | undefined)?.cause as { errno?: number } | undefined)?.errno;

export async function openSession(target: Target, options: ConnectOptions): Promise<Session> {
  const plan = tlsPlan(target);
  const { value } = await dial(target, options, (address, onDestroy) => signIn(target, address, plan, onDestroy));
  return session(value, options);
}

type Driver = Connection;

async function signIn(target: Target, address: string, plan: TlsPlan | null, onDestroy: (destroy: () => void) => void): Promise<Driver> {
  try {
    return await attempt(target, address, plan, onDestroy);
  } catch (error) {
    // The server says in its greeting that it has no TLS, before any password is sent.
    if (plan?.mode === 'prefer' && (error as { code?: string }).code === 'HANDSHAKE_NO_SSL_SUPPORT') {
      try {
        return await attempt(target, address, null, onDestroy);
      } catch (plain) {
        throw toEngineError(plain, 'connect');
      }
    }
    throw toEngineError(error, 'connect');
  }
}

async function attempt(target: Target, address: string, plan: TlsPlan | null, onDestroy: (destroy: () => void) => void): Promise<Driver> {
  const { default: mysql } = await import('mysql2');
  const socket = net.connect({ port: target.port, host: address });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  // The driver names no host to TLS when it was given an address; Node then takes this one instead of `localhost`.
  (socket as unknown as { _host: string })._host = plan?.name ?? address;
  onDestroy(() => socket.destroy());
  return new Promise((resolve, reject) => {
    const connection = mysql.createConnection({
      host: plan?.name ?? address,
      port: target.port,
      user: target.username,
      password: target.password,
      ...(target.database === null ? {} : { database: target.database }),
      stream: (() => socket) as never,
      charset: 'utf8mb4_general_ci',
      connectTimeout: 0,
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: false,
      decimalNumbers: true,
      multipleStatements: false,
      // The server may not ask for files of ours, nor for the password itself on an open line.
      flags: ['-LOCAL_FILES'],
      enableCleartextPlugin: plan !== null,
      connectAttributes: { program_name: 'whalefall' },
      ...(plan
        ? {
            ssl: {
              rejectUnauthorized: plan.rejectUnauthorized,
              verifyIdentity: plan.rejectUnauthorized,
              minVersion: plan.minVersion,
              ...(plan.ca === undefined ? {} : { ca: plan.ca }),
            },
          }
        : {}),
    });
    connection.once('connect', () => {
      // Errors between queries arrive here; the next query says so.
      connection.on('error', () => {});
      resolve(connection);
    });
    connection.once('error', (error: Error) => {
      connection.on('error', () => {});
      socket.destroy();
      reject(error);
    });
  });
}

/** A server's names come with every grant on them: hundreds of thousands of equal texts that need not all be kept. */
function sharedTexts(): (field: unknown, next: () => unknown) => unknown {
  const texts = new Map<string, string>();
  return (_, next) => {
    const value = next();
    if (typeof value !== 'string') return value;
    const known = texts.get(value);
    if (known === undefined) texts.set(value, value);
    return known ?? value;
  };
}

function session(connection: Driver, options: ConnectOptions): Session {
  const destroy = (): void => connection.destroy();
  options.signal?.addEventListener('abort', destroy, { once: true });
  const run = (sql: string, values: unknown[] | undefined, how: Pick<QueryOptions, 'rowsAsArray' | 'typeCast'>): Promise<unknown[]> => {
    self.statements += 1;
    return within(
      { ms: options.queryTimeoutMs ?? 300_000, signal: options.signal, stage: 'query', destroy },
      () =>
        new Promise<unknown[]>((resolve, reject) => {
          connection.query({ sql, ...how, ...(values ? { values } : {}) }, (error, rows) => {
            if (error) reject(toEngineError(error, 'query'));
            else resolve(Array.isArray(rows) ? rows : []);
          });
        }),
    );
  };
  const self: Session = {
    statements: 0,
    query: <T>(text: string, values?: unknown[]) => run(text, values, {}) as Promise<T[]>,
    rows: <T extends unknown[]>(text: string, values?: unknown[]) => run(text, values, { rowsAsArray: true }) as Promise<T[]>,
    large: <T>(text: string) => run(text, undefined, { typeCast: sharedTexts() }) as Promise<T[]>,
    close() {
      options.signal?.removeEventListener('abort', destroy);
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(patience);
          destroy();
          resolve();
        };
        // A server that no longer answers must not hold us: the farewell has one second.
        const patience = setTimeout(done, 1_000);
        try {
          connection.end(done);
        } catch {
          done();
        }
      });
    },
  };
  return self;
}
