/** Users, one’s own settings, the keyboard, and what stands before the sign-in. */
import type { Page } from 'playwright-core';
import { assert, choose, DEMO_PASSWORD, names, row, settled, until } from '../../page.ts';
import { read, still } from '../../sitemap.ts';
import type { Work } from './work.ts';

export const PEOPLE: Record<string, Work> = {
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

  'the front door and what browsers ask for by themselves': async (visit) => {
    const { page } = visit;
    await page.goto('/');
    await page.waitForURL('**/dashboard/');
    for (const [path, media] of [
      ['/favicon.ico', /icon|png|svg/],
      ['/apple-touch-icon.png', /png/],
      ['/apple-touch-icon-precomposed.png', /png/],
      ['/.well-known/appspecific/com.chrome.devtools.json', /json/],
    ] as const) {
      const answer = await page.request.get(path);
      const type = answer.headers()['content-type'] ?? '';
      assert(answer.status() < 300 && (answer.status() === 204 || media.test(type)), `${path} answers ${answer.status()} ${type}`);
    }
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
