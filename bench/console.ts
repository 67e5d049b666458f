/**
 * What a person waits for in the browser, over a large fleet: `npm run bench console`. The built server answers a real
 * Chromium; for every list page and the search: the time from the last reply to the painted rows, how much was sent, and
 * that no reply carries everything.
 */
import type { Page, Response } from 'playwright-core';
import { today } from '../server/src/clock.ts';
import { aggregate, periodOf, PERIOD_TYPES } from '../server/src/features/capacity/index.ts';
import { startClassification } from '../server/src/features/classification/index.ts';
import { launch } from '../e2e/browser.ts';
import { fillFleet } from './fill-fleet.ts';
import { type BenchHouse, openBenchHouse } from './house.ts';
import { type Row, writeResults } from './results.ts';
import { freePort, startServer } from './server.ts';

const FLEET = { instances: 500, accountsEach: 120, databasesEach: 10, days: 90, logs: 100_000, sessions: 600, changes: 10_000 };
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** Only what has one of these comma-separated words in its name. */
const ASKED = process.env.BENCH_TITLE?.split(',') ?? [];
const asked = (name: string) => ASKED.length === 0 || ASKED.some((word) => name.includes(word));
const WANTED_MS = 300;
/** Rows of one reply. A page of a list has at most 100, a chart 20 lines of 30 points. */
const MOST_ROWS = 600;

const PAGES: [name: string, path: string][] = [
  ['dashboard', '/dashboard/'],
  ['instances', '/instances/'],
  ['instances, 100 rows', '/instances/?limit=100'],
  ['instances, search', '/instances/?search=order'],
  ['instance, accounts', '/instances/7?tab=accounts'],
  ['instance, databases', '/instances/7?tab=databases'],
  ['instance statistics', '/instances/statistics'],
  ['account ledger', '/account/'],
  ['account ledger, 100 rows', '/account/?limit=100'],
  ['account ledger, search and filters', '/account/mysql?search=pay&is_locked=false'],
  ['account ledger, a late page', '/account/?page=2000'],
  ['account statistics', '/accounts/statistics'],
  ['who can do what', '/account/access?privilege=DROP'],
  ['database ledger', '/databases/ledgers'],
  ['database ledger, largest first, 100 rows', '/databases/ledgers?sort=size_mb&order=desc&limit=100'],
  ['database ledger, search', '/databases/ledgers?search=orders'],
  ['classes and rules', '/accounts/classifications/'],
  ['class assignments', '/accounts/classifications/?tab=assignments'],
  ['database capacity', '/database_aggregations/'],
  ['instance capacity', '/instance_aggregations/instance'],
  ['credentials', '/credentials/'],
  ['tags', '/tags/'],
  ['assign tags', '/tags/batch_assign'],
  ['sessions', '/history/sessions/'],
  ['logs', '/history/logs/'],
  ['audit', '/admin/audit'],
  ['users', '/users/'],
  ['scheduler', '/scheduler/'],
  ['partitions', '/partition/'],
];

const rows: Row[] = [];
const faults: string[] = [];
const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
const ms = (n: number) => `${Math.round(n)} ms`;

interface Reply {
  url: string;
  bytes: number;
  wire: number;
  rows: number;
}
interface Seen {
  paint: number;
  /** Until the rows below the window are there too. */
  rows: number;
  whole: number;
  replies: Reply[];
}

/** The longest list anywhere in a reply. */
function longest(value: unknown): number {
  if (Array.isArray(value)) return Math.max(value.length, ...value.map(longest));
  if (value === null || typeof value !== 'object') return 0;
  return Math.max(0, ...Object.values(value).map(longest));
}

/** Runs in the page: the first frame after which nothing loads any more, again whenever something loaded. */
const WATCH = `
  window.settledAt = null;
  let count = 0;
  const look = () => {
    // Rows below the window are drawn after those in it.
    const now = document.querySelectorAll('main tbody tr').length;
    if (now !== count) { count = now; requestAnimationFrame(() => { window.rowsAt = performance.now(); }); }
    const busy = document.querySelector('.skeleton, .grid-skeleton, .chart-wait, [aria-busy="true"], [data-stale]');
    if (busy || !document.querySelector(window.doneWhen ?? 'main h1')) window.settledAt = null;
    else if (window.settledAt === null) {
      window.settledAt = Infinity;
      // This frame is being made: painted is when the next one begins.
      requestAnimationFrame(() => { if (window.settledAt === Infinity) window.settledAt = performance.now(); });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;
/** How long after the last reply it was painted, and after the beginning. */
const TIMES = (from: number) => `(() => {
  const at = window.settledAt;
  const replies = performance.getEntriesByType('resource').filter(
    (one) => one.name.includes('/api') && one.startTime >= ${from} && one.responseEnd > 0 && one.responseEnd <= at);
  const last = Math.max(${from}, ...replies.map((one) => one.responseEnd));
  return { paint: at - last, whole: at - ${from}, rows: Math.max(at, window.rowsAt ?? 0) - last };
})()`;

/** Asked from outside: the page's policy lets nothing evaluate text inside. */
async function holds(page: Page, expression: string): Promise<void> {
  for (const until = Date.now() + 30_000; !(await page.evaluate(expression));) {
    if (Date.now() > until) throw new Error(`${page.url()}: not within 30 s: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function look(page: Page, act: () => Promise<unknown>, since: () => Promise<number>): Promise<Seen> {
  const responses: Response[] = [];
  const note = (response: Response) => {
    if (/\/api(\/|\?|$)/.test(response.url()) && response.status() === 200) responses.push(response);
  };
  page.on('response', note);
  await act();
  const from = await since();
  await holds(page, 'Number.isFinite(window.settledAt ?? NaN)');
  // Charts and panels that read for themselves: quiet for half a second.
  await page.waitForLoadState('networkidle');
  const times = (await page.evaluate(TIMES(from))) as { paint: number; rows: number; whole: number };
  page.off('response', note);
  const replies = await Promise.all(
    responses
      .filter((response) => !/\/events/.test(response.url()))
      .map(async (response) => {
        // A reply that the page left behind has no body any more; it is asked again in the next round.
        const body = await response.body().catch(() => Buffer.from('null'));
        const type = response.headers()['content-type'] ?? '';
        return {
          url: new URL(response.url()).pathname,
          bytes: body.byteLength,
          wire: (await response.request().sizes()).responseBodySize,
          rows: type.includes('json') ? longest(JSON.parse(body.toString())) : 0,
        };
      }),
  );
  return { ...times, replies };
}

function add(name: string, seen: readonly Seen[]): void {
  const paints = seen.map((one) => one.paint);
  const { replies } = seen.at(-1)!;
  const largest = replies.toSorted((a, b) => b.rows - a.rows)[0];
  const sum = (of: (reply: Reply) => number) => replies.reduce((n, one) => n + of(one), 0);
  for (const one of replies) if (one.rows > MOST_ROWS) faults.push(`${name}: ${one.url} has ${one.rows} rows`);
  const late = median(paints) > WANTED_MS;
  if (late) faults.push(`${name}: ${ms(median(paints))} from the reply to the paint`);
  const note = [
    `worst ${ms(Math.max(...paints))}`,
    `every row ${ms(median(seen.map((one) => one.rows)))}`,
    `whole ${ms(median(seen.map((one) => one.whole)))}`,
    `${replies.length} replies, ${Math.round(sum((one) => one.bytes) / 1024)} kB (${Math.round(sum((one) => one.wire) / 1024)} kB sent)`,
    ...(largest ? [`most rows ${largest.rows} (${largest.url})`] : []),
    ...(late ? [`over ${WANTED_MS} ms`] : []),
  ].join('; ');
  rows.push({ work: name, figure: ms(median(paints)), note });
  console.log(`${name.padEnd(44)} ${ms(median(paints)).padStart(8)}  ${note}`);
}

async function fill(house: BenchHouse): ReturnType<BenchHouse['signIn']> {
  const { deps } = house;
  const { db, clock, queue } = deps;
  const now = new Date();
  await fillFleet(db, FLEET, today(clock), now);
  const day = new Date(now.getTime() - (FLEET.days - 1) * 86_400_000).toISOString().slice(0, 10);
  const spans = PERIOD_TYPES.map((type) => ({ type, first: periodOf(type, day), last: periodOf(type, today(clock)) }));
  const instances = (await db.selectFrom('instances').select('id').execute()).map((row) => row.id);
  await aggregate(deps, spans, 'all', instances);
  const { sessionId } = await startClassification({ db, queue, clock }, null, 'manual', {});
  for (;;) {
    const { status } = await db.selectFrom('sync_sessions').select('status').where('session_id', '=', sessionId).executeTakeFirstOrThrow();
    if (status !== 'running') break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await deps.store.pool.query('vacuum analyze');
  return house.signIn();
}

export async function consolePages(): Promise<void> {
  const house = await openBenchHouse();
  const browser = await launch();
  let stop = async (): Promise<void> => undefined;
  try {
    const cookie = await fill(house);
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const server = await startServer(house.deps.config.dataDir, port);
    stop = async () => {
      server.kill('SIGTERM');
      if (server.exitCode === null) await new Promise((resolve) => server.once('exit', resolve));
    };
    const context = await browser.newContext({ baseURL: base, viewport: { width: 1440, height: 900 }, locale: 'en-US' });
    await context.addCookies([
      { name: cookie.name, value: cookie.value, url: base },
      { name: 'whalefall_locale', value: 'en', url: base },
    ]);
    await context.addInitScript({ content: WATCH });
    const page = await context.newPage();
    await page.goto('/dashboard/');
    await page.waitForLoadState('networkidle');
    for (const [name, path] of PAGES.filter(([name]) => asked(name))) {
      const seen: Seen[] = [];
      for (let i = 0; i <= ROUNDS; i++) {
        const one = await look(
          page,
          () => page.goto(path),
          () => Promise.resolve(0),
        );
        // The first fills the caches of a page that nobody opened before.
        if (i > 0) seen.push(one);
      }
      add(name, seen);
    }
    await withinList(page);
    if (asked('search palette')) await palette(page);
    await context.close();
  } finally {
    await browser.close();
    await stop();
    await house.close();
  }
  writeResults('console', 'The console over 500 instances, 60,000 accounts, 5,000 databases', rows);
  if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exitCode = 1;
  }
}

/** From page to page of a list without loading the document anew. */
async function withinList(page: Page): Promise<void> {
  for (const [name, path] of [
    ['account ledger, next page', '/account/?limit=100'],
    ['database ledger, next page', '/databases/ledgers?limit=100'],
    ['instances, next page', '/instances/?limit=100'],
  ] as const) {
    if (!asked(name)) continue;
    await page.goto(path);
    await page.waitForLoadState('networkidle');
    await holds(page, `document.querySelector('.pager a[rel=next]') !== null`);
    const seen: Seen[] = [];
    for (let i = 0; i < 4; i++) {
      let from = 0;
      const act = async () => {
        from = (await page.evaluate(
          `(() => { window.settledAt = null; document.querySelector('.pager a[rel=next]').click(); return performance.now(); })()`,
        )) as number;
        await holds(page, `document.querySelector('.pager a[aria-current=page]')?.textContent === '${i + 2}'`);
      };
      seen.push(await look(page, act, () => Promise.resolve(from)));
    }
    add(name, seen);
  }
}

async function palette(page: Page): Promise<void> {
  await page.goto('/dashboard/');
  await page.waitForLoadState('networkidle');
  await page.keyboard.press('/');
  await page.locator('.palette input').waitFor();
  const seen: Seen[] = [];
  for (const word of ['order', 'pay', 'root', 'prod', 'audit', 'my-', 'zhang']) {
    await page.locator('.palette input').fill('');
    await holds(page, `!document.querySelector('.palette [role=option]')`);
    let from = 0;
    const act = async () => {
      from = (await page.evaluate(
        `(() => { window.settledAt = null; window.doneWhen = '.palette [role=option], .palette-none'; return performance.now(); })()`,
      )) as number;
      const answered = page.waitForResponse((response) => response.url().includes('/common/api/search'));
      await page.locator('.palette input').fill(word);
      await answered;
    };
    seen.push(await look(page, act, () => Promise.resolve(from)));
  }
  add('search palette', seen);
}
