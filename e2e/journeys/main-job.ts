/**
 * What the product is for, on real servers: from the one-time password to "who may do what, since when, and how big is it".
 * The monitoring accounts are made with the text that the README gives out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { monitoringScript } from '../../engines/src/index.ts';
import { freePort } from '../../engines/test/live.ts';
import { mariadbSubject, postgresSubject, type Subject } from '../../engines/test/subjects.ts';
import type { Journey, Steps } from '../journey.ts';
import { assert, choose, row, settled, until, type Visit } from '../page.ts';
import { startSilent } from '../servers.ts';
import { capabilitySteps } from './capabilities.ts';

const MONITOR = { username: 'whalefall_monitor', password: 'Monitor-0nly-reads' };
const OWN_PASSWORD = 'Deep-blue-42!';
/** Live servers share two cores with everything else. */
const SYNC_MS = 60_000;
const CANCEL_MS = 5_000;

export const mainJob: Journey = {
  name: 'main-job',
  async run(t) {
    const endings: (() => Promise<void>)[] = [];
    try {
      const [postgres, mariadb, silent] = await t.step('two live servers with roles and grants, and one that never answers', async () => {
        const subjects = await Promise.all([postgresSubject(), mariadbSubject()]);
        for (const subject of subjects) if (subject) endings.push(() => subject.end());
        const silent = await startSilent();
        endings.push(() => silent.stop());
        const [postgres, mariadb] = subjects;
        assert(postgres && mariadb, 'skipped: no PostgreSQL or MariaDB to start');
        await Promise.all([furnishPostgres(postgres), furnishMariadb(mariadb)]);
        return [postgres, mariadb, silent] as const;
      });
      await mainSteps(t, postgres, mariadb, silent.port);
    } finally {
      for (const ending of endings) await ending().catch((error: unknown) => console.error(error));
    }
  },
};

/** ann is a member of analysts, who are members of reporting, who may read orders; everybody may read products. */
async function furnishPostgres(postgres: Subject): Promise<void> {
  await postgres.run('CREATE DATABASE shop');
  await postgres.run(statements(monitoringScript('postgresql', MONITOR)));
  await postgres.run(
    [
      'CREATE TABLE orders (id int, note text)',
      'CREATE TABLE products (id int)',
      "INSERT INTO orders SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n",
      'CREATE ROLE reporting NOLOGIN',
      'CREATE ROLE analysts NOLOGIN',
      "CREATE ROLE ann LOGIN PASSWORD 'ann'",
      'GRANT SELECT ON orders TO reporting',
      'GRANT reporting TO analysts',
      'GRANT analysts TO ann',
      'GRANT SELECT ON products TO PUBLIC',
      'GRANT DELETE ON orders TO ann',
    ],
    'shop',
  );
}

async function furnishMariadb(mariadb: Subject): Promise<void> {
  const [found] = await mariadb.rows<{ version: string }>('SELECT VERSION() AS version');
  const version = /^\d+\.\d+/.exec(found?.version ?? '')?.[0] ?? null;
  await mariadb.run(statements(monitoringScript('mysql', { ...MONITOR, flavour: 'mariadb', version })));
  await mariadb.run([
    'CREATE DATABASE app',
    'CREATE TABLE app.users (id int, name varchar(100))',
    'CREATE ROLE app_read',
    'GRANT SELECT ON app.* TO app_read',
    "CREATE USER web@'%' IDENTIFIED BY 'web'",
    "GRANT app_read TO web@'%'",
    "SET DEFAULT ROLE app_read FOR web@'%'",
    "GRANT INSERT ON app.users TO web@'%'",
  ]);
}

const statements = (script: string): string[] => script.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('--'));

async function mainSteps(t: Steps, postgres: Subject, mariadb: Subject, silentPort: number): Promise<void> {
  const site = await t.step('an empty installation', () => t.world.live());
  const visit = await t.visit(site);
  const { page } = visit;

  await t.step('first sign-in with the one-time password', async () => {
    const password = readFileSync(join(site.dataDir, 'first-admin-password'), 'utf8')
      .trim()
      .split(/[\s:]+/)
      .at(-1)!;
    await page.goto('/');
    await page.waitForURL('**/auth/login**');
    await page.locator('input[name=username]').fill('admin');
    await page.locator('input[name=password]').fill('wrong-Password-1');
    visit.expect(401, '/auth/api/login');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.locator('input[name=password]').fill(password);
    await page.locator('input[name=password]').press('Enter');
    await page.waitForURL('**/auth/change-password');
    // Nothing else opens before the password is changed.
    await page.goto('/instances/');
    await page.waitForURL('**/auth/change-password');
    await page.locator('input[name=old_password]').fill(password);
    await page.locator('input[name=new_password]').fill(OWN_PASSWORD);
    await page.locator('input[name=confirm_password]').fill(OWN_PASSWORD);
    await page.getByRole('button', { name: 'Update password' }).click();
    await page.waitForURL('**/dashboard/**');
  });

  await t.step('the empty dashboard leads to the first credential', async () => {
    await page.getByRole('heading', { name: 'Getting started' }).waitFor();
    // What is to be run on the server stands there, without a word of documentation.
    await page.locator('.monitoring-script pre').getByText('CREATE ROLE').waitFor();
    await page.locator('.monitoring-script .ant-segmented-item').filter({ hasText: 'MariaDB' }).click();
    await page.locator('.monitoring-script pre').getByText('CREATE USER').waitFor();
    await page.getByRole('link', { name: 'New credential' }).click();
    await page.waitForURL('**/credentials/create?from=start');
    await createCredential(page, 'live-postgresql', 'PostgreSQL', /\/dashboard\/(\?.*)?$/);
    await until('the first two steps are ticked', async () => (await page.locator('.start li[data-done]').count()) === 2);
    await visit.go('/credentials/create');
    await createCredential(page, 'live-mariadb', 'MySQL');
    await row(page, 'live-postgresql').waitFor();
    await row(page, 'live-mariadb').waitFor();
    await visit.go('/dashboard/');
    await page.getByRole('link', { name: 'New instance' }).click();
    await page.waitForURL('**/instances/create');
  });

  const postgresId = await t.step('PostgreSQL: a wrong port tells cause and remedy, the right one version and latency', async () => {
    await fillInstance(page, { name: 'pg-live', engine: 'PostgreSQL', port: await freePort(), credential: 'live-postgresql' });
    await test(page, 'bad');
    const verdict = page.locator('.verdict');
    for (const word of ['Connection refused', 'Cause', 'What to do']) await verdict.getByText(word).first().waitFor();
    await page.locator('input[name=port]').fill(String(postgres.server.port));
    await test(page, 'good');
    await verdict
      .getByText(/^\d+(\.\d+)*/)
      .first()
      .waitFor();
    await verdict.getByText(/\d ms/).waitFor();
    return save(page);
  });

  const mariadbId = await t.step('MariaDB: registered and tested', async () => {
    await visit.go('/instances/create');
    await fillInstance(page, { name: 'maria-live', engine: 'MySQL', port: mariadb.server.port, credential: 'live-mariadb' });
    await test(page, 'good');
    return save(page);
  });

  await t.step('the dashboard leads on to the first sync, and is a dashboard after it', async () => {
    await visit.go('/dashboard/');
    assert((await page.locator('.start li[data-done]').count()) === 3, 'the first three steps are not ticked');
    await page.locator('.start').getByRole('button', { name: 'Sync now' }).click();
    await page.waitForURL(/session=/);
    const start = page.getByRole('heading', { name: 'Getting started' });
    await until('the first accounts are there', async () => !(await start.isVisible()), SYNC_MS);
  });

  await t.step('accounts of both are read', async () => {
    for (const id of [postgresId, mariadbId]) await sync(visit, id, 'Sync accounts');
    await visit.go(`/instances/${mariadbId}?tab=accounts`);
    await row(page, /^web/).first().waitFor();
    await visit.go(`/instances/${postgresId}?tab=accounts`);
    await row(page, /^ann/).waitFor();
  });

  await capabilitySteps(t, visit, { postgres, instanceId: postgresId, login: MONITOR.username });

  await t.step('what ann may do, and where it comes from', async () => {
    await visit.go(`/instances/${postgresId}?tab=accounts`);
    await row(page, /^ann/).getByRole('link').first().click();
    const drawer = page.locator('.ant-drawer .priv');
    await drawer.waitFor();
    const orders = drawer
      .locator('.priv-object')
      .filter({ has: page.getByText('public.orders', { exact: true }).or(page.getByText('orders', { exact: true })) });
    await orders.getByText('analysts → reporting').waitFor();
    const ways = await orders.locator('.priv-sources > li').allInnerTexts();
    assert(
      ways.some((way) => /SELECT/.test(way) && /analysts → reporting/.test(way)),
      `SELECT through two roles is missing: ${ways.join(' | ')}`,
    );
    assert(
      ways.some((way) => /DELETE/.test(way) && /directly/.test(way)),
      `the direct DELETE is missing: ${ways.join(' | ')}`,
    );
    const products = drawer.locator('.priv-object').filter({ hasText: 'products' });
    assert(/PUBLIC/.test(await products.innerText()), 'SELECT on products does not say that it comes from PUBLIC');
  });

  await t.step('where an account of MariaDB has its privileges from', async () => {
    await visit.go(`/instances/${mariadbId}?tab=accounts`);
    await row(page, /^web/).first().getByRole('link').first().click();
    const drawer = page.locator('.ant-drawer .priv');
    await drawer.getByText('INSERT').first().waitFor();
    const ways = await drawer.locator('.priv-sources > li').allInnerTexts();
    assert(
      ways.some((way) => /SELECT/.test(way) && /app_read/.test(way)),
      `SELECT through the role is missing: ${ways.join(' | ')}`,
    );
  });

  await t.step('a grant and a revoke on the live server show in the next sync', async () => {
    await postgres.run(['GRANT INSERT ON orders TO ann', 'REVOKE DELETE ON orders FROM ann'], 'shop');
    await mariadb.run(["GRANT UPDATE ON app.users TO web@'%'", "REVOKE INSERT ON app.users FROM web@'%'"]);
    for (const id of [postgresId, mariadbId]) await sync(visit, id, 'Sync accounts');
    for (const [id, name, granted, revoked] of [
      [postgresId, /^ann/, 'INSERT', 'DELETE'],
      [mariadbId, /^web/, 'UPDATE', 'INSERT'],
    ] as const) {
      await visit.go(`/instances/${id}?tab=accounts`);
      await row(page, name).first().getByRole('link').first().click();
      await page.locator('.ant-drawer').getByRole('link', { name: 'Changes' }).click();
      const change = page.locator('.timeline > li').first();
      await change.waitFor();
      const [plus, minus] = await Promise.all(['granted', 'revoked'].map((kind) => change.locator(`.diff-words.${kind}`).allInnerTexts()));
      assert(plus!.join().includes(granted), `${granted} is not shown as granted: ${await change.innerText()}`);
      assert(minus!.join().includes(revoked), `${revoked} is not shown as revoked: ${await change.innerText()}`);
    }
  });

  await t.step('sizes of both', async () => {
    for (const [id, database] of [
      [postgresId, 'shop'],
      [mariadbId, 'app'],
    ] as const) {
      await sync(visit, id, 'Sync sizes');
      await visit.go(`/instances/${id}?tab=databases`);
      const size = await row(page, new RegExp(`^${database}`))
        .locator('td')
        .nth(1)
        .innerText();
      assert(/^[\d.,]+\s?(kB|KB|MB|GB|KiB|MiB)$/.test(size) && !/^0(\.0+)?\s/.test(size), `the size of ${database} reads "${size}"`);
    }
  });

  await t.step('a running session is cancelled within seconds', async () => {
    await visit.go('/instances/create');
    await fillInstance(page, { name: 'silent', engine: 'PostgreSQL', port: silentPort, credential: 'live-postgresql' });
    await save(page);
    await visit.go('/account/');
    await page.getByRole('button', { name: 'Sync all accounts' }).click();
    await page.waitForURL(/session=/);
    await visit.go('/history/sessions/');
    await row(page, 'Running').first().getByRole('link').first().click();
    const drawer = page.locator('.ant-drawer');
    await drawer.getByText('2 done').waitFor();
    assert(visit.streams().length === 1, `a running session has one event stream, not ${visit.streams().length}`);
    await drawer.getByRole('button', { name: 'Cancel session' }).click();
    await page.locator('.ant-modal').getByRole('button', { name: 'Cancel session' }).click();
    const took = await until('the session is cancelled', () => drawer.locator('dl.facts').getByText('Cancelled').isVisible(), CANCEL_MS);
    console.log(`          cancelled after ${(took / 1000).toFixed(1)} s`);
    await until('its event stream is closed', async () => visit.streams().length === 0);
    await visit.go('/history/sessions/?status=cancelled');
    await row(page, 'Cancelled').first().waitFor();
  });

  await t.step('the dashboard counts what was found', async () => {
    await visit.go('/dashboard/');
    const text = await page.locator('main').innerText();
    assert(!/Getting started/.test(text), 'the dashboard still shows the first steps');
  });

  await t.step('sign out', async () => {
    await page.getByRole('button', { name: /^User menu/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/auth/login');
    await page.goto('/instances/');
    await page.waitForURL('**/auth/login?next=**');
  });

  await t.check('no error in the browser, nothing from another host', async () => {
    assert(visit.trouble().length === 0, visit.trouble().join('\n'));
  });
}

async function createCredential(page: Page, name: string, engine: string, then = /\/credentials\/(\?.*)?$/): Promise<void> {
  await page.locator('input[name=name]').fill(name);
  await choose(page, 'db_type', engine);
  await page.locator('input[name=username]').fill(MONITOR.username);
  await page.locator('input[name=password]').fill(MONITOR.password);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(then);
  await settled(page);
}

async function fillInstance(page: Page, given: { name: string; engine: string; port: number; credential: string }): Promise<void> {
  await page.locator('input[name=name]').fill(given.name);
  await choose(page, 'db_type', given.engine);
  await page.locator('input[name=host]').fill('127.0.0.1');
  await page.locator('input[name=port]').fill(String(given.port));
  await choose(page, 'credential_id', given.credential);
}

async function test(page: Page, expected: 'good' | 'bad'): Promise<void> {
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.locator(`.verdict.${expected}`).waitFor();
}

/** @returns the new instance's id */
async function save(page: Page): Promise<number> {
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/instances\/\d+/);
  await settled(page);
  return Number(/\/instances\/(\d+)/.exec(page.url())![1]);
}

/** Starts a sync on the instance's page and waits for its end in the drawer that opens. */
async function sync(visit: Visit, instanceId: number, button: string): Promise<void> {
  const { page } = visit;
  await visit.go(`/instances/${instanceId}`);
  await page.getByRole('button', { name: button }).click();
  await page.waitForURL(/session=/);
  const state = page.locator('.ant-drawer dl.facts .chip').first();
  await until(
    'the sync has ended',
    async () => /Completed|Failed|Cancelled/.test((await state.textContent().catch(() => '')) ?? ''),
    SYNC_MS,
  );
  assert((await state.textContent()) === 'Completed', `the sync ended as ${await page.locator('.ant-drawer').innerText()}`);
}
