/** The capability panel of an instance: a right that is taken away on the server, and the statement it gives to put it back. */
import type { Subject } from '../../engines/test/subjects.ts';
import type { Steps } from '../journey.ts';
import { assert, until, type Visit } from '../page.ts';

const TEST_MS = 20_000;

/** On an instance of the live PostgreSQL that is watched with `login`. */
export async function capabilitySteps(
  t: Steps,
  visit: Visit,
  { postgres, instanceId, login }: { postgres: Subject; instanceId: number; login: string },
) {
  await t.step('a right taken away stands on the instance, with the statement that gives it back', async () => {
    const { page } = visit;
    const panel = page.locator('section.panel').filter({ hasText: 'What the login can read' });
    const check = async (wanted: RegExp) => {
      await visit.go(`/instances/${instanceId}`);
      await page.getByRole('button', { name: 'Test connection', exact: true }).first().click();
      await until(
        `the panel says ${wanted}`,
        async () => {
          await visit.go(`/instances/${instanceId}`);
          return wanted.test((await panel.textContent()) ?? '');
        },
        TEST_MS,
      );
    };
    await postgres.run([
      'CREATE DATABASE cellar',
      'REVOKE CONNECT ON DATABASE cellar FROM PUBLIC',
      `REVOKE pg_read_all_stats FROM ${login}`,
    ]);
    await check(/\d+ of \d+ rights are missing/);
    const shown = await panel.locator('pre').allInnerTexts();
    assert(
      shown.some((text) => text.includes(`GRANT pg_read_all_stats TO "${login}"`)) &&
        shown.some((text) => text.includes('GRANT CONNECT ON DATABASE "cellar"')),
      `the panel does not give the statements: ${shown.join(' | ')}`,
    );
    // What it says is run as it stands there.
    for (const text of shown) await postgres.run(text.split('\n').filter((line) => line.startsWith('GRANT')));
    await check(/Nothing is missing/);
    await postgres.run('DROP DATABASE cellar');
  });
}
