/** Accounts, what they may do, their classes. */
import { assert, digits, names, row, settled, total, until } from '../../page.ts';
import { read } from '../../sitemap.ts';
import type { Work } from './work.ts';

export const ACCOUNTS: Record<string, Work> = {
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
};
