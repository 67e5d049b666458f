/** Instances, credentials and tags. */
import { assert, choose, names, row, rows, settled, total, until } from '../../page.ts';
import { read } from '../../sitemap.ts';
import type { Work } from './work.ts';

export const INVENTORY: Record<string, Work> = {
  'instances: search, filter, order and page live in the address': async (visit) => {
    const { page } = visit;
    await visit.go('/instances/');
    const all = await total(page);
    await page.locator('main input[type=search]').fill('pg-');
    await page.waitForURL(/search=pg-/);
    await settled(page);
    const found = await total(page);
    assert(found > 0 && found < all, `${found} of ${all} are found`);
    await page.locator('th button').first().click();
    await page.waitForURL(/order=/);
    await settled(page);
    const order = await names(page);
    await page.reload();
    await settled(page);
    assert((await total(page)) === found && (await names(page)).join() === order.join(), 'the list is another one after a reload');
    assert((await page.locator('main input[type=search]').inputValue()) === 'pg-', 'the search is not in its box after a reload');
    const csv = await page.request.get((await page.locator('.toolbar a[download]').getAttribute('href'))!);
    const lines = (await csv.text()).trim().split('\n').length - 1;
    assert(csv.ok() && lines === found, `the export has ${lines} lines, the list ${found}`);
    await visit.go('/instances/');
    await page.locator('.pager a').last().click();
    await page.waitForURL(/page=/);
    await page.goBack();
    await until('the first page is back', async () => !page.url().includes('page='));
    await settled(page);
  },

  'instances: a table of a file, line by line, then imported and deleted together': async (visit) => {
    const { page } = visit;
    await visit.go('/instances/?import=1');
    const file =
      'name,db_type,host,port\ne2e-import-1,mysql,10.9.9.1,3306\ne2e-import-2,mysql,10.9.9.2,3306\ne2e-import-3,db2,10.9.9.3,50000\n';
    await page.locator('input[type=file]').setInputFiles({ name: 'fleet.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
    const dialog = page.locator('.ant-modal');
    await dialog.locator('tbody tr').nth(2).waitFor();
    await dialog.locator('.ant-btn-primary').click();
    await until('two are imported', async () => (await read<{ total: number }>(visit, '/instances/api?search=e2e-import')).total === 2);
    await visit.go('/instances/?search=e2e-import');
    assert((await rows(page)) === 2, 'the imported instances are not listed');
    await page.locator('thead .grid-select input').click();
    await page.locator('.bulk .ant-btn-dangerous').click();
    await page.locator('.ant-modal input').fill('2');
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('both are gone', async () => (await read<{ total: number }>(visit, '/instances/api?search=e2e-import')).total === 0);
  },

  'instance: created, edited, deleted by its name': async (visit) => {
    const { page } = visit;
    await visit.go('/instances/create');
    await page.locator('button[type=submit]').click();
    await page.locator('.field .fault').first().waitFor();
    await until('the first faulty field has the focus', () =>
      page.locator('input[name=name]').evaluate((one) => one === document.activeElement),
    );
    await page.locator('input[name=name]').fill('e2e-one');
    await choose(page, 'db_type', 'MySQL');
    assert((await page.locator('input[name=port]').inputValue()) === '3306', 'the port of the type is not proposed');
    await page.locator('input[name=host]').fill('10.9.9.9');
    await page.locator('button[type=submit]').click();
    await page.waitForURL(/\/instances\/\d+\?/);
    await page.reload();
    await page.getByRole('heading', { name: 'e2e-one' }).waitFor();
    const id = /\/instances\/(\d+)/.exec(page.url())![1]!;
    await visit.go(`/instances/${id}/edit`);
    await page.locator('textarea[name=description]').fill('made by a journey');
    // Leaving with changes asks.
    await page.locator('.form-acts a').click();
    await page.locator('.ant-modal').waitFor();
    await page.locator('.ant-modal .ant-btn').first().click();
    await page.locator('.ant-modal').waitFor({ state: 'hidden' });
    await page.locator('button[type=submit]').click();
    await page.waitForURL(new RegExp(`/instances/${id}\\?`));
    await page.getByText('made by a journey').first().waitFor();
    await page.locator('.page-acts .ant-btn').last().click();
    await page.locator('.ant-dropdown-menu-item-danger').click();
    await page.locator('.ant-modal input').fill('e2e-one');
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await page.waitForURL(/\/instances\/(\?.*)?$/);
    const answer = await page.request.get(`/instances/api/${id}`);
    assert(answer.status() === 404, 'the instance is still there');
  },

  'instance: its tabs are addresses': async (visit, ids) => {
    const { page } = visit;
    await visit.go(`/instances/${ids.instance}`);
    for (const tab of ['accounts', 'databases', 'sessions']) {
      await page.locator(`nav.tabs a[href*="tab=${tab}"]`).click();
      await page.waitForURL(new RegExp(`tab=${tab}`));
      assert((await rows(page)) > 0, `the tab ${tab} is empty`);
    }
    await page.goBack();
    await page.waitForURL(/tab=databases/);
    await page.reload();
    await page.locator('.trend canvas, .trend svg').first().waitFor();
    await page.locator('tbody td.lead a').first().click();
    await page.waitForURL(/db=/);
  },

  'credentials: made, changed, deleted; the password is never shown': async (visit) => {
    const { page } = visit;
    await visit.go('/credentials/create');
    await page.locator('input[name=name]').fill('e2e-credential');
    await choose(page, 'db_type', 'Oracle');
    await page.locator('input[name=username]').fill('watcher');
    await page.locator('input[name=password]').fill('Secret-of-e2e-1');
    await page.locator('button[type=submit]').click();
    await page.waitForURL(/\/credentials\/(\?.*)?$/);
    await visit.go('/credentials/?search=e2e-credential');
    await row(page, 'e2e-credential').getByRole('link').first().click();
    await page.waitForURL(/\/credentials\/\d+$/);
    await settled(page);
    assert(!(await page.content()).includes('Secret-of-e2e-1'), 'the password is in the page');
    const here = page.url();
    await visit.go(`${new URL(here).pathname}/edit`);
    assert((await page.locator('input[name=password]').inputValue()) === '', 'the password is in the form');
    await page.locator('textarea[name=description]').fill('of a journey');
    await page.locator('button[type=submit]').click();
    await page.waitForURL(/\/credentials\/\d+\?/);
    await page.getByText('of a journey').waitFor();
    await page.locator('.page-acts .ant-btn-dangerous').click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await page.waitForURL(/\/credentials\/(\?.*)?$/);
    assert((await page.request.get(`/credentials/api${new URL(here).pathname}`)).status() === 404, 'the credential is still there');
  },

  'tags: made, changed, deleted': async (visit) => {
    const { page } = visit;
    await visit.go('/tags/create');
    await page.locator('input[name=display_name]').fill('旅程');
    await page.locator('input[name=name]').fill('e2e_tag');
    await choose(page, 'category', /.+/);
    await page.locator('button[type=submit]').click();
    await page.waitForURL(/\/tags\/(\?.*)?$/);
    await visit.go('/tags/?search=e2e_tag');
    assert((await rows(page)) === 1, 'the tag is not listed');
    await row(page, 'e2e_tag').locator('a[href*="/tags/edit/"]').first().click();
    await page.waitForURL(/\/tags\/edit\/\d+/);
    await settled(page);
    await page.locator('textarea[name=description]').fill('of a journey');
    await page.locator('button[type=submit]').click();
    await page.waitForURL(/\/tags\/(\?.*)?$/);
    await visit.go('/tags/?search=e2e_tag');
    await row(page, 'of a journey').waitFor();
    await row(page, 'e2e_tag').locator('.ant-btn-dangerous').click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('the tag is gone', async () => (await page.request.get('/tags/api/tags/e2e_tag')).status() === 404);
  },
};
