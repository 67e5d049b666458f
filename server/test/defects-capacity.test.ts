/** What the original got wrong and no other file looks at: sizes, aggregates, partitions and their jobs (register 40). */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { sql } from 'kysely';
import { mebibytes } from '../src/features/capacity/mebibytes.ts';
import { keepSizes, startAggregation } from '../src/features/capacity/index.ts';
import { builtInJobs } from '../src/schedule.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeInstance, registerFake } from './make.ts';

const MB = 1_048_576;
const fleet = fakeFleet(13);
const world = fakeWorld(
  13,
  (['postgresql', 'sqlserver'] as const).flatMap((dbType) => fleet.filter((one) => one.dbType === dbType).slice(0, 2)),
);
let house: TestHouse;
beforeAll(async () => void (house = await openHouse({ world, worker: true })));
afterEach(() => world.behaviours.clear());
afterAll(() => house.close());

const admin = () => house.as('admin');
const sync = async (instance_id: number) =>
  (await admin().call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params: { instance_id } })).body.data.result;
async function aggregate(): Promise<string> {
  house.clock.advance(1000);
  const { sessionId } = await startAggregation(house.deps, null, true, { period: null, scope: 'all' });
  for (;;) {
    const reply = await admin().call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: sessionId } });
    if (reply.body.data.session.status !== 'running') return reply.body.data.session.status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const aggregates = async (query: object) =>
  (await admin().call(catalogue.databaseAggregations.getDatabaseAggregations, { query: { limit: 500, order: 'asc', ...query } as never }))
    .body.data;

test('one rule of rounding: nothing is 0, and something is at least 1 (40-D18)', () =>
  expect([0, 1, MB / 2, 1.4 * MB, 1.6 * MB, 5000 * MB].map(mebibytes)).toEqual([0, 1, 1, 1, 2, 5000]));

test('at half past midnight in Shanghai it is the new day, and the new month, everywhere (40-D06)', async () => {
  house.clock.set('2025-11-30T16:30:00Z');
  const id = await registerFake(house, world.instances[0]!);
  const result = await sync(id);
  expect(new Set(result.databases!.map((row) => row.collected_date))).toEqual(new Set(['2025-12-01']));
  expect(result.databases![0]!.collected_at).toBe('2025-11-30T16:30:00.000+00:00');
  const { db } = house.deps;
  const seen = await db
    .selectFrom('instance_databases')
    .select(['first_seen_date', 'last_seen_date'])
    .where('instance_id', '=', id)
    .executeTakeFirstOrThrow();
  expect(seen).toEqual({ first_seen_date: '2025-12-01', last_seen_date: '2025-12-01' });
  const partition = await sql<{
    name: string;
  }>`select distinct tableoid::regclass::text as name from database_size_stats where instance_id = ${id}`.execute(db);
  expect(partition.rows).toEqual([{ name: 'database_size_stats_2025_12' }]);
  expect((await admin().call(catalogue.partition.createPartition, { body: { date: '2025-11-30', months: 1 } })).status).toBe(400);
  const current = (await admin().call(catalogue.partition.getPartitionInfo)).body.data.data.partitions.filter(
    (one) => one.status === 'current',
  );
  expect(new Set(current.map((one) => one.date))).toEqual(new Set(['2025/12/01']));
  house.clock.set('2025-12-15T04:00:00Z');
});

test('a server that lists nothing retires nothing, one that lost a database retires that one, and takes it back (40-D21)', async () => {
  const fake = world.instances[1]!;
  const id = await registerFake(house, fake);
  const all = fake.databases.slice();
  await sync(id);
  const active = async () =>
    (
      await house.deps.db
        .selectFrom('instance_databases')
        .select('database_name')
        .where('instance_id', '=', id)
        .where('is_active', '=', true)
        .orderBy('database_name')
        .execute()
    ).map((row) => row.database_name);
  const before = await active();
  fake.databases = [];
  const empty = await sync(id);
  expect(empty.inventory).toMatchObject({ deactivated: 0, warning: expect.any(String) });
  expect(await active()).toEqual(before);
  const gone = all.find((one) => before.includes(one.name))!;
  fake.databases = all.filter((one) => one !== gone);
  expect((await sync(id)).inventory).toMatchObject({ deactivated: 1 });
  expect(await active()).toEqual(before.filter((name) => name !== gone.name));
  fake.databases = all;
  expect((await sync(id)).inventory).toMatchObject({ reactivated: 1 });
  expect(await active()).toEqual(before);
});

test('a session keeps counts and the largest, not every database it saw (40-D28)', async () => {
  const fake = world.instances[2]!;
  fake.databases.push(...Array.from({ length: 60 }, (_, i) => ({ ...fake.databases.at(-1)!, name: `many_${i}` })));
  const id = await registerFake(house, fake);
  await sync(id);
  const { sync_details } = await house.deps.db
    .selectFrom('sync_instance_records')
    .select('sync_details')
    .where('instance_id', '=', id)
    .executeTakeFirstOrThrow();
  const details = sync_details as { database_count: number; top: unknown[]; databases?: unknown };
  expect([details.database_count > 60, details.top.length, details.databases]).toEqual([true, 20, undefined]);
});

describe('aggregates', () => {
  beforeEach(() => house.clock.advance(60_000));
  const day = (date: string, name: string, bytes: number) => ({ date, databases: [{ name, bytes }] });

  test('of logs are computed as those of data (40-D30)', async () => {
    const fake = world.instances[3]!;
    const id = await registerFake(house, fake);
    await sync(id);
    expect(await aggregate()).toBe('completed');
    const { items } = await aggregates({ instance_id: id, period_type: 'daily' });
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) {
      expect(item.avg_log_size_mb).toBeGreaterThan(0);
      expect(Math.abs(item.avg_size_mb - item.avg_data_size_mb! - item.avg_log_size_mb!)).toBeLessThanOrEqual(1);
    }
  });

  test('a thousand-millionfold growth is a number that fits, no change is 0 and not nothing (40-D32, 40-D33)', async () => {
    const id = await makeInstance(house);
    await keepSizes(house.deps, id, [
      day('2025-12-13', 'leap', MB),
      day('2025-12-14', 'leap', 4_000_000_000 * MB),
      day('2025-12-15', 'leap', 4_000_000_000 * MB),
    ]);
    expect(await aggregate()).toBe('completed');
    const { items } = await aggregates({ instance_id: id, period_type: 'daily' });
    expect(items.map((item) => [item.size_change_mb, item.size_change_percent, item.growth_rate])).toEqual([
      [null, null, null],
      [3_999_999_999, 99_999_999.99, 99_999_999.99],
      [0, 0, 0],
    ]);
    const instances = (
      await admin().call(catalogue.instanceAggregations.getInstanceAggregations, {
        query: { instance_id: id, period_type: 'daily', order: 'asc' } as never,
      })
    ).body.data;
    expect(instances.items.map((item) => item.trend_direction)).toEqual([null, 'growing', 'stable']);
  });

  test('a database’s id means that one, not its namesakes; both lists say `items` (40-D63, 40-D64)', async () => {
    const [a, b] = [await makeInstance(house), await makeInstance(house)];
    for (const id of [a, b]) await keepSizes(house.deps, id, [day('2025-12-15', 'same_name', 10 * MB)]);
    await aggregate();
    const { id: database_id } = await house.deps.db
      .selectFrom('instance_databases')
      .select('id')
      .where('instance_id', '=', b)
      .executeTakeFirstOrThrow();
    const found = await aggregates({ database_id, period_type: 'daily' });
    expect(found.items.map((item) => item.instance_id)).toEqual([b]);
    expect(found.data).toEqual(found.items);
    expect((await aggregates({ database_id: 2_000_000, period_type: 'daily' })).total).toBe(0);
    const both = await aggregates({ database_name: 'same_name', period_type: 'daily' });
    expect(both.items.map((item) => item.instance_id).sort()).toEqual([a, b].sort());
  });

  test('fail with their session when either level fails, and leave nothing half-computed (40-D38)', async () => {
    const { pool } = house.deps.store;
    const id = await makeInstance(house);
    await keepSizes(house.deps, id, [day('2025-12-15', 'refused', 10 * MB)]);
    await pool.query(
      `create function refuse_aggregate() returns trigger language plpgsql as 'begin if new.database_name = ''refused'' then raise exception ''no''; end if; return new; end'`,
    );
    await pool.query('create trigger refuse before insert on database_size_aggregations for each row execute function refuse_aggregate()');
    const status = await aggregate();
    await pool.query('drop trigger refuse on database_size_aggregations');
    expect(status).toBe('failed');
    const instances = await house.deps.db.selectFrom('instance_size_aggregations').select('id').where('instance_id', '=', id).execute();
    expect(instances).toEqual([]);
    expect(await aggregate()).toBe('completed');
    expect((await aggregates({ instance_id: id, period_type: 'daily' })).total).toBe(1);
  });

  test('one row for each database and day, though two runs come at once (40-D08)', async () => {
    const id = await makeInstance(house);
    await keepSizes(house.deps, id, [day('2025-12-15', 'raced', 10 * MB)]);
    const starts = await Promise.allSettled([
      startAggregation(house.deps, null, true, { period: null, scope: 'all' }),
      startAggregation(house.deps, null, true, { period: null, scope: 'all' }),
    ]);
    expect(starts.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    for (let i = 0; i < 200; i++) {
      const { total } = await aggregates({ instance_id: id, period_type: 'daily' });
      if (total > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await aggregates({ instance_id: id, period_type: 'daily' })).total).toBe(1);
  });
});

describe('partitions', () => {
  const info = async () => (await admin().call(catalogue.partition.getPartitionInfo)).body.data.data;
  const job = async (id: string) => {
    const found = builtInJobs(house.deps).find((one) => one.id === id)!;
    return (await found.run({ actor: null, scheduled: true, now: house.clock.now(), begun: async () => {} })).summary as Record<
      string,
      unknown
    >;
  };

  test('are made ahead by one job and dropped by another, on schedule; each table’s gaps are told before inserts fail (40-D39, 40-D40, 40-D41)', async () => {
    const { pool } = house.deps.store;
    await pool.query('drop table instance_size_aggregations_2026_02');
    const missing = await info();
    expect([missing.status, missing.missing_partitions]).toEqual(['warning', ['instance_size_aggregations_2026_02']]);
    await pool.query('drop table database_size_aggregations_2026_01');
    expect((await info()).status).toBe('unhealthy');
    const made = await job('monitor_partition_health');
    expect(made).toMatchObject({ status: 'healthy', missing_partitions: [] });
    expect(made.created).toEqual(expect.arrayContaining(['database_size_aggregations_2026_01', 'instance_size_aggregations_2026_02']));
    expect((await info()).status).toBe('healthy');
    const id = await makeInstance(house);
    house.clock.advance(60_000);
    await keepSizes(house.deps, id, [{ date: '2024-10-05', databases: [{ name: 'old', bytes: MB }] }]);
    await aggregate();
    const dropped = (await job('cleanup_partitions')).dropped as string[];
    expect(dropped).toEqual(expect.arrayContaining(['database_size_stats_2024_10', 'instance_size_stats_2024_10']));
    // Aggregates outlive the rows they were made of.
    expect(dropped.filter((name) => name.includes('aggregations'))).toEqual([]);
    expect((await aggregates({ instance_id: id, period_type: 'daily' })).total).toBe(1);
    const events = await house.deps.db
      .selectFrom('audit_events')
      .select(['action', 'before'])
      .where('resource', '=', 'partition')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(events).toMatchObject({ action: 'drop', before: { partitions: expect.arrayContaining(['database_size_stats_2024_10']) } });
  });

  test('are ours by what they hang on, not by what they are called (40-D43)', async () => {
    const { pool } = house.deps.store;
    await pool.query(
      'create table database_size_stats_2020_01 (id int); create table "databaseXsizeXstats_2020_02" (id int); insert into database_size_stats_2020_01 values (1)',
    );
    await pool.query('create schema other; create table other.database_size_stats_2020_03 (id int)');
    expect((await info()).partitions.filter((one) => one.name.includes('2020'))).toEqual([]);
    const { result } = (await admin().call(catalogue.partition.cleanupPartitions, { body: { retention_months: 12, dry_run: false } })).body
      .data;
    expect(result.dropped.filter((one) => one.partition_name.includes('2020'))).toEqual([]);
    expect((await pool.query('select id from database_size_stats_2020_01')).rows).toEqual([{ id: 1 }]);
  });

  test('say whether their rows were counted or estimated, and how many bytes a clean-up would free (40-D44)', async () => {
    const all = (await info()).partitions;
    expect(all.every((one) => one.record_count_exact)).toBe(true);
    await keepSizes(house.deps, await makeInstance(house), [{ date: '2024-09-05', databases: [{ name: 'old', bytes: MB }] }]);
    const { result } = (await admin().call(catalogue.partition.cleanupPartitions, { body: { retention_months: 12, dry_run: true } })).body
      .data;
    expect(result.dropped.map((one) => one.partition_name)).toContain('database_size_stats_2024_09');
    expect(result.total_size_bytes).toBe(result.dropped.reduce((n, one) => n + one.size_bytes!, 0));
    expect(result.total_size_bytes).toBeGreaterThan(0);
    expect((await info()).partitions.map((one) => one.name)).toContain('database_size_stats_2024_09');
  });
});
