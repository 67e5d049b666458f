/** The dashboard and the statistics: numbers and the lists that they count. */
import { assert, digits, settled, total } from '../../page.ts';
import { read } from '../../sitemap.ts';
import type { Work } from './work.ts';

export const DASHBOARD: Record<string, Work> = {
  'dashboard: a number leads to the list that it counts': async (visit) => {
    const { page } = visit;
    await visit.go('/dashboard/');
    const stat = page.locator('.stats a[href="/account/?is_locked=true"]');
    const shown = digits(await stat.locator('.stat-value').innerText());
    await stat.click();
    await page.waitForURL('**/account/?is_locked=true');
    await settled(page);
    assert((await total(page)) === shown, `the dashboard says ${shown}, the list ${await total(page)}`);
    await page.goBack();
    await page.waitForURL('**/dashboard/');
  },

  'dashboard: a panel that fails says so in its place, and the others stay': async (visit) => {
    const { page } = visit;
    visit.expect(500, '/dashboard/api/status');
    await page.route('**/dashboard/api/status', (route) =>
      route.fulfill({
        status: 500,
        json: { success: false, error: true, error_id: 'e2e', message_code: 'INTERNAL_ERROR', message: 'out of order' },
      }),
    );
    await page.goto('/dashboard/');
    const failed = page.locator('.panel').filter({ hasText: 'This server' });
    await failed.getByText('out of order').waitFor({ timeout: 20_000 });
    await page.locator('.counted a').first().waitFor();
    assert((await page.locator('.panel .state').count()) === 1, 'more than the one panel failed');
    await page.unroute('**/dashboard/api/status');
    await failed.getByRole('button').last().click();
    await failed.getByText('Up for').waitFor();
    // A part of the overview is null when it could not be read: it says so, its neighbours are drawn, no zero is made up.
    await page.route('**/dashboard/api/overview', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { data: Record<string, unknown> };
      await route.fulfill({
        response: answer,
        json: { ...body, data: { ...body.data, capacity: null, next_jobs: null }, meta: { degraded: ['capacity', 'next_jobs'] } },
      });
    });
    await page.goto('/dashboard/');
    await page.locator('.part-failed').nth(1).waitFor();
    assert((await page.locator('.part-failed').count()) === 2, 'not just the two parts failed');
    const size = page.locator('.stats a[href^="/instance_aggregations"] .stat-value');
    assert((await size.innerText()) === '–', `a size that was not read is ${await size.innerText()}`);
    await page.locator('.stats a[href="/instances/"]').waitFor();
    await page.unroute('**/dashboard/api/overview');
    await page.locator('.part-failed button').first().click();
    await page.locator('.part-failed').first().waitFor({ state: 'detached' });
    // The whole overview: the panels that read for themselves are still there.
    visit.expect(500, '/dashboard/api/overview');
    await page.route('**/dashboard/api/overview', (route) =>
      route.fulfill({
        status: 500,
        json: { success: false, error: true, error_id: 'e2e', message_code: 'INTERNAL_ERROR', message: 'out of order' },
      }),
    );
    await page.goto('/dashboard/');
    await page.getByText('out of order').waitFor({ timeout: 20_000 });
    await page.locator('.counted a').first().waitFor();
    await page.unroute('**/dashboard/api/overview');
  },

  'dashboard, account and instance statistics: every number leads to the list that it counts': async (visit) => {
    const { page } = visit;
    for (const path of ['/dashboard/', '/accounts/statistics', '/instances/statistics', '/instances/statistics?db_type=mysql']) {
      await visit.go(path);
      // As it stands beside the link: in a row of numbers, a bar, a cell.
      const found = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLAnchorElement>('main .stats a, main .counted a, main table.grid td.end a')].map((link) => ({
          href: link.getAttribute('href')!,
          text: (link.querySelector('.stat-value, .bars-value') ?? link).textContent ?? '',
        })),
      );
      assert(found.length > 12, `${path} has ${found.length} numbers`);
      const lists = found.filter(({ href }) => /^\/(account|instances)\//.test(href));
      for (const { href, text } of lists) {
        const { pathname, searchParams } = new URL(href, visit.base);
        const engine = /^\/account\/(\w+)$/.exec(pathname)?.[1];
        if (engine) searchParams.set('db_type', engine);
        searchParams.set('limit', '1');
        const api = pathname.startsWith('/account/') ? '/account/api/accounts' : '/instances/api';
        const { total } = await read<{ total: number }>(visit, `${api}?${searchParams}`);
        assert(total === digits(text), `${path} says ${text} of ${href}, the list has ${total}`);
      }
      const last = lists.findLast(({ text }) => digits(text) > 0)!;
      await page.locator(`main a[href="${last.href}"]`).last().click();
      await page.waitForURL(`**${last.href}`);
      await settled(page);
      assert((await total(page)) === digits(last.text), 'the list is another one than the API');
    }
  },
};
