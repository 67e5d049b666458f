/** A browser context with one page that is listened to, and what journeys do on every page. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page, Request } from 'playwright-core';

export const WAIT_MS = 10_000;
export const DEMO_PASSWORD = 'Demo-whale-1';
export type Locale = 'zh-CN' | 'en';

export interface Trouble {
  kind: 'console' | 'exception' | 'policy' | 'foreign' | 'answer';
  page: string;
  text: string;
  /** Of an answer with an error: whether the journey expects it is asked of these. */
  answer: Answer | undefined;
  toString(): string;
}

interface Answer {
  status: number;
  path: string;
}

interface Expected {
  status: number;
  path: string | RegExp;
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  base: string;
  go(path: string): Promise<void>;
  /** What went wrong in the browser since the last `forget`. */
  trouble(): readonly Trouble[];
  forget(): void;
  /** Answers of the API with an error that the journey expects. */
  expect(status: number, path: string | RegExp): void;
  /** Event streams that are open now. */
  streams(): string[];
}

export async function openVisit(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ baseURL: base, viewport: { width: 1440, height: 900 }, locale: 'en-US', ...options });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  let found: Trouble[] = [];
  const expected: Expected[] = [];
  const streams = new Set<Request>();
  const note = (kind: Trouble['kind'], text: string, answer?: Answer): void => {
    const at = page.url().replace(base, '');
    found.push({ kind, page: at, text, answer, toString: () => `${kind} on ${at}: ${text}` });
  };
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`POLICY ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber} ${event.sample}`),
    );
  });
  page.on('console', (message) => {
    const text = message.text();
    if (text.startsWith('POLICY ') || /content security policy/i.test(text)) note('policy', text);
    // The browser's own line about a failed request; the answer is looked at below.
    else if (message.type() === 'error' && !text.startsWith('Failed to load resource')) note('console', text);
  });
  page.on('pageerror', (error) => note('exception', error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !/^(data|blob|about):/.test(url)) note('foreign', url);
    if (request.resourceType() === 'eventsource') streams.add(request);
  });
  page.on('requestfinished', (request) => streams.delete(request));
  page.on('requestfailed', (request) => streams.delete(request));
  page.on('response', (response) => {
    const path = response.url().replace(base, '');
    const status = response.status();
    if (status < 400 || response.request().isNavigationRequest()) return;
    note('answer', `${status} ${response.request().method()} ${path}`, { status, path });
  });
  return {
    context,
    page,
    base,
    go: (path) => open(page, path),
    // Judged when asked, not when it happened: an answer may be quicker than the line that expects it.
    trouble: () =>
      found.filter(({ answer }) => !answer || !expected.some((one) => one.status === answer.status && matches(one.path, answer.path))),
    forget: () => {
      found = [];
    },
    expect: (status, path) => void expected.push({ status, path }),
    streams: () => [...streams].map((request) => request.url().replace(base, '')),
  };
}

const matches = (path: string | RegExp, found: string): boolean => (typeof path === 'string' ? found.startsWith(path) : path.test(found));

/** Opens an address and waits until the page has drawn what it read. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

/** Nothing is loading any more: no skeleton, no busy list, and the heading is there. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(
    () => !document.querySelector('.skeleton, .grid-skeleton, [aria-busy="true"], [data-stale]') && document.querySelector('h1, h2'),
  );
}

export async function signIn(visit: Visit, username: string, password = DEMO_PASSWORD): Promise<void> {
  const { page } = visit;
  await page.goto('/auth/login');
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/auth/login'));
}

/** Language and theme of whoever is not signed in or never chose: the cookies of the header's menus. */
export async function prefer(visit: Visit, name: 'locale' | 'theme', value: string): Promise<void> {
  await visit.context.addCookies([{ name: `whalefall_${name}`, value, url: visit.base }]);
}

/** Picks from a form's drop-down list by what stands on it; `name` is the field's, the same in every language. */
export async function choose(page: Page, name: string, option: string | RegExp): Promise<void> {
  await pick(page, page.locator(`.ant-select[name="${name}"]`), option);
}

async function pick(page: Page, select: Locator, option: string | RegExp): Promise<void> {
  await select.click();
  const list = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)');
  await list.locator('.ant-select-item-option').filter({ hasText: option }).first().click();
}

/** The row of a table in which a text stands. */
export const row = (page: Page, text: string | RegExp): Locator => page.locator('table.grid tbody tr').filter({ hasText: text });

export async function rows(page: Page): Promise<number> {
  await settled(page);
  return page.locator('main table.grid tbody tr').count();
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Waits until something holds. */
export async function until(what: string, look: () => Promise<boolean>, ms = WAIT_MS): Promise<number> {
  const started = Date.now();
  while (!(await look())) {
    if (Date.now() - started > ms) throw new Error(`within ${ms / 1000} s it did not happen that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return Date.now() - started;
}

export interface Finding {
  id: string;
  impact: string;
  targets: string[];
}

/** WCAG 2.2 AA by axe: what is serious or critical. Of a second theme only its colours are new. */
export async function axe(page: Page, coloursOnly = false): Promise<Finding[]> {
  const builder = new AxeBuilder({ page });
  if (coloursOnly) builder.withRules(['color-contrast', 'link-in-text-block']);
  else builder.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  const { violations } = await builder.analyze();
  return violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => ({
      id: one.id,
      impact: one.impact ?? '',
      targets: one.nodes.map((node) => `${node.target.join(' ')}${node.any[0]?.message ? ` (${node.any[0].message.slice(0, 110)})` : ''}`),
    }));
}

export const digits = (text: string): number => Number(text.replaceAll(/\D/g, ''));

/** How many the pager counts in all. */
export async function total(page: Page): Promise<number> {
  await settled(page);
  return digits(/(\d[\d,]*)\D*$/.exec(await page.locator('.pager-total').innerText())?.[1] ?? '');
}

/** What the rows are named. */
export async function names(page: Page): Promise<string[]> {
  await settled(page);
  return page.locator('main table.grid tbody td.lead a').allInnerTexts();
}
