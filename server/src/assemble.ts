import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type DbType, type Engine, engines as realEngines, targetPolicy, oracleClientIn } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import { type Cache, openCache } from './cache/cache.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { instanceChanged } from './features/classification/index.ts';
import { jobRun } from './features/scheduler/index.ts';
import { sessionRun, syncRecord } from './features/sync-sessions/index.ts';
import { openQueue, type Queue } from './jobs/index.ts';
import { type Log, openLog, openSink, type Sink } from './logbook/index.ts';
import { type Listener, openListener } from './store/listen.ts';
import { openStore, type Store } from './store/open.ts';
import type { DB } from './store/tables.ts';
import { openVault, type Vault } from './vault/secrets.ts';

/** The handful of values that everything is made of. */
export interface Deps {
  config: Config;
  db: Kysely<DB>;
  store: Store;
  clock: Clock;
  log: Log;
  sink: Sink;
  vault: Vault;
  engines: Record<DbType, Engine>;
  /** May a watched server be connected to at this address? (00-overview §8) */
  allow(address: string): boolean;
  queue: Queue;
  listener: Listener;
  cache: Cache;
  startedAt: Date;
  /** Who this process is, in records and runs. */
  node: string;
  /** Set while this process is about to stop: it still answers, but wants no more. */
  leaving: { now: boolean };
  /** An icon of the site. */
  icons(name: string): Buffer;
  close(): Promise<void>;
}

interface Given {
  log?: Log;
  clock?: Clock;
  engines?: Record<DbType, Engine>;
  /** Already open and migrated (tests); else it is opened by the configuration. */
  store?: Store;
  /** Whether this process works off jobs. */
  worker: boolean;
}

/** Config → Deps. The store must be migrated before: see `serve` and `migrate` in main.ts. */
export async function assemble(config: Config, given: Given): Promise<Deps> {
  const log = given.log ?? openLog(config.logLevel);
  const clock = given.clock ?? systemClock(config.timeZone);
  const store = given.store ?? (await openStore(storeConfig(config, given.worker ? 'serve' : 'http'), storeLog(log)));
  const { db, connection } = store;
  const sink = openSink(db, log);
  const listener = openListener(connection);
  const queue = await openQueue(connection, [syncRecord, sessionRun, jobRun, instanceChanged], listener, log, given.worker);
  const cache = openCache(config.redisUrl);
  const [current, ...previous] = config.credentialKeys;
  oracleClientIn(config.oracleClientLibDir);
  return {
    config,
    db,
    store,
    clock,
    log,
    sink,
    listener,
    queue,
    cache,
    vault: openVault(current!, previous),
    engines: given.engines ?? realEngines,
    allow: targetPolicy({ allow: config.connectionTargetAllow, deny: config.connectionTargetDeny }),
    startedAt: clock.now(),
    node: `${hostname()}:${process.pid}`,
    leaving: { now: false },
    icons: (name) => readFileSync(join(config.webDir ?? 'web/public', name)),
    async close() {
      await queue.stop();
      await listener.close();
      await sink.close();
      await cache.close();
      if (!given.store) await store.close();
    },
  };
}

export const storeConfig = (config: Config, name: string) => ({
  databaseUrl: config.databaseUrl,
  dataDir: config.dataDir,
  databasePoolSize: config.databasePoolSize,
  applicationName: `whalefall ${name}`,
});
export const storeLog = (log: Log) =>
  ({ info: (message: string) => log.info('store', message), warn: (message: string) => log.warning('store', message) }) as never;
