import {
  type AccountsRead,
  type Capability,
  type DbType,
  DEFAULT_ACCOUNT_FILTERS,
  EngineError,
  type ServerVersion,
} from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { instanceChanged } from '../classification/index.ts';
import {
  lockInstance,
  nameFilter,
  readCapabilities,
  readInstance,
  rememberingFailure,
  saveCapabilities,
  saveReached,
  targetOf,
} from '../instances/index.ts';
import type { RecordRun, RecordWork } from '../sync-sessions/index.ts';
import { diffAccounts, type Plan } from './diff-accounts.ts';
import * as queries from './queries/snapshots.ts';

/** More than half of the accounts, and more than ten, are gone: believed only after a second look. */
const SUSPICIOUS = { share: 0.5, count: 10 };

/** The login we read with is always there: an empty list is a failure in disguise. */
function demandAccounts(read: AccountsRead): AccountsRead {
  if (read.accounts.length === 0 && read.filteredOut === 0)
    throw new EngineError('EMPTY_INVENTORY', { stage: 'query', detail: 'the server listed no account at all' });
  return read;
}

type SyncDeps = Pick<Deps, 'db' | 'vault' | 'engines' | 'allow' | 'clock' | 'log' | 'queue'>;
/** One instance's account sync: read, close, compare, store in one transaction. */
export const accountSync = (deps: SyncDeps): RecordWork => rememberingFailure(deps, 'account', (run) => syncOnce(deps, run));

async function syncOnce({ db, vault, engines, allow, clock, log, queue }: SyncDeps, run: RecordRun): Promise<void> {
  const started = performance.now();
  const instance = await targetOf(db, vault, run.instanceId);
  const filter = await nameFilter(db, 'account_filters', instance.dbType, DEFAULT_ACCOUNT_FILTERS);
  const { signal, connected } = run;
  const checked: { capabilities: Capability[] | null } = { capabilities: null };
  const collect = () =>
    readInstance(engines[instance.dbType], instance.target, { signal, connected, allow }, async (connection) => {
      try {
        const read = demandAccounts(await connection.accounts(filter));
        checked.capabilities = await readCapabilities(connection);
        return read;
      } catch (error) {
        // Just then one wants to know what is missing.
        if (error instanceof EngineError && error.code === 'PRIVILEGE_MISSING') checked.capabilities = await readCapabilities(connection);
        throw error;
      }
    });
  let { version, read } = await collect().catch(async (error: unknown) => {
    await saveCapabilities(db, run.instanceId, checked.capabilities, clock.now());
    throw error;
  });
  const warnings: string[] = [];
  const before = await queries.activeUsernames(db, run.instanceId);
  const missing = vanished(before, read);
  if (missing.length > SUSPICIOUS.count && missing.length > before.length * SUSPICIOUS.share) {
    ({ version, read } = await collect());
    warnings.push(
      `${missing.length} of ${before.length} accounts vanished; a second read ${vanished(before, read).length === missing.length ? 'confirmed it' : 'found others'}`,
    );
  }
  const readMs = Math.round(performance.now() - started);
  run.signal.throwIfAborted();
  const plan = await transaction(db, async (db) => {
    if (!(await lockInstance(db, run.instanceId)))
      throw new EngineError('QUERY_FAILED', { stage: 'resolve', detail: 'the instance was deleted' });
    const now = clock.now();
    const plan = diffAccounts(instance.dbType, await queries.storedAccounts(db, run.instanceId), read.accounts, read.unread);
    await store(db, run, instance.dbType, plan, now);
    await saveReached(db, run.instanceId, 'account', version, now);
    await saveCapabilities(db, run.instanceId, checked.capabilities, now);
    const failed = read.accounts.filter((account) => account.error);
    if (failed.length > 0 && failed.length === read.accounts.length)
      throw new EngineError(failed[0]!.error!.code, { stage: 'query', detail: failed[0]!.error!.message });
    const items = {
      synced: read.accounts.length - failed.length,
      created: plan.added.length,
      updated: plan.rewritten.filter((row) => row.changed).length,
      deleted: plan.gone.length,
    };
    await run.end(
      db,
      items,
      details(plan, read, before.length, { warnings, readMs, storeMs: Math.round(performance.now() - started) - readMs, version }),
    );
    if (plan.added.length + plan.rewritten.length + plan.returned.length + plan.gone.length > 0)
      await queue.enqueue(db, instanceChanged, [{ data: { instanceId: run.instanceId } }]);
    return plan;
  });
  log.info('accounts_sync', `accounts of ${instance.name} read`, {
    instance: instance.name,
    added: plan.added.length,
    changed: plan.log.length,
    gone: plan.gone.length,
    unread: plan.unread.length,
  });
}

function vanished(before: readonly string[], read: AccountsRead): string[] {
  const there = new Set(read.accounts.map((account) => account.username));
  return before.filter((username) => !there.has(username));
}

async function store(db: Kysely<DB>, run: RecordRun, dbType: DbType, plan: Plan, now: Date): Promise<void> {
  const added = await queries.insertAccounts(db, run.instanceId, dbType, plan.added, now);
  const returned = plan.returned
    .filter(({ snapshot }) => snapshot.facts)
    .map(({ stored, snapshot }) => ({ stored, snapshot, changed: 'return' as const }));
  await queries.rewriteSnapshots(db, [...plan.rewritten, ...returned], now);
  await queries.markStale(
    db,
    [
      ...plan.unread.flatMap(({ stored, snapshot }) => (stored ? [{ stored, snapshot }] : [])),
      ...plan.returned.filter(({ snapshot }) => !snapshot.facts),
    ],
    now,
  );
  await queries.setPresence(
    db,
    plan.returned.map(({ stored }) => stored.accountId),
    true,
    now,
  );
  await queries.setPresence(
    db,
    plan.gone.map((stored) => stored.accountId),
    false,
    now,
  );
  await queries.markChanged(
    db,
    plan.gone.map((stored) => stored.permissionId),
    'delete',
    now,
  );
  await queries.markChanged(
    db,
    plan.returned.map(({ stored }) => stored.permissionId),
    'return',
    now,
  );
  await queries.reindexFacts(db, [
    ...added,
    ...plan.rewritten.map((row) => row.stored.permissionId),
    ...returned.map((row) => row.stored.permissionId),
  ]);
  await queries.insertChanges(db, run.instanceId, dbType, plan.log, run.sessionId, now);
}

function details(
  plan: Plan,
  read: AccountsRead,
  activeBefore: number,
  more: { warnings: string[]; readMs: number; storeMs: number; version: ServerVersion },
) {
  const errors = plan.unread.slice(0, 100).map(({ snapshot }) => ({ username: snapshot.username, ...snapshot.error }));
  const created = plan.added.length;
  const updated = plan.rewritten.filter((row) => row.changed).length;
  return {
    inventory: {
      status: 'completed',
      created,
      refreshed: activeBefore - plan.gone.length,
      reactivated: plan.returned.length,
      deactivated: plan.gone.length,
      processed_records: read.accounts.length,
      total_remote: read.accounts.length + read.filteredOut,
      active_count: read.accounts.length,
      filtered_out: read.filteredOut,
    },
    collection: {
      status: 'completed',
      created,
      updated,
      skipped: plan.unchanged,
      processed_records: created + updated,
      errors,
      message: `权限同步完成：新增 ${created} 个账户，更新 ${updated} 个账户`,
    },
    unread: read.unread.slice(0, 200),
    warnings: more.warnings,
    statements: read.statements,
    read_ms: more.readMs,
    store_ms: more.storeMs,
    version: more.version.banner.slice(0, 200),
  };
}
