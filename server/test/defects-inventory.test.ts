/** What the original got wrong and no other file looks at: instances, tags, dashboard, statistics (register 20), audit. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { parse as parseCsv } from 'csv-parse/sync';
import { openHouse, type TestHouse } from './harness.ts';
import { makeInstance, registerFake } from './make.ts';

const fleet = fakeFleet(12);
const DB_TYPES = ['mysql', 'postgresql', 'sqlserver', 'oracle'] as const;
const world = fakeWorld(
  12,
  DB_TYPES.flatMap((dbType) => fleet.filter((one) => one.dbType === dbType).slice(0, 3)),
);
let house: TestHouse;
const ids = new Map<string, number>();
beforeAll(async () => {
  house = await openHouse({ world, worker: true });
  for (const fake of world.instances) {
    const instance_id = await registerFake(house, fake);
    ids.set(fake.name, instance_id);
    const params = { instance_id };
    await house.as('admin').call(catalogue.connections.testConnection, { body: { instance_id } });
    await house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params });
    await house.as('admin').call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params });
  }
});
afterEach(() => world.behaviours.clear());
afterAll(() => house.close());

const admin = () => house.as('admin');
const fakeOf = (dbType: string) => world.instances.find((one) => one.dbType === dbType)!;
const total = async (url: string): Promise<number> => {
  const reply = await admin().raw({ method: 'GET', url: `${url}${url.includes('?') ? '&' : '?'}limit=1` });
  if (reply.statusCode !== 200) throw new Error(`${url}: ${reply.body}`);
  return reply.json().data.total;
};

describe('an instance', () => {
  test('of a server whose version nobody can take apart, in a long banner, is tested all the same (20-DB-4)', async () => {
    const fake = fakeOf('sqlserver');
    const before = fake.version;
    fake.version = { banner: `Something ${'else '.repeat(400)}`, main: null, detailed: 'x'.repeat(90) };
    const reply = await admin().call(catalogue.connections.testConnection, { body: { instance_id: ids.get(fake.name)! } });
    fake.version = before;
    expect([reply.status, reply.body.data.result.success]).toEqual([200, true]);
  });

  test('shows its accounts paged, with the engine’s own fields, classes and when each was seen (20-INST-8)', async () => {
    const id = ids.get(fakeOf('mysql').name)!;
    const list = (query: object) =>
      admin().call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: id }, query: query as never });
    const all = (await list({})).body.data;
    expect(all.accounts.length).toBe(all.total);
    const first = (await list({ limit: 5 })).body.data;
    expect([first.items!.length, first.page, first.limit, first.total]).toEqual([5, 1, 5, all.total]);
    const second = (await list({ limit: 5, page: 2 })).body.data;
    expect([...first.items!, ...second.items!].map((one) => one.id)).toEqual(all.accounts.slice(0, 10).map((one) => one.id));
    expect(all.accounts.find((one) => !one.is_role)).toMatchObject({
      host: expect.any(String),
      plugin: expect.any(String),
      first_seen_at: expect.any(String),
    });
    expect(all.accounts.some((one) => one.classifications.length > 0)).toBe(true);
    const locked = (await list({ locked: true })).body.data;
    expect(locked.accounts.every((one) => one.is_locked)).toBe(true);
  });

  test('tells when each of its syncs last ended well, not when somebody edited it (20-DET-7)', async () => {
    const fake = fakeOf('postgresql');
    const params = { instance_id: ids.get(fake.name)! };
    const read = async () => (await admin().call(catalogue.instancesManage.getInstanceDetail, { params })).body.data.instance;
    const before = await read();
    house.clock.advance(3_600_000);
    await admin().call(catalogue.instancesDetail.updateInstanceDetail, { params, body: { description: 'edited' } });
    world.behaviours.set(`${fake.host}:${fake.port}`, { cut: 'accounts' });
    await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params });
    expect(await read()).toMatchObject({ last_account_sync: before.last_account_sync, last_capacity_sync: before.last_capacity_sync });
    world.behaviours.clear();
    await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params });
    expect((await read()).last_account_sync).toBe('2025-12-15T05:00:00.000+00:00');
  });

  test('keeps its gone databases out of sight unless they are asked for, also when nothing else is there (20-DET-5)', async () => {
    const instance_id = await makeInstance(house, { name: 'only-gone' });
    await house.deps.db
      .insertInto('instance_databases')
      .values({
        instance_id,
        database_name: 'gone',
        is_active: false,
        first_seen_date: '2025-01-01',
        last_seen_date: '2025-02-01',
        deleted_at: house.clock.now(),
      })
      .execute();
    const sizes = async (query: object) =>
      (await admin().call(catalogue.instancesDetail.getInstanceDatabaseSizes, { params: { instance_id }, query: query as never })).body
        .data;
    expect((await sizes({ latest_only: true })).databases).toEqual([]);
    expect((await sizes({ latest_only: true, include_inactive: true })).databases).toMatchObject([
      { database_name: 'gone', size_mb: 0, id: null },
    ]);
    expect((await sizes({ latest_only: true, include_inactive: true, placeholders: false })).databases).toEqual([]);
  });

  test('its databases come in the order and by the page asked for; what was never collected stands last either way', async () => {
    const instance_id = ids.get(fakeOf('sqlserver').name)!;
    const params = { instance_id };
    expect((await admin().call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params })).status).toBe(200);
    await house.deps.db
      .insertInto('instance_databases')
      .values({ instance_id, database_name: 'never', is_active: false, first_seen_date: '2025-01-01', last_seen_date: '2025-02-01' })
      .execute();
    const page = async (query: object) =>
      (
        await admin().call(catalogue.instancesDetail.getInstanceDatabaseSizes, {
          params,
          query: { latest_only: true, include_inactive: true, ...query } as never,
        })
      ).body.data;
    const all = await page({ limit: 1000 });
    const sizes = all.databases.filter((one) => one.database_name !== 'never').map((one) => one.size_mb);
    expect(sizes.length).toBeGreaterThan(3);
    const pages = [
      await page({ sort: 'size', order: 'desc', limit: 2 }),
      await page({ sort: 'size', order: 'desc', limit: 1000, offset: 2 }),
    ];
    expect(pages.map((one) => one.total)).toEqual([all.total, all.total]);
    const found = pages.flatMap((one) => one.databases);
    expect(found.slice(0, -1).map((one) => one.size_mb)).toEqual(sizes.toSorted((a, b) => b - a));
    expect(found.at(-1)!.database_name).toBe('never');
    expect((await page({ sort: 'size' })).databases.at(-1)!.database_name).toBe('never');
  });

  test('an account’s history is its own, paged, with instants (20-DET-4)', async () => {
    const fake = fakeOf('oracle');
    const instance_id = ids.get(fake.name)!;
    const params = { instance_id };
    const [person] = fake.accounts.filter((one) => !one.isRole && !one.isPublic);
    const sync = async () => {
      house.clock.advance(60_000);
      await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params });
    };
    const locked = person!.isLocked;
    for (let i = 0; i < 4; i++) {
      person!.isLocked = i % 2 === 0 ? !locked : locked;
      await sync();
    }
    const { id: account_id } = await house.deps.db
      .selectFrom('account_permission')
      .select('id')
      .where('instance_id', '=', instance_id)
      .where('username', '=', person!.username)
      .executeTakeFirstOrThrow();
    const page = async (query: object) =>
      (
        await admin().call(catalogue.instancesDetail.getAccountChangeHistory, {
          params: { instance_id, account_id },
          query: query as never,
        })
      ).body.data;
    const all = await page({});
    expect(all.history.map((one) => one.change_type)).toEqual(['modify_other', 'modify_other', 'modify_other', 'modify_other', 'add']);
    expect([all.total, all.has_more]).toEqual([5, false]);
    const first = await page({ limit: 2 });
    expect([first.history.length, first.total, first.has_more]).toEqual([2, 5, true]);
    const next = await page({ limit: 2, before_id: first.history[1]!.id });
    expect([...first.history, ...next.history].map((one) => one.id)).toEqual(all.history.slice(0, 4).map((one) => one.id));
    expect(new Date(all.history[0]!.change_time_iso).getTime()).toBe(house.clock.now().getTime());
  });
});

describe('tags of many', () => {
  const tagId = async (name: string) =>
    (await house.deps.db.selectFrom('tags').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id;

  test('what is not there is told, what is there already is no fault, and two at once are none either (20-BULK-2, 20-BULK-3)', async () => {
    const [a, b] = [await makeInstance(house), await makeInstance(house)];
    const tag_ids = [await tagId('production'), 2_000_000];
    const assign = () => admin().call(catalogue.tagsBulk.batchAssignTags, { body: { instance_ids: [a, b, 2_000_001], tag_ids } });
    const both = await Promise.all([assign(), assign()]);
    expect(both.map((reply) => reply.status)).toEqual([200, 200]);
    expect(both.map((reply) => reply.body.data.assigned_count).sort()).toEqual([0, 2]);
    expect(both[0]!.body.data).toMatchObject({ instance_ids: [a, b], missing_instance_ids: [2_000_001], missing_tag_ids: [2_000_000] });
    const text = await admin().call(catalogue.tagsBulk.batchAssignTags, { body: { instance_ids: '12' as never, tag_ids } });
    expect([text.status, Object.keys(text.body.extra!.fields!)]).toEqual([400, ['instance_ids']]);
  });

  test('who may update removes; instances come by name with their tags, a selection’s tags with how many have them (20-BULK-4)', async () => {
    const [a, b] = [
      await makeInstance(house, { name: 'aa-bulk', tag_names: ['demo'] }),
      await makeInstance(house, { name: 'zz-bulk', tag_names: ['demo', 'staging'], is_active: false }),
    ];
    const { instances } = (await house.as('viewer').call(catalogue.tagsBulk.listTaggableInstances)).body.data;
    expect(instances.map((one) => one.name)).toEqual(
      instances.map((one) => one.name).toSorted((x, y) => x.localeCompare(y, 'en', { numeric: true })),
    );
    expect(instances.find((one) => one.id === b)).toMatchObject({ is_active: false, tags: [{ name: 'staging' }, { name: 'demo' }] });
    const { tags } = (await admin().call(catalogue.tagsBulk.listInstanceTags, { body: { instance_ids: [a, b] } })).body.data;
    expect(tags.map((one) => [one.name, one.instance_count])).toEqual([
      ['staging', 1],
      ['demo', 2],
    ]);
    const refused = await house
      .as('user')
      .call(catalogue.tagsBulk.batchRemoveTags, { body: { instance_ids: [a], tag_ids: [await tagId('demo')] } });
    expect([refused.status, refused.body.extra]).toEqual([403, { permission: 'update' }]);
  });
});

test('statistics leave out what is deleted and add up to it, in one order (20-STAT-1)', async () => {
  await house.deps.db
    .insertInto('instances')
    .values({ name: 'buried', db_type: 'oracle', host: 'h', port: 9999, deleted_at: house.clock.now() })
    .execute();
  const stats = (await admin().call(catalogue.instancesStatistics.getInstanceStatistics)).body.data;
  const sum = (rows: readonly { count: number }[]) => rows.reduce((n, row) => n + row.count, 0);
  const existing = stats.active_instances + stats.disabled_instances;
  expect([sum(stats.db_type_stats), sum(stats.version_stats), stats.deleted_instances]).toEqual([existing, existing, 1]);
  expect(existing).toBe(await total('/instances/api'));
  expect(stats.port_stats.map((row) => row.port)).not.toContain(9999);
  expect(stats.credential_stats.with + stats.credential_stats.without).toBe(existing);
  for (const state of ['ok', 'failed', 'never'] as const)
    expect([state, stats.connectivity_stats[state]]).toEqual([state, await total(`/instances/api?test=${state}`)]);
  const counts = stats.db_type_stats.map((row) => row.count);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
});

describe('the dashboard', () => {
  test('on a fleet that was read, each number is that of the list it leads to, before and after every change', async () => {
    const compare = async () => {
      const seen = (await admin().call(catalogue.dashboard.getDashboardOverview)).body.data;
      const stats = (await admin().call(catalogue.accountsStatistics.getAccountStatistics)).body.data.stats;
      expect(seen.instances).toMatchObject({ total: await total('/instances/api'), active: await total('/instances/api?status=active') });
      for (const { db_type, total: n, ok, failed, never } of seen.instances!.by_type) {
        const of = (more: string) => total(`/instances/api?db_type=${db_type}${more}`);
        expect([db_type, n, ok, failed, never]).toEqual([
          db_type,
          await of(''),
          await of('&test=ok'),
          await of('&test=failed'),
          await of('&test=never'),
        ]);
      }
      expect(seen.users!.total).toBe(await total('/users/api/users'));
      expect(seen.accounts).toMatchObject({
        total: await total('/account/api/accounts?include_deleted=true'),
        active: await total('/account/api/accounts'),
        locked: await total('/account/api/accounts?is_locked=true'),
        superusers: await total('/account/api/accounts?is_superuser=true'),
      });
      expect([stats.total_accounts, stats.active_accounts, stats.locked_accounts]).toEqual([
        seen.accounts!.total,
        seen.accounts!.active,
        seen.accounts!.locked,
      ]);
      for (const one of seen.classified_accounts!.classifications)
        expect([one.name, one.count]).toEqual([one.name, await total(`/account/api/accounts?classification=${one.id}`)]);
      return seen;
    };
    const before = await compare();
    expect(before.accounts!.locked * before.accounts!.superusers * before.classified_accounts!.total).toBeGreaterThan(0);
    const fake = fakeOf('mysql');
    const instance_id = ids.get(fake.name)!;
    await admin().call(catalogue.instancesDetail.updateInstanceDetail, { params: { instance_id }, body: { is_active: false } });
    expect((await compare()).accounts!.total).toBeLessThan(before.accounts!.total);
    await admin().call(catalogue.instancesDetail.updateInstanceDetail, { params: { instance_id }, body: { is_active: true } });
    fake.accounts.splice(0, 3);
    await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id } });
    expect((await compare()).accounts!.active).toBeLessThan(before.accounts!.active);
    const other = fakeOf('postgresql');
    await admin().call(catalogue.instancesManage.delete, { params: { instance_id: ids.get(other.name)! } });
    await compare();
  });

  test('small sums are not rounded away, and nobody makes up how full it is (20-DASH-1)', async () => {
    const capacity = (await admin().call(catalogue.dashboard.getDashboardOverview)).body.data.capacity!;
    expect([capacity.usage_percent, capacity.total_gb]).toEqual([null, Math.round((10 * capacity.total_mb) / 1024) / 10]);
    expect(capacity.total_mb).toBeGreaterThan(0);
  });

  test('what cannot be read is a failure, not zeros, and is over as soon as it can be read again (20-DASH-2)', async () => {
    const { pool } = house.deps.store;
    await pool.query('alter table instance_size_stats rename to elsewhere');
    const broken = await admin().call(catalogue.dashboard.getDashboardOverview);
    await pool.query('alter table elsewhere rename to instance_size_stats');
    expect([broken.status, broken.body.data.capacity, broken.body.meta]).toEqual([200, null, { degraded: ['capacity'] }]);
    expect(broken.body.data.instances!.total).toBeGreaterThan(0);
    const whole = await admin().call(catalogue.dashboard.getDashboardOverview);
    expect([whole.body.data.capacity!.total_mb > 0, whole.body.meta]).toEqual([true, undefined]);
  });
});

test('audit: every change is there with who, what and before; filtered, paged, as CSV, for administrators only', async () => {
  const made = await admin().call(catalogue.tags.createTag, { body: { name: 'audited', display_name: '审计', category: 'other' } });
  const tag_id = made.body.data.tag.id;
  await admin().call(catalogue.tags.updateTag, {
    params: { tag_id },
    body: { name: 'audited', display_name: '=cmd|x', category: 'other' } as never,
  });
  await admin().call(catalogue.tags.delete, { params: { tag_id } });
  const events = (query: object, role: 'admin' | 'user' = 'admin') =>
    house.as(role).call(catalogue.main.listAuditEvents, { query: query as never });
  const of = { resource: 'tag', resource_id: String(tag_id) };
  const { items, total: n } = (await events(of)).body.data;
  expect([n, items.map((one) => one.action)]).toEqual([3, ['delete', 'update', 'create']]);
  expect(items[1]).toMatchObject({
    username: 'admin_1',
    before: { display_name: '审计' },
    after: { display_name: '=cmd|x' },
    request_id: expect.any(String),
    ip: '127.0.0.1',
  });
  expect((await events({ ...of, action: 'create' })).body.data.total).toBe(1);
  expect((await events({ ...of, username: 'nobody' })).body.data.total).toBe(0);
  expect((await events({ ...of, search: '审计' })).body.data.total).toBe(2);
  expect((await events({ ...of, date_from: '2025-12-16' })).body.data.total).toBe(0);
  expect((await events({ ...of, limit: 2, page: 2 })).body.data.items).toHaveLength(1);
  const csv = await admin().raw({ method: 'GET', url: `/admin/api/audit?resource=tag&resource_id=${tag_id}&format=csv` });
  const rows = parseCsv(csv.body, { bom: true, columns: true }) as Record<string, string>[];
  expect(rows.map((row) => [row.action, row.username])).toEqual([
    ['delete', 'admin_1'],
    ['update', 'admin_1'],
    ['create', 'admin_1'],
  ]);
  expect((await events(of, 'user')).body.message_code).toBe('ADMIN_PERMISSION_REQUIRED');
});
