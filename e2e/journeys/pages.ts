/**
 * Each page by its address: it loads, does its main thing once, and is the same after a reload and after going back.
 * Changes the demo: comes after the journeys that only look.
 */
import type { Page } from 'playwright-core';
import { asked, type Journey } from '../journey.ts';
import { assert, choose, DEMO_PASSWORD, digits, names, row, rows, settled, signIn, total, until, type Visit } from '../page.ts';
import { findIds, type Ids, read, still } from '../sitemap.ts';
import { UPKEEP } from './upkeep.ts';

export type Work = (visit: Visit, ids: Ids) => Promise<void>;

export const pages: Journey = {
  name: 'pages',
  async run(t) {
    const site = await t.step('the demo fleet', () => t.world.demo());
    await t.check('sign-in: a wrong password, then where one wanted to go', async () => {
      const visit = await t.visit(site);
      await signInPage(visit);
      await t.close(visit);
    });
    const visit = await t.step('signed in as administrator', async () => {
      const visit = await t.visit(site);
      await signIn(visit, 'admin');
      return visit;
    });
    const ids = await t.step('the addresses', () => findIds(visit));
    for (const [title, work] of Object.entries(WORKS).filter(([title]) => asked(title)))
      await t.check(title, async () => {
        visit.forget();
        await work(visit, ids);
        assert(visit.trouble().length === 0, visit.trouble().join('\n'));
      });
  },
};

async function signInPage(visit: Visit): Promise<void> {
  const { page } = visit;
  visit.expect(401, '/auth/api/login');
  await page.goto('/tags/?category=environment');
  await page.waitForURL('**/auth/login?next=**');
  await page.locator('input[name=username]').fill('viewer');
  await page.locator('input[name=password]').fill('not-the-Password-1');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.locator('input[name=password]').fill(DEMO_PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/tags/?category=environment');
  assert(visit.trouble().length === 0, visit.trouble().join('\n'));
}

const WORKS: Record<string, Work> = {
  'change password: the rules answer while typing, nothing is changed by a mismatch': async (visit) => {
    const { page } = visit;
    await visit.go('/auth/change-password');
    await page.locator('input[name=old_password]').fill(DEMO_PASSWORD);
    await page.locator('input[name=new_password]').fill('Another-whale-2');
    await page.locator('input[name=confirm_password]').fill('Another-whale-3');
    assert((await page.locator('.light-rules li.met').count()) > 2, 'no rule is shown as met');
    await page.locator('button[type=submit]').click();
    await page.locator('.light-fault').waitFor();
    assert(
      await page.locator('input[name=confirm_password]').evaluate((one) => one === document.activeElement),
      'the faulty field has no focus',
    );
  },

  'about, and an address that is not': async (visit) => {
    await visit.go('/about');
    await visit.page
      .getByText(/0\.\d+\.\d+/)
      .first()
      .waitFor();
    const answer = await visit.page.goto('/no/such/page');
    assert(answer?.status() === 404, `an unknown address answers ${answer?.status()}`);
    await visit.page.locator('a[href="/dashboard/"]').last().click();
    await visit.page.waitForURL('**/dashboard/');
  },

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

  'accounts: by type, filtered, ordered, one opened by its address': async (visit, ids) => {
    const { page } = visit;
    await visit.go('/account/');
    const all = await total(page);
    await page.locator('nav.tabs a[href^="/account/oracle"]').click();
    await page.waitForURL('**/account/oracle**');
    await settled(page);
    const oracle = await total(page);
    assert(oracle > 0 && oracle < all, `${oracle} of ${all} are Oracle's`);
    await visit.go('/account/postgresql?is_superuser=true&sort=username&order=desc');
    const found = await names(page);
    assert(found.length > 0 && (await total(page)) < all, 'nobody is a superuser');
    await row(page, found[0]!).locator('a').first().click();
    await page.waitForURL(/account=\d+/);
    await page.reload();
    await page.locator('.ant-drawer .priv, .ant-drawer .state').first().waitFor();
    await page.keyboard.press('Escape');
    await until('the drawer is out of the address', async () => !/account=/.test(page.url()));
    await visit.go(`/account/?account=${ids.account}&view=changes`);
    await page.locator('.timeline > li').first().waitFor();
    await page.locator('.ant-drawer nav.tabs a').first().click();
    await page.locator('.ant-drawer .priv').waitFor();
    await page.goBack();
    await page.locator('.timeline > li').first().waitFor();
  },

  'account: what it may do, searched and only directly; its classes with the rule; attributes by name; elsewhere': async (visit) => {
    const { page } = visit;
    const drawer = page.locator('.ant-drawer');
    const { items } = await read<{ items: { id: number; username: string }[] }>(
      visit,
      '/account/api/accounts?db_type=postgresql&risk=critical&search=root&limit=1',
    ).then(async (found) =>
      found.items.length > 0 ? found : read<typeof found>(visit, '/account/api/accounts?db_type=postgresql&risk=critical&limit=1'),
    );
    const { id } = items[0]!;
    await visit.go(`/account/?account=${id}`);
    const groups = drawer.locator('.priv-group');
    await groups.first().waitFor();
    const before = await drawer.locator('.priv-list code').count();
    await drawer.locator('.priv-search input').or(drawer.locator('input.priv-search')).first().fill('no such object anywhere');
    await drawer.locator('.priv .state').waitFor();
    await drawer.locator('.priv-search input').or(drawer.locator('input.priv-search')).first().fill('');
    await until('all of it is back', async () => (await drawer.locator('.priv-list code').count()) === before);
    await drawer.locator('nav.tabs a[href*="view=classes"]').click();
    await drawer.locator('.account-classes > li').first().waitFor();
    const rule = drawer.locator('.account-classes a[href*="rule="]').first();
    const named = await rule.innerText();
    await drawer.locator('.account-classes .fact-found code').first().waitFor();
    await rule.click();
    await page.waitForURL(/\/accounts\/classifications\/\?rule=\d+/);
    await until(
      'the rule is open',
      async () =>
        (await drawer
          .locator('input[name=rule_name]')
          .inputValue()
          .catch(() => '')) === named,
    );
    await visit.go(`/account/?account=${id}&view=about`);
    await drawer.getByText('May create databases').waitFor();
    assert(!/can_create_db/.test(await drawer.innerText()), 'an attribute stands under the name of its column');
    await visit.go(`/account/?account=${id}&view=elsewhere`);
    const other = drawer.locator('table.grid tbody a').first();
    const there = await other.innerText();
    await other.click();
    await page.waitForURL((url) => url.searchParams.get('account') !== String(id));
    await drawer.locator('.account-title').filter({ hasText: there }).waitFor();
  },

  'classes: a class and its rule, previewed before it is saved; who got it and why; by hand; deleted': async (visit) => {
    const { page } = visit;
    const drawer = page.locator('.ant-drawer');
    await visit.go('/accounts/classifications/?edit=new');
    await drawer.locator('input[name=name]').fill('e2e class');
    await drawer.locator('button[type=submit]').click();
    await page.locator('.classes .class-name').filter({ hasText: 'e2e class' }).click();
    await page.waitForURL(/class=\d+/);
    const classId = /class=(\d+)/.exec(page.url())![1]!;
    await page.reload();
    await page.getByText('No rules').waitFor();

    await visit.go(`/accounts/classifications/?class=${classId}&engine=postgresql&rule=new`);
    await drawer.locator('input[name=rule_name]').fill('e2e rule');
    await drawer.locator('.conditions button[aria-haspopup=menu]').first().click();
    await page.getByRole('menuitem', { name: 'Role attributes' }).click();
    await drawer.locator('.condition .ant-select').first().click();
    await page.keyboard.type('can_super');
    await page.locator('.ant-select-dropdown .privilege-option').filter({ hasText: 'can_super' }).first().click();
    await drawer.locator('.rule-words code').filter({ hasText: 'can_super' }).waitFor();
    const gained = page.locator('.preview-counts li').nth(1).locator('strong');
    await until(
      'the preview counts who would gain the class',
      async () => digits((await gained.textContent().catch(() => '0')) ?? '0') > 0,
    );
    const expected = digits(await gained.innerText());
    await drawer.locator('h3').first().click();
    await drawer.locator('button[type=submit]').click();
    await drawer.waitFor({ state: 'hidden' });
    const held = () =>
      read<{ total: number }>(visit, `/accounts/classifications/api/assignments?classification_id=${classId}`).then((page) => page.total);
    await until('the accounts have the class', async () => (await held()) === expected, 30_000);

    await visit.go(`/accounts/classifications/?tab=assignments&classification_id=${classId}`);
    assert((await total(page)) === expected, 'the assignments are not listed');
    await page.locator('.reason code').filter({ hasText: 'can_super' }).first().waitFor();
    // One is taken out by hand, and stays out.
    await page.locator('tbody .ant-btn-dangerous').first().click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('it is one less', async () => (await held()) === expected - 1);
    await page.locator('.page-acts button').last().click();
    await drawer.locator('.ant-select').first().click();
    await page.keyboard.type('root@localhost');
    await page.locator('.ant-select-dropdown .privilege-option').filter({ hasText: 'root@localhost' }).first().click();
    await drawer.locator('textarea[name=notes]').fill('because of a journey');
    await drawer.locator('button[type=submit]').click();
    await row(page, 'because of a journey').waitFor();

    // A class that is used says so instead of going.
    visit.expect(409, '/accounts/classifications/api/classifications/');
    await visit.go(`/accounts/classifications/?class=${classId}`);
    await page.locator('.classes [data-current] .ant-btn-dangerous').click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await page.locator('.ant-modal .fault').waitFor();
    await page.keyboard.press('Escape');
    await row(page, 'e2e rule').locator('.ant-btn-dangerous').click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await page.getByText('No rules').waitFor();
    await until('its assignments are gone but the one by hand', async () => (await held()) === 1, 30_000);
    await visit.go(`/accounts/classifications/?tab=assignments&classification_id=${classId}`);
    await page.locator('tbody .ant-btn-dangerous').click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('nobody has it', async () => (await held()) === 0);
    await visit.go(`/accounts/classifications/?class=${classId}`);
    await page.locator('.classes [data-current] .ant-btn-dangerous').click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('the class is gone', async () => (await page.locator('.class-name').filter({ hasText: 'e2e class' }).count()) === 0);
  },

  'classes: classifying all accounts shows its session': async (visit) => {
    const { page } = visit;
    await visit.go('/accounts/classifications/');
    await page.locator('.page-acts button').first().click();
    await page.waitForURL(/session=/);
    const state = page.locator('.ant-drawer dl.facts .chip').first();
    await until('it has ended', async () => /Completed/.test((await state.textContent().catch(() => '')) ?? ''), 60_000);
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

  'who can do what: a question by hand, kept, asked again from the list; the account it names': async (visit) => {
    const { page } = visit;
    await visit.go('/account/access');
    await page.locator('.question input').first().fill('drop');
    await page.keyboard.press('Enter');
    await page.waitForURL(/privilege=drop/i);
    const all = await total(page);
    assert(all > 20, `only ${all} accounts may drop something`);
    await page.locator('.questions a').first().click();
    await page.waitForURL(/tag=production/);
    const inProduction = await total(page);
    assert(inProduction > 0 && inProduction < all, `${inProduction} of ${all} are in production`);
    await page.locator('.questions .ant-btn').click();
    await page.locator('.ant-popover input').fill('e2e question');
    await page.keyboard.press('Enter');
    await page.locator('.questions .chip.accent').filter({ hasText: 'e2e question' }).waitFor();
    await visit.go('/account/access');
    await page.locator('.questions .chip.accent a').click();
    assert((await total(page)) === inProduction, 'the kept question gives another answer');
    await page.locator('.questions .chip.accent button').click();
    await page.locator('.questions .chip.accent').waitFor({ state: 'detached' });
    const csv = await page.request.get((await page.locator('.toolbar a[download]').getAttribute('href'))!);
    assert((await csv.text()).trim().split('\n').length - 1 === inProduction, 'the export is not what the list shows');
    await page.locator('main .grid .lead a').first().click();
    await page.waitForURL(/account=\d+/);
    await page.reload();
    await page.locator('.ant-drawer .priv').waitFor();
  },

  'sessions: the failed ones, with cause and remedy': async (visit, ids) => {
    const { page } = visit;
    await visit.go('/history/sessions/');
    await page.locator('.stats a[href*="status="]').nth(1).click();
    await page.waitForURL(/status=/);
    await page.goBack();
    await until('the filter is gone', async () => !/status=/.test(page.url()));
    await visit.go(`/history/sessions/?session=${ids.failedSession}`);
    const failure = page.locator('.failures > li').first();
    await failure.locator('p').first().waitFor();
    await failure.getByRole('link').first().click();
    await page.waitForURL(/\/instances\/\d+/);
    await page.goBack();
    await page.locator('.failures').waitFor();
  },

  'a sync of the whole demo fleet: live progress, a badge while it runs, the end': async (visit) => {
    const { page } = visit;
    await visit.go('/account/');
    await page.locator('.page-acts button').first().click();
    await page.waitForURL(/session=/);
    await page.locator('.head-running').waitFor();
    await page.reload();
    const state = page.locator('.ant-drawer dl.facts .chip').first();
    await until(
      'the sync has ended',
      async () => !/Running|Waiting/.test((await state.textContent().catch(() => 'Running')) ?? 'Running'),
      60_000,
    );
    await page.locator('.failures > li').first().waitFor();
    await until('the event stream is closed', async () => visit.streams().length === 0);
    await until('the badge is gone', async () => !(await page.locator('.head-running').isVisible()), 15_000);
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

  ...UPKEEP,

  'users: made with a generated password that is shown once, changed, deleted': async (visit) => {
    const { page } = visit;
    await visit.go('/users/');
    await page.locator('.page-acts button').click();
    const drawer = page.locator('.ant-drawer');
    await drawer.locator('input[name=username]').fill('e2e_user');
    await drawer.locator('.ant-space-compact button').last().click();
    const password = await drawer.locator('input[name=password]').inputValue();
    await drawer.locator('button[type=submit]').click();
    await page.locator('.secret code').waitFor();
    assert((await page.locator('.secret code').innerText()) === password, 'the password that is handed over is another one');
    await page.locator('.ant-modal .ant-btn-primary').click();
    await visit.go('/users/?search=e2e_user');
    await row(page, 'e2e_user').locator('button').first().click();
    await choose(page, 'role', 'Viewer');
    await drawer.locator('button[type=submit]').click();
    await row(page, 'Viewer').waitFor();
    await row(page, 'e2e_user').locator('.ant-btn-dangerous').click();
    await page.locator('.ant-modal input').fill('e2e_user');
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until('the user is gone', async () => (await read<{ total: number }>(visit, '/users/api/users?search=e2e_user')).total === 0);
  },

  'own settings: a token shown once and revoked; language and theme at once and for good': async (visit) => {
    const { page } = visit;
    await visit.go('/dashboard/');
    await openProfile(page);
    const drawer = page.locator('.ant-drawer');
    await drawer.locator('input[name=name]').fill('e2e token');
    await drawer.locator('form button[type=submit]').click();
    const token = await drawer.locator('.secret code').innerText();
    const answer = await fetch(`${visit.base}/instances/api?limit=1`, { headers: { authorization: `Bearer ${token}` } });
    assert(answer.ok, `the new token answers ${answer.status}`);
    await drawer.locator('.token-list .ant-btn-dangerous').first().click();
    await page.locator('.ant-modal .ant-btn-dangerous').click();
    await until(
      'the token is refused',
      async () => (await fetch(`${visit.base}/instances/api`, { headers: { authorization: `Bearer ${token}` } })).status === 401,
    );
    await drawer.locator('.ant-segmented-item').filter({ hasText: '简体中文' }).click();
    await page
      .getByRole('heading', { name: '仪表盘' })
      .or(page.getByRole('heading', { name: '概览' }))
      .first()
      .waitFor();
    await drawer.locator('.ant-segmented-item').filter({ hasText: '深色' }).click();
    await page.reload();
    await settled(page);
    const html = page.locator('html');
    assert(
      (await html.getAttribute('lang')) === 'zh-CN' && (await html.getAttribute('data-theme')) === 'dark',
      'language and theme are not remembered',
    );
    await openProfile(page);
    await page.locator('.ant-drawer .ant-segmented-item').filter({ hasText: 'English' }).click();
    await page.locator('.ant-drawer .ant-segmented-item').filter({ hasText: 'System' }).click();
    await until(
      'the language is remembered',
      async () => (await read<{ locale: string | null }>(visit, '/auth/api/me')).locale === 'en',
    ).catch(() => undefined);
  },

  'keyboard: g i, / searches everything, ?, Tab goes first to the content': async (visit) => {
    const { page } = visit;
    await visit.go('/dashboard/');
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/instances/');
    await settled(page);
    // A new page is read from its start: it takes the focus first.
    await until('the page has the focus', () => page.locator('main').evaluate((one) => one === document.activeElement));
    await page.keyboard.press('/');
    const palette = page.locator('.palette');
    await palette.locator('input').waitFor();
    await page.keyboard.type('pg-');
    await palette.locator('[role=option]').first().waitFor();
    await page.keyboard.press('ArrowDown');
    const wanted = await palette.locator('[role=option][aria-selected=true]').getAttribute('href');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${wanted}`);
    await palette.waitFor({ state: 'hidden' });
    await settled(page);
    await page.locator('main').focus();
    await page.keyboard.press('?');
    await page.locator('.ant-modal .keys').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.ant-modal').waitFor({ state: 'hidden' });
    await visit.go('/instances/');
    await page.keyboard.press('Tab');
    assert(await page.locator('a.skip').evaluate((one) => one === document.activeElement), 'the first Tab does not offer to skip the menu');
  },

  'the session ends: the page says so, signs in again in place and goes on': async (visit) => {
    const { page, context } = visit;
    await visit.go('/instances/');
    visit.expect(401, /./);
    visit.expect(403, /./);
    await context.clearCookies();
    await page.locator('main input[type=search]').fill('pg-');
    const dialog = page.locator('.ant-modal');
    await dialog.locator('input[type=password]').fill(DEMO_PASSWORD);
    await dialog.locator('button[type=submit]').click();
    await dialog.waitFor({ state: 'hidden' });
    await settled(page);
    assert(
      (await names(page)).every((name) => name.includes('pg-')),
      'the request is not repeated after signing in',
    );
  },
};

async function openProfile(page: Page): Promise<void> {
  await page.locator('.head-user').click();
  await page.getByRole('menuitem').first().waitFor();
  await still(page);
  await page.getByRole('menuitem').first().click();
  await page.locator('.ant-drawer input[name=name]').waitFor();
}
