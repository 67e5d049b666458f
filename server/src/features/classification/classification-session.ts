import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import { LOCKS, lockUntilCommit, type Queue } from '../../jobs/index.ts';
import type { Actor } from '../../logbook/index.ts';
import { Refusal } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { finishWhole, startWhole, type WholeRun } from '../sync-sessions/index.ts';
import { classify, type Counts } from './classify.ts';
import * as rules from './queries/rules.ts';
import * as queries from './queries/runs.ts';

export interface Asked {
  instance_id?: number | undefined;
  db_types?: string[] | undefined;
  /** Classes to write; absent: all. */
  classes?: number[] | undefined;
}
interface JobData extends Asked {
  batch: 'manual' | 'scheduled' | 'api';
  user: number | null;
  /** What each engine's rules said when the session was made. */
  states: Record<string, string>;
}

const statesNow = async (db: Kysely<DB>): Promise<Record<string, string>> =>
  Object.fromEntries((await rules.ruleStates(db)).map((row) => [row.db_type, row.state]));

/** Makes and queues the session, in the caller's transaction. @throws Refusal SYNC_IN_PROGRESS while one runs */
export async function startIn(
  db: Kysely<DB>,
  queue: Queue,
  given: { actor: Actor | null; now: Date; batch: JobData['batch']; asked: Asked },
): Promise<{ sessionId: string; targets: number }> {
  const targets = await queries.classifiedInstances(db, given.asked);
  const data: JobData = { ...given.asked, batch: given.batch, user: given.actor?.user?.id ?? null, states: await statesNow(db) };
  const sessionId = await startWhole(db, queue, {
    type: given.batch === 'scheduled' ? 'scheduled_task' : 'manual_task',
    category: 'classification',
    targets,
    actor: given.actor,
    now: given.now,
    data: { ...data },
  });
  return { sessionId, targets: targets.length };
}

/** Starts a session over the instances asked for. @throws Refusal SYNC_IN_PROGRESS while one runs */
export function startClassification(
  { db, queue, clock }: Pick<Deps, 'db' | 'queue' | 'clock'>,
  actor: Actor | null,
  batch: JobData['batch'],
  asked: Asked,
  begun?: (db: Deps['db'], sessionId: string) => Promise<void>,
): Promise<{ sessionId: string; targets: number }> {
  return transaction(db, async (db) => {
    const started = await startIn(db, queue, { actor, now: clock.now(), batch, asked });
    await begun?.(db, started.sessionId);
    return started;
  });
}

/**
 * A rule or class changed in this transaction: the accounts of these engines are classified anew. When a run is under way
 * already, it finds the change at its end (both hold the lock of starting sessions, so it is never missed between the two).
 */
export async function reclassify(db: Kysely<DB>, queue: Queue, actor: Actor, dbTypes: readonly string[]): Promise<'pending' | 'none'> {
  const db_types = [...new Set(dbTypes)];
  if (db_types.length === 0 || (await queries.classifiedInstances(db, { db_types })).length === 0) return 'none';
  try {
    await startIn(db, queue, { actor, now: actor.now, batch: 'api', asked: { db_types } });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'SYNC_IN_PROGRESS') throw error;
  }
  return 'pending';
}

/** The queued work of such a session: again for every engine whose rules changed meanwhile, until none did. */
export function classificationWork({ db, clock, log }: Pick<Deps, 'db' | 'clock' | 'log'>): (run: WholeRun) => Promise<void> {
  return async (run) => {
    const data = run.data as unknown as JobData;
    let { states } = data;
    let asked: Asked = data;
    const total = new Map<number, { accounts: number; matched: number; unread: number; added: number; removed: number }>();
    for (;;) {
      run.signal.throwIfAborted();
      const instances = await queries.classifiedInstances(db, asked);
      const classes = asked.classes ? new Set(asked.classes) : null;
      const { counts, batchId } = await classify(db, {
        ...{ instances, classes, batchType: data.batch, sessionId: run.sessionId, userId: data.user, now: clock.now(), quiet: false },
      });
      add(total, counts);
      log.info('account_classification', 'accounts classified', {
        ...{ session_id: run.sessionId, batch_id: batchId, accounts: counts.total_accounts, matched: counts.matched_accounts },
        ...{ added: counts.added, refreshed: counts.refreshed, removed: counts.deactivated, unread: counts.unread },
      });
      const changed = await transaction(db, async (db) => {
        await lockUntilCommit(db, LOCKS.startSession);
        const now = await statesNow(db);
        const engines = [...new Set([...Object.keys(now), ...Object.keys(states)])].filter((engine) => now[engine] !== states[engine]);
        states = now;
        if (engines.length === 0) await finishWhole(db, run.sessionId, outcomes(run.instanceIds, total), clock.now());
        return engines;
      });
      if (changed.length === 0) return;
      asked = { db_types: changed };
    }
  };
}

function add(total: Map<number, { accounts: number; matched: number; unread: number; added: number; removed: number }>, counts: Counts) {
  for (const [id, own] of counts.instances) {
    const before = total.get(id);
    total.set(id, { ...own, added: own.added + (before?.added ?? 0), removed: own.removed + (before?.removed ?? 0) });
  }
}
const outcomes = (ids: readonly number[], total: ReadonlyMap<number, { matched: number }>) =>
  ids.map((instanceId) => ({
    instanceId,
    items: total.get(instanceId)?.matched ?? 0,
    details: { status: total.has(instanceId) ? 'completed' : 'skipped', ...total.get(instanceId) },
  }));
