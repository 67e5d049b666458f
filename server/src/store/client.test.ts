import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { openLine } from '../../test/line.ts';
import { StatementNames, storeClient } from './client.ts';
import { storeAway } from './errors.ts';
import { openHandle, openStore, quietClients, type Store } from './open.ts';
import { transaction } from './transaction.ts';
import { withoutLimit } from './unlimited.ts';

let house: TestDatabase;
let store: Store;
beforeAll(async () => {
  house = await testDatabase();
  // One connection, so that each question finds what the one before it left there.
  store = await openStore({ databaseUrl: house.url, dataDir: '/nowhere', databasePoolSize: 1 });
});
afterAll(async () => {
  await store.close();
  await house.drop();
});

const prepared = async (text: string) =>
  (await store.pool.query<{ n: number }>(`select count(*)::int as n from pg_prepared_statements where statement like '${text}%'`)).rows[0]!
    .n;
const times = async <T>(n: number, work: (i: number) => Promise<T>): Promise<T[]> => {
  const found: T[] = [];
  for (let i = 0; i < n; i++) found.push(await work(i));
  return found;
};

test('a statement that comes often is prepared once; what is asked once is not; answers are the same', async () => {
  const often = (n: number) => store.db.selectNoFrom(sql<number>`${n}::int + 1`.as('often')).executeTakeFirstOrThrow();
  expect((await times(8, often)).map((row) => row.often)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await prepared('select $1::int + 1 as "often"')).toBe(1);
  await store.db.selectNoFrom(sql<number>`${1}::int`.as('rare')).execute();
  expect(await prepared('select $1::int as "rare"')).toBe(0);
});

test('a table that is altered under a prepared statement: the next question is answered all the same', async () => {
  await sql`create table altered (id int, n int)`.execute(store.db);
  await sql`insert into altered values (1, 7)`.execute(store.db);
  const read = () =>
    sql<{ id: number; n: number | string }>`select * from altered where id = ${1}`.execute(store.db).then(({ rows }) => rows[0]);
  await times(6, read);
  expect(await prepared('select * from altered')).toBe(1);
  await sql`alter table altered alter column n type text`.execute(store.db);
  expect(await times(3, read)).toEqual([1, 2, 3].map(() => ({ id: 1, n: '7' })));
});

test('the same within a transaction: it fails as a whole once, and its next try is answered', async () => {
  await sql`create table moved (id int, n int)`.execute(store.db);
  await sql`insert into moved values (1, 7)`.execute(store.db);
  const read = () =>
    transaction(store.db, (db) => sql<{ n: unknown }>`select * from moved where id = ${1}`.execute(db).then(({ rows }) => rows[0]?.n));
  await times(6, read);
  await sql`alter table moved alter column n type text`.execute(store.db);
  await expect(read()).rejects.toThrow(/transaction is aborted|cached plan/);
  expect(await read()).toBe('7');
});

test('errors of a prepared statement reach the caller as they are', async () => {
  const divide = (n: number) => sql<{ n: number }>`select 10 / ${n}::int as n`.execute(store.db).then(({ rows }) => rows[0]!.n);
  expect(await times(6, (i) => divide(i + 1))).toEqual([10, 5, 3, 2, 2, 1]);
  await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
  expect(await divide(10)).toBe(1);
});

test('a host that vanishes closes nothing: whoever waits for an answer is told, and the next question is answered when it is back', async () => {
  const { host, port } = house.connection;
  const line = await openLine(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  const pool = new pg.Pool({
    ...house.connection,
    host: '127.0.0.1',
    port: line.port,
    Client: storeClient({ silentMs: 1000 }),
    max: 2,
    connectionTimeoutMillis: 500,
  });
  quietClients(pool);
  pool.on('error', () => undefined);
  try {
    // An answer that takes longer than the silence allowed is no silence while rows come; nobody waits while nothing is asked.
    expect((await pool.query('select 1 as n, pg_sleep(0.3)')).rows[0]).toMatchObject({ n: 1 });
    await wait(1500);
    expect(pool.totalCount).toBe(1);
    // Where a statement may take as long as it takes, so may its answer.
    await withoutLimit(openHandle(pool), (db) => sql`select pg_sleep(1.6)`.execute(db));
    await expect(pool.query('select pg_sleep(1.6)')).rejects.toThrow('no answer within 1000 ms');
    await pool.query('select 1');
    line.vanish();
    const error: unknown = await pool.query('select 2').catch((error: unknown) => error);
    expect([(error as Error).message, storeAway(error)]).toEqual(['Connection terminated: no answer within 1000 ms', true]);
    expect(storeAway(await pool.query('select 3').catch((error: unknown) => error))).toBe(true);
    line.up();
    expect((await pool.query('select 4 as n')).rows).toEqual([{ n: 4 }]);
  } finally {
    await pool.end();
    await line.close();
  }
});

test('names are given to so many texts and no more, and to no transaction word', () => {
  const names = new StatementNames();
  for (let round = 0; round < 6; round++)
    expect(['begin', 'commit', ' ROLLBACK'].map((word) => names.of(word))).toEqual([undefined, undefined, undefined]);
  const given = new Set<string>();
  for (let round = 0; round < 6; round++)
    for (let i = 0; i < 180; i++) {
      const prepared = names.of(`select ${i}`);
      if (prepared) given.add(prepared.name);
    }
  expect(given.size).toBe(150);
});
