/**
 * Who can do what, over the whole fleet: `npm run bench access`. Asked over HTTP, each question once, so that no answer is
 * found that was kept; then a second page of one that was.
 */
import { request } from 'undici';
import { buildApp } from '../server/src/app.ts';
import { today } from '../server/src/clock.ts';
import { fillFleet } from './fill-fleet.ts';
import { openBenchHouse } from './house.ts';
import { type Row, writeResults } from './results.ts';

const ACCOUNTS_EACH = 120;
/** One in fifty is switched off: 60,120 accounts on those that are not. */
const INSTANCES = Number(process.env.BENCH_INSTANCES ?? 511);
const TARGET_MS = 1000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);

const rows: Row[] = [];
const add = (work: string, figure: string, note = '') => {
  rows.push({ work, figure, note });
  console.log(`${work.padEnd(64)} ${figure.padStart(10)}  ${note}`);
};
const ms = (n: number) => `${n < 100 ? n.toFixed(1) : n.toFixed(0)} ms`;

/** `i` makes each question one of its own. */
const QUESTIONS: { work: string; query: (i: number) => string }[] = [
  { work: 'who can DROP', query: (i) => `privilege=DROP&limit=${20 + i}` },
  { work: 'who can DROP in one database', query: (i) => `privilege=DROP&database=orders_${i}` },
  { work: 'who reads one table', query: (i) => `privilege=SELECT&database=orders&schema=public&object=t${i}` },
  { work: 'who can grant', query: (i) => `privilege=GRANT&database=orders_${i}` },
  { work: 'who can create roles', query: (i) => `privilege=CREATEROLE&database=d${i}` },
];

export async function access(): Promise<void> {
  const house = await openBenchHouse();
  const { deps } = house;
  const { db, clock } = deps;
  try {
    const now = new Date();
    await fillFleet(
      db,
      { instances: INSTANCES, accountsEach: ACCOUNTS_EACH, databasesEach: 1, days: 1, logs: 1, sessions: 1, changes: 1 },
      today(clock),
      now,
    );
    const { header: cookie } = await house.signIn();
    const app = await buildApp(deps);
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    const get = async (query: string) => {
      const started = performance.now();
      const reply = await request(`${origin}/account/api/access?${query}`, { headers: { cookie } });
      const text = await reply.body.text();
      if (reply.statusCode !== 200) throw new Error(`${query}: ${reply.statusCode} ${text.slice(0, 200)}`);
      const { data } = JSON.parse(text) as { data: { total: number; summary: { asked: number } } };
      return { ms: performance.now() - started, total: data.total, asked: data.summary.asked };
    };
    for (const { work, query } of QUESTIONS) {
      const found: Awaited<ReturnType<typeof get>>[] = [];
      const cpu = process.cpuUsage();
      for (let i = 0; i < ROUNDS; i++) {
        // Whatever was kept of the same question is of another state of the fleet.
        await db.updateTable('instances').set({ accounts_synced_at: new Date() }).where('id', '=', 1).execute();
        found.push(await get(query(i)));
      }
      const spent = process.cpuUsage(cpu);
      const times = found.map((one) => one.ms).sort((a, b) => a - b);
      const middle = times[Math.floor(times.length / 2)]!;
      add(
        `${work}: ${found[0]!.asked.toLocaleString('en')} accounts`,
        ms(middle),
        `slowest ${ms(times.at(-1)!)}; ${found[0]!.total.toLocaleString('en')} found; processor: ours ${ms((spent.user + spent.system) / 1000 / ROUNDS)}; target ${ms(TARGET_MS)}${middle > TARGET_MS ? ' MISSED' : ''}`,
      );
    }
    await get('privilege=DROP');
    add('the next page of an answer', ms((await get('privilege=DROP&page=2')).ms), 'kept from the first page');
    await app.close();
  } finally {
    await house.close();
  }
  writeResults('access', 'Who can do what', rows);
}
