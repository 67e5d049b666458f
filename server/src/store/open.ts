import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { type EmbeddedLog, startEmbedded } from './embedded/index.ts';
import { storeClient } from './client.ts';
import type { DB } from './tables.ts';
import { guardOuterHandle } from './transaction.ts';

/** The parts of the configuration that the store looks at. */
export interface StoreConfig {
  /** An outside PostgreSQL; without it the embedded one is used. */
  databaseUrl?: string | undefined;
  dataDir: string;
  databasePoolSize?: number | undefined;
  /** How long one statement of ours may take; 0 turns the limit off (migrations, backups). */
  statementTimeoutMs?: number | undefined;
  /** Shown in pg_stat_activity, so that the server's DBA sees who asks: `whalefall serve`, `whalefall worker`. */
  applicationName?: string | undefined;
}

export interface Store {
  db: Kysely<DB>;
  pool: pg.Pool;
  /** For those who need connections of their own: the queue, LISTEN/NOTIFY, pg_dump. */
  connection: pg.ClientConfig;
  kind: 'embedded' | 'outside';
  /** Closes the pool, then gives up the embedded server (the last one out stops it). */
  close(): Promise<void>;
}

/** The database cannot be used as it is; the message says what to change. */
export class StoreError extends Error {
  override name = 'StoreError';
}

export const oldestServer = 14;
const STATEMENT_MS = 60_000;
/** A statement that takes too long is ended by the server, which says so within this time. */
const HEARD_MS = 5000;
/** For connections beside the pool, whose statements are short. */
export const SILENT_MS = STATEMENT_MS + HEARD_MS;

/**
 * How values come back. `date` stays 'YYYY-MM-DD' (the driver would make a Date at local midnight), bigint and numeric
 * become numbers when they fit exactly enough: all of ours are ids, bytes, megabytes and percentages. A bigint beyond
 * 2^53 is an error, not a wrong number.
 */
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.DATE, (text) => text],
  [pg.types.builtins.INT8, safeInteger],
  [pg.types.builtins.NUMERIC, Number],
]);

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
  return value;
}

/** The type parsers for every connection to our store; the watched servers' connections keep their own. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) || pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/** Opens the store: the server of DATABASE_URL, or the embedded one of the data directory. Does not migrate. */
export async function openStore(config: StoreConfig, log: EmbeddedLog = console): Promise<Store> {
  const embedded = config.databaseUrl ? undefined : await startEmbedded(config.dataDir, log);
  const where: pg.ClientConfig = embedded ? embedded.connection : { connectionString: config.databaseUrl };
  const connection: pg.ClientConfig = {
    ...where,
    types,
    application_name: config.applicationName ?? 'whalefall',
    // A host that vanished while nothing was asked of it is noticed within half a minute.
    keepAlive: true,
    keepAliveInitialDelayMillis: 20_000,
  };
  const statementMs = config.statementTimeoutMs ?? STATEMENT_MS;
  const pool = new pg.Pool({
    ...connection,
    Client: storeClient({ silentMs: config.statementTimeoutMs === 0 ? undefined : statementMs + HEARD_MS }),
    max: config.databasePoolSize ?? 20,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementMs,
    // So many rows of a search fit in memory one by one: in less, whole pages are noted and every row of them compared again.
    options: '-c work_mem=32MB',
    // A process that was killed in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: 60_000,
  });
  // An idle connection that the server ended: the pool has already dropped it, and the next query opens another.
  pool.on('error', (error) => log.warn(`a connection to the database was lost: ${error.message}`));
  quietClients(pool);
  const close = async () => {
    await pool.end();
    await embedded?.leave();
  };
  try {
    await checkServer(pool);
  } catch (error) {
    await close();
    throw error;
  }
  return { db: openHandle(pool), pool, connection, kind: embedded ? 'embedded' : 'outside', close };
}

/**
 * A connection that is lost while it is lent out, between two statements, tells nobody but its own 'error' event, and an
 * event without a listener ends the process. The next statement on it fails, which is where the loss is told.
 */
export function quietClients(pool: pg.Pool): void {
  pool.on('connect', (client) => client.on('error', () => undefined));
}

/** A Kysely handle over a pool, with the guard of `transaction.ts`. */
export function openHandle(pool: pg.Pool): Kysely<DB> {
  return guardOuterHandle(new Kysely<DB>({ dialect: new PostgresDialect({ pool }) }));
}

async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool
    .query<{ version: string; encoding: string; icu: boolean; recovering: boolean }>(
      `select current_setting('server_version_num') as version,
              current_setting('server_encoding') as encoding,
              exists (select from pg_collation where collname = 'und-x-icu') as icu,
              pg_is_in_recovery() as recovering`,
    )
    .catch((error: Error) => {
      throw new StoreError(`cannot use the database: ${error.message}`, { cause: error });
    });
  const server = rows[0];
  if (!server) throw new StoreError('cannot use the database: it does not answer');
  const major = Math.floor(Number(server.version) / 10_000);
  if (major < oldestServer) throw new StoreError(`the database is PostgreSQL ${major}; WhaleFall needs ${oldestServer} or newer`);
  if (server.encoding !== 'UTF8')
    throw new StoreError(`the database's encoding is ${server.encoding}; make one with ENCODING 'UTF8' (Chinese names need it)`);
  if (!server.icu) throw new StoreError('the PostgreSQL server was built without ICU, which WhaleFall needs to sort names');
  if (server.recovering) throw new StoreError('the database is a read-only standby; point DATABASE_URL at the primary');
}
