/** Sizes: of the databases, over time, and the ledger. */
import { assert, digits, names, rows, total, until } from '../../page.ts';
import { read } from '../../sitemap.ts';
import type { Work } from './work.ts';

export const CAPACITY: Record<string, Work> = {
  'database capacity: period, measure and filter live in the address; chart and table tell the same; a database opens': async (visit) => {
    const { page } = visit;
    await visit.go('/database_aggregations/');
    await page.locator('.chart canvas').waitFor();
    const all = digits(await page.locator('.stats .stat-value').first().innerText());
    await page.locator('.toolbar .ant-segmented-item').filter({ hasText: 'Week' }).click();
    await page.waitForURL(/period_type=weekly/);
    await page.locator('.ant-segmented-item').filter({ hasText: 'TOP 10' }).click();
    await page
      .locator('.ant-segmented-item')
      .filter({ hasText: /^Change$/ })
      .click();
    await page.waitForURL(/show=change/);
    await visit.go(`${new URL(page.url()).pathname}${new URL(page.url()).search}&db_type=mysql`);
    const few = digits(await page.locator('.stats .stat-value').first().innerText());
    assert(few > 0 && few < all, `${few} of ${all} databases are MySQL's`);
    await page.reload();
    await page.locator('.chart canvas').waitFor();
    assert((await page.locator('.chart-legend button').count()) === 10, 'not ten of them are drawn');
    await page.locator('.chart .ant-segmented-item').filter({ hasText: 'Table' }).click();
    assert((await page.locator('.chart-table tbody tr').count()) === 7, 'the table does not show seven weeks');
    const csv = await page.request.get((await page.locator('.toolbar a[download]').getAttribute('href'))!);
    const listed = await total(page);
    assert((await csv.text()).trim().split('\n').length - 1 === listed, `the CSV has not the ${listed} rows of the table`);
    await page.locator('.movers a').first().click();
    await page.waitForURL(/\/instances\/\d+\?tab=databases&db=/);
    await page.goBack();
    await page.waitForURL(/period_type=weekly/);
  },

  'instance capacity: the running period is computed, its session shown; old links still lead there': async (visit, ids) => {
    const { page } = visit;
    await visit.go(`/instance_aggregations/instance?instance=${ids.instance}&period_type=monthly`);
    await page.waitForURL(new RegExp(`instance_id=${ids.instance}`));
    await page.locator('.chart canvas').waitFor();
    assert((await rows(page)) > 1, 'no month is listed');
    await page.locator('.page-acts button').click();
    await page.waitForURL(/session=/);
    const state = page.locator('.ant-drawer dl.facts .chip').first();
    await until('it has ended', async () => /Completed/.test((await state.textContent().catch(() => '')) ?? ''), 60_000);
  },

  'database ledger: engine, instance, search and order live in the address; the export has what is listed; one opened; its instance':
    async (visit) => {
      const { page } = visit;
      await visit.go('/databases/ledgers');
      const all = await total(page);
      await page.locator('nav.tabs a[href*="db_type=postgresql"]').click();
      await page.waitForURL(/db_type=postgresql/);
      const tab = digits(await page.locator('nav.tabs a[aria-current] small').innerText());
      assert(tab > 0 && tab < all && (await total(page)) === tab, `the tab says ${tab}, the list ${await total(page)} of ${all}`);
      await page.locator('th button', { hasText: 'Size' }).click();
      await page.waitForURL(/sort=size_mb/);
      await page.locator('th button', { hasText: 'Size' }).click();
      await page.waitForURL(/order=desc/);
      const [largest] = (
        await read<{ items: { id: number; database_name: string }[] }>(
          visit,
          '/databases/api/ledgers?db_type=postgresql&sort=size_mb&order=desc&limit=1',
        )
      ).items;
      assert((await names(page))[0] === largest!.database_name, 'the largest is not the first');
      await page.locator('main input[type=search]').fill('order');
      await page.waitForURL(/search=order/);
      const found = await total(page);
      const order = (await names(page)).join();
      assert(found > 0 && found < tab, `${found} of ${tab} are found`);
      await page.reload();
      assert((await total(page)) === found && (await names(page)).join() === order, 'the list is another one after a reload');
      const csv = await page.request.get((await page.locator('.toolbar a[download]').getAttribute('href'))!);
      const lines = (await csv.text()).trim().split('\n').length - 1;
      assert(csv.ok() && lines === found, `the export has ${lines} lines, the list ${found}`);
      await page.locator('main table.grid tbody td.lead a').first().click();
      await page.waitForURL(/database=\d+/);
      await page.reload();
      const drawer = page.locator('.ant-drawer');
      await drawer.locator('.chart canvas').waitFor();
      await drawer.locator('.chart .ant-segmented-item').filter({ hasText: 'Table' }).click();
      assert((await drawer.locator('.chart-table tbody tr').count()) > 20, 'the month has not its days');
      await drawer.getByRole('link', { name: 'On its instance' }).click();
      await page.waitForURL(/\/instances\/\d+\?tab=databases&db=/);
      await page.goBack();
      await page.waitForURL(/database=\d+/);
      // The server searches the instances of the filter: what is typed is not among the first ones.
      await visit.go('/databases/ledgers?db_type=oracle');
      await page.locator('.filters .ant-select').first().click();
      await page.keyboard.type('ora-');
      await page.locator('.ant-select-item-option').filter({ hasText: 'ora-' }).first().click();
      await page.waitForURL(/instance_id=\d+/);
      assert((await total(page)) < all, 'an instance has all databases');
      await page.reload();
      await page.locator('.filters .ant-select').first().getByText('ora-').waitFor();
    },
};
