/** How much JavaScript a page really loads, compressed as a proxy would compress it. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Journey } from '../journey.ts';
import { assert, signIn, type Visit } from '../page.ts';
import { root } from '../servers.ts';
import { findIds, goTo, type Place, places } from '../sitemap.ts';

const KB = 1000;
const LIGHT = 150 * KB;
const FIRST = 450 * KB;
const FURTHER = 60 * KB;
const CHART = 180 * KB;
const IS_CHART = /^echarts?-/;
/** What is looked at: a page each, not everything that can be opened on it. */
const NAMES = [
  ...['instances', 'instance-create', 'instance', 'instance-accounts', 'instance-databases', 'instance-edit'],
  ...[
    'credentials',
    'credential-create',
    'credential',
    'accounts',
    'account',
    'instance-statistics',
    'account-statistics',
    'instance-capacity',
    'database-capacity',
    'classes',
    'rule',
    'assignments',
    'sessions',
    'session',
    'tags',
    'tag-create',
    'users',
    'profile',
  ],
];

export const budgets: Journey = {
  name: 'budgets',
  async run(t) {
    const site = await t.step('the demo fleet', () => t.world.demo());
    const visit = await t.visit(site);
    const table: [string, number, number][] = [];
    const over = (): string[] =>
      table.filter(([, size, limit]) => size > limit).map(([name, size, limit]) => `${name}: ${kb(size)} of ${kb(limit)}`);

    await t.check('sign-in, about, error pages, change of the password', async () => {
      for (const path of ['/auth/login', '/about', '/about/nothing']) table.push([path, sum(await scripts(visit, path)), LIGHT]);
      await signIn(visit, 'admin');
      table.push(['/auth/change-password', sum(await scripts(visit, '/auth/change-password')), LIGHT]);
      assert(over().length === 0, over().join('\n'));
    });

    await t.check('the first signed-in page, each further one, the chart', async () => {
      const ids = await findIds(visit);
      const first = await scripts(visit, '/dashboard/');
      const chart = [...first].filter((file) => IS_CHART.test(file));
      assert(chart.length > 0, 'the dashboard draws no chart, or its chunk has another name');
      table.push(['/dashboard/ (first page, no chart)', sum(first) - sum(chart), FIRST], ['chart chunk', sum(chart), CHART]);
      const all = places(ids);
      for (const name of NAMES) {
        const place = all.find((one) => one.name === name)!;
        const files = [...(await scripts(visit, place))].filter((file) => !first.has(file));
        table.push([`${place.path} (own)`, sum(files), FURTHER]);
      }
      assert(over().length === 0, over().join('\n'));
    });
    for (const [name, size, limit] of table) console.log(`          ${kb(size).padStart(9)} of ${kb(limit).padEnd(8)} ${name}`);
  },
};

const kb = (size: number): string => `${(size / KB).toFixed(1)} kB`;
const sizes = new Map<string, number>();
function sum(files: Iterable<string>): number {
  let all = 0;
  for (const file of files) {
    if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(root, 'dist', 'web', 'assets', file))).length);
    all += sizes.get(file)!;
  }
  return all;
}

/** The script files that a page has loaded once it is drawn. */
async function scripts(visit: Visit, place: string | Place): Promise<Set<string>> {
  if (typeof place === 'string') await visit.go(place);
  else await goTo(visit, place);
  await visit.page.waitForLoadState('networkidle');
  const urls = await visit.page.evaluate(() => performance.getEntriesByType('resource').map((one) => one.name));
  return new Set(urls.filter((url) => /\/assets\/[^?]+\.js$/.test(url)).map((url) => basename(new URL(url).pathname)));
}
