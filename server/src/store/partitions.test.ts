import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { migratedOn } from '../../test/global-setup.ts';
import { ensurePartitions, forgetPartitions, listPartitions, monthsFrom, partitionedTables } from './partitions.ts';
import { transaction } from './transaction.ts';

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.drop());

const size = (instance_id: number, collected_date: string) => ({ instance_id, database_name: 'shop', size_mb: 1, collected_date });
const makeInstance = async (name: string) =>
  (
    await house.db
      .insertInto('instances')
      .values({ name, db_type: 'mysql', host: 'h', port: 3306 })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id;

test('monthsFrom goes over the end of the year (40-D10, 40-D45)', () => {
  expect(monthsFrom('2025-11-30', 4)).toEqual(['2025-11-01', '2025-12-01', '2026-01-01', '2026-02-01']);
  expect(() => monthsFrom('2025-13-01', 1)).toThrow('not a date');
});

test('a migrated database has the current month and the three after it, in all four tables', async () => {
  const partitions = await listPartitions(house.db);
  for (const { name } of partitionedTables)
    expect(partitions.filter(({ table }) => table === name).map(({ name, from, to }) => ({ name, from, to }))).toEqual([
      { name: `${name}_2025_12`, from: '2025-12-01', to: '2026-01-01' },
      { name: `${name}_2026_01`, from: '2026-01-01', to: '2026-02-01' },
      { name: `${name}_2026_02`, from: '2026-02-01', to: '2026-03-01' },
      { name: `${name}_2026_03`, from: '2026-03-01', to: '2026-04-01' },
    ]);
  expect(migratedOn).toBe('2025-12-15');
});

test('a month without a partition is an error, and none after ensurePartitions; each month is made once (40-D12, 40-D11)', async () => {
  const instance = await makeInstance('year-end');
  const insert = (date: string) => house.db.insertInto('database_size_stats').values(size(instance, date)).execute();
  await expect(insert('2024-12-31')).rejects.toThrow('no partition');
  expect(await ensurePartitions(house.db, 'database_size_stats', ['2024-12-31', '2025-01-01', '2024-12-01'])).toEqual([
    'database_size_stats_2024_12',
    'database_size_stats_2025_01',
  ]);
  await insert('2024-12-31');
  await insert('2025-01-01');
  await expect(insert('2025-01-01')).rejects.toEqual(expect.objectContaining({ code: '23505' }));
  expect(await ensurePartitions(house.db, 'database_size_stats', ['2024-12-31'])).toEqual([]);
  const { rows } = await house.pool.query(
    `select tableoid::regclass::text as partition, obj_description(tableoid) as comment from database_size_stats order by collected_date`,
  );
  expect(rows).toEqual([
    { partition: 'database_size_stats_2024_12', comment: '数据库统计表分区表 - 2024-12' },
    { partition: 'database_size_stats_2025_01', comment: '数据库统计表分区表 - 2025-01' },
  ]);
});

test('several writers meet over the same new month', async () => {
  forgetPartitions(house.db);
  const made = await Promise.all(
    [1, 2, 3, 4].map(() =>
      transaction(house.db, async (db) => {
        await ensurePartitions(db, 'instance_size_stats', ['2027-02-01']);
        return db.isTransaction;
      }),
    ),
  );
  expect(made).toEqual([true, true, true, true]);
  expect((await listPartitions(house.db, 'instance_size_stats')).filter(({ from }) => from === '2027-02-01')).toHaveLength(1);
});

test('a rolled-back transaction leaves nothing remembered', async () => {
  await expect(
    transaction(house.db, async (db) => {
      await ensurePartitions(db, 'instance_size_stats', ['2028-01-01']);
      throw new Error('stop');
    }),
  ).rejects.toThrow('stop');
  expect(await ensurePartitions(house.db, 'instance_size_stats', ['2028-01-01'])).toEqual(['instance_size_stats_2028_01']);
});
