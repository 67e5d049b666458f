import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { House } from './house.ts';

const PAUSE_MS = 120;

/** Somebody who keeps working while things are killed, and holds us to every answer. */
export interface Clerk {
  /** @returns promises that were not kept */
  check(house: House): Promise<string[]>;
  promised(): number;
  stop(): Promise<void>;
}

export function openClerk(client: Client): Clerk {
  const tags = new Set<string>();
  const logs = new Map<number, string>();
  const leave = new AbortController();
  let turn = 0;

  async function work(): Promise<void> {
    for (; !leave.signal.aborted; turn++) {
      const name = `torture-${turn}`;
      if (turn % 3 === 0) {
        const reply = await client.call('POST', '/tags/api/create', { name, display_name: name, category: 'other' });
        if (reply?.status === 201) tags.add(name);
      } else if (turn % 3 === 1) {
        const reply = await client.call('GET', '/history/logs/api/search?limit=50');
        if (reply?.status === 200) for (const row of reply.body.data.logs) logs.set(row.id, row.message);
      } else {
        await client.call('GET', '/instances/');
        // Something for the log: what is refused is written down.
        await client.call('DELETE', `/tags/api/delete/${900_000 + turn}`);
      }
      await wait(PAUSE_MS);
    }
  }
  const working = work();
  return {
    promised: () => tags.size + logs.size,
    async check(house) {
      const faults: string[] = [];
      const there = new Set(
        (await house.ask<{ name: string }>(`select name from tags where name like 'torture-%'`)).map(({ name }) => name),
      );
      const lost = [...tags].filter((name) => !there.has(name));
      if (lost.length > 0) faults.push(`a tag that was answered 201 is not there: ${lost[0]}`);
      const lines = new Map(
        (await house.ask<{ id: number; message: string }>('select id, message from unified_logs')).map((row) => [row.id, row.message]),
      );
      const gone = [...logs].filter(([id, message]) => lines.get(id) !== message);
      if (gone.length > 0) faults.push(`a log line that was shown is gone: ${gone[0]!.join(' ')}`);
      return faults;
    },
    async stop() {
      leave.abort();
      await working;
    },
  };
}
