/*
 * Every page of the demo in both languages and themes and three widths into screenshots/; `--docs`: those of the README into docs/images.
 * `node e2e/screenshots.ts [--docs] [--only <page>]… [--locale en]`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BrowserContextOptions } from 'playwright-core';
import { launch } from './browser.ts';
import { type Locale, openVisit, prefer, signIn, type Visit } from './page.ts';
import { build, root, startWhaleFall } from './servers.ts';
import { findIds, goTo, places, read } from './sitemap.ts';

const { values } = parseArgs({
  options: { docs: { type: 'boolean' }, only: { type: 'string', multiple: true }, locale: { type: 'string' } },
});
const WIDE = { width: 1440, height: 900 };
const BOTH = ['light', 'dark'] as const;
const SIZES = [
  ['wide', WIDE, BOTH],
  ['middle', { width: 1280, height: 800 }, ['light']],
  ['small', { width: 390, height: 844 }, BOTH],
] as const;

if (!process.env.E2E_DEMO_URL) await build();
const site = process.env.E2E_DEMO_URL ? { url: process.env.E2E_DEMO_URL, stop: async () => undefined } : await startWhaleFall('demo');
const browser = await launch();

async function open(user: string | null, locale: Locale, options: BrowserContextOptions = {}): Promise<Visit> {
  const visit = await openVisit(browser, site.url, {
    locale: locale === 'en' ? 'en-US' : 'zh-CN',
    viewport: WIDE,
    colorScheme: 'light',
    ...options,
  });
  await prefer(visit, 'locale', locale);
  if (!user) return visit;
  await signIn(visit, user);
  // What the user once chose comes before the browser's wishes.
  const token = (await visit.page.locator('meta[name=csrf-token]').getAttribute('content')) ?? '';
  await visit.page.request.put('/auth/api/preferences', { headers: { 'x-csrftoken': token }, data: { locale, theme: 'system' } });
  return visit;
}

/** Each place once in each language; sizes and themes are changed where it stands. */
async function everything(locale: Locale): Promise<void> {
  const folder = join(root, 'screenshots', locale);
  mkdirSync(folder, { recursive: true });
  const visits = { admin: await open('admin', locale), nobody: await open(null, locale) };
  const ids = await findIds(visits.admin);
  for (const place of places(ids)) {
    if (values.only && !values.only.includes(place.name)) continue;
    const { page } = visits[place.as];
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light' });
    await goTo(visits[place.as], place).catch((error: unknown) => console.error(`${place.name}: ${String(error).split('\n')[0]}`));
    for (const [size, viewport, schemes] of SIZES) {
      await page.setViewportSize(viewport);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(folder, `${place.name}-${size}-${colorScheme}.png`) });
      }
    }
  }
  for (const visit of Object.values(visits)) await visit.context.close();
}

/** What the README shows: places of the sitemap, each in one language and theme, small enough to be kept. */
const SHOTS: [file: string, place: string, locale: Locale, scheme: 'light' | 'dark'][] = [
  ['dashboard', 'dashboard', 'zh-CN', 'light'],
  ['instances', 'instances', 'en', 'light'],
  ['instance', 'instance-databases', 'zh-CN', 'light'],
  ['account', 'account', 'en', 'dark'],
  ['access', 'access-drop', 'en', 'light'],
  ['databases', 'databases-largest', 'zh-CN', 'light'],
  ['rule', 'rule', 'zh-CN', 'light'],
  ['capacity', 'database-capacity', 'zh-CN', 'dark'],
  ['account-statistics', 'account-statistics', 'en', 'light'],
  ['scheduler', 'scheduler', 'en', 'dark'],
  ['session', 'session-failed', 'zh-CN', 'light'],
  ['logs', 'logs', 'en', 'light'],
];
async function documents(): Promise<void> {
  const folder = join(root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  for (const locale of ['zh-CN', 'en'] as const) {
    const visit = await open('admin', locale, { viewport: { width: 1280, height: 800 } });
    const ids = await findIds(visit);
    // One whose privileges come by the longest way through roles, and who is not simply allowed everything.
    const { items } = await read<{ items: { account_id: number; is_superuser: boolean; via: string[][] }[] }>(
      visit,
      '/account/api/access?privilege=INSERT&db_type=postgresql&include_public=false&limit=1000',
    );
    const steps = (one: { via: string[][] }) => one.via.filter(([kind]) => kind === 'member').length;
    const made = items.filter((one) => !one.is_superuser).toSorted((a, b) => steps(b) - steps(a))[0];
    const found = places({ ...ids, account: made?.account_id ?? ids.account });
    for (const [file, name, , colorScheme] of SHOTS.filter((shot) => shot[2] === locale)) {
      if (values.only && !values.only.includes(file)) continue;
      await visit.page.emulateMedia({ colorScheme });
      await goTo(
        visit,
        found.find((place) => place.name === name)!,
      );
      // Charts come last: their code is loaded when one is drawn.
      await visit.page.waitForTimeout(1500);
      await visit.page.screenshot({ path: join(folder, `${file}.png`) });
    }
    await visit.context.close();
  }
}

try {
  if (values.docs) await documents();
  else for (const locale of ['zh-CN', 'en'] as const) if (!values.locale || values.locale === locale) await everything(locale);
} finally {
  await browser.close();
  await site.stop();
}
