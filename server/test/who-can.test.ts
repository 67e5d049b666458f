import { catalogue, type DbType } from '@whalefall/contract';
import { type AccessQuestion, emptyFacts, type Principal, whoCan } from '@whalefall/engines';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouse, type TestHouse } from './harness.ts';
import { registerFake } from './make.ts';

const fleet = fakeFleet(7);
const world = fakeWorld(
  7,
  (['postgresql', 'mysql', 'sqlserver', 'oracle'] as const).flatMap((type) => fleet.filter((one) => one.dbType === type).slice(0, 2)),
);
const { listAccess } = catalogue.account;
let house: TestHouse;
beforeAll(async () => {
  house = await openHouse({ world, worker: true });
  for (const fake of world.instances) {
    const id = await registerFake(house, fake);
    await house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
  }
});
afterAll(() => house.close());

/** The answer from whole snapshots, without the index of facts. */
async function fromSnapshots(question: AccessQuestion): Promise<string[]> {
  const rows = await house.deps.db
    .selectFrom('account_permission as p')
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .where('a.is_active', '=', true)
    .select([
      'p.instance_id',
      'p.db_type',
      'p.username',
      'p.is_superuser',
      'p.is_role',
      'p.is_public',
      'p.extended_privileges',
      'p.type_specific',
    ])
    .execute();
  return [...Map.groupBy(rows, (row) => row.instance_id)]
    .flatMap(([id, own]) => {
      const everybody = own.map((row): Principal => ({
        username: row.username,
        isSuperuser: row.is_superuser,
        isRole: row.is_role,
        isPublic: row.is_public,
        typeSpecific: row.type_specific as Record<string, unknown> | null,
        facts: row.extended_privileges as unknown as Principal['facts'],
      }));
      const asked = own.filter((row) => !row.is_role && !row.is_public).map((row) => row.username);
      return whoCan(own[0]!.db_type as DbType, everybody, asked, question).map(
        ({ username, entry }) =>
          `${id} ${username}${entry.denied_by ? ' denied' : ''}${entry.set_role ? ' set' : ''} ${JSON.stringify(entry.via)}`,
      );
    })
    .sort();
}
async function fromApi(question: AccessQuestion): Promise<string[]> {
  const reply = await house.as('viewer').call(listAccess, { query: { ...question, limit: 1000 } });
  expect(reply.status).toBe(200);
  expect(reply.body.data.total).toBeLessThanOrEqual(1000);
  return reply.body.data.items
    .map(
      (one) =>
        `${one.instance_id} ${one.username}${one.denied_by ? ' denied' : ''}${one.set_role ? ' set' : ''} ${JSON.stringify(one.via)}`,
    )
    .sort();
}

test('the index of facts gives the answers of the whole snapshots, on all four engines', async () => {
  const { db } = house.deps;
  const tables = await db
    .selectFrom('account_privileges')
    .select(['database', 'schema', 'object', 'privilege'])
    .where('object', 'is not', null)
    .where('state', '=', 'grant')
    .distinct()
    .orderBy('privilege')
    .orderBy('object')
    .execute();
  const some = tables.filter((_, i) => i % Math.ceil(tables.length / 12) === 0);
  const questions: AccessQuestion[] = [
    ...['SELECT', 'DROP', 'GRANT', 'ALTER', 'CREATEDB', 'CONNECT', 'CREATE SESSION', 'CREATE USER'].map((privilege) => ({ privilege })),
    ...some.map(({ database, schema, object, privilege }) => ({
      privilege,
      object: object!,
      ...(database === null ? {} : { database }),
      ...(schema === null ? {} : { schema }),
    })),
  ];
  let answered = 0;
  for (const question of questions) {
    const expected = await fromSnapshots(question);
    answered += expected.length;
    expect(await fromApi(question), JSON.stringify(question)).toEqual(expected);
  }
  expect(answered).toBeGreaterThan(200);
});

test('narrowed by instance, engine and tag; pages in order; ways of everybody can be left out', async () => {
  const viewer = house.as('viewer');
  const all = (await viewer.call(listAccess, { query: { privilege: 'SELECT', limit: 1000 } })).body.data;
  const one = all.items[0]!;
  const narrow = (await viewer.call(listAccess, { query: { privilege: 'select', instance_id: one.instance_id, limit: 1000 } })).body.data;
  expect(narrow.total).toBe(all.items.filter((row) => row.instance_id === one.instance_id).length);
  expect(narrow.summary.instances).toBe(1);
  const mysql = (await viewer.call(listAccess, { query: { privilege: 'SELECT', db_type: 'mysql', limit: 1000 } })).body.data;
  expect(new Set(mysql.items.map((row) => row.db_type))).toEqual(new Set(['mysql']));
  const pages = await Promise.all([1, 2].map((page) => viewer.call(listAccess, { query: { privilege: 'SELECT', limit: 5, page } })));
  expect(pages.flatMap((page) => page.body.data.items.map((row) => row.account_id))).toEqual(
    all.items.slice(0, 10).map((row) => row.account_id),
  );
  expect((await viewer.call(listAccess, { query: { privilege: 'SELECT', tag: ['no-such-tag'] } })).body.data.total).toBe(0);
  const own = (await viewer.call(listAccess, { query: { privilege: 'CONNECT', include_public: false, limit: 1000 } })).body.data;
  expect(own.items.every((row) => row.via.every(([kind]) => kind !== 'public'))).toBe(true);
});

test('a grant on the server shows in the next answer, since when it was read', async () => {
  const admin = house.as('admin');
  const fake = world.instances.find((one) => one.dbType === 'oracle')!;
  const instance = await house.deps.db.selectFrom('instances').select('id').where('name', '=', fake.name).executeTakeFirstOrThrow();
  const ask = async () =>
    (await admin.call(listAccess, { query: { privilege: 'DROP', object: 'NO_SUCH_TABLE', schema: 'SHOP', instance_id: instance.id } })).body
      .data;
  const before = new Set((await ask()).items.map((row) => row.username));
  const account = fake.accounts.find((one) => !one.isRole && !one.isPublic && !before.has(one.username))!;
  account.facts.grants.push({ scope: 'server', privilege: 'DROP ANY TABLE', state: 'grant', grantable: false });
  house.clock.advance(3_600_000);
  await admin.call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: instance.id } });
  const fresh = (await ask()).items.filter((row) => !before.has(row.username));
  expect(fresh.map((row) => [row.username, row.privilege, row.via, new Date(row.since!)])).toEqual([
    [account.username, 'DROP ANY TABLE', [], house.clock.now()],
  ]);
});

test('MySQL: rows of a wider host and without a name count, and those of the own host hide them', async () => {
  const fake = world.instances.find((one) => one.dbType === 'mysql')!;
  const instance = await house.deps.db.selectFrom('instances').select('id').where('name', '=', fake.name).executeTakeFirstOrThrow();
  const account = (user: string, host: string, grants: [database: string, privilege: string][], isPublic = false) => ({
    ...fake.accounts[0]!,
    username: `${user}@${host}`,
    isSuperuser: false,
    isRole: isPublic,
    isPublic,
    typeSpecific: { ...fake.accounts[0]!.typeSpecific, host, original_username: user },
    facts: {
      ...emptyFacts(),
      grants: grants.map(([database, privilege]) => ({
        ...{ scope: 'database' as const, database, privilege, state: 'grant' as const, grantable: false },
      })),
    },
  });
  fake.accounts.push(
    account('twin', '10.0.0.5', [['hidden', 'INSERT']]),
    account('twin', '%', [
      ['hidden', 'SELECT'],
      ['shared', 'SELECT'],
    ]),
    account('lone', '10.0.0.7', [['open', 'INSERT']]),
    account('', '10.%', [['open', 'SELECT'], ['for_all', 'SELECT']], true), // prettier-ignore
  );
  house.clock.advance(3_600_000);
  await house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: instance.id } });
  const ways = async (database: string) =>
    (
      await house.as('viewer').call(listAccess, { query: { privilege: 'SELECT', database, instance_id: instance.id, limit: 1000 } })
    ).body.data.items
      .filter((row) => /^(twin|lone)@/.test(row.username) && row.scope === 'database')
      .map((row): [string, string[][]] => [row.username, row.via])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  expect(await ways('hidden')).toEqual([['twin@%', []]]);
  expect(await ways('shared')).toEqual([
    ['twin@%', []],
    ['twin@10.0.0.5', [['host', 'twin@%']]],
  ]);
  expect(await ways('open')).toEqual([['twin@10.0.0.5', [['public']]]]);
  expect(await ways('for_all')).toEqual([
    ['lone@10.0.0.7', [['public']]],
    ['twin@10.0.0.5', [['public']]],
  ]);
  const id = await house.deps.db
    .selectFrom('account_permission')
    .select('id')
    .where('username', '=', 'twin@10.0.0.5')
    .executeTakeFirstOrThrow();
  const own = await house.as('viewer').call(catalogue.account.getAccountPermissions, { params: { account_id: id.id }, query: {} });
  expect(own.body.data.effective.map((entry) => [entry.database, entry.privilege, entry.via])).toEqual([
    ['for_all', 'SELECT', [['public']]],
    ['hidden', 'INSERT', []],
    ['open', 'SELECT', [['public']]],
    ['shared', 'SELECT', [['host', 'twin@%']]],
  ]);
});

test('what is missing or too long is refused by its name', async () => {
  const viewer = house.as('viewer');
  const missing = await viewer.raw({ method: 'GET', url: '/account/api/access' });
  expect(missing.statusCode).toBe(400);
  expect(missing.json<{ extra: { fields: object } }>().extra.fields).toHaveProperty('privilege');
  const csv = await viewer.raw({ method: 'GET', url: '/account/api/access?privilege=SELECT&format=csv' });
  expect(csv.statusCode).toBe(200);
  expect(csv.body.split('\r\n').length).toBeGreaterThan(10);
});
