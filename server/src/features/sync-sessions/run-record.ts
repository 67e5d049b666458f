import { setTimeout as wait } from 'node:timers/promises';
import { EngineError } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import { lockNameUntilCommit } from '../../jobs/index.ts';
import { type Log, redactText, withLogContext } from '../../logbook/index.ts';
import { storeAway, storeFull } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import type { Beats } from './beats.ts';
import { tell } from './progress.ts';
import * as queries from './queries.ts';

/** A record that belongs to another attempt now: what this one found must not be stored. */
export class RecordLost extends Error {
  constructor() {
    super('the record was taken over');
    this.name = 'RecordLost';
  }
}

/** What the work of one category is given. */
export interface RecordRun {
  recordId: number;
  sessionId: string;
  instanceId: number;
  createdBy: number | null;
  /** Aborted by cancel, by losing the record, by the worker's end, and by the deadline. */
  signal: AbortSignal;
  /** Call when the login was accepted, so that others with the same login may begin. */
  connected(): Promise<void>;
  /** Ends the record inside the storing transaction. @throws RecordLost */
  end(db: Kysely<DB>, items: NonNullable<queries.Outcome['items']>, details: unknown): Promise<void>;
}
export type RecordWork = (run: RecordRun) => Promise<void>;

export interface RunnerDeps {
  db: Kysely<DB>;
  clock: Clock;
  log: Log;
  beats: Beats;
  /** host:pid, shown in the record */
  worker: string;
  /** How the login of a record's instance is known, for "never try a refused password again". */
  loginOf(db: Kysely<DB>, instanceId: number): Promise<queries.SameLogin | null>;
  works: Record<'account' | 'capacity', RecordWork>;
  deadlineMs: number;
}

export const ALIVE_MS = 25_000;
const BUSY_MS = 300;
const RETRY_MS = 3000;
const TRANSIENT = new Set(['CONNECTION_REFUSED', 'NETWORK_UNREACHABLE', 'TOO_MANY_CONNECTIONS']);

type Claim =
  | {
      kind: 'run';
      attempt: number;
      sessionId: string;
      instanceId: number;
      category: 'account' | 'capacity';
      createdBy: number | null;
      batch: boolean;
    }
  | { kind: 'done' }
  | { kind: 'busy' }
  | { kind: 'refused'; code: string };

/** Decides in one short transaction whether this record may run now, here. */
async function claim(deps: RunnerDeps, recordId: number): Promise<Claim> {
  const now = deps.clock.now();
  const alive = new Date(now.getTime() - ALIVE_MS);
  return transaction(deps.db, async (db) => {
    const record = await queries.lockRecord(db, recordId);
    if (!record || !['pending', 'running'].includes(record.status)) return { kind: 'done' };
    if (record.cancel_requested_at) {
      await queries.failLost(db, recordId, record.attempts, true, '', now);
      await queries.settleSession(db, record.session_id, now);
      await tell(db, record.session_id, recordId);
      return { kind: 'done' };
    }
    await lockNameUntilCommit(db, `run:${record.instance_id}:${record.sync_category}`);
    if (await queries.otherRun(db, record, alive)) return { kind: 'busy' };
    const login = await deps.loginOf(db, record.instance_id);
    if (login?.credentialId) {
      await lockNameUntilCommit(db, `login:${login.credentialId}:${login.domain ? '*' : `${login.host}:${login.port}`}`);
      // In this order: a try that ends between the two questions has ended before the second one.
      if (await queries.unprovenLogin(db, record.session_id, login, recordId, alive)) return { kind: 'busy' };
      const refused = await queries.refusedLogin(db, record.session_id, login);
      if (refused) {
        const attempt = await queries.markRunning(db, recordId, deps.worker, now);
        await queries.endRecord(
          db,
          recordId,
          attempt,
          {
            status: 'failed',
            error: { code: refused.error_code!, stage: 'auth', message: 'not tried: this login was already refused in this run' },
          },
          now,
        );
        await queries.settleSession(db, record.session_id, now);
        await tell(db, record.session_id, recordId);
        return { kind: 'refused', code: refused.error_code! };
      }
    }
    const attempt = await queries.markRunning(db, recordId, deps.worker, now);
    await tell(db, record.session_id, recordId);
    return {
      kind: 'run',
      attempt,
      sessionId: record.session_id,
      instanceId: record.instance_id,
      category: record.sync_category as 'account',
      createdBy: record.created_by,
      batch: record.sync_type !== 'manual_single',
    };
  });
}

/** Runs one record to its end. Called by the queue, at least once for each record; a second call of an ended one does nothing. */
export async function runRecord(deps: RunnerDeps, recordId: number, stopping: AbortSignal): Promise<void> {
  let claimed = await claim(deps, recordId);
  while (claimed.kind === 'busy' && !stopping.aborted) {
    await wait(BUSY_MS);
    claimed = await claim(deps, recordId);
  }
  if (claimed.kind !== 'run') return;
  const { attempt, sessionId, instanceId, category } = claimed;
  const mine = deps.beats.add(recordId, attempt);
  const deadline = AbortSignal.timeout(deps.deadlineMs);
  const signal = AbortSignal.any([stopping, mine.signal, deadline]);
  const run: RecordRun = {
    recordId,
    sessionId,
    instanceId,
    createdBy: claimed.createdBy,
    signal,
    connected: async () => void (await queries.markConnected(deps.db, recordId, attempt)),
    async end(db, items, details) {
      const now = deps.clock.now();
      if (!(await queries.endRecord(db, recordId, attempt, { status: 'completed', items, details }, now))) throw new RecordLost();
      await queries.settleSession(db, sessionId, now);
      await tell(db, sessionId, recordId);
    },
  };
  await withLogContext({ session_id: sessionId, instance_id: instanceId, record_id: recordId }, async () => {
    try {
      await deps.works[category](run).catch(async (error: unknown) => {
        if (!claimed.batch || !(error instanceof EngineError) || !TRANSIENT.has(error.code) || signal.aborted) throw error;
        await wait(RETRY_MS, undefined, { signal }).catch(() => {});
        return deps.works[category](run);
      });
    } catch (error) {
      if (error instanceof RecordLost || mine.reason() === 'lost') return;
      if (stopping.aborted && mine.reason() === null) throw error; // another worker takes it over
      if (!(error instanceof EngineError) && storeAway(error)) throw error; // done again when our own database is back
      await endBadly(deps, { recordId, attempt, sessionId, category }, failureOf(error, mine.reason() === 'cancelled', deadline.aborted));
    } finally {
      mine.done();
    }
  });
}

function failureOf(
  error: unknown,
  cancelled: boolean,
  late: boolean,
): {
  status: 'failed' | 'cancelled';
  code: string;
  number?: string | undefined;
  stage: string | null;
  message: string;
  needs?: string | undefined;
  unexpected?: unknown;
} {
  if (cancelled) return { status: 'cancelled', code: 'CANCELLED', stage: null, message: 'cancelled' };
  if (late) return { status: 'failed', code: 'TIMEOUT', stage: 'query', message: 'the whole read took longer than its deadline' };
  if (error instanceof EngineError)
    return {
      status: 'failed',
      code: error.code,
      stage: error.stage,
      number: error.number,
      message: error.detail ?? error.code,
      needs: error.needs,
    };
  const message = storeFull(error) ? 'the disk of our own database is full' : 'an error of our own; the log has it';
  return { status: 'failed', code: 'UNKNOWN', stage: null, message, unexpected: error };
}

async function endBadly(
  deps: RunnerDeps,
  record: { recordId: number; attempt: number; sessionId: string; category: string },
  failure: ReturnType<typeof failureOf>,
): Promise<void> {
  const now = deps.clock.now();
  if (failure.unexpected) deps.log.error('sync', `${record.category} sync broke`, {}, failure.unexpected);
  else if (failure.status === 'failed')
    deps.log.warning('sync', `${record.category} sync failed: ${failure.code}`, {
      error_code: failure.code,
      error_number: failure.number,
      stage: failure.stage,
      detail: failure.message,
    });
  await transaction(deps.db, async (db) => {
    // What a driver says may quote what it was given. What is needed names the login: it is for some roles, and for no log.
    const message = redactText([failure.message, failure.needs].filter(Boolean).join(' · '));
    const error = { code: failure.code, number: failure.number, stage: failure.stage, message };
    if (!(await queries.endRecord(db, record.recordId, record.attempt, { status: failure.status, error }, now))) return;
    await queries.settleSession(db, record.sessionId, now);
    await tell(db, record.sessionId, record.recordId);
  });
}
