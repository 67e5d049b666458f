/** The only file that knows the driver `pg`: connect, query with timeout and signal, close, errors to codes. */
import net from 'node:net';
import type { Client } from 'pg';
import { within } from '../deadline.ts';
import { dial, networkErrorCode, tlsPlan, type TlsPlan } from '../dial.ts';
import { EngineError, type ConnectOptions, type ErrorCode, type ErrorStage, type Target } from '../engine.ts';

export type Row = Record<string, unknown>;

export interface Session {
  /** The checked address it is connected to. */
  address: string;
  /** Statements sent so far. */
  statements: number;
  query<T = Row>(text: string, values?: unknown[]): Promise<T[]>;
  /** Rows as arrays, for large results. */
  rows<T extends unknown[]>(text: string, values?: unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

/** SQLSTATEs that have a code of their own (`20` §3.4); 42501 depends on the stage. */
const SQLSTATES: Record<string, ErrorCode> = {
  '28P01': 'AUTH_FAILED',
  '28000': 'AUTH_FAILED',
  '3D000': 'DATABASE_NOT_FOUND',
  '53300': 'TOO_MANY_CONNECTIONS',
  '57014': 'TIMEOUT',
  '57P03': 'CONNECTION_REFUSED',
};

/** What a driver error means. Never decided by words: SQLSTATE, then Node's code. */
export function toEngineError(error: unknown, stage: ErrorStage): EngineError {
  if (error instanceof EngineError) return error;
  const state = (error as { code?: unknown } | undefined)?.code;
  const detail = error instanceof Error ? error.message : String(error);
  const connecting = stage !== 'query';
  // Node's codes are longer, and have no digits.
  const said = typeof state === 'string' && /^[0-9A-Z]{5}$/.test(state) && /\d/.test(state) ? { number: `SQLSTATE ${state}` } : {};
  const rest = { stage, detail, cause: error, ...said };
  if (state === '42501') return new EngineError(connecting ? 'PERMISSION_DENIED' : 'PRIVILEGE_MISSING', rest);
  const code = typeof state === 'string' ? SQLSTATES[state] : undefined;
  if (code) return new EngineError(code, { ...rest, stage: code === 'AUTH_FAILED' ? 'auth' : stage });
  return new EngineError(networkErrorCode(error, connecting) ?? (connecting ? 'UNKNOWN' : 'QUERY_FAILED'), rest);
}

/** Opens one session in one database; `address` given = a later session of the same read. */
export async function openSession(target: Target, database: string, options: ConnectOptions, address?: string): Promise<Session> {
  const plan = tlsPlan(target);
  const dialled = await dial(
    target,
    options,
    (to, onDestroy) => signIn(target, database, to, plan, onDestroy),
    address === undefined ? undefined : [address],
  );
  return session(dialled.value, dialled.address, options);
}

async function signIn(
  target: Target,
  database: string,
  address: string,
  plan: TlsPlan | null,
  onDestroy: (destroy: () => void) => void,
): Promise<Client> {
  try {
    return await attempt(target, database, address, plan, onDestroy);
  } catch (error) {
    if (!(error instanceof NoTls)) throw toEngineError(error, 'connect');
    // `prefer` means: in plain text if the server said that it has no TLS, and only then.
    if (plan?.mode !== 'prefer') throw new EngineError('TLS_ERROR', { stage: 'connect', detail: 'the server does not offer TLS' });
  }
  try {
    return await attempt(target, database, address, null, onDestroy);
  } catch (error) {
    throw toEngineError(error, 'connect');
  }
}

class NoTls extends Error {}

async function attempt(
  target: Target,
  database: string,
  address: string,
  plan: TlsPlan | null,
  onDestroy: (destroy: () => void) => void,
): Promise<Client> {
  const { default: pg } = await import('pg');
  const socket = new net.Socket();
  onDestroy(() => socket.destroy());
  let refusedTls = false;
  // The server's one-byte answer to the TLS request, seen before the driver turns it into a sentence.
  if (plan) socket.once('data', (bytes: Buffer) => (refusedTls = bytes[0] === 0x4e));
  const client = new pg.Client({
    host: address,
    port: target.port,
    user: target.username,
    // A function, so that an empty password does not make the driver look into the environment or a password file.
    password: () => target.password,
    database,
    application_name: 'whalefall',
    keepAlive: true,
    stream: () => socket,
    ssl: plan
      ? {
          rejectUnauthorized: plan.rejectUnauthorized,
          minVersion: plan.minVersion,
          ...(plan.ca === undefined ? {} : { ca: plan.ca }),
          ...(net.isIP(plan.name) ? { host: plan.name } : { servername: plan.name }),
        }
      : false,
  });
  refuseClearText(client, plan !== null);
  // Errors between queries (the server restarts) arrive here; the next query says so.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    socket.destroy();
    if (refusedTls) throw new NoTls();
    // The driver's own sentences carry no code: whoever is there hung up, or does not speak PostgreSQL.
    if (typeof (error as { code?: unknown }).code !== 'string' && !(error instanceof EngineError))
      throw new EngineError('CONNECTION_REFUSED', { stage: 'connect', detail: String((error as Error).message), cause: error });
    throw error;
  }
}

/** Whoever asks for the password itself over an unencrypted line does not get it. */
function refuseClearText(client: Client, encrypted: boolean): void {
  if (encrypted) return;
  const inner = client as unknown as { _handleAuthCleartextPassword: () => void; connection: NodeJS.EventEmitter };
  inner._handleAuthCleartextPassword = () => {
    inner.connection.emit(
      'error',
      new EngineError('TLS_ERROR', {
        stage: 'auth',
        detail: 'the server asks for the password in clear text and the line is not encrypted',
      }),
    );
  };
}

function session(client: Client, address: string, options: ConnectOptions): Session {
  const socket = (): net.Socket => (client as unknown as { connection: { stream: net.Socket } }).connection.stream;
  const destroy = (): void => void socket().destroy();
  // An abort between two statements ends the connection too.
  options.signal?.addEventListener('abort', destroy, { once: true });
  const run = async (config: { text: string; values?: unknown[]; rowMode?: 'array' }): Promise<unknown[]> => {
    self.statements += 1;
    return within({ ms: options.queryTimeoutMs ?? 300_000, signal: options.signal, stage: 'query', destroy }, async () => {
      try {
        return (await client.query(config as { text: string })).rows as unknown[];
      } catch (error) {
        throw toEngineError(error, 'query');
      }
    });
  };
  const self: Session = {
    address,
    statements: 0,
    query: <T>(text: string, values?: unknown[]) => run({ text, ...(values ? { values } : {}) }) as Promise<T[]>,
    rows: <T extends unknown[]>(text: string, values?: unknown[]) =>
      run({ text, rowMode: 'array', ...(values ? { values } : {}) }) as Promise<T[]>,
    async close() {
      options.signal?.removeEventListener('abort', destroy);
      const ended = client.end().catch(() => {});
      // A server that no longer answers must not hold us: the farewell has one second.
      const patience = setTimeout(destroy, 1_000);
      await Promise.race([ended, new Promise<void>((resolve) => socket().once('close', () => resolve()))]);
      clearTimeout(patience);
    },
  };
  return self;
}
