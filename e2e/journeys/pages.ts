/**
 * Each page by its address: it loads, does its main thing once, and is the same after a reload and after going back.
 * Changes the demo: comes after the journeys that only look.
 */
import { asked, type Journey } from '../journey.ts';
import { assert, DEMO_PASSWORD, signIn, type Visit } from '../page.ts';
import { findIds } from '../sitemap.ts';
import { ACCOUNTS } from './pages/accounts.ts';
import { CAPACITY } from './pages/capacity.ts';
import { DASHBOARD } from './pages/dashboard.ts';
import { INVENTORY } from './pages/inventory.ts';
import { PEOPLE } from './pages/people.ts';
import { SESSIONS } from './pages/sessions.ts';
import { UPKEEP } from './pages/upkeep.ts';
import type { Work } from './pages/work.ts';

const WORKS: Record<string, Work> = { ...DASHBOARD, ...INVENTORY, ...ACCOUNTS, ...CAPACITY, ...SESSIONS, ...UPKEEP, ...PEOPLE };

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
