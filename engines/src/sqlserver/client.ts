/** The only file that knows the driver `tedious`: connect, query with timeout and signal, close, errors to codes. */
import net from 'node:net';
import type { Connection, ConnectionConfiguration, Request } from 'tedious';
import { within } from '../deadline.ts';
import { dial, networkErrorCode, tlsPlan, type TlsPlan } from '../dial.ts';
import { EngineError, type ConnectOptions, type ErrorStage, type Target } from '../engine.ts';
import { resolveTarget } from '../guard.ts';
import { portOfInstance } from './browser.ts';
import { codeOfSignIn, QUERYING, SIGN_IN } from './errors.ts';
import { demandEncryption } from './prelogin.ts';

export interface Session {
  /** Statements sent so far. */
  statements: number;
  /** Rows as objects, by column name. */
  query<T>(text: string, numbers?: Record<string, number>): Promise<T[]>;
  /** Rows of all result sets as arrays, in the order they came. */
  rows(text: string, numbers?: Record<string, number>): Promise<unknown[][]>;
  close(): Promise<void>;
}

const DEFAULT_PORT = 1433;
const DRIVER_CODES: Record<string, EngineError['code']> = {
  ELOGIN: 'AUTH_FAILED',
  EENCRYPT: 'TLS_ERROR',
  ETIMEOUT: 'TIMEOUT',
};

/** What the server said while signing in. */
export interface Said {
  number: number;
  state: number;
}
/** The state tells failed logins apart; of other errors it says where in the server they arose, which helps nobody. */
const spelled = ({ number, state }: Said): string => `SQL Server ${number}${number === 18456 && state > 0 ? `/${state}` : ''}`;

/** `numbers` = what the server said while signing in: the driver's own error holds none. */
export function toEngineError(error: unknown, stage: ErrorStage, said: readonly Said[] = []): EngineError {
  const numbers = said.map((one) => one.number);
  const connecting = stage !== 'query';
  let network: EngineError['code'] | null = null;
  for (let inner: unknown = error, depth = 0; inner instanceof Error && depth < 6; inner = inner.cause, depth += 1) {
    if (inner instanceof EngineError) return inner;
    network ??= networkErrorCode(inner, connecting);
  }
  const { number, code, message } = (error ?? {}) as { number?: number; code?: string; message?: string };
  const detail = [message ?? String(error), ...numbers.map((n) => `(${n})`)].join(' ');
  const known = connecting ? codeOfSignIn(numbers) : (QUERYING[number ?? 0] ?? null);
  const found = known ?? network ?? DRIVER_CODES[code ?? ''] ?? (connecting ? 'UNKNOWN' : 'QUERY_FAILED');
  const atSignIn = connecting && (numbers.length > 0 || code === 'ELOGIN');
  const reason = connecting
    ? (said.find((one) => SIGN_IN[one.number] === found) ?? said[0])
    : typeof number === 'number'
      ? { number, state: 0 }
      : undefined;
  return new EngineError(found, {
    stage: atSignIn ? 'auth' : stage,
    detail,
    cause: error,
    ...(reason ? { number: spelled(reason) } : {}),
  });
}

export async function openSession(target: Target, database: string, options: ConnectOptions): Promise<Session> {
  const { value } = await dial(target, options, (address, onDestroy) => signIn(target, database, address, options, onDestroy));
  return session(value, options);
}

interface Line {
  connection: Connection;
  destroy(): void;
}

async function signIn(
  target: Target,
  database: string,
  address: string,
  options: ConnectOptions,
  onDestroy: (destroy: () => void) => void,
): Promise<Line> {
  const { default: tedious } = await import('tedious');
  const said: Said[] = [];
  try {
    const { instance_name: instance } = target.options;
    // A port other than the usual one is the instance's own; nobody needs to be asked for it.
    const port = instance && target.port === DEFAULT_PORT ? await portOfInstance({ address, instance, onDestroy }) : target.port;
    const plan = tlsPlan(target);
    let socket: net.Socket | undefined;
    let gaveUp = false;
    const destroy = (): void => {
      gaveUp = true;
      socket?.destroy();
    };
    onDestroy(destroy);
    /** The driver's only way to a socket, redirects of the server (routing) included. */
    const connector = async ({ host, port: to }: { host: string; port: number }): Promise<net.Socket> => {
      const where = host === target.host ? address : (await resolveTarget(host, options.allow)).address;
      if (gaveUp) throw new EngineError('CANCELLED', { stage: 'connect' });
      const opening = (socket = net.connect({ host: where, port: to }));
      opening.setNoDelay(true);
      await new Promise<void>((resolve, reject) => opening.once('connect', resolve).once('error', reject));
      if (plan && plan.minVersion !== 'TLSv1.3') demandEncryption(opening);
      return opening;
    };
    const connection = new tedious.Connection(configuration(target, database, port, plan, connector));
    // Its own errors and those between queries arrive here; the next query says so.
    connection.on('error', () => {});
    connection.on('errorMessage', ({ number, state }: Said) => said.push({ number, state }));
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    said.length = 0;
    return { connection, destroy };
  } catch (error) {
    throw toEngineError(error, 'connect', said);
  }
}

function configuration(
  target: Target,
  database: string,
  port: number,
  plan: TlsPlan | null,
  connector: (to: { host: string; port: number }) => Promise<net.Socket>,
): ConnectionConfiguration {
  const { username: userName, password, options } = target;
  const checked = plan !== null && (plan.rejectUnauthorized || options.trust_server_certificate === false);
  // TLS 1.3 exists only in TDS 8.0, where TLS comes before everything else and the certificate is always checked.
  const strict = plan?.minVersion === 'TLSv1.3';
  // An address is no name to ask for in TLS; where the certificate is not looked at, any name does.
  const serverName = plan && net.isIP(plan.name) && !checked ? 'localhost' : plan?.name;
  return {
    server: target.host,
    authentication: options.domain
      ? { type: 'ntlm', options: { userName, password, domain: options.domain } }
      : { type: 'default', options: { userName, password } },
    options: {
      port,
      database,
      appName: 'whalefall',
      connector: connector as never,
      encrypt: strict ? 'strict' : plan !== null,
      trustServerCertificate: !checked,
      ...(serverName === undefined ? {} : { serverName }),
      ...(plan ? { cryptoCredentialsDetails: { minVersion: plan.minVersion, ...(plan.ca === undefined ? {} : { ca: plan.ca }) } } : {}),
      // Our own deadlines are in force; the driver's would only come after them.
      connectTimeout: 2_147_483_647,
      requestTimeout: 0,
      cancelTimeout: 1_000,
      // A login is tried once: trying again is what locks it.
      maxRetriesOnTransientErrors: 0,
      useUTC: true,
    },
  };
}

function session({ connection, destroy }: Line, options: ConnectOptions): Session {
  options.signal?.addEventListener('abort', destroy, { once: true });
  const run = async (text: string, numbers: Record<string, number> | undefined, onRow: (columns: Column[]) => void): Promise<void> => {
    const { default: tedious } = await import('tedious');
    self.statements += 1;
    return within(
      { ms: options.queryTimeoutMs ?? 300_000, signal: options.signal, stage: 'query', destroy },
      () =>
        new Promise<void>((resolve, reject) => {
          const request: Request = new tedious.Request(text, (error) => (error ? reject(toEngineError(error, 'query')) : resolve()));
          request.on('row', (columns: Column[]) => onRow(columns));
          if (!numbers) {
            connection.execSqlBatch(request);
            return;
          }
          for (const [name, value] of Object.entries(numbers)) request.addParameter(name, tedious.TYPES.Int, value);
          connection.execSql(request);
        }),
    );
  };
  const self: Session = {
    statements: 0,
    async query<T>(text: string, numbers?: Record<string, number>) {
      const found: Record<string, unknown>[] = [];
      await run(text, numbers, (columns) =>
        found.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value]))),
      );
      return found as T[];
    },
    async rows(text, numbers) {
      const found: unknown[][] = [];
      await run(text, numbers, (columns) => found.push(columns.map(({ value }) => value)));
      return found;
    },
    close() {
      options.signal?.removeEventListener('abort', destroy);
      // TDS has no farewell: the server sees the end of the line.
      connection.close();
      destroy();
      return Promise.resolve();
    },
  };
  return self;
}

interface Column {
  value: unknown;
  metadata: { colName: string };
}
