/**
 * What people wait for, over a whole fleet: `npm run bench api` (size S), `BENCH_SIZE=M npm run bench api`. A server of its
 * own process answers over HTTP; the same SQL is run raw beside it, statement by statement, as the request sent it.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { Agent, request } from 'undici';
import { buildApp } from '../server/src/app.ts';
import { today } from '../server/src/clock.ts';
import { aggregate, periodOf, PERIOD_TYPES, startAggregation } from '../server/src/features/capacity/index.ts';
import { startClassification } from '../server/src/features/classification/index.ts';
import { FLEETS, fillFleet } from './fill-fleet.ts';
import { noteWrite } from '../server/src/store/table-writes.ts';
import { type BenchHouse, openBenchHouse } from './house.ts';
import { type Row, writeResults } from './results.ts';
import { freePort, startServer } from './server.ts';

const SIZE = (process.env.BENCH_SIZE ?? 'S') as keyof typeof FLEETS;
/** The targets are said of size S. */
const IS_S = SIZE === 'S';
/** Measured warm, as the original was: after so many requests of each kind. */
const WARM = 50;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 100);
/** What takes long is asked less often, but at least so often. */
const FEWEST = 30;
const LONG_MS = 5000;
const CLIENTS = 16;
const LOAD_MS = 8000;

interface Work {
  work: string;
  /** Its total is kept until one of these tables is written, so it is measured once more with a write before each request. */
  counted?: string;
  uncached?: number;
  /** `i` varies the question, so that no answer is found warm. */
  url: (i: number) => string;
  /** Milliseconds: what the original took on the same size, and what we want at most. */
  original?: string;
  target?: number;
}
const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
const WORKS: Work[] = [
  { work: 'instance list, 20 rows', url: (i) => `/instances/api?limit=20&page=${1 + (i % 5)}`, original: '14.7 ms', target: 3 },
  {
    work: 'account ledger',
    url: (i) => `/account/api/accounts?limit=20&page=${1 + (i % 50)}`,
    original: '81 ms',
    target: 5,
    counted: 'account_permission',
    uncached: 15,
  },
  {
    work: 'account ledger, search and filters',
    url: (i) =>
      `/account/api/accounts?limit=20&search=${['pay', 'zhang', 'sync', 'order'][i % 4]}&is_locked=false&db_type=mysql&page=${1 + (i % 3)}`,
    original: '79 ms',
    target: 10,
    counted: 'account_permission',
    uncached: 30,
  },
  { work: 'account statistics', url: () => '/accounts/api/statistics', original: '24,800 ms', target: 60 },
  {
    work: 'database aggregations, a page',
    url: (i) => `/database_aggregations/api/databases/aggregations?limit=20&page=${1 + (i % 20)}`,
    original: '506 ms',
    target: 12,
    counted: 'database_size_aggregations',
    uncached: 150,
  },
  {
    work: 'database aggregations, one database, 30 days',
    url: (i) =>
      `/database_aggregations/api/databases/aggregations?instance_id=${1 + (i % 100)}&database_name=orders&period_type=daily&start_date=${day(30)}&end_date=${day(0)}&limit=31`,
    original: '8.2 ms',
    target: 3,
  },
  {
    work: 'database aggregations, summary of all',
    url: () => '/database_aggregations/api/databases/aggregations/summary',
    original: 'never ended',
    target: 150,
  },
  {
    work: 'instance aggregations, a page',
    url: (i) => `/instance_aggregations/api/instances/aggregations?limit=20&page=${1 + (i % 20)}`,
    original: '56 ms',
    target: 5,
    counted: 'instance_size_aggregations',
  },
  {
    work: 'instance aggregations, summary',
    url: () => '/instance_aggregations/api/instances/aggregations/summary',
    original: '1,358 ms',
    target: 25,
  },
  {
    work: 'database sizes of an instance',
    url: (i) => `/instances/api/databases/${1 + (i % 100)}/sizes?limit=100`,
    original: '13.5 ms',
    target: 4,
  },
  {
    work: 'database sizes of an instance, latest only',
    url: (i) => `/instances/api/databases/${1 + (i % 100)}/sizes?latest_only=true`,
    original: '157 ms',
    target: 5,
  },
  { work: 'log search', url: (i) => `/history/logs/api/search?limit=50&page=${1 + (i % 10)}`, original: '8.5 ms', target: 4 },
  {
    work: 'log search with text',
    url: (i) => `/history/logs/api/search?hours=720&search=prod-${(i * 37) % 500}%20`,
    original: '17.9 ms',
    target: 12,
  },
  { work: 'partition info', url: () => '/partition/api/info', original: '130 ms', target: 10 },
  { work: 'dashboard overview', url: () => '/dashboard/api/overview', original: '11,180 ms', target: 80 },
  { work: 'session list', url: (i) => `/history/sessions/api/sessions?limit=20&page=${1 + (i % 5)}` },
  { work: 'who can DROP, the whole fleet', url: (i) => `/account/api/access?privilege=DROP&database=nobody_${i}`, target: 1000 },
];

const rows: Row[] = [];
const add = (work: string, figure: string, note = '') => {
  rows.push({ work, figure, note });
  console.log(`${work.padEnd(52)} ${figure.padStart(10)}  ${note}`);
};
const ms = (n: number) => `${n < 100 ? n.toFixed(1) : n.toFixed(0)} ms`;
const rank = (times: readonly number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)]!;
const median = (times: readonly number[]) => rank(times, 0.5);
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const resident = (pid: number) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);

/** The statements that one request sends, with their values. */
async function statementsOf(house: BenchHouse, cookie: string, url: string): Promise<{ text: string; values: unknown[] }[]> {
  const found: { text: string; values: unknown[] }[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]): unknown {
    const given = args[0] as string | { text?: string; values?: unknown[] };
    const text = typeof given === 'string' ? given : given?.text;
    const values = (typeof given === 'object' ? given.values : undefined) ?? (Array.isArray(args[1]) ? (args[1] as unknown[]) : []);
    if (text && /^\s*(select|with)/i.test(text) && !/pgboss/.test(text)) found.push({ text, values });
    return (original as (...all: unknown[]) => unknown).apply(this, args);
  } as never;
  const app = await buildApp(house.deps);
  try {
    const reply = await app.inject({ method: 'GET', url, headers: { cookie } });
    if (reply.statusCode !== 200) throw new Error(`${url}: ${reply.statusCode} ${reply.body.slice(0, 300)}`);
  } finally {
    pg.Client.prototype.query = original;
    await app.close();
  }
  return found;
}

/** Milliseconds of the same statements on one connection, one after the other. */
async function raw(house: BenchHouse, statements: readonly { text: string; values: unknown[] }[]): Promise<number> {
  const client = await house.deps.store.pool.connect();
  try {
    return await timed(async () => {
      for (const { text, values } of statements) await client.query(text, values as never[]);
    });
  } finally {
    client.release();
  }
}

export async function api(): Promise<void> {
  const size = FLEETS[SIZE];
  if (!size) throw new Error(`BENCH_SIZE is one of ${Object.keys(FLEETS).join(', ')}`);
  const house = await openBenchHouse();
  const { deps } = house;
  const { db, clock, queue } = deps;
  let server: ChildProcess | undefined;
  try {
    const now = new Date();
    const filled = await timed(() => fillFleet(db, size, today(clock), now));
    add(
      `size ${SIZE}: filled`,
      ms(filled),
      `${size.instances} instances, ${size.instances * size.accountsEach} accounts and their roles, ${size.instances * size.databasesEach} databases × ${size.days} days, ${size.logs} logs`,
    );
    await jobs(house);
    const { header: cookie } = await house.signIn();
    const port = await freePort();
    server = await startServer(deps.config.dataDir, port);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    add('memory of the server, nobody there', `${resident(server.pid!)} MB`, 'target 180 MB');
    const agent = new Agent({ connections: CLIENTS, pipelining: 1 });
    const get = async (url: string) => {
      const reply = await request(`http://127.0.0.1:${port}${url}`, { headers: { cookie }, dispatcher: agent });
      const body = await reply.body.arrayBuffer();
      if (reply.statusCode !== 200) throw new Error(`${url}: ${reply.statusCode} ${Buffer.from(body).toString().slice(0, 200)}`);
      return body.byteLength;
    };
    for (const one of WORKS) await measure(house, cookie, get, one);
    const exports: number[] = [];
    for (let i = 0; i < 5; i++) exports.push(await timed(() => get('/files/api/account-export')));
    add('account CSV, every account', ms(median(exports)), `slowest ${ms(Math.max(...exports))}; original 28,500 ms; target 700 ms`);
    await load(get);
    add('memory of the server after it all', `${resident(server.pid!)} MB`, 'target 320 MB');
    await agent.close();
  } finally {
    server?.kill('SIGTERM');
    await new Promise((resolve) => (server && server.exitCode === null ? server.once('exit', resolve) : resolve(null)));
    await house.close();
  }
  writeResults(`api-${SIZE}`, `A fleet of size ${SIZE}`, rows);

  async function jobs(house: BenchHouse): Promise<void> {
    const run = async (start: () => Promise<{ sessionId: string }>) =>
      timed(async () => {
        const { sessionId } = await start();
        for (;;) {
          const session = await db
            .selectFrom('sync_sessions')
            .select('status')
            .where('session_id', '=', sessionId)
            .executeTakeFirstOrThrow();
          if (session.status === 'completed') return;
          if (session.status !== 'running') throw new Error(`session ${sessionId}: ${session.status}`);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      });
    const instances = (await db.selectFrom('instances').select('id').execute()).map((row) => row.id);
    const spans = PERIOD_TYPES.map((type) => ({ type, first: periodOf(type, day(size.days - 1)), last: periodOf(type, today(clock)) }));
    add(
      'all four periods over all days, first time',
      ms(await timed(() => aggregate(house.deps, spans, 'all', instances))),
      'target 30 s (S)',
    );
    add('the same, nothing changed', ms(await timed(() => aggregate(house.deps, spans, 'all', instances))), 'target 10 s (S)');
    add(
      'aggregate current, all instances',
      ms(await run(() => startAggregation(deps, null, false, { period: 'daily', scope: 'all' }))),
      'original 85.6 s; target 1.5 s (S)',
    );
    const classify = () => startClassification({ db, queue, clock }, null, 'manual', {});
    add('classify every account, first time', ms(await run(classify)), 'original 48 s; target 2 s (S)');
    add('classify every account, nothing changed', ms(await run(classify)), 'target 0.3 s (S)');
    await house.deps.store.pool.query('vacuum analyze');
  }
}

async function measure(
  house: BenchHouse,
  cookie: string,
  get: (url: string) => Promise<number>,
  { work, url, original, target, counted, uncached }: Work,
): Promise<void> {
  const within = (rounds: number, fewest: number) => {
    const until = performance.now() + LONG_MS;
    return (i: number) => i < rounds && (i < fewest || performance.now() < until);
  };
  for (let i = 0, more = within(WARM, 10); more(i); i++) await get(url(i));
  const times: number[] = [];
  const cold: number[] = [];
  for (let i = 0, more = within(ROUNDS, FEWEST); more(i); i++) {
    const at = url(i);
    times.push(await timed(() => get(at)));
  }
  const counting: number[] = [];
  if (counted)
    for (let i = 0; i < FEWEST; i++) {
      await noteWrite(house.deps.db, counted);
      counting.push(await timed(() => get(url(i))));
    }
  const raws: number[] = [];
  for (let i = 0; i < 5; i++) {
    await house.deps.cache.clear('');
    const statements = await statementsOf(house, cookie, url(i + ROUNDS));
    for (let k = 0; k < 3; k++) raws.push(await raw(house, statements));
    cold.push(statements.length);
  }
  const [p50, sql] = [median(times), median(raws)];
  const notes = [
    `raw SQL ${ms(sql)} (${Math.max(...cold)} statements)`,
    `p95 ${ms(rank(times, 0.95))}`,
    ...(original ? [`original ${original}`] : []),
    ...(target && IS_S ? [`target ${target} ms${p50 > target ? ' MISSED' : ''}`] : []),
    ...(counted
      ? [
          `total counted anew ${ms(median(counting))}${uncached && IS_S ? `, target ${uncached} ms${median(counting) > uncached ? ' MISSED' : ''}` : ''}`,
        ]
      : []),
    ...(p50 > 2 * sql + 1 ? ['over 2 × raw + 1 ms'] : []),
  ];
  add(work, ms(p50), notes.join('; '));
}

/** Sixteen people at once on the instance list. */
async function load(get: (url: string) => Promise<number>): Promise<void> {
  const times: number[] = [];
  const until = performance.now() + LOAD_MS;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let i = 0; performance.now() < until; i++)
        times.push(await timed(() => get(`/instances/api?limit=20&page=${1 + ((client + i) % 5)}`)));
    }),
  );
  add(
    `instance list, ${CLIENTS} clients`,
    `${Math.round((times.length / LOAD_MS) * 1000)}/s`,
    `p95 ${ms(rank(times, 0.95))}; original 93/s, p95 1,552 ms; target 1,000/s, p95 30 ms; client on the same machine`,
  );
}
