import { DEFAULT_DATABASE_FILTERS, EngineError, type SizesRead } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import { businessDate } from '../../clock.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { lockInstance, nameFilter, readInstance, rememberingFailure, saveReached, targetOf } from '../instances/index.ts';
import type { RecordRun, RecordWork } from '../sync-sessions/index.ts';
import { mebibytes } from './mebibytes.ts';
import * as queries from './queries/sizes.ts';

type SyncDeps = Pick<Deps, 'db' | 'vault' | 'engines' | 'allow' | 'clock' | 'log'>;
/** One instance's capacity sync: inventory, sizes and the instance's total in one transaction. */
export const capacitySync = (deps: SyncDeps): RecordWork => rememberingFailure(deps, 'capacity', (run) => syncOnce(deps, run));

async function syncOnce({ db, vault, engines, allow, clock, log }: SyncDeps, run: RecordRun): Promise<void> {
  const started = performance.now();
  const instance = await targetOf(db, vault, run.instanceId);
  const filter = await nameFilter(db, 'database_filters', instance.dbType, DEFAULT_DATABASE_FILTERS);
  const { signal, connected } = run;
  const { version, read } = await readInstance(engines[instance.dbType], instance.target, { signal, connected, allow }, (connection) =>
    connection.databaseSizes(filter),
  );
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
    await saveReached(db, run.instanceId, 'capacity', version, now);
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
