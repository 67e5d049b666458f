/** Long work: seen while it runs and afterwards. */
import { until } from '../../page.ts';
import type { Work } from './work.ts';

export const SESSIONS: Record<string, Work> = {
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
};
