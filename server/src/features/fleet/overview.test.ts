import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeInstance } from '../../../test/make.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import type { DB } from '../../store/tables.ts';
import { type Overview, overview } from './overview.ts';

const { getDashboardOverview, getDashboardStatus } = catalogue.dashboard;
const ZONE = 'Asia/Shanghai';
let house: TestHouse;
let ids: { a: number; b: number; off: number; gone: number };
type Whole = { [K in keyof Overview]: NonNullable<Overview[K]> };
async function look(): Promise<Whole> {
  const { found, failures } = await overview(house.deps.db, house.clock.now(), ZONE);
  expect(failures).toEqual([]);
  return found as Whole;
}

interface Given {
  active?: boolean;
  locked?: boolean;
  superuser?: boolean;
  role?: boolean;
  everybody?: boolean;
  read?: 'ok' | 'stale' | 'never';
}
let n = 0;
async function account(
  instance_id: number,
  given: Given = {},
  classes: { id: number; type?: 'auto' | 'manual' | 'manual_exclude' }[] = [],
) {
  const { db } = house.deps;
  const of = { instance_id, db_type: 'postgresql', username: `u${++n}` };
  const made = await db
    .insertInto('instance_accounts')
    .values({ ...of, is_active: given.active ?? true })
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id } = await db
    .insertInto('account_permission')
    .values({
      ...{ ...of, instance_account_id: made.id, is_locked: given.locked ?? false, is_superuser: given.superuser ?? false },
      ...{ is_role: given.role ?? false, is_public: given.everybody ?? false, read_state: given.read ?? 'ok' },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const one of classes) {
    const assignment_type = one.type ?? 'auto';
    const row = { account_id: id, classification_id: one.id, assignment_type, is_active: assignment_type !== 'manual_exclude' };
    await db.insertInto('account_classification_assignments').values(row).execute();
  }
  return { id, account: made.id, username: of.username };
}
const size = (instance_id: number, collected_date: string, total_size_mb: number) =>
  house.deps.db.insertInto('instance_size_stats').values({ instance_id, collected_date, total_size_mb }).execute();
let sessions = 0;
async function record(instance_id: number, status: 'completed' | 'failed' | 'cancelled', at: string, more: object = {}) {
  const { db } = house.deps;
  const session_id = `s-${++sessions}`;
  const times = { completed_at: new Date(at), created_at: new Date(at) };
  await db
    .insertInto('sync_sessions')
    .values({ session_id, sync_type: 'scheduled_task', status, ...times })
    .execute();
  await db
    .insertInto('sync_instance_records')
    .values({ session_id, instance_id, status, ...times, ...more })
    .execute();
  return session_id;
}

// Now is 2025-12-15 12:00 in Shanghai; yesterday began at 2025-12-13T16:00Z.
beforeAll(async () => {
  house = await openHouse();
  const { db } = house.deps;
  await ensurePartitions(db, 'instance_size_stats', ['2025-11-01']);
  ids = {
    a: await makeInstance(house, { name: 'a' }),
    b: await makeInstance(house, { name: 'b', db_type: 'mysql' }),
    off: await makeInstance(house, { name: 'off', is_active: false }),
    gone: await makeInstance(house, { name: 'gone' }),
  };
  await db.updateTable('instances').set({ deleted_at: house.clock.now() }).where('id', '=', ids.gone).execute();
  await db.updateTable('instances').set({ last_test_ok: true }).where('id', '=', ids.a).execute();
  await db.updateTable('instances').set({ last_test_ok: false }).where('id', '=', ids.off).execute();
});
afterAll(() => house.close());

test('20-DASH-4: users and instances that are active are not all there are; deleted ones are neither', async () => {
  await house.deps.db.updateTable('users').set({ is_active: false }).where('role', '=', 'viewer').execute();
  const { users, instances } = await look();
  await house.deps.db.updateTable('users').set({ is_active: true }).execute();
  expect(users).toEqual({ total: 3, active: 2 });
  expect(instances).toEqual({
    total: 3,
    active: 2,
    by_type: [
      { db_type: 'postgresql', total: 2, ok: 1, failed: 1, never: 0 },
      { db_type: 'mysql', total: 1, ok: 0, failed: 0, never: 1 },
    ],
  });
});

test('20-DASH-4: accounts of watched instances, without roles and PUBLIC; an account with two classes is one', async () => {
  const { db } = house.deps;
  await account(ids.a, {}, [{ id: 7 }, { id: 2, type: 'manual' }]);
  await account(ids.a, { locked: true, superuser: true }, [{ id: 2, type: 'manual' }]);
  await account(ids.a, { active: false, locked: true, superuser: true }, [{ id: 7 }]);
  await account(ids.a, { role: true, superuser: true }, [{ id: 7 }]);
  await account(ids.a, { everybody: true }, [{ id: 7 }]);
  await account(ids.a, { read: 'never' }, [{ id: 7, type: 'manual_exclude' }]);
  await account(ids.b, { read: 'stale' });
  await account(ids.b);
  for (const id of [ids.off, ids.gone]) await account(id, { locked: true, superuser: true }, [{ id: 7 }]);
  const before = await look();
  expect(before.accounts).toEqual({ total: 6, active: 5, locked: 1, superusers: 1, unread: 2 });
  expect(before.classified_accounts).toMatchObject({ total: 2, auto: 1 });
  expect(before.classified_accounts.classifications.map(({ id, count }) => [id, count])).toEqual([
    [7, 1],
    [2, 2],
    [4, 0],
    [8, 0],
    [5, 0],
  ]);
  // A failed read of the whole instance makes all its accounts stale.
  await db.updateTable('instances').set({ accounts_error_at: house.clock.now() }).where('id', '=', ids.b).execute();
  expect((await look()).accounts.unread).toBe(3);
});

test('the numbers are those of the lists they lead to', async () => {
  const viewer = house.as('viewer');
  const found = await look();
  const ledger = async (query: object) =>
    (await viewer.call(catalogue.account.listAccountsData, { query: { limit: 1, ...query } as never })).body.data.total;
  expect(await ledger({})).toBe(found.accounts.active);
  expect(await ledger({ include_deleted: true })).toBe(found.accounts.total);
  expect(await ledger({ is_locked: true })).toBe(found.accounts.locked);
  expect(await ledger({ is_superuser: true })).toBe(found.accounts.superusers);
  for (const { id, count } of found.classified_accounts.classifications) expect(await ledger({ classification: id })).toBe(count);
  const list = async (query: object) =>
    (await viewer.call(catalogue.instancesManage.listInstancesData, { query: query as never })).body.data.total;
  expect(await list({})).toBe(found.instances.total);
  expect(await list({ status: 'active' })).toBe(found.instances.active);
  for (const type of found.instances.by_type)
    for (const test of ['ok', 'failed', 'never'] as const) expect(await list({ db_type: type.db_type, test })).toBe(type[test]);
});

test('databases of watched instances', async () => {
  const seen = { first_seen_date: '2025-12-01', last_seen_date: '2025-12-01' };
  const row = (instance_id: number, database_name: string, is_active = true) => ({ instance_id, database_name, is_active, ...seen });
  const rows = [row(ids.a, 'x'), row(ids.a, 'y', false), row(ids.b, 'x'), row(ids.off, 'x'), row(ids.gone, 'x')];
  await house.deps.db.insertInto('instance_databases').values(rows).execute();
  expect((await look()).databases).toEqual({ total: 3, active: 2, inactive: 1 });
});

test('capacity: each instance’s newest size of the last seven days; a server that was not read has not shrunk', async () => {
  expect((await look()).capacity).toMatchObject({ total_mb: 0, total_gb: 0, usage_percent: null });
  await size(ids.a, '2025-11-10', 4000); // six days before the trend begins, and then nothing for long
  await size(ids.a, '2025-12-10', 1000);
  await size(ids.a, '2025-12-14', 1536);
  await size(ids.b, '2025-12-10', 512);
  await size(ids.b, '2025-12-12', 600);
  await size(ids.off, '2025-12-14', 99_999);
  const { capacity } = await look();
  expect(capacity.total_mb).toBe(1536 + 600);
  expect(capacity.total_gb).toBe(2.1);
  expect(capacity.trend).toHaveLength(30);
  expect([capacity.trend[0]!.date, capacity.trend.at(-1)!.date]).toEqual(['2025-11-16', '2025-12-15']);
  const shown = capacity.trend.filter((day) => day.total_mb !== null);
  expect(shown).toEqual([
    { date: '2025-12-10', total_mb: 1512 },
    { date: '2025-12-12', total_mb: 1600 },
    { date: '2025-12-14', total_mb: 2136 },
  ]);
  // Eight days after b was read it counts no more, though a still does.
  const { found: later } = await overview(house.deps.db, new Date('2025-12-20T04:00:00Z'), ZONE);
  expect(later.capacity!.total_mb).toBe(1536);
});

test('failures since yesterday: the newest of each instance and category, and only while no success followed', async () => {
  const AUTH = { error_code: 'AUTH_FAILED' };
  await record(ids.a, 'failed', '2025-12-13T15:59:00Z', AUTH); // the day before yesterday
  expect((await look()).failed_since_yesterday).toEqual([]);
  await record(ids.a, 'failed', '2025-12-14T01:00:00Z', AUTH);
  const newest = await record(ids.a, 'failed', '2025-12-14T02:00:00Z', { error_code: 'TIMEOUT' });
  await record(ids.a, 'cancelled', '2025-12-14T03:00:00Z');
  await record(ids.a, 'failed', '2025-12-14T02:30:00Z', { ...AUTH, sync_category: 'capacity' });
  await record(ids.a, 'completed', '2025-12-14T03:30:00Z', { sync_category: 'capacity' });
  await record(ids.off, 'failed', '2025-12-14T02:00:00Z', AUTH);
  expect((await look()).failed_since_yesterday).toMatchObject([
    { instance_id: ids.a, instance_name: 'a', sync_category: 'account', error_code: 'TIMEOUT', session_id: newest },
  ]);
  await record(ids.a, 'completed', '2025-12-14T04:00:00Z');
  expect((await look()).failed_since_yesterday).toEqual([]);
});

test('changes since yesterday, in the caller’s language', async () => {
  const { db } = house.deps;
  const kept = await account(ids.a);
  const log = {
    instance_id: ids.a,
    instance_account_id: kept.account,
    db_type: 'postgresql',
    username: kept.username,
    message: '新增',
    message_en: 'Added',
  };
  const at = (time: string) => ({ change_time: new Date(time) });
  await db
    .insertInto('account_change_log')
    .values([
      { ...log, change_type: 'add', ...at('2025-12-13T15:00:00Z') },
      { ...log, change_type: 'add', ...at('2025-12-13T16:00:00Z') },
      { ...log, change_type: 'modify_privilege', ...at('2025-12-14T01:00:00Z') },
      { ...log, change_type: 'modify_other', ...at('2025-12-14T02:00:00Z') },
      { ...log, change_type: 'delete', ...at('2025-12-14T03:00:00Z') },
      { ...log, change_type: 'return', ...at('2025-12-15T03:00:00Z'), instance_account_id: null, message_en: null },
      { ...log, instance_id: ids.off, instance_account_id: null, change_type: 'delete', ...at('2025-12-15T03:00:00Z') },
    ])
    .execute();
  const { changes_since_yesterday: changes } = await look();
  expect(changes).toMatchObject({ added: 2, modified: 2, removed: 1 });
  expect(changes.latest.map((change) => change.change_type)).toEqual(['return', 'delete', 'modify_other', 'modify_privilege', 'add']);
  expect(changes.latest.map((change) => change.account_id)).toEqual([null, kept.id, kept.id, kept.id, kept.id]);
  await db.updateTable('users').set({ locale: 'en' }).where('role', '=', 'viewer').execute();
  const english = (await house.as('viewer').call(getDashboardOverview)).body.data;
  const chinese = (await house.as('user').call(getDashboardOverview)).body.data;
  expect(english.changes_since_yesterday!.latest.map((change) => change.message)).toEqual(['新增', 'Added', 'Added', 'Added', 'Added']);
  expect(chinese.changes_since_yesterday!.latest[1]!.message).toBe('新增');
  const first = (data: typeof english) => data.classified_accounts!.classifications[0]!;
  expect([first(english).display_name, first(chinese).display_name, first(chinese).color]).toEqual(['Privileged', '特权账户', '#c0392b']);
});

test('the next jobs, soonest first; paused ones have no next', async () => {
  const { db } = house.deps;
  await db.deleteFrom('scheduler_jobs').execute();
  const job = (id: string, next_run_time: string | null, state: 'active' | 'paused' = 'active') => ({
    ...{ id, name: id, function: 'x', trigger_type: 'cron' as const, trigger_args: '{}', state, next_run_time },
  });
  await db
    .insertInto('scheduler_jobs')
    .values([
      job('late', '2025-12-15T20:00:00Z'),
      job('soon', '2025-12-15T17:00:00Z'),
      job('paused', '2025-12-15T16:30:00Z', 'paused'),
      job('never', null),
    ])
    .execute();
  expect((await look()).next_jobs.map((next) => next.id)).toEqual(['soon', 'late']);
});

test('20-DASH-3: a fixed number of statements', async () => {
  let statements = 0;
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: house.deps.store.pool }), log: () => void statements++ });
  await overview(db, house.clock.now(), ZONE);
  expect(statements).toBe(11);
});

test('20-DASH-2: a part that cannot be read is null and named, the others stand; when nothing can be read it is a failure', async () => {
  const { pool } = house.deps.store;
  await pool.query('alter table scheduler_jobs rename to scheduler_jobs_away');
  try {
    const reply = (await house.as('viewer').raw({ method: 'GET', url: getDashboardOverview.path })).json();
    expect([reply.data.next_jobs, reply.meta]).toEqual([null, { degraded: ['next_jobs'] }]);
    expect(reply.data.instances.total).toBeGreaterThan(0);
  } finally {
    await pool.query('alter table scheduler_jobs_away rename to scheduler_jobs');
  }
  const nothing = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: { connect: () => Promise.reject(new Error('away')), end: async () => undefined } as never }),
  });
  await expect(overview(nothing, house.clock.now(), ZONE)).rejects.toThrow('away');
});

test('an empty fleet has an overview', async () => {
  await house.deps.db.deleteFrom('instances').execute();
  const empty = (await house.as('viewer').call(getDashboardOverview)).body.data;
  expect(empty).toMatchObject({ instances: { total: 0, active: 0, by_type: [] }, accounts: { total: 0 }, capacity: { total_mb: 0 } });
  expect(empty.capacity!.trend.every((day) => day.total_mb === null)).toBe(true);
});

test('20-DASH-5: the machine’s numbers are for admins, services and uptime for everybody', async () => {
  house.clock.advance((86_400 + 2 * 3600 + 3 * 60) * 1000);
  const [admin, user] = await Promise.all([house.as('admin').call(getDashboardStatus), house.as('user').call(getDashboardStatus)]);
  expect(admin.body.data.system).toMatchObject({
    cpu: expect.any(Number),
    memory: { total: expect.any(Number) },
    disk: { used: expect.any(Number) },
  });
  expect(user.body.data).toEqual({
    system: null,
    services: { database: 'healthy', redis: 'not_configured' },
    uptime: '1天 2小时 3分钟',
    uptime_seconds: 93_780,
  });
});
