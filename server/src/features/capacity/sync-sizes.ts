import {
  type DbType,
  DEFAULT_DATABASE_FILTERS,
  type Engine,
  EngineError,
  type NameFilter,
  type SizesRead,
  type Target,
} from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import { businessDate } from '../../clock.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { lockInstance, saveFailed, saveReached, settingValue, targetOf } from '../instances/index.ts';
import type { RecordRun, RecordWork } from '../sync-sessions/index.ts';
import { mebibytes } from './mebibytes.ts';
import * as queries from './queries/sizes.ts';

const CONNECT_MS = 20_000;
const QUERY_MS = 300_000;

/** Reads the sizes and closes. Has no `db`. */
async function collect(
  engine: Engine,
  target: Target,
  filter: NameFilter,
  reach: { signal: AbortSignal; allow: (address: string) => boolean; connected: () => Promise<void> },
) {
  const connection = await engine.connect(target, {
    timeoutMs: CONNECT_MS,
    queryTimeoutMs: QUERY_MS,
    signal: reach.signal,
    allow: reach.allow,
  });
  try {
    await reach.connected();
    return { version: await connection.version(), read: await connection.databaseSizes(filter) };
  } finally {
    await connection.close();
  }
}

/** Database filters are a setting; without one the defaults hold. */
async function databaseFilter(db: Kysely<DB>, dbType: DbType): Promise<NameFilter> {
  const value = (await settingValue(db, 'database_filters'))?.value as Record<string, NameFilter> | undefined;
  return value?.[dbType] ?? DEFAULT_DATABASE_FILTERS[dbType];
}

/** One instance's capacity sync: inventory, sizes and the instance's total in one transaction. */
export function capacitySync(deps: Pick<Deps, 'db' | 'vault' | 'engines' | 'allow' | 'clock' | 'log'>): RecordWork {
  return async (run) => {
    try {
      await syncOnce(deps, run);
    } catch (error) {
      if (error instanceof EngineError && error.code !== 'CANCELLED' && !run.signal.aborted)
        await saveFailed(deps.db, run.instanceId, 'capacity', error, deps.clock.now());
      throw error;
    }
  };
}

async function syncOnce(
  { db, vault, engines, allow, clock, log }: Pick<Deps, 'db' | 'vault' | 'engines' | 'allow' | 'clock' | 'log'>,
  run: RecordRun,
): Promise<void> {
  const started = performance.now();
  const instance = await targetOf(db, vault, run.instanceId);
  const filter = await databaseFilter(db, instance.dbType);
  const { version, read } = await collect(engines[instance.dbType], instance.target, filter, {
    signal: run.signal,
    allow,
    connected: run.connected,
  });
  const readMs = Math.round(performance.now() - started);
  run.signal.throwIfAborted();
  const now = clock.now();
  const collectedOn = businessDate(now, clock.timeZone);
  await ensurePartitions(db, 'database_size_stats', [collectedOn]);
  await ensurePartitions(db, 'instance_size_stats', [collectedOn]);
  const total = await transaction(db, async (db) => {
    if (!(await lockInstance(db, run.instanceId)))
      throw new EngineError('QUERY_FAILED', { stage: 'resolve', detail: 'the instance was deleted' });
    const inventory = await keepInventory(db, run, read, collectedOn, now);
    const sizes = read.databases.map((d) => ({
      name: d.name,
      size_mb: mebibytes(d.sizeBytes),
      data_size_mb: mebibytes(d.dataBytes),
      log_size_mb: d.logBytes === null ? null : mebibytes(d.logBytes),
      size_bytes: d.sizeBytes,
      data_size_bytes: d.dataBytes,
      log_size_bytes: d.logBytes,
    }));
    await queries.upsertSizes(db, run.instanceId, sizes, collectedOn, now);
    const total = await queries.upsertInstanceTotal(db, run.instanceId, collectedOn, now);
    await saveReached(
      db,
      run.instanceId,
      {
        last_connected: now,
        database_version: version.banner.slice(0, 1000),
        main_version: version.main,
        detailed_version: version.detailed,
      },
      'capacity',
    );
    const details = {
      total_size_mb: total?.total_size_mb ?? 0,
      database_count: sizes.length,
      saved_count: sizes.length,
      instance_stat_updated: total !== null,
      inventory,
      unmeasured: read.unmeasured.slice(0, 200),
      source: read.source,
      statements: read.statements,
      top: sizes
        .toSorted((a, b) => b.size_bytes - a.size_bytes)
        .slice(0, 20)
        .map(({ name, size_mb }) => ({ name, size_mb })),
      read_ms: readMs,
      store_ms: Math.round(performance.now() - started) - readMs,
    };
    await run.end(
      db,
      {
        synced: sizes.length,
        created: inventory.created,
        updated: inventory.refreshed + inventory.reactivated,
        deleted: inventory.deactivated,
      },
      details,
    );
    return total;
  });
  log.info('capacity_sync', `sizes of ${instance.name} read`, {
    instance: instance.name,
    databases: read.databases.length,
    total_mb: total?.total_size_mb ?? 0,
  });
}

/**
 * First and last seen, and who disappeared. A name that is there but was not measured is still there; one that only became
 * filtered is no longer listed, but not "deleted". Nothing is retired when the server listed nothing at all.
 */
async function keepInventory(db: Kysely<DB>, run: RecordRun, read: SizesRead, seenOn: string, now: Date) {
  const names = [...new Set([...read.databases.map((d) => d.name), ...read.unmeasured.map((d) => d.name)])].sort();
  const seen = await queries.markSeen(db, run.instanceId, names, seenOn, now);
  const active = await queries.countActive(db, run.instanceId);
  const empty = names.length === 0 && active > 0;
  const deactivated = empty ? 0 : await queries.retireMissing(db, run.instanceId, names, now);
  return {
    ...seen,
    deactivated,
    active_databases: names.slice(0, 500),
    filtered_databases: read.filtered.slice(0, 500),
    synchronized_databases: names.slice(0, 500),
    ...(empty ? { warning: 'the server listed no database; nothing was retired' } : {}),
  };
}
