import {
  type Capability,
  type Connection,
  type DbType,
  type Engine,
  EngineError,
  type NameFilter,
  type ServerVersion,
  type Target,
} from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import type { DB } from '../../store/tables.ts';
import type { RecordRun, RecordWork } from '../sync-sessions/index.ts';
import * as queries from './queries.ts';

const CONNECT_MS = 20_000;
const QUERY_MS = 300_000;
/** The check says what the read is worth; it is not worth waiting for as long as for the read. */
const CAPABILITIES_MS = 5_000;

/**
 * Connects, reads the version and what is asked for, closes. Has no `db`: nothing of ours happens while a watched server is
 * spoken to.
 * @throws EngineError
 */
export async function readInstance<R>(
  engine: Engine,
  target: Target,
  { signal, connected, allow }: Pick<RecordRun, 'signal' | 'connected'> & Pick<Deps, 'allow'>,
  read: (connection: Connection) => Promise<R>,
): Promise<{ version: ServerVersion; read: R }> {
  try {
    const connection = await engine.connect(target, { timeoutMs: CONNECT_MS, queryTimeoutMs: QUERY_MS, signal, allow });
    try {
      await connected();
      return { version: await connection.version(), read: await read(connection) };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof EngineError) || error.detail === undefined) throw error;
    const { code, stage, number, needs, cause } = error;
    throw new EngineError(code, {
      ...{ stage, cause, detail: withoutLogin(error.detail, target.username) },
      ...(number === undefined ? {} : { number }),
      ...(needs === undefined ? {} : { needs }),
    });
  }
}

/** Servers quote the login in what they say, and the logs that keep it are read by roles that may not know it (00-overview §2). */
export function withoutLogin<T extends string | undefined>(text: T, username: string): T {
  if (text === undefined || username === '') return text;
  const name = username.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, 'giu'), '…') as T;
}

/**
 * What the login may read, over a connection that is open anyway. Null = could not be found out; it never throws, for
 * nothing that was read depends on it.
 */
export async function readCapabilities(connection: Connection): Promise<Capability[] | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), CAPABILITIES_MS)));
  try {
    return await Promise.race([connection.capabilities(), late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Filters are a setting; without one the engine's defaults hold. */
export async function nameFilter(
  db: Kysely<DB>,
  key: 'account_filters' | 'database_filters',
  dbType: DbType,
  defaults: Readonly<Record<DbType, NameFilter>>,
): Promise<NameFilter> {
  const value = (await queries.settingValue(db, key))?.value as Record<string, NameFilter> | undefined;
  return value?.[dbType] ?? defaults[dbType];
}

/** A sync whose failure the instance remembers, so that nothing that was read before passes for read now. */
export const rememberingFailure =
  ({ db, clock }: Pick<Deps, 'db' | 'clock'>, category: 'account' | 'capacity', work: RecordWork): RecordWork =>
  async (run) => {
    try {
      await work(run);
    } catch (error) {
      if (error instanceof EngineError && error.code !== 'CANCELLED' && !run.signal.aborted)
        await queries.saveFailed(db, run.instanceId, category, error, clock.now());
      throw error;
    }
  };
