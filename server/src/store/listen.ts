import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { DB } from './tables.ts';

export interface Listener {
  /** Calls `heard` for every notification of the channel, and with null after the connection was lost and found again: something may have been missed. */
  on(channel: string, heard: (payload: string | null) => void): () => void;
  close(): Promise<void>;
}

const RETRY_MS = 1000;

/** Tells every process that listens; delivered at commit, nothing on rollback. At most 7,999 bytes: ids, not data. */
export async function notify(db: Kysely<DB>, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(db);
}

/** One listening connection for the whole process, outside the pool; shared by the queue and all event streams. */
export function openListener(connection: pg.ClientConfig): Listener {
  const listeners = new Map<string, Set<(payload: string | null) => void>>();
  let client: pg.Client | undefined;
  let connecting: Promise<void> | undefined;
  let closed = false;

  const tellAll = () => {
    for (const set of listeners.values()) for (const heard of set) heard(null);
  };
  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      ...connection,
      application_name: `${connection.application_name ?? 'whalefall'} listen`,
    });
    const again = () => {
      if (client !== fresh || closed) return;
      client = undefined;
      setTimeout(() => void ensure().then(tellAll, () => {}), RETRY_MS).unref();
    };
    fresh.on('error', again);
    fresh.on('end', again);
    fresh.on('notification', ({ channel, payload }) => listeners.get(channel)?.forEach((heard) => heard(payload ?? '')));
    await fresh.connect();
    for (const channel of listeners.keys()) await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    client = fresh;
  }
  function ensure(): Promise<void> {
    if (client || closed) return Promise.resolve();
    connecting ??= connect()
      .catch((error: unknown) => {
        if (!closed) setTimeout(() => void ensure().then(tellAll, () => {}), RETRY_MS).unref();
        throw error;
      })
      .finally(() => (connecting = undefined));
    return connecting;
  }
  return {
    on(channel, heard) {
      const set = listeners.get(channel) ?? new Set();
      const isNew = !listeners.has(channel);
      listeners.set(channel, set.add(heard));
      const subscribe = client && isNew ? client.query(`LISTEN ${pg.escapeIdentifier(channel)}`) : ensure();
      void Promise.resolve(subscribe).catch(() => {});
      return () => set.delete(heard);
    },
    async close() {
      closed = true;
      await connecting?.catch(() => {});
      await client?.end().catch(() => {});
    },
  };
}
