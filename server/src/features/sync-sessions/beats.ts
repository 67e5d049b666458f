import type { Kysely } from 'kysely';
import type { Clock } from '../../clock.ts';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';

const BEAT_MS = 2000;

export interface Beats {
  /** Says for this record that it is alive, until `done`. */
  add(recordId: number, attempt: number): { signal: AbortSignal; reason(): 'cancelled' | 'lost' | null; done(): void };
  stop(): void;
}

/** One statement every two seconds for all records of this process: keeps them alive and hears of cancels. */
export function openBeats(db: Kysely<DB>, clock: Clock): Beats {
  const mine = new Map<number, { attempt: number; abort: AbortController; reason: 'cancelled' | 'lost' | null; since: number }>();
  let asking = false;
  const timer = setInterval(() => void ask(), BEAT_MS);

  async function ask(): Promise<void> {
    if (mine.size === 0 || asking) return;
    asking = true;
    const asked = [...mine].map(([id, { attempt }]) => ({ id, attempt }));
    try {
      const heard = new Map((await queries.beat(db, asked, clock.now())).map((row) => [row.id, row]));
      for (const { id, attempt } of asked) {
        const record = mine.get(id);
        if (!record || record.attempt !== attempt) continue;
        const row = heard.get(id);
        if (!row) end(record, 'lost');
        else if (row.cancelled) end(record, 'cancelled');
      }
    } catch {
      // our own database is away: the records wait with it
    } finally {
      asking = false;
    }
  }
  function end(record: { abort: AbortController; reason: 'cancelled' | 'lost' | null }, reason: 'cancelled' | 'lost'): void {
    record.reason ??= reason;
    record.abort.abort(new Error(reason));
  }
  return {
    add(recordId, attempt) {
      const record = { attempt, abort: new AbortController(), reason: null as 'cancelled' | 'lost' | null, since: Date.now() };
      mine.set(recordId, record);
      return {
        signal: record.abort.signal,
        reason: () => record.reason,
        done: () => {
          if (mine.get(recordId) === record) mine.delete(recordId);
        },
      };
    },
    stop: () => clearInterval(timer),
  };
}
