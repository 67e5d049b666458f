import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ledgerPage, searchWay } from '../src/features/accounts/queries/ledger.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeInstance, registerFake } from './make.ts';

const world = fakeWorld(
  5,
  fakeFleet(5)
    .filter((one) => one.dbType === 'postgresql')
    .slice(0, 1),
);
const fake = world.instances[0]!;
let house: TestHouse;
let id: number;
beforeAll(async () => {
  house = await openHouse({ world, worker: true });
  id = await registerFake(house, fake);
  const admin = house.as('admin');
  await admin.call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  await admin.call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params: { instance_id: id } });
});
afterAll(() => house.close());
const search = async (q: string, limit = 20) =>
  (await house.as('viewer').call(catalogue.common.searchEverything, { query: { q, limit } })).body.data;

test('finds instances, accounts, databases and tags by a part of the name, whatever the case', async () => {
  const account = fake.accounts.find((one) => !one.isRole && !one.isPublic)!;
  const found = await search(account.username.toUpperCase());
  expect(found.accounts.map((one) => [one.username, one.instance_id])).toContainEqual([account.username, id]);
  expect((await search(fake.name.slice(1))).instances.map((one) => one.name)).toEqual([fake.name]);
  expect((await search(fake.host.slice(0, 6))).instances.map((one) => one.id)).toEqual([id]);
  const database = (await house.deps.db.selectFrom('instance_databases').select('database_name').executeTakeFirstOrThrow()).database_name;
  expect((await search(database)).databases[0]).toMatchObject({ database_name: database, instance_id: id });
  expect((await search('生产')).tags.map((one) => one.name)).toContain('production');
});

test('what is called exactly so comes first; what was deleted is not found; LIKE signs are only signs', async () => {
  await makeInstance(house, { name: 'zz-shop-old' });
  await makeInstance(house, { name: 'zz-shop' });
  const gone = await makeInstance(house, { name: 'zz-shop-gone' });
  await house
    .as('admin')
    .call(catalogue.instancesManage.delete, { params: { instance_id: gone }, body: { confirm_name: 'zz-shop-gone' } as never });
  expect((await search('zz-shop')).instances.map((one) => one.name)).toEqual(['zz-shop', 'zz-shop-old']);
  expect((await search('%')).instances).toEqual([]);
  expect((await search('zz-shop', 1)).instances).toHaveLength(1);
});

test('an empty question is refused by its field', async () => {
  const reply = await house.as('viewer').raw({ method: 'GET', url: '/common/api/search?q=%20' });
  expect(reply.statusCode).toBe(400);
  expect(reply.json<{ extra: { fields: object } }>().extra.fields).toHaveProperty('q');
});

test('a search of the ledger finds the same by the indexes of names and row after row in order; the number found decides', async () => {
  const { db } = house.deps;
  const all = await ledgerPage(
    db,
    { tags: [], include_deleted: false, include_roles: true },
    { page: 1, limit: 1000, sort: 'username', order: 'asc' },
    'en',
  );
  expect(all.length).toBeGreaterThan(5);
  const { username, instance_name, instance_host } = all[0]!;
  for (const text of [
    'a',
    'A',
    '%',
    '_',
    "'",
    '\\',
    '生',
    'e',
    username,
    username.toUpperCase(),
    instance_name.slice(1, 5),
    instance_host.slice(0, 4),
    'nothing has this',
  ])
    for (const order of ['asc', 'desc'] as const)
      for (const page of [1, 2]) {
        const asked = [
          { search: text, tags: [], include_deleted: false, include_roles: page === 1 },
          { page, limit: 3, sort: 'username', order },
          'en',
        ] as const;
        const found = await ledgerPage(db, asked[0] as never, asked[1], asked[2], 'index');
        expect([text, await ledgerPage(db, asked[0] as never, asked[1], asked[2], 'order')]).toEqual([text, found]);
      }
  const page = { page: 2, limit: 20, sort: 'username' };
  expect([
    searchWay(1000, 5000, page),
    searchWay(100, 5000, page),
    searchWay(0, 0, page),
    searchWay(1000, 5000, { ...page, sort: 'instance_name' }),
  ]).toEqual(['order', 'index', 'index', 'index']);
});
