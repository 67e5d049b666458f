import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue, type QueryOf } from '@whalefall/contract';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeInstance } from '../../../test/make.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { upsertSizes } from './queries/sizes.ts';

const { listDatabases, getDatabaseTrend } = catalogue.databasesCapacitySync;
const HOUR_MS = 3_600_000;
let house: TestHouse;
const ids: Record<string, number> = {};

beforeAll(async () => {
  house = await openHouse();
  const { db } = house.deps;
  const now = house.clock.now();
  const pg = await makeInstance(house, { name: 'led-pg', host: 'led.example', tag_names: ['production', 'cluster'] });
  const my = await makeInstance(house, { name: 'led-my', db_type: 'mysql', tag_names: ['staging'] });
  const off = await makeInstance(house, { name: 'led-off', is_active: false });
  const add = async (instance_id: number, name: string, mb: number | null, hoursAgo: number, gone = false) => {
    const { id } = await db
      .insertInto('instance_databases')
      .values({
        instance_id,
        database_name: name,
        is_active: !gone,
        deleted_at: gone ? now : null,
        first_seen_date: '2025-11-01',
        last_seen_date: '2025-12-15',
        latest_size_mb: mb,
        latest_size_bytes: mb === null ? null : mb * 1_048_576,
        latest_collected_at: mb === null ? null : new Date(now.getTime() - hoursAgo * HOUR_MS),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    ids[name] = id;
  };
  await add(pg, 'orders', 2048, 25);
  await add(pg, '=cmd', 10, 27);
  await add(pg, 'new', null, 0);
  await add(pg, 'dropped', 500, 24, true);
  await add(my, 'orders_old', 100, 51);
  await add(my, 'Sales', 300, 1);
  await add(off, 'orders_off', 900, 1);
  // The house stands at 2025-12-15: the 13th of November is within the week before the day that is 30 days back.
  const day = (name: string, mb: number) => ({
    name,
    size_mb: mb,
    data_size_mb: mb,
    log_size_mb: null,
    size_bytes: mb * 1_048_576,
    data_size_bytes: mb * 1_048_576,
    log_size_bytes: null,
  });
  const latest = await db
    .selectFrom('instance_databases')
    .select(['id', 'latest_size_mb', 'latest_size_bytes', 'latest_collected_at'])
    .execute();
  await ensurePartitions(db, 'database_size_stats', ['2025-11-01']);
  for (const [on, rows] of [
    ['2025-11-01', [day('orders', 5)]],
    ['2025-11-13', [day('orders', 2000), day('dropped', 400)]],
    ['2025-12-14', [day('orders', 2040), day('=cmd', 9)]],
    ['2025-12-15', [day('orders', 2048), day('=cmd', 10)]],
  ] as const) {
    await upsertSizes(db, pg, rows, on, new Date(`${on}T03:00:00Z`));
  }
  for (const { id, ...values } of latest) await db.updateTable('instance_databases').set(values).where('id', '=', id).execute();
});
afterAll(() => house.close());

const list = async (query: Partial<QueryOf<typeof listDatabases>> = {}) =>
  (await house.as('viewer').call(listDatabases, { query: query as never })).body.data;
const names = async (query: Partial<QueryOf<typeof listDatabases>> = {}) => (await list(query)).items.map((one) => one.database_name);

describe('the databases of the fleet', () => {
  test('those that are there, of instances that are watched, by instance and name', async () => {
    expect(await names()).toEqual(['orders_old', 'Sales', '=cmd', 'new', 'orders']);
    const { items, total, total_size_mb, stats } = await list();
    expect({ total, total_size_mb, stats }).toEqual({
      total: 5,
      total_size_mb: 2458,
      stats: { total: 5, mysql: 2, postgresql: 3, oracle: 0, sqlserver: 0 },
    });
    expect(items.at(-1)).toMatchObject({
      instance: { name: 'led-pg', host: 'led.example', db_type: 'postgresql' },
      capacity: { size_mb: 2048, label: '2.00 GB' },
      tags: [{ name: 'cluster' }, { name: 'production' }],
    });
  });

  test.each([
    [{ search: 'ORDERS' }, ['orders_old', 'orders']],
    [{ search: 'led.exa' }, ['=cmd', 'new', 'orders']],
    [{ search: '_' }, ['orders_old']],
    [{ db_type: 'mysql' }, ['orders_old', 'Sales']],
    [{ tags: ['production', 'cluster'] }, ['=cmd', 'new', 'orders']],
    [{ only_deleted: true }, ['dropped']],
    [{ include_deleted: true, search: 'led-pg' }, ['=cmd', 'dropped', 'new', 'orders']],
    [{ sync_status: 'pending' }, ['new']],
    [{ sync_status: 'completed' }, ['Sales', 'orders']],
    [{ sync_status: 'running' }, ['=cmd']],
    [{ sync_status: 'failed' }, ['orders_old']],
    [{ sort: 'size_mb', order: 'desc' }, ['orders', 'Sales', 'orders_old', '=cmd', 'new']],
    [{ sort: 'size_mb', order: 'asc' }, ['=cmd', 'orders_old', 'Sales', 'orders', 'new']],
  ] as [Partial<QueryOf<typeof listDatabases>>, string[]][])('%j', async (query, expected) => expect(await names(query)).toEqual(expected));

  test('a sample of a day is fresh for 26 hours, due until 50, then overdue; the filter and the row say the same (40-D84)', async () => {
    const shown = Object.fromEntries((await list()).items.map((one) => [one.database_name, one.sync_status.value]));
    expect(shown).toEqual({ orders_old: 'failed', Sales: 'completed', '=cmd': 'running', new: 'pending', orders: 'completed' });
  });

  test('the tabs count with every filter but the engine', async () => {
    expect((await list({ db_type: 'mysql', search: 'orders' })).stats).toMatchObject({ total: 2, mysql: 1, postgresql: 1 });
  });

  test('change in 30 days: against a sample of that day or the week before, else unknown and not zero', async () => {
    const changes = Object.fromEntries((await list({ include_deleted: true })).items.map((one) => [one.database_name, one.change_30d_mb]));
    expect(changes).toEqual({ orders: 48, dropped: 100, '=cmd': null, new: null, orders_old: null, Sales: null });
  });
});

test('the file has what the list has, and nothing in it runs', async () => {
  const reply = await house.as('viewer').call(catalogue.files.exportDatabases, { query: { include_deleted: true, lang: 'en' } as never });
  const lines = reply.text
    .replace(/^\ufeff/, '')
    .split('\r\n')
    .filter(Boolean);
  expect(lines[0]).toBe('Database,Instance,Host,Engine,Tags,Latest size,Collected,Sample,Size (MB),30-day change (MB),State');
  expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['orders_old', 'Sales', "'=cmd", 'dropped', 'new', 'orders']);
  expect(lines.at(-1)).toBe(
    'orders,led-pg,led.example,POSTGRESQL,"Cluster, Production",2.00 GB,2025-12-14 11:00:00,up to date,2048,48,online',
  );
  expect(reply.headers['content-disposition']).toMatch(/filename="database_ledger_\d{8}_\d{6}\.csv"/);
});

test('one database over the days that are asked for; gone ones too, unknown ones are 404', async () => {
  const trend = async (id: number, days?: number) =>
    (await house.as('viewer').call(getDatabaseTrend, { params: { database_id: id }, query: days ? { days } : ({} as never) })).body.data;
  const month = await trend(ids.orders!);
  expect(month.database).toMatchObject({ name: 'orders', instance_name: 'led-pg', is_active: true });
  expect(month.points.map((one) => [one.collected_date, one.size_mb])).toEqual([
    ['2025-12-14', 2040],
    ['2025-12-15', 2048],
  ]);
  expect((await trend(ids.orders!, 90)).points).toHaveLength(4);
  expect((await trend(ids.orders!, 1)).points).toHaveLength(1);
  expect((await trend(ids.dropped!, 90)).points).toHaveLength(1);
  const unknown = await house.as('viewer').raw({ method: 'GET', url: '/databases/api/ledgers/2000000000/capacity-trend' });
  expect([unknown.statusCode, unknown.json().extra]).toEqual([404, { resource: 'database', id: 2_000_000_000 }]);
  const wrong = await house.as('viewer').raw({ method: 'GET', url: `/databases/api/ledgers/${ids.orders}/capacity-trend?days=91` });
  expect([wrong.statusCode, Object.keys(wrong.json().extra.fields)]).toEqual([400, ['days']]);
});

test('the older name of the page leads to it', async () => {
  const reply = await house.as('viewer').raw({ method: 'GET', url: '/databases/ledger?search=x' });
  expect([reply.statusCode, reply.headers.location]).toEqual([308, '/databases/ledgers?search=x']);
});
