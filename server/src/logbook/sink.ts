import type { Kysely } from 'kysely';
import type { DB } from '../store/tables.ts';
import { outsideTransaction } from '../store/transaction.ts';
import type { Log, LogRow } from './logger.ts';
import { insertLogs } from './queries.ts';

const BATCH = 200;
const FLUSH_MS = 1000;
const LIMIT = 10_000;

export interface Sink {
  depth(): number;
  dropped(): number;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Carries log lines into unified_logs in batches; when the store is away lines wait, and above LIMIT the oldest are counted as dropped. */
export function openSink(db: Kysely<DB>, log: Log): Sink {
  const waiting: LogRow[] = [];
  let dropped = 0;
  /** So many of those in front have been sent before. */
  let doubtful = 0;
  let running: Promise<void> | undefined;
  log.sink = (row) => {
    waiting.push(row);
    if (waiting.length > LIMIT) {
      waiting.shift();
      doubtful = Math.max(0, doubtful - 1);
      dropped++;
    }
    if (waiting.length >= BATCH) void flush();
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();

  /** A row that the table refuses is dropped alone: it must not hold up those behind it. */
  async function store(rows: LogRow[], again: boolean): Promise<void> {
    try {
      await outsideTransaction(() => insertLogs(db, rows, { again }));
    } catch (error) {
      if (!/^2[23]/.test(String((error as { code?: unknown }).code))) throw error;
      if (rows.length === 1) return void dropped++;
      for (const row of rows) await store([row], again);
    }
  }
  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, doubtful > 0 ? doubtful : BATCH);
      try {
        await store(batch, doubtful > 0);
        doubtful = 0;
      } catch {
        // The store is away: they wait for the next turn. It may have kept them all the same, and only the answer was lost.
        doubtful = batch.length;
        waiting.unshift(...batch);
        return;
      }
    }
  }
  function flush(): Promise<void> {
    running ??= drain().finally(() => (running = undefined));
    return running;
  }
  return {
    depth: () => waiting.length,
    dropped: () => dropped,
    flush,
    async close() {
      clearInterval(timer);
      await flush();
      delete log.sink;
    },
  };
}
