import type { Kysely } from 'kysely';
import { type Listener, notify } from '../../store/listen.ts';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';

const CHANNEL = 'whalefall_sessions';

/** Something of this session changed; said at commit, to every process. */
export const tell = (db: Kysely<DB>, sessionId: string, recordId: number | null): Promise<void> =>
  notify(db, CHANNEL, `${sessionId}:${recordId ?? ''}`);

/** @param heard which record changed, or null: look at everything again. */
export function listenTo(listener: Listener, sessionId: string, heard: (recordId: number | null) => void): () => void {
  return listener.on(CHANNEL, (payload) => {
    if (payload === null) return heard(null);
    const [session, record] = payload.split(':');
    if (session === sessionId) heard(record ? Number(record) : null);
  });
}

const POLL_MS = 1000;
const ENDED = new Set(['completed', 'failed', 'cancelled']);

/** Waits for a record to end, at most `ms`. @returns the record as it then is. */
export async function waitForRecord(db: Kysely<DB>, listener: Listener, sessionId: string, recordId: number, ms: number) {
  const until = performance.now() + ms;
  let wake = () => {};
  const off = listenTo(listener, sessionId, () => wake());
  try {
    for (;;) {
      const record = await queries.recordById(db, recordId);
      const left = until - performance.now();
      if (!record || ENDED.has(record.status) || left <= 0) return record;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(POLL_MS, left));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    off();
  }
}
