import { type AccountsRead, type Capability, DEFAULT_ACCOUNT_FILTERS, EngineError, type ServerVersion } from '@whalefall/engines';
import type { Deps } from '../../assemble.ts';
import { transaction } from '../../store/transaction.ts';
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
import * as queries from './queries/snapshots.ts';
import { type Stored, storeRead } from './store-read.ts';

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
  const done = await transaction(db, async (db) => {
    if (!(await lockInstance(db, run.instanceId)))
      throw new EngineError('QUERY_FAILED', { stage: 'resolve', detail: 'the instance was deleted' });
    const now = clock.now();
    const written = { instanceId: run.instanceId, dbType: instance.dbType, sessionId: run.sessionId, now };
    const total = read.accounts.length;
    const failed = read.accounts.filter((account) => account.error);
    const done = await storeRead(db, written, instance.dbType, read);
    await saveReached(db, run.instanceId, 'account', version, now);
    await saveCapabilities(db, run.instanceId, checked.capabilities, now);
    if (failed.length > 0 && failed.length === total)
      throw new EngineError(failed[0]!.error!.code, { stage: 'query', detail: failed[0]!.error!.message });
    const items = { synced: total - failed.length, created: done.added, updated: done.updated, deleted: done.gone };
    await run.end(
      db,
      items,
      details(done, { ...read, total }, before.length, {
        warnings,
        readMs,
        storeMs: Math.round(performance.now() - started) - readMs,
        version,
      }),
    );
    if (done.added + done.rewritten + done.returned + done.gone > 0)
      await queue.enqueue(db, instanceChanged, [{ data: { instanceId: run.instanceId } }]);
    return done;
  });
  log.info('accounts_sync', `accounts of ${instance.name} read`, {
    instance: instance.name,
    added: done.added,
    changed: done.logged,
    gone: done.gone,
    unread: done.unread,
  });
}

function vanished(before: readonly string[], read: AccountsRead): string[] {
  const there = new Set(read.accounts.map((account) => account.username));
  return before.filter((username) => !there.has(username));
}

function details(
  done: Stored,
  read: Omit<AccountsRead, 'accounts'> & { total: number },
  activeBefore: number,
  more: { warnings: string[]; readMs: number; storeMs: number; version: ServerVersion },
) {
  const { added: created, updated, errors } = done;
  return {
    inventory: {
      status: 'completed',
      created,
      refreshed: activeBefore - done.gone,
      reactivated: done.returned,
      deactivated: done.gone,
      processed_records: read.total,
      total_remote: read.total + read.filteredOut,
      active_count: read.total,
      filtered_out: read.filteredOut,
    },
    collection: {
      status: 'completed',
      created,
      updated,
      skipped: done.unchanged,
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
