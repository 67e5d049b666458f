import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, type Kysely } from 'kysely';
import type pg from 'pg';
import { type JobWithMetadata, PgBoss } from 'pg-boss';
import type { Log } from '../logbook/index.ts';
import { storeClient } from '../store/client.ts';
import { type Listener, notify } from '../store/listen.ts';
import { SILENT_MS } from '../store/open.ts';
import { storeAway } from '../store/errors.ts';
import { outsideTransaction } from '../store/transaction.ts';
import type { DB } from '../store/tables.ts';

/** One kind of work. Delivery is at least once after a crash, so handlers are idempotent. */
export interface JobKind<T extends object> {
  readonly name: string;
  /** How often work is handed out again after its worker died or threw. */
  readonly retries: number;
  /** At most this many at once with the same `group`, over all workers. */
  readonly perGroup?: number;
  /** Only there to carry the type of the data. */
  readonly data?: T;
}
export const jobKind = <T extends object>(kind: JobKind<T>): JobKind<T> => kind;

export type Work<T> = (data: T, signal: AbortSignal) => Promise<void>;

export interface Queue {
  /** In the transaction of `db`: the work exists exactly if the transaction does. */
  enqueue<T extends object>(db: Kysely<DB>, kind: JobKind<T>, items: readonly { data: T; group?: string }[]): Promise<void>;
  /** Takes work of one kind, at most `slots` at once in this process. */
  work<T extends object>(kind: JobKind<T>, slots: number, handler: Work<T>): void;
  /** Takes no more work, gives what runs a moment to end, aborts the rest (which another worker takes over). */
  stop(): Promise<void>;
}

const CHANNEL = 'whalefall_jobs';
/** A worker that has not been heard of for this long has lost its work; found within the supervision below: < 20 s. */
const HEARTBEAT_S = 10;
const TOUCH_MS = 2500;
const SUPERVISE_S = 4;
const IDLE_MS = 1000;
const STOP_MS = 8000;
/** An attempt that takes longer is given to another worker; engines have limits of their own far below. */
const EXPIRE_S = 3600;

/** What pg-boss is given to write with: the caller's transaction. */
const through = (db: Kysely<DB>) => ({
  executeSql: async (text: string, values: unknown[] = []) => ({
    rows: (await db.executeQuery(CompiledQuery.raw(text, values))).rows as never[],
  }),
});

/**
 * Opens the queue on our own PostgreSQL. pg-boss keeps the work and finds dead workers; taking it is a loop of ours, because
 * its own workers poll one by one, and twenty of them would ask forty times a second of an idle database.
 * @param supervise whether this process looks after dead workers (those that work do)
 */
export async function openQueue(
  connection: pg.ClientConfig,
  kinds: readonly JobKind<object>[],
  listener: Listener,
  log: Log,
  supervise: boolean,
): Promise<Queue> {
  const boss = new PgBoss({
    ...(connection as object),
    ...{ Client: storeClient({ silentMs: SILENT_MS }) },
    schema: 'pgboss',
    max: 4,
    application_name: `${connection.application_name ?? 'whalefall'} queue`,
    supervise,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_S,
    monitorIntervalSeconds: SUPERVISE_S,
    monitorVacuum: false,
  });
  boss.on('error', (error) => log.debug('jobs', `queue: ${String(error)}`));
  await boss.start();
  for (const kind of kinds) {
    const options = {
      retryLimit: kind.retries,
      retryDelay: 0,
      heartbeatSeconds: HEARTBEAT_S,
      expireInSeconds: EXPIRE_S,
      deleteAfterSeconds: 3600,
    };
    if (await boss.getQueue(kind.name)) await boss.updateQueue(kind.name, options);
    else await boss.createQueue(kind.name, options);
  }
  const loops: { stop(): Promise<void> }[] = [];
  return {
    async enqueue(db, kind, items) {
      if (items.length === 0) return;
      await boss.insert(
        kind.name,
        items.map(({ data, group }) => ({ data, ...(group ? { group: { id: group } } : {}) })),
        { db: through(db) },
      );
      await notify(db, CHANNEL, kind.name);
    },
    work(kind, slots, handler) {
      loops.push(takeWork(boss, kind, slots, handler as Work<object>, listener, log));
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await boss.stop({ graceful: false, timeout: 1000 } as never).catch(() => {});
    },
  };
}

function takeWork(boss: PgBoss, kind: JobKind<object>, slots: number, handler: Work<object>, listener: Listener, log: Log) {
  const running = new Map<string, { job: JobWithMetadata<object>; ended: Promise<void>; abort: AbortController }>();
  let stopped = false;
  let wake = () => {};
  const off = listener.on(CHANNEL, (name) => {
    if (name === null || name === kind.name) wake();
  });
  const attempts = () => [...running.values()].map(({ job }) => ({ id: job.id, retryCount: job.retryCount }));
  const beat = setInterval(() => void (running.size > 0 && boss.touch(kind.name, attempts()).catch(() => {})), TOUCH_MS);

  function start(job: JobWithMetadata<object>): void {
    const abort = new AbortController();
    const attempt = { id: job.id, retryCount: job.retryCount };
    const ended = outsideTransaction(() => handler(job.data, abort.signal))
      .then(
        () => boss.complete(kind.name, attempt),
        (error: unknown) => {
          const about = { job: job.id, attempt: job.retryCount + 1 };
          if (storeAway(error)) log.warning('jobs', `${kind.name} is done again: our own database was away`, about);
          else log.error('jobs', `${kind.name} failed`, about, error);
          return boss.fail(kind.name, attempt, { message: error instanceof Error ? error.message : String(error) });
        },
      )
      // Our own database is away: the heartbeat lapses and the work is handed out again.
      .then(
        () => {},
        () => {},
      )
      .finally(() => {
        running.delete(job.id);
        wake();
      });
    running.set(job.id, { job, ended, abort });
  }

  async function loop(): Promise<void> {
    for (;;) {
      if (stopped) return;
      const free = slots - running.size;
      let found = 0;
      if (free > 0) {
        try {
          const jobs = await boss.fetch<object>(kind.name, {
            batchSize: free,
            includeMetadata: true,
            ...(kind.perGroup ? { groupConcurrency: kind.perGroup } : {}),
          });
          found = jobs.length;
          for (const job of jobs) start(job);
        } catch {
          await wait(IDLE_MS); // the store is away; it comes back or the process is stopped
        }
      }
      if (found === 0 && !stopped) await Promise.race([wait(IDLE_MS), new Promise<void>((resolve) => (wake = resolve))]);
    }
  }
  const looping = loop();
  return {
    async stop() {
      stopped = true;
      wake();
      off();
      await looping;
      const all = Promise.all([...running.values()].map(({ ended }) => ended));
      await Promise.race([all, wait(STOP_MS)]);
      for (const { abort } of running.values()) abort.abort(new Error('the worker stops'));
      await Promise.race([all, wait(500)]);
      clearInterval(beat);
    },
  };
}
