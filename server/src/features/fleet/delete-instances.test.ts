import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeCredential, makeInstance } from '../../../test/make.ts';
import { Refusal } from '../../refusal.ts';
import type { DB } from '../../store/tables.ts';
import { createInstance, updateInstance } from '../instances/change-instances.ts';
import { deleteInstances } from './delete-instances.ts';

const { delete: deleteOne, deleteInstancesBatch } = catalogue.instancesManage;
const DAY = '2025-12-14';
let house: TestHouse;
const actor = () => ({ user: null, now: house.clock.now() });
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** One of everything that hangs on an instance, and `accounts` accounts. @returns its id */
async function furnish(accounts = 2): Promise<number> {
  const { db } = house.deps;
  const id = await makeInstance(house, { tag_names: ['production', 'cluster'], credential_id: await makeCredential(house) });
  await db
    .updateTable('instances')
    .set({ connection_options: JSON.stringify({ tls_mode: 'require', wallet: 'MARKED-WALLET' }) })
    .where('id', '=', id)
    .execute();
  for (let n = 0; n < accounts; n++) {
    const of = { instance_id: id, db_type: 'postgresql', username: `u${n}` };
    const account = await db.insertInto('instance_accounts').values(of).returning('id').executeTakeFirstOrThrow();
    const row = { ...of, instance_account_id: account.id };
    const { id: account_id } = await db.insertInto('account_permission').values(row).returning('id').executeTakeFirstOrThrow();
    await db.insertInto('account_classification_assignments').values({ account_id, classification_id: 7 }).execute();
    await db
      .insertInto('account_change_log')
      .values({ ...row, change_type: 'add' })
      .execute();
    const fact = { instance_id: id, account_id };
    await db
      .insertInto('account_privileges')
      .values({ ...fact, scope: 'server', privilege: 'SELECT' })
      .execute();
    await db
      .insertInto('account_memberships')
      .values({ ...fact, role: 'r' })
      .execute();
    await db
      .insertInto('account_ownership')
      .values({ ...fact, scope: 'database' })
      .execute();
  }
  const period = { instance_id: id, period_type: 'daily' as const, period_start: DAY, period_end: DAY };
  const sizes = { avg_size_mb: 1, max_size_mb: 1, min_size_mb: 1, data_count: 1 };
  const seen = { first_seen_date: DAY, last_seen_date: DAY };
  await db
    .insertInto('instance_databases')
    .values({ instance_id: id, database_name: 'shop', ...seen })
    .execute();
  await db.insertInto('database_size_stats').values({ instance_id: id, database_name: 'shop', size_mb: 1, collected_date: DAY }).execute();
  await db.insertInto('instance_size_stats').values({ instance_id: id, total_size_mb: 1, collected_date: DAY }).execute();
  await db
    .insertInto('database_size_aggregations')
    .values({ ...period, ...sizes, database_name: 'shop' })
    .execute();
  await db
    .insertInto('instance_size_aggregations')
    .values({ ...period, ...sizes, total_size_mb: 1, database_count: 1 })
    .execute();
  const capability = { instance_id: id, feature: 'accounts', needs: 'x', has: true, checked_at: house.clock.now() };
  await db.insertInto('instance_capabilities').values(capability).execute();
  await makeRecord(id, 'completed');
  return id;
}
let sessions = 0;
async function makeRecord(instance_id: number, status: 'completed' | 'running'): Promise<string> {
  const { db } = house.deps;
  const session_id = `session-${++sessions}`;
  const now = house.clock.now();
  const ended = status === 'running' ? { status, completed_at: null } : { status, completed_at: now };
  await db
    .insertInto('sync_sessions')
    .values({ session_id, sync_type: 'manual_single', total_instances: 1, ...ended })
    .execute();
  await db
    .insertInto('sync_instance_records')
    .values({ session_id, instance_id, ...ended })
    .execute();
  return session_id;
}
const CHILDREN = [
  ...(['account_permission', 'account_privileges', 'account_memberships', 'account_ownership', 'account_change_log'] as const),
  ...(['sync_instance_records', 'instance_accounts', 'instance_databases', 'instance_size_stats', 'instance_tags'] as const),
  ...(['database_size_stats', 'instance_size_aggregations', 'database_size_aggregations', 'instance_capabilities'] as const),
];
/** Rows that still hang on an instance, by table. */
async function left(id: number): Promise<Record<string, number>> {
  const counts = await Promise.all(
    CHILDREN.map(async (table) => {
      const rows = await house.deps.db.selectFrom(table).select('instance_id').where('instance_id', '=', id).execute();
      return [table, rows.length] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
}
const COUNTS = {
  ...{ deleted_assignments: 2, deleted_account_permissions: 2, deleted_sync_records: 1, deleted_change_logs: 2 },
  ...{ deleted_instance_accounts: 2, deleted_instance_databases: 1, deleted_instance_size_stats: 1, deleted_database_size_stats: 1 },
  ...{ deleted_instance_size_aggregations: 1, deleted_database_size_aggregations: 1, deleted_tag_links: 2 },
};

test('20-BATCH-7: the full counters in both routes, nothing left behind, sessions and credentials kept', async () => {
  const { db } = house.deps;
  const [first, second, third, other] = [await furnish(), await furnish(), await furnish(), await furnish()];
  const before = await db.selectFrom('sync_sessions').select('id').execute();
  const batch = await house.as('admin').call(deleteInstancesBatch, { body: { instance_ids: [second, 999_999, first, first] } });
  expect(batch.status).toBe(200);
  const doubled = Object.fromEntries(Object.entries(COUNTS).map(([key, n]) => [key, 2 * n]));
  expect(batch.body.data).toEqual({ deleted_count: 2, missing_instance_ids: [999_999], ...doubled, deleted_sync_data: 4 });
  const single = await house.as('admin').call(deleteOne, { params: { instance_id: third } });
  expect(single.body.data).toEqual({ deleted_count: 1, missing_instance_ids: [], ...COUNTS, deleted_sync_data: 2 });
  for (const id of [first, second, third]) expect(await left(id)).toEqual({});
  expect(Object.keys(await left(other))).toHaveLength(CHILDREN.length);
  expect(await db.selectFrom('account_classification_assignments').select('id').execute()).toHaveLength(2);
  expect(await db.selectFrom('sync_sessions').select('id').execute()).toEqual(before);
  expect(await db.selectFrom('credentials').select('id').execute()).toHaveLength(4);
});

test('20-BATCH-7: the audit trail keeps each instance as it was and its counters, without secrets', async () => {
  const { db } = house.deps;
  const id = await furnish();
  await deleteInstances(db, actor(), [id], false);
  const events = await db
    .selectFrom('audit_events')
    .selectAll()
    .where('resource_id', '=', String(id))
    .where('action', '=', 'delete')
    .execute();
  expect(events).toHaveLength(1);
  expect(events[0]!.after).toEqual(COUNTS);
  expect(events[0]!.before).toMatchObject({
    id,
    db_type: 'postgresql',
    tags: ['cluster', 'production'],
    connection_options: { tls_mode: 'require' },
  });
  expect(events[0]!.before).toHaveProperty('credential_name');
  expect(JSON.stringify(events[0])).not.toContain('MARKED-WALLET');
});

test('20-BATCH-8: a busy instance refuses the whole delete with its session, unless it is forced', async () => {
  const { db } = house.deps;
  const [idle, busy] = [await furnish(), await furnish()];
  const session_id = await makeRecord(busy, 'running');
  const refused = await house.as('admin').call(deleteInstancesBatch, { body: { instance_ids: [idle, busy] } });
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({ message_code: 'SYNC_IN_PROGRESS', extra: { session_id, instance_ids: [busy] } });
  expect(Object.keys(await left(idle))).toHaveLength(CHILDREN.length);
  const single = await house.as('admin').call(deleteOne, { params: { instance_id: busy } });
  expect(single.status).toBe(409);
  const forced = await house.as('admin').call(deleteOne, { params: { instance_id: busy }, body: { force: true } });
  expect(forced.body.data).toMatchObject({ deleted_count: 1, deleted_sync_records: 2 });
  const session = await db.selectFrom('sync_sessions').select('status').where('session_id', '=', session_id).executeTakeFirstOrThrow();
  expect(session.status).not.toBe('running');
});

test('20-BATCH-5, 20-BATCH-6: anything but an array of ids is 400 and deletes nothing', async () => {
  const [id, next] = [await makeInstance(house), await makeInstance(house)];
  const admin = house.as('admin');
  const headers = { 'content-type': 'application/json' };
  const bodies = [
    '{"instance_ids":[]}',
    `{"instance_ids":"${id}${next}"}`,
    '{"instance_ids":["x"]}',
    '{"instance_ids":[0]}',
    '{"instance_ids":[1.5]}',
  ];
  for (const payload of [
    ...bodies,
    '{}',
    '[]',
    '',
    'not json',
    `{"instance_ids":[${Array.from({ length: 501 }, (_, i) => i + 1).join()}]}`,
  ]) {
    const reply = await admin.raw({ method: 'POST', url: deleteInstancesBatch.path, headers, payload });
    expect([payload.slice(0, 40), reply.statusCode, reply.json().message_code]).toEqual([payload.slice(0, 40), 400, 'VALIDATION_ERROR']);
  }
  const rows = await house.deps.db.selectFrom('instances').select('id').where('id', 'in', [id, next]).execute();
  expect(rows).toHaveLength(2);
});

test('an unknown id is 404 alone and told in a batch; other roles may not', async () => {
  const admin = house.as('admin');
  expect((await admin.call(deleteOne, { params: { instance_id: 999_999 } })).status).toBe(404);
  const batch = await admin.call(deleteInstancesBatch, { body: { instance_ids: [999_999] } });
  expect([batch.status, batch.body.data.deleted_count, batch.body.data.missing_instance_ids]).toEqual([200, 0, [999_999]]);
  expect((await house.as('user').call(deleteInstancesBatch, { body: { instance_ids: [1] } })).status).toBe(403);
});

test('a failure in the middle leaves everything', async () => {
  const { store } = house.deps;
  const id = await furnish();
  await store.pool.query(`create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end'`);
  await store.pool.query('create trigger refuse before delete on instance_tags for each row execute function refuse()');
  await expect(deleteInstances(house.deps.db, actor(), [id], false)).rejects.toThrow('no');
  await store.pool.query('drop trigger refuse on instance_tags');
  expect(Object.keys(await left(id))).toHaveLength(CHILDREN.length);
});

test('two deletes of the same instances at once: each goes once', async () => {
  const ids = [await furnish(), await furnish(), await furnish()];
  const both = await Promise.all([ids, ids.toReversed()].map((given) => deleteInstances(house.deps.db, actor(), given, false)));
  expect(both.map((one) => one.counts.deleted_count).sort()).toEqual([0, 3]);
});

test('the number of statements does not grow with the instances, their audit events included', async () => {
  const seen: string[] = [];
  const log = (event: { query: { sql: string } }) => void seen.push(event.query.sql);
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: house.deps.store.pool }), log });
  await deleteInstances(db, actor(), [await furnish()], false);
  const alone = seen.splice(0).length;
  await deleteInstances(db, actor(), [await furnish(1), await furnish(3), await furnish()], false);
  expect(seen).toHaveLength(alone);
  expect(alone).toBeLessThan(25);
});

test('nothing asked for, nothing done', async () => {
  const { counts, instances } = await deleteInstances(house.deps.db, actor(), [], false);
  expect([counts.deleted_count, counts.missing_instance_ids, instances]).toEqual([0, [], []]);
  await expect(deleteInstances(house.deps.db, actor(), [], true)).resolves.not.toBeInstanceOf(Refusal);
});

test('a wallet is in no audit event of creating, changing or deleting its instance', async () => {
  const { db } = house.deps;
  const wallet = { connection_options: { service_name: 'orcl', wallet: 'MARKED-WALLET' } };
  const { id } = await createInstance(db, house.deps.vault, actor(), {
    name: 'ora',
    db_type: 'oracle',
    host: '10.0.0.9',
    port: 1521,
    ...wallet,
  });
  await updateInstance(db, house.deps.vault, actor(), id, { connection_options: { ...wallet.connection_options, service_name: 'other' } });
  await deleteInstances(db, actor(), [id], false);
  const events = await db.selectFrom('audit_events').selectAll().where('resource_id', '=', String(id)).orderBy('id').execute();
  expect(events.map((event) => event.action)).toEqual(['create', 'update', 'delete']);
  expect(events[1]).toMatchObject({ before: { connection_options: { service_name: 'orcl' } } });
  expect(JSON.stringify(events)).not.toContain('MARKED-WALLET');
});
