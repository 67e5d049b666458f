import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { noteWrite, versionOf } from '../store/table-writes.ts';
import { type Cache, openCache } from './cache.ts';
import { keptUnder } from './kept.ts';

let house: TestDatabase;
let cache: Cache;
beforeAll(async () => {
  house = await testDatabase();
  cache = openCache(undefined);
});
afterAll(() => house.drop());

const counted = (name = 'i') =>
  house.db
    .selectFrom('instances')
    .where('name', 'like', `${name}%`)
    .select((eb) => eb.fn.countAll<number>().as('n'));
const total = async (name?: string) => (await keptUnder({ db: house.db, cache }, ['instances'])(counted(name)))[0]!.n;
const misses = async () => (await cache.stats()).namespaces.totals?.misses ?? 0;
const add = (name: string) => house.db.insertInto('instances').values({ name, db_type: 'mysql', host: 'db.example', port: 3306 }).execute();

test('a count is kept until its table is written, each question for itself', async () => {
  await add('i1');
  expect([await total(), await total(), await total('other')]).toEqual([1, 1, 0]);
  expect(await misses()).toBe(2);
  await add('other1');
  expect([await total(), await total('other')]).toEqual([1, 1]);
  expect(await misses()).toBe(4);
});

test('a write of another node counts from its commit on, not from its statement, and a count in between is no harm', async () => {
  const before = await total();
  const node = await house.pool.connect();
  await node.query('begin');
  await node.query(`insert into instances (name, db_type, host, port) values ('i2', 'mysql', 'db.example', 3306)`);
  expect(await total()).toBe(before);
  await node.query('commit');
  expect(await total()).toBe(before + 1);
  await node.query('begin');
  await node.query(`delete from instances where name = 'i2'`);
  await node.query('rollback');
  node.release();
  expect(await total()).toBe(before + 1);
});

test(
  'no version comes twice: not when a transaction ends after a later one, nor when old ones are forgotten',
  { timeout: 60_000 },
  async () => {
    const { db, pool } = house;
    const seen = new Set<string>();
    const note = async () => {
      const version = await versionOf(db, ['tags']);
      expect([...seen]).not.toContain(version);
      seen.add(version);
    };
    await note();
    const early = await pool.connect();
    await early.query('begin');
    await early.query('update tags set sort_order = sort_order where id = 1');
    await pool.query('update tags set sort_order = sort_order where id = 2');
    await note();
    await early.query('commit');
    early.release();
    await note();
    // Nothing is forgotten that is later than the oldest open transaction of the server, which may be another test's.
    let left = 0;
    for (let tries = 0; left !== 1 && tries < 20; tries++) {
      if (tries > 0) await wait(500);
      for (let i = 0; i < 600; i++) await noteWrite(db, 'tags');
      await note();
      left = (await pool.query(`select count(*)::int as n from table_writes where table_name = 'tags'`)).rows[0].n;
    }
    expect(left).toBe(1);
    await note();
  },
);
