/*
 * Every page of the demo in both themes and sizes into screenshots/; `--docs`: the three of the README into docs/images.
 * `node e2e/screenshots.ts [--docs] [--only <page>]… [--locale en]`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BrowserContextOptions } from 'playwright-core';
import { launch } from './browser.ts';
import { type Locale, openVisit, prefer, signIn, type Visit } from './page.ts';
import { build, root, startWhaleFall } from './servers.ts';
import { findIds, goTo, type Ids, places } from './sitemap.ts';

const { values } = parseArgs({
  options: { docs: { type: 'boolean' }, only: { type: 'string', multiple: true }, locale: { type: 'string', default: 'zh-CN' } },
});
const WIDE = { width: 1440, height: 900 };
const SMALL = { width: 390, height: 844 };

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
  if (user) await signIn(visit, user);
  return visit;
}

async function everything(locale: Locale): Promise<void> {
  const folder = join(root, 'screenshots');
  mkdirSync(folder, { recursive: true });
  const visits = { admin: await open('admin', locale), nobody: await open(null, locale) };
  const ids = await findIds(visits.admin);
  for (const place of places(ids)) {
    if (values.only && !values.only.includes(place.name)) continue;
    const { page } = visits[place.as];
    for (const [size, viewport] of [
      ['wide', WIDE],
      ['small', SMALL],
    ] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: 'light' });
      await goTo(visits[place.as], place).catch((error: unknown) =>
        console.error(`${place.name} (${size}): ${String(error).split('\n')[0]}`),
      );
      for (const colorScheme of size === 'wide' ? (['light', 'dark'] as const) : (['light'] as const)) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(folder, `${place.name}-${size}-${colorScheme}.png`) });
      }
    }
  }
}

/** What the README shows. */
async function documents(): Promise<void> {
  const folder = join(root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  const shots: [file: string, locale: Locale, scheme: 'light' | 'dark', path: (ids: Ids) => string, wait: string][] = [
    ['dashboard.png', 'zh-CN', 'light', () => '/dashboard/', 'canvas'],
    ['account.png', 'en', 'dark', ({ account }) => `/account/?account=${account}`, '.priv'],
    ['instance.png', 'zh-CN', 'light', ({ instance }) => `/instances/${instance}?tab=databases`, 'canvas'],
  ];
  for (const [file, locale, colorScheme, path, wait] of shots) {
    const visit = await open('admin', locale, { colorScheme });
    const ids = await findIds(visit);
    await goTo(visit, { name: file, path: path(ids), as: 'admin', open: (page) => page.locator(wait).first().waitFor() });
    await visit.page.waitForTimeout(1200);
    await visit.page.screenshot({ path: join(folder, file) });
    await visit.context.close();
  }
}

try {
  await (values.docs ? documents() : everything(values.locale === 'en' ? 'en' : 'zh-CN'));
} finally {
  await browser.close();
  await site.stop();
}
