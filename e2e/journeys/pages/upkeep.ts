/** The pages by which the console itself is looked after: log, audit, settings, jobs, partitions, many tags at once. */
import { assert, digits, rows, settled, total, until } from '../../page.ts';
import { read } from '../../sitemap.ts';
import type { Work } from './work.ts';

export const UPKEEP: Record<string, Work> = {
  'logs: numbers lead to their rows, one row by its address, the export has what is shown': async (visit) => {
    const { page } = visit;
    await visit.go('/history/logs/');
    const warnings = page.locator('.stats a[href*="level=WARNING"]');
    await warnings.click();
    await page.waitForURL(/level=WARNING/);
    // A row may be written between the two readings: they are read again together.
    await until('the number of warnings is that of the list', async () => {
      await page.reload();
      await settled(page);
      return digits(await warnings.locator('.stat-value').innerText()) === (await total(page));
    });
    await visit.go('/history/logs/?search=signed%20in');
    const found = await total(page);
    assert(found > 0, 'the sign-in is not in the log');
    const csv = await page.request.get((await page.locator('.toolbar a[download]').getAttribute('href'))!);
    // A row written meanwhile may be there already.
    assert(csv.ok() && (await csv.text()).trim().split('\n').length - 1 >= found, 'the export has fewer lines than the list');
    await page.locator('main .grid .lead a').first().click();
    await page.waitForURL(/log=\d+/);
    await page.reload();
    await page.locator('.ant-drawer .code-block').first().waitFor();
    await page.keyboard.press('Escape');
    await until('the drawer is out of the address', async () => !/log=/.test(page.url()));
    visit.expect(404, '/history/logs/api/detail/');
    await visit.go('/history/logs/?log=2147483647');
    await page.locator('.ant-drawer .state').waitFor();
  },

  'scheduler: times changed and seen in words, paused, run, restored': async (visit) => {
    const { page } = visit;
    const job = (id: string) =>
      read<{ state: string; trigger_args: Record<string, string>; last_status: string | null }>(visit, `/scheduler/api/jobs/${id}`);
    await visit.go('/scheduler/');
    assert((await rows(page)) === 7, `${await rows(page)} jobs are listed`);
    const logs = page.locator('tbody tr').filter({ has: page.locator('a[href*="job=cleanup_logs"]') });
    await logs.locator('td.acts button').nth(1).click();
    const drawer = page.locator('.ant-drawer');
    await drawer.locator('input[name=hour]').fill('25');
    await drawer.locator('button[type=submit]').click();
    visit.expect(400, '/scheduler/api/jobs/cleanup_logs');
    await drawer.locator('.field .fault').first().waitFor();
    await drawer.locator('input[name=hour]').fill('6');
    await drawer.locator('.ant-checkbox-wrapper').first().click();
    await drawer.locator('.cron-said').filter({ hasText: 'Mon at 06:00' }).waitFor();
    await drawer.locator('button[type=submit]').click();
    await drawer.waitFor({ state: 'hidden' });
    await page.reload();
    await logs.filter({ hasText: 'Mon at 06:00' }).waitFor();
    await logs.locator('td.acts button').nth(2).click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('the job is paused', async () => (await job('cleanup_logs')).state === 'STATE_PAUSED');
    await logs.locator('td.acts button').first().click();
    await page.locator('.ant-modal .ant-btn-primary').click();
    await until('a paused job runs when asked', async () => (await job('cleanup_logs')).last_status === 'success', 20_000);
    await visit.go('/scheduler/?job=cleanup_logs');
    await page.locator('.ant-drawer tbody tr').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.page-acts button').click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('the defaults are back', async () => (await job('cleanup_logs')).trigger_args.hour === '2');
  },

  'partitions: made ahead, filtered by the address, nothing dropped by looking': async (visit) => {
    const { page } = visit;
    const count = async () => (await read<{ data: { total_partitions: number } }>(visit, '/partition/api/info')).data.total_partitions;
    const before = await count();
    await visit.go('/partition/');
    await page.locator('.page-acts .ant-btn-primary').click();
    const drawer = page.locator('.ant-drawer');
    await drawer.locator('input[name=months]').fill('6');
    await drawer.locator('button[type=submit]').click();
    await until('the partitions of two more months are there', async () => (await count()) === before + 8);
    // What was read and computed per period: the page draws what the route counts, and the address keeps which.
    await visit.go('/partition/?period_type=weekly&periods=14');
    const chart = page.locator('figure.chart');
    await chart.locator('canvas').waitFor();
    await chart.getByText('Table', { exact: true }).click();
    const metrics = await read<{ labels: string[]; datasets: { series_key: string; data: number[] }[] }>(
      visit,
      '/partition/api/aggregations/core-metrics?period_type=weekly&days=14',
    );
    const weeks = await chart.locator('tbody tr').count();
    assert(weeks === 14 && metrics.labels.length === 14, `${weeks} weeks are in the table, ${metrics.labels.length} in the answer`);
    const counted = metrics.datasets.find((one) => one.series_key === 'database_aggregation_count')!.data;
    assert(counted.some((n) => n > 0), 'no week has an aggregate'); // prettier-ignore
    const shown = (await chart.locator('tbody td:last-child').allInnerTexts()).map(digits).reverse();
    assert(shown.join() === counted.join(), `the page counts ${shown.join()}, the route ${counted.join()}`);
    await page.locator('.ant-segmented').getByText('Month', { exact: true }).click();
    await page.waitForURL(/period_type=monthly/);
    await visit.go('/partition/?table=stats&status=future');
    const future = await rows(page);
    assert(future === 5, `${future} future partitions of one table are listed`);
    await page.locator('.page-acts .ant-btn-dangerous').click();
    await drawer.locator('input[name=retention_months]').fill('9');
    await drawer.locator('button[type=submit]').click();
    await drawer.locator('[role=status]').waitFor();
    assert((await count()) === before + 8, 'looking at what would be dropped dropped it');
  },

  'bulk tags: planned, assigned, taken off again by their count': async (visit, ids) => {
    const { page } = visit;
    const has = async () =>
      (await read<{ instances: { id: number; tags: unknown[] }[] }>(visit, '/tags/bulk/api/instances')).instances.find(
        (one) => one.id === ids.instance,
      )!.tags.length;
    const before = await has();
    await visit.go(`/tags/batch_assign?instance_ids=${ids.instance}`);
    // A tag that the instance does not have stands without a word about it.
    const free = page
      .locator('.bulk-list')
      .last()
      .locator('li')
      .filter({ hasNot: page.locator('> small') });
    await free.first().locator('.ant-checkbox-wrapper').click();
    await page.locator('.bulk-foot strong').filter({ hasText: 'New links: 1' }).waitFor();
    await page.locator('.bulk-foot .ant-btn-primary').click();
    await until('the tag is assigned', async () => (await has()) === before + 1);
    await visit.go(`/tags/batch_assign?instance_ids=${ids.instance}&mode=clear`);
    await page.locator('.bulk-foot .ant-btn-primary').click();
    await page.locator('.ant-modal input').fill('1');
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('all tags are taken off', async () => (await has()) === 0);
    await page.reload();
    await settled(page);
    // What is chosen on one page of the list stays chosen on the next one, and all that are found are chosen at once.
    const fleet = await read<{ total: number }>(visit, '/instances/api?limit=1');
    await visit.go('/tags/batch_assign?limit=20');
    await page.locator('.bulk-head .ant-checkbox-wrapper').click();
    await page.locator('.bulk-foot').getByText('Instances: 20').waitFor();
    await page.locator('.pager a[rel=next]').click();
    await page.waitForURL(/page=2/);
    await settled(page);
    await page.locator('.bulk-list').first().locator('.ant-checkbox-wrapper').first().click();
    await page.locator('.bulk-foot').getByText('Instances: 21').waitFor();
    await page.locator('.bulk-head .ant-btn').click();
    await page.locator('.bulk-foot').getByText(`Instances: ${fleet.total}`).waitFor();
  },

  'audit: who did what, with before and after': async (visit) => {
    const { page } = visit;
    await visit.go('/admin/audit?resource=scheduler_job&action=update');
    assert((await rows(page)) > 0, 'the changed schedule is not recorded');
    await page.locator('main .grid td a').first().click();
    await page.waitForURL(/event=\d+/);
    await page.locator('.ant-drawer').getByText('trigger_args', { exact: true }).waitFor();
    await page.reload();
    await page.locator('.ant-drawer tbody tr').first().waitFor();
  },

  'settings: a name left out, and the defaults again': async (visit) => {
    const { page } = visit;
    const names = async () =>
      (await read<{ settings: { account_filters: { postgresql: { exclude: string[] } } } }>(visit, '/admin/api/settings')).settings
        .account_filters.postgresql.exclude;
    await visit.go('/admin/settings?engine=postgresql');
    const box = page.locator('.field .ant-select').first();
    await box.click();
    await page.keyboard.type('e2e_left_out');
    await page.keyboard.press('Enter');
    await page.locator('form button[type=submit]').click();
    await until('the name is kept', async () => (await names()).includes('e2e_left_out'));
    await page.reload();
    await page.getByText('e2e_left_out').waitFor();
    await page.locator('form .ant-btn').nth(1).click();
    await page.locator('form button[type=submit]').click();
    await until('the defaults are back', async () => !(await names()).includes('e2e_left_out'));
  },
};
