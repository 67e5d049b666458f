import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeCredential, registerFake } from '../../../test/make.ts';

const world = fakeWorld(
  9,
  fakeFleet(9).filter((one) => one.dbType === 'postgresql'),
);
let house: TestHouse;
beforeAll(async () => void (house = await openHouse({ world, worker: true })));
afterEach(() => world.behaviours.clear());
afterAll(() => house.close());

const { getInstanceCapabilities } = catalogue.instancesDetail;
const EVERY = 'pg_read_all_stats, or CONNECT ON every database';
const behave = (at: number, behaviour: object) => {
  const { host, port } = world.instances[at]!;
  world.behaviours.set(`${host}:${port}`, behaviour);
};
const read = async (id: number, role: 'admin' | 'user' | 'viewer' = 'admin') =>
  (await house.as(role).call(getInstanceCapabilities, { params: { instance_id: id } })).body.data;
const check = (id: number) => house.as('user').call(catalogue.connections.testConnection, { body: { instance_id: id } });
const sync = (id: number) =>
  house.as('user').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id }, query: { wait: 25 } });
const connects = () => world.calls.filter((call) => call.operation === 'connect').length;

test('never checked is no list of rights; a test finds what is missing, in the caller’s language; granted, it is there again', async () => {
  const id = await registerFake(house, world.instances[0]!);
  expect(await read(id)).toEqual({ checked_at: null, items: [] });
  behave(0, { lacks: [EVERY] });
  const before = connects();
  expect((await check(id)).body.data.result.success).toBe(true);
  expect(connects()).toBe(before + 1);
  const found = await read(id);
  expect(found.checked_at).toBe('2025-12-15T04:00:00.000+00:00');
  expect(found.items.map((item) => [item.feature, item.has])).toEqual([
    ['accounts', true],
    ['privileges', true],
    ['sizes', false],
  ]);
  expect(found.items.filter((item) => item.has).every((item) => item.grant === null && item.effect === null)).toBe(true);
  expect(found.items[2]).toMatchObject({
    title: '容量',
    needs: 'pg_read_all_stats，或每个数据库上的 CONNECT',
    grant: 'GRANT pg_read_all_stats TO monitor',
  });
  const url = `/instances/api/${id}/capabilities`;
  const english = await house.as('admin').raw({ method: 'GET', url, headers: { 'accept-language': 'en' } });
  expect(JSON.parse(english.body).data.items[2]).toMatchObject({ title: 'Sizes', needs: EVERY, effect: 'Some sizes are not seen.' });
  world.behaviours.clear();
  house.clock.advance(60_000);
  await check(id);
  const again = await read(id);
  expect(again.items.every((item) => item.has && item.lacks === null && item.grant === null)).toBe(true);
  expect(again.checked_at).not.toBe(found.checked_at);
});

test('an account sync checks over the connection it has; a check that fails fails no sync and forgets nothing', async () => {
  const id = await registerFake(house, world.instances[1]!);
  behave(1, { lacks: [EVERY] });
  const before = connects();
  expect((await sync(id)).status).toBe(200);
  expect(connects()).toBe(before + 1);
  const known = await read(id);
  expect(known.items.filter((item) => !item.has)).toHaveLength(1);
  house.clock.advance(60_000);
  behave(1, { cut: 'capabilities' });
  expect((await sync(id)).body.data.result.status).toBe('completed');
  expect((await check(id)).body.data.result.success).toBe(true);
  expect(await read(id)).toEqual(known);
  expect(world.open).toBe(0);
});

test('a sync that fails for want of a right says which one', async () => {
  const id = await registerFake(house, world.instances[4]!);
  behave(4, { lacks: ['SELECT ON pg_roles'] });
  expect((await sync(id)).body.extra).toMatchObject({ error_code: 'PRIVILEGE_MISSING' });
  expect((await read(id)).items.filter((item) => !item.has)).toMatchObject([
    { feature: 'accounts', grant: 'GRANT SELECT ON pg_catalog.pg_roles TO monitor' },
  ]);
});

test('what a newer server no longer needs is gone from the list', async () => {
  const id = await registerFake(house, world.instances[2]!);
  await house.deps.db
    .insertInto('instance_capabilities')
    .values({ instance_id: id, feature: 'sizes', needs: 'a view of old', has: true, checked_at: house.clock.now() })
    .execute();
  await check(id);
  expect((await read(id)).items.map((item) => item.needs)).not.toContain('a view of old');
});

test('the login is named to those who may change instances, the password to nobody', async () => {
  const password = 'never-to-be-seen-77';
  const credential = await makeCredential(house, { db_type: 'postgresql', username: 'watcher_77', password });
  const id = await registerFake(house, world.instances[3]!, credential);
  behave(3, { lacks: [EVERY] });
  await check(id);
  expect(JSON.stringify(await read(id))).toContain('watcher_77');
  for (const role of ['user', 'viewer'] as const) {
    const seen = await read(id, role);
    expect(seen.items.find((item) => !item.has)).toMatchObject({ grant: null, lacks: expect.any(String), effect: expect.any(String) });
    expect(JSON.stringify(seen)).not.toContain('watcher_77');
  }
  expect(JSON.stringify(await house.deps.db.selectFrom('instance_capabilities').selectAll().execute())).not.toContain(password);
  expect((await house.as('viewer').call(getInstanceCapabilities, { params: { instance_id: 999_999 } })).status).toBe(404);
});
