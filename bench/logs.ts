/** The log centre over a million rows: `npm run bench logs`. Through the routes, as the page asks. Writes bench/results/logs.{json,md}. */
import { buildApp } from '../server/src/app.ts';
import { NO_LIMIT } from '../server/src/store/client.ts';
import { openBenchHouse } from './house.ts';
import { type Row, writeResults } from './results.ts';

const ROWS = Number(process.env.BENCH_LOGS ?? 1_000_000);
const ROUNDS = 20;
const TARGET_MS = 200;
/** The retention of a new installation: the rows lie evenly over it. */
const DAYS = 30;

/** Rows as the product writes them: eight modules, five levels, contexts of about 300 characters, one Chinese message in ten. */
const FILL = `
  insert into unified_logs (timestamp, level, module, message, context, created_at)
  select at, level, module,
    case when n % 10 = 0 then '实例 prod-' || n % 500 || ' 的账户同步失败：连接被拒绝'
      else message || ' of instance prod-' || n % 500 || ' in ' || n % 3000 || ' ms' end,
    jsonb_build_object('request_id', md5(n::text), 'session_id', md5((n / 40)::text), 'instance_id', n % 500, 'username', 'operator_' || n % 70,
      'url', '/accounts/sync/api/instances/' || n % 500 || '/sync', 'method', 'POST', 'ip_address', '10.0.' || n % 200 || '.' || n % 250,
      'error_code', case when level = 'ERROR' then 'CONNECTION_REFUSED' end, 'duration_ms', n % 3000),
    at
  from (
    select n, $1::timestamptz - (n::float8 / $2::float8) * $3::interval as at,
      case when n % 50 = 0 then 'ERROR' when n % 1000 = 7 then 'CRITICAL' when n % 12 = 0 then 'WARNING' else 'INFO' end as level,
      (array['accounts_sync', 'capacity_sync', 'auth', 'users', 'scheduler', 'connections', 'account_classification', 'error_handler'])[1 + n % 8] as module,
      (array['accounts read', 'sizes read', 'signed in', 'connection test failed', 'job run', 'accounts classified'])[1 + n % 6] as message
    from generate_series(1, $2::int) n) rows`;

/** What people ask of the log centre; \`i\` varies the question, so that no answer is found warm. */
const QUESTIONS: Record<string, (i: number) => Record<string, string | number>> = {
  'newest rows of a day': () => ({}),
  'a level, 30 days': (i) => ({ hours: 720, level: i % 2 ? 'ERROR' : 'CRITICAL' }),
  'a module, a week': (i) => ({ hours: 168, module: ['scheduler', 'connections', 'users'][i % 3]! }),
  'a session id in the context, 30 days': (i) => ({ hours: 720, search: md5(i * 1009) }),
  'an instance by name, a day': (i) => ({ hours: 24, search: `prod-${(i * 37) % 500}` }),
  'an instance by name, 30 days': (i) => ({ hours: 720, search: `prod-${(i * 37) % 500} ` }),
  'Chinese words, a day': () => ({ hours: 24, search: '账户同步失败' }),
  'a word of many rows, a day': () => ({ hours: 24, search: 'connection test failed' }),
  'a word of no row, 30 days': (i) => ({ hours: 720, search: `tablespace_full_${i}` }),
  'level, module and word, a week': () => ({ hours: 168, level: 'ERROR', module: 'accounts_sync', search: 'REFUSED' }),
  'the 40th page of a day': (i) => ({ page: 40 + (i % 3) }),
};
/** What costs most: every sixth row of all matches and is counted. Shown by itself, not a part of the p95. */
const WORST = { hours: 720, search: 'connection test failed' };
let md5s: string[] = [];
const md5 = (n: number) => md5s[n % md5s.length]!;

const rank = (sorted: readonly number[], share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!;
const ms = (n: number) => `${n.toFixed(0)} ms`;

async function ask(
  app: Awaited<ReturnType<typeof buildApp>>,
  cookie: string,
  query: Record<string, string | number>,
): Promise<{ took: number; total: number }> {
  const url = `/history/logs/api/search?${new URLSearchParams(query as Record<string, string>)}`;
  const started = performance.now();
  const reply = await app.inject({ method: 'GET', url, headers: { cookie } });
  const took = performance.now() - started;
  if (reply.statusCode !== 200) throw new Error(`${url}: ${reply.statusCode} ${reply.body}`);
  return { took, total: reply.json().data.total };
}

export async function logs(): Promise<void> {
  const house = await openBenchHouse();
  const app = await buildApp(house.deps);
  const rows: Row[] = [];
  const add = (work: string, figure: string, note = '') => {
    rows.push({ work, figure, note });
    console.log(`${work.padEnd(50)} ${figure.padStart(10)}  ${note}`);
  };
  try {
    const now = new Date();
    const { header: cookie } = await house.signIn();
    const began = performance.now();
    // Indexed afterwards: row by row it takes twice as long, and is not what is measured here.
    const client = await house.deps.store.pool.connect();
    await client.query(NO_LIMIT);
    await client.query(`set maintenance_work_mem = '512MB'`);
    const { rows: indexes } = await client.query<{ name: string; def: string }>(
      `select indexname as name, indexdef as def from pg_indexes where tablename = 'unified_logs' and indexdef like '%gin%'`,
    );
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    await client.query(FILL, [now, ROWS, `${DAYS} days`]);
    for (const { def } of indexes) await client.query(def);
    await client.query('vacuum analyze unified_logs');
    const size = await client.query<{ heap: string; all: string }>(
      `select pg_size_pretty(pg_relation_size('unified_logs')) as heap, pg_size_pretty(pg_total_relation_size('unified_logs')) as all`,
    );
    add(
      `${ROWS.toLocaleString('en')} rows written and indexed`,
      ms(performance.now() - began),
      `${size.rows[0]!.heap}, ${size.rows[0]!.all} with indexes`,
    );
    const sessions = await client.query<{ id: string }>(`select md5((n / 40)::text) as id from generate_series(1, $1::int, 9973) n`, [
      ROWS,
    ]);
    md5s = sessions.rows.map((row) => row.id);
    client.release(true);
    const all: number[] = [];
    for (const [question, query] of Object.entries(QUESTIONS)) {
      const times: number[] = [];
      let found = 0;
      for (let i = 0; i < ROUNDS; i++) {
        const { took, total } = await ask(app, cookie, query(i));
        times.push(took);
        found = total;
      }
      all.push(...times);
      times.sort((a, b) => a - b);
      add(question, ms(rank(times, 0.95)), `p95 of ${ROUNDS}; median ${ms(rank(times, 0.5))}; ${found.toLocaleString('en')} rows found`);
    }
    all.sort((a, b) => a - b);
    add('log search, p95 of all', ms(rank(all, 0.95)), `target ${TARGET_MS} ms; median ${ms(rank(all, 0.5))}`);
    const worst: number[] = [];
    let found = 0;
    for (let i = 0; i < 5; i++) {
      const { took, total } = await ask(app, cookie, WORST);
      worst.push(took);
      found = total;
    }
    worst.sort((a, b) => a - b);
    add(
      'the worst: a phrase of many rows, 30 days',
      ms(rank(worst, 0.5)),
      `median of 5; ${found.toLocaleString('en')} rows found and counted`,
    );
  } finally {
    await app.close();
    await house.close();
  }
  writeResults('logs', 'The log centre', rows);
}
