/** Every page of the console, and what opens above one, at addresses of the demo fleet. */
import type { Page } from 'playwright-core';
import type { Permission } from '../contract/src/index.ts';
import { settled, type Visit } from './page.ts';

export interface Place {
  name: string;
  path: string;
  /** Who sees it; `nobody` is signed out. */
  as: 'admin' | 'nobody';
  /** What it takes to have it opened, where the page itself takes less. */
  needs?: Permission;
  /** Answers with an error by design. */
  status?: number;
  /** What is done after the page is there. */
  open?: (page: Page) => Promise<unknown>;
}

export interface Ids {
  instance: number;
  /** An account with privileges by several ways. */
  account: number;
  /** The largest database. */
  database: number;
  credential: number;
  tag: number;
  /** A rule of the PostgreSQL accounts. */
  rule: number;
  session: string;
  failedSession: string;
}

interface Reply<T> {
  data: T;
}
/** What the signed-in user of a visit reads from an API. */
export async function read<T>(visit: Visit, path: string): Promise<T> {
  const answer = await visit.page.request.get(path);
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}: ${await answer.text()}`);
  return ((await answer.json()) as Reply<T>).data;
}

export async function findIds(visit: Visit): Promise<Ids> {
  const [instances, credentials, tags, sessions, accounts, rules, databases] = await Promise.all([
    read<{ items: { id: number }[] }>(visit, '/instances/api?db_type=postgresql&sort=active_account_count&order=desc&limit=1'),
    read<{ items: { id: number }[] }>(visit, '/credentials/api/credentials?db_type=postgresql&limit=1'),
    read<{ tags: { id: number }[] }>(visit, '/tags/api/tags?limit=1'),
    read<{ items: { session_id: string; failed_instances: number }[] }>(
      visit,
      '/history/sessions/api/sessions?sync_category=account&limit=20',
    ),
    read<{ items: { id: number }[] }>(visit, '/account/api/accounts?db_type=postgresql&sort=last_change_time&order=desc&limit=1'),
    read<{ rules: { id: number; rule_name: string }[] }>(visit, '/accounts/classifications/api/rules/filter?db_type=postgresql'),
    read<{ items: { id: number }[] }>(visit, '/databases/api/ledgers?sort=size_mb&order=desc&limit=1'),
  ]);
  return {
    instance: instances.items[0]!.id,
    account: accounts.items[0]!.id,
    database: databases.items[0]!.id,
    credential: credentials.items[0]!.id,
    tag: tags.tags[0]!.id,
    rule: (rules.rules.find((one) => /read_only/.test(one.rule_name)) ?? rules.rules[0])!.id,
    session: (sessions.items.find((one) => one.failed_instances === 0) ?? sessions.items[0])!.session_id,
    failedSession: (sessions.items.find((one) => one.failed_instances > 0) ?? sessions.items[0])!.session_id,
  };
}

const drawer = (page: Page): Promise<void> => page.locator('.ant-drawer-open .ant-drawer-body, .ant-drawer-body').last().waitFor();
const chart = (page: Page): Promise<void> => page.locator('.chart canvas').first().waitFor();
const button = (page: Page, selector: string): Promise<void> => page.locator(selector).first().click();

export function places(ids: Ids): Place[] {
  const { instance, account, database, credential, tag, rule, session, failedSession } = ids;
  const admin = (name: string, path: string, open?: Place['open']): Place => ({ name, path, as: 'admin', ...(open && { open }) });
  return [
    { name: 'sign-in', path: '/auth/login', as: 'nobody' },
    { name: 'about', path: '/about', as: 'nobody' },
    { name: 'not-found-signed-out', path: '/about/nothing', as: 'nobody', status: 404 },
    admin('change-password', '/auth/change-password'),
    { ...admin('not-found', '/nothing/here'), status: 404 },
    { ...admin('gone-instance', '/instances/999999'), status: 404 },
    admin('dashboard', '/dashboard/'),
    admin('instances', '/instances/'),
    admin('instances-filtered', '/instances/?search=nothing-has-this-name'),
    admin('instances-import', '/instances/?import=1', (page) => page.locator('.ant-modal').waitFor()),
    admin('instances-selected', '/instances/', async (page) => {
      await button(page, 'tbody .grid-select input');
      await page.locator('.bulk').waitFor();
    }),
    admin('instance-create', '/instances/create'),
    admin('instance', `/instances/${instance}`),
    admin('instance-accounts', `/instances/${instance}?tab=accounts`),
    admin('instance-databases', `/instances/${instance}?tab=databases`),
    admin('instance-sessions', `/instances/${instance}?tab=sessions`),
    admin('instance-edit', `/instances/${instance}/edit`),
    admin('credentials', '/credentials/'),
    admin('credential-create', '/credentials/create'),
    admin('credential', `/credentials/${credential}`),
    admin('credential-edit', `/credentials/${credential}/edit`),
    admin('accounts', '/account/'),
    admin('databases', '/databases/ledgers'),
    admin('databases-largest', '/databases/ledgers?db_type=postgresql&sort=size_mb&order=desc'),
    admin('databases-filtered', '/databases/ledgers?search=nothing-has-this-name'),
    admin('database', `/databases/ledgers?database=${database}`, async (page) => {
      await drawer(page);
      await chart(page);
    }),
    admin('access', '/account/access'),
    admin('access-drop', '/account/access?privilege=DROP&tag=production'),
    admin('access-none', '/account/access?privilege=NO+SUCH+PRIVILEGE&include_public=false&db_type=mysql'),
    admin('accounts-oracle', '/account/oracle'),
    admin('account', `/account/?account=${account}`, drawer),
    admin('account-classes', `/account/?account=${account}&view=classes`, drawer),
    admin('account-changes', `/account/?account=${account}&view=changes`, drawer),
    admin('account-about', `/account/?account=${account}&view=about`, drawer),
    admin('account-elsewhere', `/account/?account=${account}&view=elsewhere`, drawer),
    admin('classes', '/accounts/classifications/'),
    admin('classes-of-one', '/accounts/classifications/?class=7&engine=oracle'),
    { ...admin('class-create', '/accounts/classifications/?edit=new', drawer), needs: 'create' },
    admin('rule', `/accounts/classifications/?rule=${rule}`, async (page) => {
      await drawer(page);
      await page.locator('.preview-counts, .rule-words').last().waitFor();
    }),
    { ...admin('rule-create', '/accounts/classifications/?rule=new&engine=oracle', drawer), needs: 'create' },
    admin('assignments', '/accounts/classifications/?tab=assignments'),
    { ...admin('assign', '/accounts/classifications/?tab=assignments&assign=1', drawer), needs: 'update' },
    admin('instance-statistics', '/instances/statistics'),
    admin('account-statistics', '/accounts/statistics', chart),
    admin('instance-capacity', '/instance_aggregations/instance', chart),
    admin('database-capacity', '/database_aggregations/', chart),
    admin('database-capacity-changes', '/database_aggregations/?period_type=weekly&show=change&top=10&db_type=postgresql', chart),
    admin('sessions', '/history/sessions/'),
    admin('session', `/history/sessions/?session=${session}`, drawer),
    admin('session-failed', `/history/sessions/?session=${failedSession}`, drawer),
    admin('logs', '/history/logs/?hours=168'),
    admin('logs-filtered', '/history/logs/?search=nothing-says-this'),
    admin('log', '/history/logs/', async (page) => {
      await button(page, 'main .grid .lead a');
      await drawer(page);
    }),
    admin('audit', '/admin/audit'),
    admin('audit-event', '/admin/audit', async (page) => {
      await button(page, 'main .grid td a');
      await drawer(page);
    }),
    admin('settings', '/admin/settings'),
    admin('scheduler', '/scheduler/'),
    admin('job', '/scheduler/?job=sync_accounts', drawer),
    {
      ...admin('job-trigger', '/scheduler/', async (page) => {
        await button(page, 'main td.acts button:nth-child(2)');
        await drawer(page);
      }),
      needs: 'admin',
    },
    admin('partitions', '/partition/'),
    {
      ...admin('partitions-cleanup', '/partition/', async (page) => {
        await button(page, '.page-acts .ant-btn-dangerous');
        await drawer(page);
      }),
      needs: 'admin',
    },
    admin('tags', '/tags/'),
    admin('tags-bulk', '/tags/batch_assign'),
    admin('tags-bulk-chosen', `/tags/batch_assign?instance_ids=${instance}&mode=remove`),
    admin('tag-create', '/tags/create'),
    admin('tag-edit', `/tags/edit/${tag}`),
    admin('users', '/users/'),
    admin('user-create', '/users/', async (page) => {
      await button(page, '.page-acts button');
      await drawer(page);
    }),
    admin('profile', '/dashboard/', async (page) => {
      await button(page, '.head-user');
      await page.getByRole('menuitem').first().waitFor();
      await still(page);
      await page.getByRole('menuitem').first().click();
      await drawer(page);
    }),
    admin('search', '/dashboard/', async (page) => {
      await page.keyboard.press('/');
      await page.locator('.palette input').fill('order');
      await page.locator('.palette [role=option]').first().waitFor();
    }),
    admin('user-menu', '/dashboard/', (page) => button(page, '.head-user')),
    admin('column-chooser', '/instances/', async (page) => {
      await page.locator('.toolbar button[title]').last().click();
      await page.locator('.chooser').waitFor();
    }),
  ];
}

/** Opens a place and what is above it, and waits until nothing moves. */
export async function goTo(visit: Visit, place: Place): Promise<void> {
  await visit.page.goto(place.path);
  await settled(visit.page);
  await place.open?.(visit.page);
  await settled(visit.page);
  await still(visit.page);
}

/** Every animation and transition has ended: colours and places are final. */
export async function still(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document.getAnimations().every((one) => one.playState === 'finished' || one.effect?.getComputedTiming().iterations === Infinity),
  );
}
