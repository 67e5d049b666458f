import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { addDays } from '../src/clock.ts';
import { keepSizes, startAggregation } from '../src/features/capacity/index.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeInstance } from './make.ts';

const MB = 1_048_576;
let house: TestHouse;
let id: number;
let other: number;
// 2025-12-15 12:00 in Shanghai, a Monday.
beforeAll(async () => {
  house = await openHouse({ worker: true });
  id = await makeInstance(house, { name: 'grows' });
  other = await makeInstance(house, { name: 'still' });
  const days = Array.from({ length: 100 }, (_, i) => addDays('2025-12-15', i - 99));
  await keepSizes(
    house.deps,
    id,
    days.map((date, i) => ({
      date,
      databases: [
        { name: 'sales', bytes: (1000 + i * 10) * MB },
        { name: 'Sales', bytes: 5 * MB },
      ],
    })),
  );
  await keepSizes(house.deps, other, [{ date: '2025-12-15', databases: [{ name: 'only-today', bytes: 100 * MB }] }]);
});
afterAll(() => house.close());
const admin = () => house.as('admin');

async function nightly(): Promise<string> {
  const { sessionId } = await startAggregation(house.deps, null, true, { period: null, scope: 'all' });
  return ended(sessionId);
}
async function ended(sessionId: string): Promise<string> {
  for (;;) {
    const { session } = (await admin().call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: sessionId } })).body
      .data;
    if (session.status !== 'running') return session.status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const rows = (query: object) =>
  admin().call(catalogue.databaseAggregations.getDatabaseAggregations, {
    query: { instance_id: id, database_name: 'sales', limit: 500, order: 'asc', ...query } as never,
  });

test('a fresh installation aggregates everything there is, the running periods too (40-D11, 40-D35, 40-D36)', async () => {
  expect(await nightly()).toBe('completed');
  const daily = (await rows({ period_type: 'daily' })).body.data;
  expect(daily.total).toBe(100);
  expect(daily.items[0]).toMatchObject({
    period_start: '2025-09-07',
    avg_size_mb: 1000,
    size_change_mb: null,
    size_change_percent: null,
    growth_rate: null,
  });
  expect(daily.items[99]).toMatchObject({
    period_start: '2025-12-15',
    avg_size_mb: 1990,
    size_change_mb: 10,
    size_change_percent: 0.51,
    log_size_change_mb: null,
  });
  const weekly = (await rows({ period_type: 'weekly' })).body.data.items;
  // The week of today has one day, the one before seven: 1,890 … 1,980 in steps of ten, mean 1,950 … exact means, no truncation (40-D31).
  expect(weekly.at(-1)).toMatchObject({
    period_start: '2025-12-15',
    period_end: '2025-12-21',
    data_count: 1,
    avg_size_mb: 1990,
    size_change_mb: 40,
  });
  const quarterly = (await rows({ period_type: 'quarterly' })).body.data.items;
  expect(quarterly.map((row) => [row.period_start, row.period_end, row.data_count])).toEqual([
    ['2025-07-01', '2025-09-30', 24],
    ['2025-10-01', '2025-12-31', 76],
  ]);
});

test('names that differ only in case stay apart (40-D70)', async () => {
  const small = (await rows({ period_type: 'daily', database_name: 'Sales' })).body.data;
  expect([small.total, small.items[0]!.avg_size_mb]).toEqual([100, 5]);
});

test('twice changes nothing; a new measurement changes what it touches, and only then (40-D08, 40-D37)', async () => {
  const all = () =>
    house.deps.db.selectFrom('database_size_aggregations').select(['id', 'calculated_at', 'avg_size_mb']).orderBy('id').execute();
  const before = await all();
  house.clock.advance(60_000);
  expect(await nightly()).toBe('completed');
  expect(await all()).toEqual(before);
  house.clock.advance(60_000);
  await house.deps.db
    .updateTable('database_size_stats')
    .set({ size_mb: 9999, updated_at: house.clock.now() })
    .where('instance_id', '=', id)
    .where('database_name', '=', 'sales')
    .where('collected_date', '=', '2025-10-10')
    .execute();
  expect(await nightly()).toBe('completed');
  const changed = (await all()).filter((row) => row.calculated_at > before[0]!.calculated_at);
  // the day, the day after it (its change), the week and the one after, the month and the one after, the quarter
  expect(changed).toHaveLength(7);
});

test('instance level: totals, average per database, trend with 5 % on either side (40-D34)', async () => {
  const { items } = (
    await admin().call(catalogue.instanceAggregations.getInstanceAggregations, {
      query: { instance_id: id, period_type: 'monthly', order: 'asc', limit: 100 } as never,
    })
  ).body.data;
  expect(items.at(-1)).toMatchObject({ database_count: 2, trend_direction: 'growing' });
  expect(items.at(-1)!.avg_size_mb).toBe(items.at(-1)!.total_size_mb);
  expect(items.at(-1)!.avg_database_size_mb).toBe(Math.round(items.at(-1)!.total_size_mb / 2));
  const fresh = (
    await admin().call(catalogue.instanceAggregations.getInstanceAggregations, {
      query: { instance_id: other, period_type: 'daily' } as never,
    })
  ).body.data.items[0]!;
  expect([fresh.trend_direction, fresh.growth_rate, fresh.total_size_change_mb]).toEqual([null, null, null]);
});

test('summaries: one period type at a time (40-D66), stale instances said (40-D68)', async () => {
  const databases = (await admin().call(catalogue.databaseAggregations.getDatabaseAggregationsSummary)).body.data.summary;
  expect(databases).toMatchObject({ total_databases: 3, total_instances: 2, total_size_mb: 1990 + 5 + 100, period_type: 'daily' });
  const empty = await makeInstance(house, { name: 'never-read' });
  const instances = (await admin().call(catalogue.instanceAggregations.getInstanceAggregationsSummary)).body.data.summary;
  expect(instances).toMatchObject({ total_instances: 2, stale_instances: 1, total_size_mb: 1995 + 100 });
  await house.deps.db.updateTable('instances').set({ is_active: false }).where('id', '=', empty).execute();
});

test('chart mode keeps the largest and gives every row in order; bad values are 400 (40-D67)', async () => {
  const chart = (
    await admin().call(catalogue.databaseAggregations.getDatabaseAggregations, {
      query: { get_all: true, top: 1, period_type: 'daily' } as never,
    })
  ).body.data;
  expect(new Set(chart.items.map((row) => row.database_name))).toEqual(new Set(['sales']));
  expect(chart.items.map((row) => row.period_start)).toEqual(chart.items.map((row) => row.period_start).toSorted());
  for (const query of ['page=0', 'per_page=-1', 'start_date=2025-13-01', 'period_type=hourly', 'start_date=2025-02-02&end_date=2025-01-01'])
    expect(
      (await admin().raw({ method: 'GET', url: `/database_aggregations/api/databases/aggregations?${query}` })).statusCode,
      query,
    ).toBe(400);
});

test.each([
  ['change', 'size_change_mb'],
  ['percent', 'size_change_percent'],
] as const)('chart mode by %s keeps those that moved most, in either direction', async (top_by, field) => {
  const ask = async (query: object) =>
    (await admin().call(catalogue.databaseAggregations.getDatabaseAggregations, { query: { period_type: 'daily', ...query } as never }))
      .body.data.items;
  const moved = (rows: Awaited<ReturnType<typeof ask>>) =>
    rows.toSorted((a, b) => Math.abs(b[field] ?? 0) - Math.abs(a[field] ?? 0))[0]!.database_name;
  const chart = await ask({ get_all: true, top: 1, top_by });
  expect(new Set(chart.map((row) => row.database_name))).toEqual(new Set([moved(await ask({ limit: 500 }))]));
});

test('aggregate now: 200 at once, 409 while it runs, the session ends well (40-D58, 40-D60)', async () => {
  const [a, b] = await Promise.all([
    admin().call(catalogue.capacityAggregations.aggregateCurrent, { body: { period_type: 'weekly', scope: 'database' } }),
    admin().call(catalogue.capacityAggregations.aggregateCurrent, { body: {} }),
  ]);
  expect([a.status, b.status].sort()).toEqual([200, 409]);
  const won = a.status === 200 ? a : b;
  expect(await ended(won.body.data.result.session_id)).toBe('completed');
  expect(
    (await admin().call(catalogue.capacityAggregations.aggregateCurrent, { body: { scope: 'galaxy' as never } })).body.extra!.fields!
      .scope![0]!.code,
  ).toBe('INVALID_VALUE');
});

test('partitions: listed by bounds, created for this month and later, never dropped when current, retention by the calendar (40-D39, 40-D42, 40-D45)', async () => {
  const info = (await admin().call(catalogue.partition.getPartitionInfo)).body.data.data;
  expect(info.status).toBe('healthy');
  expect(new Set(info.partitions.map((row) => row.table))).toEqual(
    new Set(['stats', 'aggregations', 'instance_stats', 'instance_aggregations']),
  );
  expect(
    (await admin().call(catalogue.partition.createPartition, { body: { date: '2025-11-30', months: 1 } })).body.extra!.fields!.date![0]!
      .code,
  ).toBe('PAST_MONTH');
  for (const [date, months] of [
    ['9999-12-31', 1],
    ['9999-10-01', 5],
  ] as const) {
    const far = await admin().call(catalogue.partition.createPartition, { body: { date, months } });
    expect([far.status, Object.keys(far.body.extra!.fields!)]).toEqual([400, ['date']]);
  }
  const made = (await admin().call(catalogue.partition.createPartition, { body: { date: '2026-06-10', months: 1 } })).body.data.result;
  expect(made.actions.map((action) => action.status)).toEqual(['created', 'created', 'created', 'created']);
  for (const months of [0, -1, 8, 121])
    expect((await admin().call(catalogue.partition.cleanupPartitions, { body: { retention_months: months, dry_run: true } })).status).toBe(
      400,
    );
  await keepSizes(house.deps, id, [
    { date: '2024-11-20', databases: [{ name: 'sales', bytes: MB }] },
    { date: '2024-12-20', databases: [{ name: 'sales', bytes: MB }] },
  ]);
  const dry = (await admin().call(catalogue.partition.cleanupPartitions, { body: { retention_months: 12, dry_run: true } })).body.data
    .result;
  expect([dry.cutoff_date, dry.dropped.map((one) => one.partition_name).sort()]).toEqual([
    '2024-12-01',
    ['database_size_stats_2024_11', 'instance_size_stats_2024_11'],
  ]);
  const done = (await admin().call(catalogue.partition.cleanupPartitions, { body: { retention_months: 12, dry_run: false } })).body.data
    .result;
  expect(done.dropped.map((one) => one.status)).toEqual(['dropped', 'dropped']);
  expect(
    (await admin().call(catalogue.partition.cleanupPartitions, { body: { retention_months: 12, dry_run: true } })).body.data.result.dropped,
  ).toEqual([]);
});

test('core metrics: four series over the buckets, rows of today in the last one (40-D72)', async () => {
  const { datasets, labels } = (
    await admin().call(catalogue.partition.getCoreAggregationMetrics, { query: { period_type: 'daily', days: 7 } })
  ).body.data;
  expect([labels.at(-1), datasets.map((set) => [set.series_key, set.data.at(-1)])]).toEqual([
    '2025-12-15',
    [
      ['instance_count', 2],
      ['instance_aggregation_count', 2],
      ['database_count', 3],
      ['database_aggregation_count', 3],
    ],
  ]);
  expect((await admin().raw({ method: 'GET', url: '/partition/api/aggregations/core-metrics?days=0' })).statusCode).toBe(400);
});
