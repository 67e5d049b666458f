/**
 * What must hold on every page: nothing serious for axe in either theme, every text in the reader's language, no sideways
 * scrolling on a small screen, no error in the browser, nothing from another host, no event stream while nothing runs.
 */
import type { Page } from 'playwright-core';
import { asked, type Journey } from '../journey.ts';
import { assert, axe, type Locale, prefer, signIn, type Visit } from '../page.ts';
import { findIds, goTo, type Place, places, still } from '../sitemap.ts';

export const quality: Journey = {
  name: 'quality',
  async run(t) {
    const site = await t.step('the demo fleet', () => t.world.demo());
    const visits = await t.step('signed in and signed out, in both languages', async () => {
      const open = async (user: string | null, locale: Locale): Promise<Visit> => {
        const visit = await t.visit(site, { locale: locale === 'en' ? 'en-US' : 'zh-CN', colorScheme: 'light' });
        if (user) await signIn(visit, user);
        await prefer(visit, 'locale', locale);
        return visit;
      };
      return {
        admin: { 'zh-CN': await open('admin', 'zh-CN'), en: await open('admin', 'en') },
        nobody: { 'zh-CN': await open(null, 'zh-CN'), en: await open(null, 'en') },
      };
    });
    const ids = await t.step('the addresses', () => findIds(visits.admin.en));
    for (const place of places(ids).filter(({ name }) => asked(name)))
      await t.check(place.name, async () => {
        t.only = [visits[place.as]['zh-CN'], visits[place.as].en];
        const findings = (
          await Promise.all((['zh-CN', 'en'] as const).map((locale) => look(visits[place.as][locale], place, locale)))
        ).flat();
        assert(findings.length === 0, findings.join('\n'));
      });
  },
};

const SMALL = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };

async function look(visit: Visit, place: Place, locale: Locale): Promise<string[]> {
  const { page } = visit;
  const findings: string[] = [];
  const say = (what: string, list: readonly unknown[]): void =>
    void findings.push(...list.map((one) => `${locale} ${what}: ${String(one)}`));
  visit.forget();
  // One language is looked at on a small screen first, the other by axe in both themes.
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(locale === 'en' ? SMALL : WIDE);
  await goTo(visit, place);
  if (locale === 'en') {
    say('too wide', await tooWide(page));
    await page.setViewportSize(WIDE);
  } else
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await still(page);
      say(
        `axe ${theme}`,
        (await axe(page, theme === 'dark')).map(
          (one) => `${one.id} (${one.impact}) ${one.targets.slice(0, 4).join(' ; ')}${one.targets.length > 4 ? ' …' : ''}`,
        ),
      );
    }
  say('text', await foreignWords(page, locale));
  say('stream open', visit.streams());
  say('browser', visit.trouble());
  return findings;
}

/** What makes the document scroll sideways. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter((one) => {
      if (one.getBoundingClientRect().right <= root.clientWidth + 1) return false;
      for (let up = one.parentElement; up; up = up.parentElement)
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return false;
      return true;
    });
    return [
      `${root.scrollWidth} of ${root.clientWidth} px: ${wide.slice(0, 3).map((one) => `${one.tagName.toLowerCase()}.${one.className}`)}`,
    ];
  });
}

/** Words that are the same in both languages: names, units, codes. */
const NAMES =
  /WhaleFall|PostgreSQL|MySQL|MariaDB|SQL Server|Oracle|Apache|Licen[cs]e|React|TanStack|Ant Design|ECharts|i18next|zod|English|简体中文|鲸落|CSV|JSON|API|SSH|LDAP|Windows|TLS|SID|PUBLIC|SET ROLE|SUPERUSER|DENY|REVOKE|GRANT|UTF-8|UTF-16|GB18030|Asia\/Shanghai|Ctrl|Esc|Redis|CPU/g;
/** Text that is data: names of things, codes, what users typed. */
const DATA = [
  ...['code', 'pre', 'kbd', '.mono', '.engine', '.chip', 'input', 'textarea', 'title', 'h1', 'dd', '.crumbs'],
  ...['td a', 'td strong', 'td .cut', 'a.cut', 'nav.tabs[aria-label]', '.head-user', '.ant-select-content', '.chart-legend'],
  ...['.account-title', 'li.row > span', '.tests a', '.failures a', '.bars a', '.doomed'],
].join(', ');
/** What only names of things look like: no word of a sentence has digits, underscores or dots inside. */
const IDENTIFIER = /^[\w.@:/()-]*[\d_.@][\w.@:/()-]*$/;

/** Texts that are not in the reader's language, and keys that were never translated. */
async function foreignWords(page: Page, locale: Locale): Promise<string[]> {
  const texts = await page.evaluate((data) => {
    const found = new Map<string, { text: string; isData: boolean; at: string }>();
    const visible = (element: Element): boolean => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
    const take = (text: string | null | undefined, element: Element, what: string): void => {
      const trimmed = text?.replaceAll(/\s+/g, ' ').trim();
      if (!trimmed) return;
      const isData = element.closest(data) !== null;
      const key = `${isData}${trimmed}`;
      if (!found.has(key))
        found.set(key, { text: trimmed, isData, at: `${what}${element.tagName.toLowerCase()}.${String(element.className)}` });
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement!;
      if (!['SCRIPT', 'STYLE'].includes(element.tagName) && visible(element)) take(node.nodeValue, element, '');
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${name}]`))
        if (visible(element)) take(element.getAttribute(name), element, `@${name} `);
    take(document.title, document.querySelector('title')!, '');
    return [...found.values()];
  }, DATA);
  const key =
    /\b(access|accounts|act|about|admin|brand|capacity|classes|credentials|dashboard|error|faults|instances|login|logs|partitions|password|prefs|scheduler|sessions|shell|statistics|tags|ui|users)\.[a-z]\w*/;
  const chinese = /\p{Script=Han}/u;
  return texts
    .filter(({ text, isData, at }) => {
      const words = text.replaceAll(NAMES, '');
      if (key.test(words)) return true;
      if (isData) return false;
      if (locale === 'en') return chinese.test(words);
      // An icon of the library is named in English for nobody: its button has a name of its own.
      return !chinese.test(words) && /[A-Za-z]{3,}/.test(words) && !IDENTIFIER.test(words) && !/anticon/.test(at);
    })
    .map(({ text, at }) => `"${text.slice(0, 80)}" (${at})`);
}
