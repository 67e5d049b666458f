import { spawn } from 'node:child_process';
import { engines } from '@whalefall/engines';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { json } from './json.ts';
import { migrateToLatest, pendingMigrations } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openStore } from './open.ts';
import { anyContains, contains } from './search.ts';
import { outsideTransaction, transaction } from './transaction.ts';

let house: TestDatabase;
beforeAll(async () => {
  house = await testDatabase();
});
afterAll(() => house.drop());

const makeInstance = (name: string, extra: object = {}) =>
  house.db
    .insertInto('instances')
    .values({ name, db_type: 'postgresql', host: 'db.example', port: 5432, ...extra })
    .returning('id')
    .executeTakeFirstOrThrow();

const refused = (code: string) => expect.objectContaining({ code });

describe('migrations', () => {
  test('a fresh database gets every step, and a second run has nothing to do (20-DB-1, 20-DB-2, 30-26, 40-D10)', async () => {
    const empty = await testDatabase({ migrated: false });
    try {
      expect(await pendingMigrations(empty.db)).toEqual(Object.keys(migrations));
      expect(await migrateToLatest(empty.db, '2025-12-15')).toEqual(Object.keys(migrations));
      expect(await pendingMigrations(empty.db)).toEqual([]);
      await sql`delete from tags where name = 'beijing'`.execute(empty.db);
      expect(await migrateToLatest(empty.db, '2025-12-15')).toEqual([]);
      const { rows } = await sql<{ count: number }>`select count(*) as count from tags`.execute(empty.db);
      // What an administrator removed stays removed.
      expect(rows).toEqual([{ count: 51 }]);
    } finally {
      await empty.drop();
    }
  });

  test('three processes migrating at once: each succeeds, each step is run once', async () => {
    const empty = await testDatabase({ migrated: false });
    try {
      const ends = await Promise.all([1, 2, 3].map(() => migrateInAnotherProcess(empty.url)));
      expect(ends.map(({ code, errors }) => ({ code, errors }))).toEqual([1, 2, 3].map(() => ({ code: 0, errors: '' })));
      expect(ends.reduce((sum, { steps }) => sum + steps, 0)).toBe(Object.keys(migrations).length);
      expect(await pendingMigrations(empty.db)).toEqual([]);
    } finally {
      await empty.drop();
    }
  });

  test('the seeds: 4 kinds of server, 52 tags in 9 categories, 5 classes with the colour keys (20-SEED-1, 20-SEED-2, 10-D43)', async () => {
    const { rows } = await sql<{ types: number; tags: number; categories: number }>`
      select (select count(*) from database_type_configs) as types, (select count(*) from tags) as tags,
             (select count(distinct category) from tags) as categories`.execute(house.db);
    expect(rows).toEqual([{ types: 4, tags: 52, categories: 9 }]);
    const classes = await house.db
      .selectFrom('account_classifications')
      .select(['id', 'color', 'priority'])
      .orderBy('priority', 'desc')
      .execute();
    expect(classes).toEqual([
      { id: 7, color: 'danger', priority: 90 },
      { id: 2, color: 'warning', priority: 80 },
      { id: 4, color: 'info', priority: 70 },
      { id: 8, color: 'secondary', priority: 60 },
      { id: 5, color: 'success', priority: 50 },
    ]);
    const names = await house.db
      .selectFrom('permission_configs')
      .select(['db_type', 'category', sql<number>`count(*)`.as('count')])
      .groupBy(['db_type', 'category'])
      .execute();
    const known = Object.values(engines).flatMap(({ privileges }) => privileges);
    expect(names.reduce((sum, { count }) => sum + count, 0)).toBe(known.length);
    // The catalogue's own 479, and what newer versions brought.
    expect(known.filter(({ added }) => !added)).toHaveLength(479);
    const undescribed = await sql`select name from tags where description is null or display_name_en is null`.execute(house.db);
    expect(undescribed.rows).toEqual([]);
  });
});

test('a description that was changed by hand is brought up to date, a name that was switched off stays off', async () => {
  const one = () =>
    house.db
      .selectFrom('permission_configs')
      .select(['description_en', 'is_active', 'updated_at'])
      .where('permission_name', '=', 'SUPER')
      .executeTakeFirstOrThrow();
  const before = await one();
  await house.db
    .updateTable('permission_configs')
    .set({ description_en: 'old', is_active: false })
    .where('permission_name', '=', 'SUPER')
    .execute();
  await migrateToLatest(house.db, '2025-12-15');
  const after = await one();
  expect(after).toMatchObject({ description_en: before.description_en, is_active: false });
  await migrateToLatest(house.db, '2025-12-15');
  expect(await one()).toEqual(after);
});

describe('values', () => {
  test('dates are text, bigint and numeric are numbers, instants are Date', async () => {
    const { rows } = await sql`
      select date '2025-12-31' as day, 9007199254740991::bigint as big, 12.50::numeric as share,
             timestamptz '2025-12-31 08:00:00.123+08' as instant, count(*) as count`.execute(house.db);
    expect(rows).toEqual([
      { day: '2025-12-31', big: Number.MAX_SAFE_INTEGER, share: 12.5, instant: new Date('2025-12-31T00:00:00.123Z'), count: 1 },
    ]);
    await expect(sql`select 9007199254740993::bigint`.execute(house.db)).rejects.toThrow('does not fit');
  });

  test('json() writes arrays as JSON and loses no backslash over U+0000', async () => {
    const value = { list: ['a\u0000b', '\\u0000', '鲸'] };
    await house.db
      .insertInto('settings')
      .values({ key: 'test', value: json(value) })
      .execute();
    const row = await house.db.selectFrom('settings').select('value').where('key', '=', 'test').executeTakeFirstOrThrow();
    expect(row.value).toEqual({ list: ['a\ufffdb', '\\u0000', '鲸'] });
  });

  test('names sort by pinyin and by the value of their digits', async () => {
    const { rows } = await sql<{ name: string }>`
      select name from unnest(array['武汉','db-10','北京','DB-2','成都','db-1']) as name order by name collate whalefall_names`.execute(
      house.db,
    );
    expect(rows.map((row) => row.name)).toEqual(['db-1', 'DB-2', 'db-10', '北京', '成都', '武汉']);
  });
});

describe('search', () => {
  test('search_grams gives the distinct two-character windows', async () => {
    const { rows } = await sql<{ text: string; grams: string[] }>`
      select text, search_grams(text) as grams from unnest(array['鲸落数据库','ABAB','x','鲸','','İstanbul',E'a\nb']) as text`.execute(
      house.db,
    );
    expect(Object.fromEntries(rows.map((row) => [row.text, row.grams]))).toEqual({
      鲸落数据库: ['据库', '数据', '落数', '鲸落'],
      ABAB: ['ab', 'ba'],
      x: ['x'],
      鲸: ['鲸'],
      '': [],
      İstanbul: expect.arrayContaining(['st', 'ta', 'an', 'nb', 'bu', 'ul']),
      'a\nb': ['\nb', 'a\n'],
    });
  });

  test('a two-character Chinese word is found by the index, and windows alone do not make a match', async () => {
    await makeInstance('订单数据库', { description: '华东订单' });
    // Has every window of 订单订单库 … but not the text.
    await makeInstance('单据与订单数', { description: null });
    const find = async (text: string) =>
      (
        await house.db
          .selectFrom('instances')
          .select('name')
          .where(anyContains([sql.ref('name'), sql.ref('host'), sql.ref('description')], text))
          .orderBy('name')
          .execute()
      ).map((row) => row.name);
    expect(await find('订单')).toEqual(['单据与订单数', '订单数据库']);
    expect(await find('订单数据')).toEqual(['订单数据库']);
    expect(await find('华东')).toEqual(['订单数据库']);
    expect(await find('DB.EX')).toHaveLength(2);
    expect(await find('东')).toEqual(['订单数据库']);
    expect(await find('%')).toEqual([]);
    const plan = await transaction(house.db, async (db) => {
      await sql`set local enable_seqscan = off`.execute(db);
      return db
        .selectFrom('instances')
        .select('id')
        .where(anyContains([sql.ref('name'), sql.ref('host'), sql.ref('description')], '订单'))
        .explain();
    });
    expect(JSON.stringify(plan)).toContain('ix_instances_search');
  });

  test('the log centre finds words in message and context (10-D55)', async () => {
    await house.db
      .insertInto('unified_logs')
      .values([
        { timestamp: new Date(), level: 'ERROR', module: 'auth', message: '连接超时', context: json({ 主机: '生产库' }) },
        { timestamp: new Date(), level: 'INFO', module: 'auth', message: 'signed in', context: null },
      ])
      .execute();
    const found = (text: string) =>
      house.db
        .selectFrom('unified_logs')
        .select('message')
        .where((eb) => eb.or([contains(sql.ref('message'), text), contains(sql`context::text`, text)]))
        .execute();
    expect(await found('超时')).toEqual([{ message: '连接超时' }]);
    expect(await found('生产')).toEqual([{ message: '连接超时' }]);
    expect(await found('SIGNED')).toEqual([{ message: 'signed in' }]);
  });
});

describe('keys', () => {
  test('names are unique whatever their case', async () => {
    await makeInstance('Orders');
    await expect(makeInstance('orders')).rejects.toEqual(refused('23505'));
  });

  test('a credential in use cannot be removed; an instance takes everything of its own with it (20-DB-5, 40-D08)', async () => {
    const credential = await house.db
      .insertInto('credentials')
      .values({ name: 'dba', username: 'dba', password: 'v1:x' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { id } = await makeInstance('with-credential', { credential_id: credential.id });
    await expect(house.db.deleteFrom('credentials').where('id', '=', credential.id).execute()).rejects.toEqual(
      // Since PostgreSQL 18 RESTRICT has a code of its own.
      expect.objectContaining({ code: expect.stringMatching(/^(23001|23503)$/) }),
    );
    const account = await house.db
      .insertInto('instance_accounts')
      .values({ instance_id: id, username: 'root@%', db_type: 'mysql' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const snapshot = await house.db
      .insertInto('account_permission')
      .values({ instance_id: id, instance_account_id: account.id, username: 'root@%', db_type: 'mysql' })
      .returningAll()
      .executeTakeFirstOrThrow();
    expect(snapshot).toMatchObject({ read_state: 'never', global_privileges: null, extended_privileges: null });
    await house.db.deleteFrom('instances').where('id', '=', id).execute();
    expect(await house.db.selectFrom('account_permission').selectAll().where('id', '=', snapshot.id).execute()).toEqual([]);
  });

  test('one active assignment per account and class; an exclusion is never active', async () => {
    const { id } = await makeInstance('classified');
    const account = await house.db
      .insertInto('instance_accounts')
      .values({ instance_id: id, username: 'a', db_type: 'postgresql' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { id: account_id } = await house.db
      .insertInto('account_permission')
      .values({ instance_id: id, instance_account_id: account.id, username: 'a', db_type: 'postgresql' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const assign = (extra: object) =>
      house.db
        .insertInto('account_classification_assignments')
        .values({ account_id, classification_id: 7, ...extra })
        .execute();
    await assign({});
    await expect(assign({ assignment_type: 'manual' })).rejects.toEqual(refused('23505'));
    await expect(assign({ assignment_type: 'manual_exclude' })).rejects.toEqual(refused('23514'));
    await assign({ assignment_type: 'manual_exclude', is_active: false });
    await assign({ is_active: false });
  });

  test('a scheduler slot can be run once', async () => {
    await house.db
      .insertInto('scheduler_jobs')
      .values({ id: 'j', name: 'j', function: 'j', trigger_type: 'cron', trigger_args: json({}) })
      .execute();
    const run = () =>
      house.db
        .insertInto('scheduler_job_runs')
        .values({ job_id: 'j', trigger_kind: 'scheduled', scheduled_for: '2025-12-15T01:00:00Z' })
        .execute();
    await run();
    await expect(run()).rejects.toEqual(refused('23505'));
  });
});

describe('transaction', () => {
  const names = async () =>
    (await house.db.selectFrom('tags').select('name').where('category', '=', 'guard').execute()).map((row) => row.name);
  const tag = (name: string) => ({ name, display_name: name, category: 'guard' });

  test('commits, and rolls back when the work throws', async () => {
    await transaction(house.db, (db) => db.insertInto('tags').values(tag('kept')).execute());
    await expect(
      transaction(house.db, async (db) => {
        await db.insertInto('tags').values(tag('lost')).execute();
        throw new Error('stop');
      }),
    ).rejects.toThrow('stop');
    expect(await names()).toEqual(['kept']);
  });

  test('the outer handle refuses to be used inside, also far down the stack, and works again afterwards', async () => {
    const deep = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return names();
    };
    await expect(transaction(house.db, () => deep())).rejects.toThrow('outer handle inside a transaction');
    await expect(transaction(house.db, () => sql`select 1`.execute(house.db))).rejects.toThrow('outer handle inside a transaction');
    await expect(transaction(house.db, () => transaction(house.db, async () => 1))).rejects.toThrow('inside a transaction');
    expect(await transaction(house.db, () => outsideTransaction(names))).toEqual(['kept']);
    expect(await names()).toEqual(['kept']);
  });

  test('work that outlives the transaction may use the outer handle', async () => {
    const later = await transaction(house.db, async () => ({ end: new Promise((resolve) => setTimeout(resolve, 20)).then(names) }));
    expect(await later.end).toEqual(['kept']);
  });
});

test('openStore says what is wrong with an unreachable database', async () => {
  const open = openStore({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', dataDir: '/nowhere' });
  await expect(open).rejects.toThrow(/cannot use the database: .*ECONNREFUSED/);
});

function migrateInAnotherProcess(url: string): Promise<{ code: number | null; errors: string; steps: number }> {
  const program = `
    import pg from 'pg';
    import { migrateToLatest } from ${JSON.stringify(new URL('./migrate.ts', import.meta.url).href)};
    import { openHandle, types } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)};
    const pool = new pg.Pool({ connectionString: process.env.URL, types, max: 2 });
    const steps = await migrateToLatest(openHandle(pool), '2025-12-15');
    await pool.end();
    process.stdout.write(String(steps.length));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: new URL('.', import.meta.url),
    env: { PATH: process.env.PATH, URL: url },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, errors, steps: Number(output) })));
}
