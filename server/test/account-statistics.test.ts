import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openHouse, type TestHouse } from './harness.ts';
import { registerFake } from './make.ts';

const fleet = fakeFleet(11);
const world = fakeWorld(
  11,
  (['mysql', 'postgresql', 'sqlserver', 'oracle'] as const).map((type) => fleet.find((one) => one.dbType === type)!),
);
let house: TestHouse;
const ids: number[] = [];
const viewer = () => house.as('viewer');
const routes = catalogue.accountsStatistics;
const stats = async () => (await viewer().call(routes.getAccountStatistics)).body.data.stats;
const ledger = async (query: object) =>
  (await viewer().call(catalogue.account.listAccountsData, { query: { limit: 1, ...query } as never })).body.data.total;

beforeAll(async () => {
  house = await openHouse({ world, worker: true });
  const sync = (id: number) => house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  for (const fake of world.instances) {
    const id = await registerFake(house, fake);
    ids.push(id);
    const { status } = await sync(id);
    if (status !== 200) throw new Error(`sync of ${id}: ${status}`);
  }
  // One account goes.
  const gone = world.instances[0]!.accounts.findIndex((account) => !account.isRole && !account.isSuperuser);
  world.instances[0]!.accounts.splice(gone, 1);
  house.clock.advance(86_400_000);
  await sync(ids[0]!);
  for (let i = 0; i < 200 && (await stats()).unclassified_count > 0; i++) await new Promise((resolve) => setTimeout(resolve, 50));
}, 120_000);
afterAll(() => house.close());

test('figures agree with the ledger, roles and PUBLIC left out (30-19)', async () => {
  const all = await stats();
  expect(all.total_accounts).toBe(await ledger({ include_deleted: true }));
  expect(all.active_accounts).toBe(await ledger({}));
  expect(all.locked_accounts).toBe(await ledger({ is_locked: true }));
  // "No" narrows as "yes" does.
  expect(all.normal_accounts).toBe(await ledger({ is_locked: false }));
  expect(await ledger({ is_superuser: false })).toBe((await ledger({})) - (await ledger({ is_superuser: true })));
  expect([all.deleted_accounts, all.normal_accounts]).toEqual([1, all.active_accounts - all.locked_accounts]);
  expect(Object.keys(all.db_type_stats).sort()).toEqual(['mysql', 'oracle', 'postgresql', 'sqlserver']);
  for (const [db_type, row] of Object.entries(all.db_type_stats)) {
    expect([db_type, row.active]).toEqual([db_type, await ledger({ db_type })]);
    expect([row.normal + row.locked, row.active + row.deleted]).toEqual([row.active, row.total]);
  }
  for (const one of Object.values(all.classification_stats)) {
    expect([one.display_name, one.account_count]).toEqual([one.display_name, await ledger({ classification: one.id })]);
    expect(Object.values(one.db_types).reduce((n, count) => n + count, 0)).toBe(one.account_count);
  }
  expect((await viewer().call(routes.getAccountStatisticsByDbType)).body.data).toEqual(all.db_type_stats);
  expect((await viewer().call(routes.getAccountStatisticsByClassification)).body.data).toEqual(all.classification_stats);
});

test('classes in the order of their priority, colours as values and keys, classes without accounts too (30-19)', async () => {
  const { classification_stats, risk_levels, unclassified_count, active_accounts } = await stats();
  const classes = Object.values(classification_stats);
  expect(classes.map((one) => one.id)).toEqual([7, 2, 4, 8, 5]);
  expect(classes.every((one) => /^#[0-9a-f]{6}$/.test(one.color) && one.color === one.color_value && !one.color_key.startsWith('#'))).toBe(
    true,
  );
  expect(Object.keys(risk_levels)).toEqual(['low', 'medium', 'high', 'critical']);
  expect(Object.values(risk_levels).reduce((n, one) => n + one, 0) + unclassified_count).toBe(active_accounts);
  expect(risk_levels.critical).toBe(classification_stats['特权账户']!.account_count);
  expect(unclassified_count).toBe(0);
  const made = await house.as('admin').call(catalogue.accountsClassifications.createClassification, { body: { name: '空分类' } });
  expect((await stats()).classification_stats['空分类']).toMatchObject({
    id: made.body.data.classification.id,
    account_count: 0,
    db_types: {},
  });
});

test('instances: all of them, and normal ones by their last connection (30-19)', async () => {
  const summary = async (query: object = {}) => (await viewer().call(routes.getAccountStatisticsSummary, { query })).body.data;
  expect(await summary()).toMatchObject({
    total_instances: 4,
    active_instances: 4,
    normal_instances: 4,
    disabled_instances: 0,
    deleted_instances: 0,
  });
  const before = await summary();
  const last = ids[3]!;
  const own = await summary({ instance_id: last });
  expect(own).toMatchObject({ total_instances: 1, active_accounts: await ledger({ instance_id: last }) });
  await house.deps.db.updateTable('instances').set({ is_active: false }).where('id', '=', last).execute();
  expect(await summary()).toMatchObject({
    ...{ total_instances: 4, active_instances: 3, disabled_instances: 1, normal_instances: 3 },
    active_accounts: before.active_accounts - own.active_accounts,
  });
  await house.deps.db.updateTable('instances').set({ is_active: true }).where('id', '=', last).execute();
  await house.deps.db
    .updateTable('instances')
    .set({ accounts_error_at: new Date('2026-01-01'), accounts_error_code: 'TIMEOUT' })
    .where('id', '=', last)
    .execute();
  expect(await summary()).toMatchObject({ active_instances: 4, normal_instances: 3 });
  expect((await stats()).unread).toBe(own.active_accounts);
  await house.deps.db.updateTable('instances').set({ accounts_error_at: null, accounts_error_code: null }).where('id', '=', last).execute();
  expect((await viewer().call(routes.getAccountStatisticsSummary, { query: { db_type: 'db2' as never } })).status).toBe(400);
});

test('who holds most, and what changed on each of thirty days', async () => {
  const { top_privileged: top, changes_30d: days, total_accounts } = await stats();
  expect(top).toHaveLength(10);
  expect(top[0]!.is_superuser).toBe(true);
  expect(top.map((one) => one.is_superuser)).toEqual([...top.map((one) => one.is_superuser)].sort((a, b) => Number(b) - Number(a)));
  expect([days.length, days[0]!.date, days[29]!.date]).toEqual([30, '2025-11-17', '2025-12-16']);
  expect(days[28]).toEqual({ date: '2025-12-15', added: total_accounts, changed: 0, removed: 0 });
  expect(days[29]).toEqual({ date: '2025-12-16', added: 0, changed: 0, removed: 1 });
});
