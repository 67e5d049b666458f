import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openHouse, type TestHouse } from './harness.ts';
import { makeCredential, makeInstance, registerFake } from './make.ts';

const world = fakeWorld(7, fakeFleet(7).slice(0, 24));
let house: TestHouse;
beforeAll(async () => void (house = await openHouse({ world, worker: true })));
afterAll(() => house.close());

const admin = () => house.as('admin');
/** What the list says of one instance. */
const listed = async (id: number) =>
  (await admin().call(catalogue.instancesManage.listInstancesData, { query: { ids: [id] } })).body.data.items[0]!;
const keyOf = (fake: { host: string; port: number }) => `${fake.host}:${fake.port}`;

test('one account sync: accounts, their privileges, the session, and nothing rewritten the second time', async () => {
  const fake = world.instances.find((one) => one.dbType === 'postgresql')!;
  const id = await registerFake(house, fake);
  const first = await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id }, query: { wait: 25 } });
  expect([first.status, first.body.data?.result.status]).toEqual([200, 'completed']);
  expect(first.body.data.result.added_count).toBe(first.body.data.result.synced_count);

  const list = await admin().call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: id } });
  expect(list.body.data.accounts.length).toBe(first.body.data.result.synced_count);
  expect(list.body.data.accounts.every((account) => account.read_state === 'ok')).toBe(true);

  const person = list.body.data.accounts.find((account) => !account.is_role)!;
  const permissions = await admin().call(catalogue.account.getAccountPermissions, { params: { account_id: person.id } });
  expect(permissions.status).toBe(200);
  expect(permissions.body.data.account).toMatchObject({ username: person.username, read_state: 'ok', instance_id: id });
  expect(Array.isArray(permissions.body.data.effective)).toBe(true);

  const before = await house.deps.db
    .selectFrom('account_permission')
    .select(['id', 'last_sync_time'])
    .where('instance_id', '=', id)
    .orderBy('id')
    .execute();
  house.clock.advance(60_000);
  const second = await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  expect(second.body.data.result).toMatchObject({ status: 'completed', added_count: 0, modified_count: 0, removed_count: 0 });
  expect(
    await house.deps.db
      .selectFrom('account_permission')
      .select(['id', 'last_sync_time'])
      .where('instance_id', '=', id)
      .orderBy('id')
      .execute(),
  ).toEqual(before);
  expect((await listed(id)).active_account_count).toBe(list.body.data.accounts.filter((account) => !account.is_role).length);
  const again = await admin().call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: id } });
  expect(again.body.data.accounts[0]!.last_sync_time).toBe('2025-12-15T04:01:00.000+00:00');
});

test('what changed is logged with its kind: come, gone, back, granted (30-15)', async () => {
  const fake = world.instances.filter((one) => one.dbType === 'mysql')[0]!;
  const id = await registerFake(house, fake);
  const sync = async () =>
    (await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } })).body.data.result;
  await sync();
  const { active_account_count } = await listed(id);
  const [a, b] = fake.accounts.filter((account) => !account.isRole);
  const gone = fake.accounts.splice(fake.accounts.indexOf(a!), 1)[0]!;
  b!.facts.grants.push({ scope: 'server', privilege: 'SUPER', state: 'grant', grantable: false });
  expect(await sync()).toMatchObject({ removed_count: 1, modified_count: 1, added_count: 0 });
  expect((await listed(id)).active_account_count).toBe(active_account_count - 1);
  const log = await house.deps.db
    .selectFrom('account_change_log')
    .select(['username', 'change_type', 'privilege_diff', 'session_id'])
    .where('instance_id', '=', id)
    .where('change_type', '!=', 'add')
    .orderBy('id')
    .execute();
  expect(log.map((row) => [row.username, row.change_type]).sort()).toEqual(
    [
      [a!.username, 'delete'],
      [b!.username, 'modify_privilege'],
    ].sort(),
  );
  expect(log.find((row) => row.change_type === 'modify_privilege')!.privilege_diff).toEqual([
    { field: 'global_privileges', label: '全局权限', object: '全局权限', action: 'GRANT', permissions: ['SUPER'] },
  ]);
  expect(log[0]!.session_id).toMatch(/^[0-9a-f-]{36}$/);
  fake.accounts.push(gone);
  expect(await sync()).toMatchObject({ added_count: 1 });
  const history = await admin().call(catalogue.instancesDetail.getAccountChangeHistory, {
    params: {
      instance_id: id,
      account_id: (
        await house.deps.db
          .selectFrom('account_permission')
          .select('id')
          .where('instance_id', '=', id)
          .where('username', '=', a!.username)
          .executeTakeFirstOrThrow()
      ).id,
    },
  });
  expect(history.body.data.history.map((entry) => entry.change_type)).toEqual(['return', 'delete', 'add']);
});

test('a read that fails is never an empty result: everything stays, marked stale, with the reason (30-1, 30-2)', async () => {
  const fake = world.instances.filter((one) => one.dbType === 'mysql')[1]!;
  const id = await registerFake(house, fake);
  await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  const before = (await admin().call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: id } })).body.data;
  world.behaviours.set(keyOf(fake), { cut: 'accounts' });
  const failed = await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  expect([failed.status, failed.body.message_code]).toEqual([502, 'SYNC_FAILED']);
  expect(failed.body.extra).toMatchObject({ session_id: expect.any(String), error_code: expect.any(String) });
  const after = (await admin().call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: id } })).body.data;
  expect(after.total).toBe(before.total);
  expect(after.accounts.every((account) => account.read_state === 'stale' && account.sync_error !== null)).toBe(true);
  expect(
    await house.deps.db
      .selectFrom('account_change_log')
      .select('id')
      .where('instance_id', '=', id)
      .where('change_type', 'in', ['delete', 'modify_privilege'])
      .execute(),
  ).toEqual([]);
  world.behaviours.delete(keyOf(fake));
  await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  expect(
    (await admin().call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: id } })).body.data.accounts.every(
      (account) => account.read_state === 'ok',
    ),
  ).toBe(true);
});

test('sizes: inventory, sizes of the day, the instance’s total; the last run of a day wins (40-D22, 40-D07, 40-D62)', async () => {
  const fake = world.instances.filter((one) => one.dbType === 'postgresql')[1]!;
  const id = await registerFake(house, fake);
  const sync = () => admin().call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params: { instance_id: id } });
  const first = await sync();
  expect([first.status, first.body.data?.result.status]).toEqual([200, 'completed']);
  expect(first.body.data.result.databases!.length).toBe(first.body.data.result.database_count);
  expect(first.body.data.result.databases!.every((row) => row.collected_date === '2025-12-15')).toBe(true);
  await sync();
  const sizes = await admin().call(catalogue.instancesDetail.getInstanceDatabaseSizes, {
    params: { instance_id: id },
    query: { latest_only: true, include_inactive: true },
  });
  expect(sizes.body.data.total_size_mb).toBe(first.body.data.result.total_size_mb);
  expect(sizes.body.data.databases.length).toBe(first.body.data.result.database_count);
  expect(await listed(id)).toMatchObject({
    active_db_count: first.body.data.result.database_count,
    total_size_mb: first.body.data.result.total_size_mb,
  });
  expect(await house.deps.db.selectFrom('instance_size_stats').select('id').where('instance_id', '=', id).execute()).toHaveLength(1);
});

test('a disabled instance, an unknown one, no credential: each its own refusal (40-D26, 40-D61)', async () => {
  const disabled = await makeInstance(house, { is_active: false });
  expect((await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: disabled } })).body.message_code).toBe(
    'INSTANCE_DISABLED',
  );
  expect((await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: 999_999 } })).status).toBe(404);
  const bare = await makeInstance(house);
  const reply = await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: bare } });
  expect([reply.status, reply.body.extra!.error_code]).toEqual([502, 'CREDENTIAL_MISSING']);
});

test('a running sync: 202 after the wait, 409 for a second start, cancel within five seconds, records end as cancelled (40-D57)', async () => {
  const fake = world.instances.filter((one) => one.dbType === 'mysql')[5]!;
  const id = await registerFake(house, fake);
  world.behaviours.set(keyOf(fake), { hang: 'accounts' });
  const started = await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id }, query: { wait: 1 } });
  expect([started.status, started.body.data.result.status]).toEqual([202, 'running']);
  const sessionId = started.body.data.result.session_id;
  const second = await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  expect([second.status, second.body.message_code, second.body.extra!.session_id]).toEqual([409, 'SYNC_IN_PROGRESS', sessionId]);
  expect(
    (await admin().call(catalogue.instancesDetail.updateInstanceDetail, { params: { instance_id: id }, body: { description: 'busy' } }))
      .status,
  ).toBe(409);
  const asked = performance.now();
  expect((await admin().call(catalogue.historySessions.cancelSyncSession, { params: { session_id: sessionId } })).status).toBe(200);
  let session;
  do {
    await new Promise((resolve) => setTimeout(resolve, 200));
    session = (await admin().call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: sessionId } })).body.data.session;
  } while (session.status === 'running' && performance.now() - asked < 15_000);
  expect([session.status, session.instance_records[0]!.status]).toEqual(['cancelled', 'cancelled']);
  expect((await admin().call(catalogue.historySessions.cancelSyncSession, { params: { session_id: sessionId } })).body.message_code).toBe(
    'SESSION_ENDED',
  );
  world.behaviours.delete(keyOf(fake));
});

test('one refused login is the last attempt with it in a run: the others on that host fail without connecting', async () => {
  const credential = await makeCredential(house, { db_type: 'mysql', password: 'wrong-one-1' });
  const fakes = world.instances.filter((one) => one.dbType === 'mysql').slice(2, 3);
  const host = fakes[0]!.host;
  world.behaviours.set(keyOf(fakes[0]!), { refuse: 'AUTH_FAILED' });
  const ids = [await makeInstance(house, { db_type: 'mysql', host, port: fakes[0]!.port, credential_id: credential })];
  for (let i = 0; i < 4; i++)
    ids.push(await makeInstance(house, { db_type: 'mysql', host, port: fakes[0]!.port, credential_id: credential }));
  const callsBefore = world.calls.filter((call) => call.host === host && call.operation === 'connect').length;
  await house.deps.db.updateTable('instances').set({ sync_enabled: false }).where('id', 'not in', ids).execute();
  const all = await admin().call(catalogue.accountsSync.syncAllAccounts);
  expect(all.status).toBe(200);
  let session;
  do {
    await new Promise((resolve) => setTimeout(resolve, 200));
    session = (await admin().call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: all.body.data.session_id } }))
      .body.data.session;
  } while (session.status === 'running');
  expect(session.failed_instances).toBe(5);
  expect(session.instance_records.every((record) => record.error_code === 'AUTH_FAILED')).toBe(true);
  expect(world.calls.filter((call) => call.host === host && call.operation === 'connect').length - callsBefore).toBe(1);
  await house.deps.db.updateTable('instances').set({ sync_enabled: true }).where('id', 'not in', ids).execute();
});

test('names as long as servers allow them are stored whole and found: user@host, a routine with a thousand argument types', async () => {
  const fake = world.instances.filter((one) => one.dbType === 'mysql')[1]!;
  const username = `${'u'.repeat(32)}@${'h'.repeat(255)}`;
  const routine = `f(${Array.from({ length: 1000 }, (_, i) => `type_${i}_${Math.sin(i)}`).join(', ')})`;
  const person = fake.accounts.find((account) => !account.isRole)!;
  const place = { scope: 'routine' as const, database: 'd'.repeat(64), schema: 's'.repeat(128), object: routine };
  fake.accounts.push({
    ...person,
    username,
    displayName: username,
    facts: {
      ...person.facts,
      grants: [{ ...place, privilege: 'EXECUTE', state: 'grant', grantable: false }],
      owns: [{ ...place, scope: 'other', kind: 'ROUTINE' }],
    },
  });
  const { id } = await house.deps.db.selectFrom('instances').select('id').where('name', '=', fake.name).executeTakeFirstOrThrow();
  const sync = await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  expect([sync.status, sync.body.data?.result.status]).toEqual([200, 'completed']);
  const list = await admin().call(catalogue.account.listAccountsData, { query: { instance_id: id, search: 'h'.repeat(250) } });
  expect(list.body.data.items.map((item) => item.username)).toEqual([username]);
  const account_id = list.body.data.items[0]!.id;
  const permissions = await admin().call(catalogue.account.getAccountPermissions, { params: { account_id } });
  expect(permissions.body.data.effective.find((entry) => entry.object === routine)).toMatchObject({ privilege: 'EXECUTE' });
  const { db } = house.deps;
  expect(await db.selectFrom('account_privileges').select('object').where('account_id', '=', account_id).execute()).toEqual([
    { object: routine },
  ]);
  expect(await db.selectFrom('account_ownership').select('object').where('account_id', '=', account_id).execute()).toEqual([
    { object: routine },
  ]);
  const history = await admin().call(catalogue.instancesDetail.getAccountChangeHistory, { params: { instance_id: id, account_id } });
  expect(history.body.data.history).toMatchObject([{ change_type: 'add' }]);
});
