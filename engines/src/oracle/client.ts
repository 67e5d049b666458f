/** The only file that knows the driver `oracledb` (thin mode unless a client library is named): connect, query with timeout and signal, close, errors to codes. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type Driver from 'oracledb';
import type { Connection, ExecuteOptions } from 'oracledb';
import { within } from '../deadline.ts';
import { dial, networkErrorCode } from '../dial.ts';
import { EngineError, type ConnectOptions, type ErrorStage, type Target } from '../engine.ts';
import type { GuardScope } from '../guard.ts';
import { descriptorOf } from './descriptor.ts';
import { meaningOf } from './errors.ts';

export interface Session {
  statements: number;
  /** `19.3.0.0.0`, as the server said while signing in. */
  version: string;
  /** Rows as objects; column names in lower case. */
  query<T>(text: string): Promise<T[]>;
  close(): Promise<void>;
}

/** `socket` = what the first socket that failed said: the driver makes a sentence of it. */
export function toEngineError(error: unknown, stage: ErrorStage, socket?: Error): EngineError {
  if (error instanceof EngineError) return error;
  const connecting = stage !== 'query';
  const detail = error instanceof Error ? error.message : String(error);
  const network = networkErrorCode(socket, connecting) ?? networkErrorCode(error, connecting);
  const said = meaningOf(detail, stage);
  // An answer of the server says more than its socket, but for "could not connect", where the socket knows why.
  const code = said && said.meaning.code !== 'CONNECTION_REFUSED' ? said.meaning.code : (network ?? said?.meaning.code);
  return new EngineError(code ?? (connecting ? 'UNKNOWN' : 'QUERY_FAILED'), {
    stage: said?.stage ?? stage,
    detail,
    cause: error,
    ...(said?.meaning.number === undefined ? {} : { number: said.meaning.number }),
    ...(said?.meaning.needs === undefined ? {} : { needs: said.meaning.needs }),
  });
}

export async function openSession(target: Target, options: ConnectOptions): Promise<Session> {
  const dialled = await dial(target, options, (address, _onDestroy, scope) => signIn(target, address, options, scope));
  return session(dialled.value, dialled.destroy, options);
}

async function signIn(target: Target, address: string, options: ConnectOptions, scope: GuardScope): Promise<Connection> {
  const { connectString } = descriptorOf(target, address);
  const { default: oracledb } = await import('oracledb');
  delete scope.failure;
  const isThick = loadClient(oracledb);
  // A loaded library finds its wallet by its own sqlnet.ora.
  const wallet = isThick ? undefined : target.options.wallet;
  if (wallet !== undefined) await demandWallet(wallet);
  try {
    return await oracledb.getConnection({
      user: target.username,
      password: target.password,
      connectString,
      // Our own deadline is in force; the driver's (seconds) only comes after it.
      transportConnectTimeout: Math.ceil(options.timeoutMs / 1_000) + 60,
      ...(wallet ? { walletLocation: wallet } : {}),
    });
  } catch (error) {
    throw toEngineError(error, 'connect', scope.failure);
  }
}

let clientLibrary: string | undefined;
/** The folder of Oracle's client library; without one the driver speaks for itself (thin mode). For the whole process, before its first connection. */
export const oracleClientIn = (folder: string | undefined): void => void (clientLibrary = folder);

/** The driver loads the library once and for all; where it is missing every connection says so, rather than going another way. */
function loadClient(oracledb: Pick<typeof Driver, 'thin' | 'initOracleClient'>): boolean {
  if (clientLibrary === undefined) return false;
  try {
    if (oracledb.thin) oracledb.initOracleClient({ libDir: clientLibrary });
    return true;
  } catch (error) {
    throw toEngineError(error, 'connect');
  }
}

/** The driver calls a wallet that cannot be read a wrong connect string. */
async function demandWallet(wallet: string): Promise<void> {
  try {
    if (!path.isAbsolute(wallet)) throw new Error('the path of the wallet is not absolute');
    await access(path.join(wallet, 'ewallet.pem'), constants.R_OK);
  } catch (error) {
    throw new EngineError('TLS_ERROR', {
      stage: 'connect',
      needs: 'a folder on the machine of this program, by its whole path, with a readable ewallet.pem in it',
      detail: 'the wallet cannot be read',
      cause: error,
    });
  }
}

function session(connection: Connection, destroy: () => void, options: ConnectOptions): Session {
  options.signal?.addEventListener('abort', destroy, { once: true });
  const ms = options.queryTimeoutMs ?? 300_000;
  const self: Session = {
    statements: 0,
    version: connection.oracleServerVersionString,
    async query<T>(text: string): Promise<T[]> {
      const { default: oracledb } = await import('oracledb');
      const how: ExecuteOptions = { outFormat: oracledb.OUT_FORMAT_OBJECT, maxRows: 0, fetchArraySize: 1_000, prefetchRows: 1_000 };
      self.statements += 1;
      return within({ ms, signal: options.signal, stage: 'query', destroy }, async () => {
        try {
          const { rows = [] } = await connection.execute<Record<string, unknown>>(text, [], how);
          return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]))) as T[];
        } catch (error) {
          throw toEngineError(error, 'query');
        }
      });
    },
    async close() {
      options.signal?.removeEventListener('abort', destroy);
      // A server that no longer answers must not hold us: the farewell has one second.
      let patience: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => (patience = setTimeout(resolve, 1_000)));
      await Promise.race([connection.close().catch(() => {}), enough]);
      clearTimeout(patience);
      destroy();
    },
  };
  return self;
}
