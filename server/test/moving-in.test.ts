import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeWorld } from '@whalefall/engines/fake';
import { catalogue } from '@whalefall/contract';
import { moveIn, type MovedTable } from '../src/features/moving-in/index.ts';
import { fernetKey, openFernet } from '../src/vault/fernet.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { openHouse, type TestHouse } from './harness.ts';

const KEY = randomBytes(32).toString('base64url');
/** As the older program sealed: a Fernet token, and base64 around it. */
function sealed(text: string, key = KEY): string {
  const bytes = Buffer.from(key, 'base64url');
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', bytes.subarray(16), iv);
  const body = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(8), iv, cipher.update(text, 'utf8'), cipher.final()]);
  const token = Buffer.concat([body, createHmac('sha256', bytes.subarray(0, 16)).update(body).digest()]).toString('base64url');
  return Buffer.from(`${token}${'='.repeat((4 - (token.length % 4)) % 4)}`).toString('base64');
}
const BCRYPT = '$2b$12$abcdefghijklmnopqrstuuWZ6iOrSxm4nqBJQzsQ2hSIGFQ9PYQZO';

/** Its schema where it matters here: its script's, which lacks is_locked and rule_id. */
const SCHEMA = `
create table users (id serial primary key, username varchar(255) unique, password varchar(255), role varchar(50), created_at timestamptz not null, last_login timestamptz, is_active boolean default true);
create table credentials (id serial primary key, name varchar(255) unique, credential_type varchar(50), db_type varchar(50), username varchar(255), password varchar(255), description text, instance_ids jsonb, category_id int, is_active boolean, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
create table instances (id serial primary key, name varchar(255) unique, db_type varchar(50), host varchar(255), port int, database_name varchar(255), database_version varchar(1000), main_version varchar(20), detailed_version varchar(50), sync_count int default 0, credential_id int references credentials, description text, status varchar(20), is_active boolean default true, last_connected timestamptz, created_at timestamptz default now(), updated_at timestamptz, deleted_at timestamptz);
create table tags (id serial primary key, name varchar(50) unique, display_name varchar(100), category varchar(50), color varchar(20), description text, sort_order int default 0, is_active boolean default true, created_at timestamptz, updated_at timestamptz);
create table instance_tags (instance_id int references instances, tag_id int references tags, created_at timestamptz, primary key (instance_id, tag_id));
create table instance_databases (id serial primary key, instance_id int, database_name varchar(255), is_active boolean default true, first_seen_date date, last_seen_date date, deleted_at timestamptz, created_at timestamptz, updated_at timestamptz);
create table instance_accounts (id serial primary key, instance_id int, username varchar(255), db_type varchar(50), is_active boolean default true, first_seen_at timestamptz, last_seen_at timestamptz, deleted_at timestamptz, attributes jsonb, created_at timestamptz, updated_at timestamptz);
create table account_permission (id serial primary key, instance_id int, db_type varchar(20), instance_account_id int, username varchar(255), is_superuser boolean, global_privileges json, database_privileges json, type_specific json, last_sync_time timestamptz, last_change_type varchar(20), last_change_time timestamptz);
create table account_classifications (id serial primary key, name varchar(100) unique, description text, risk_level varchar(20), color varchar(20), icon_name varchar(50), priority int, is_system boolean, is_active boolean default true, created_at timestamptz, updated_at timestamptz);
create table classification_rules (id serial primary key, classification_id int, db_type varchar(20), rule_name varchar(100), rule_expression text, is_active boolean default true, created_at timestamptz, updated_at timestamptz);
create table account_classification_assignments (id serial primary key, account_id int, classification_id int, assigned_by int, assignment_type varchar(20), confidence_score real, notes text, batch_id varchar(36), is_active boolean default true, created_at timestamptz, updated_at timestamptz);
create table account_change_log (id serial primary key, instance_id int, db_type varchar(20), username varchar(255), change_type varchar(50), change_time timestamptz, session_id varchar(36), status varchar(20), message text, privilege_diff json, other_diff json);
create table database_size_stats (id bigserial, instance_id int, database_name varchar(255), size_mb bigint, data_size_mb bigint, log_size_mb bigint, collected_date date, collected_at timestamptz, created_at timestamptz, updated_at timestamptz) partition by range (collected_date);
create table database_size_stats_2024_02 partition of database_size_stats for values from ('2024-02-01') to ('2024-03-01');
create table instance_size_stats (id serial, instance_id int, total_size_mb int, database_count int, collected_date date, collected_at timestamptz, is_deleted boolean default false, deleted_at timestamptz, created_at timestamptz, updated_at timestamptz);
create table database_size_aggregations (id bigserial, instance_id int, database_name varchar(255), period_type varchar(20), period_start date, period_end date, avg_size_mb bigint, max_size_mb bigint, min_size_mb bigint, data_count int, size_change_mb bigint default 0, size_change_percent numeric(10,2) default 0, growth_rate numeric(10,2) default 0, calculated_at timestamp, created_at timestamp);
create table sync_sessions (id serial primary key, session_id varchar(36) unique, sync_type varchar(20), sync_category varchar(20), status varchar(20), started_at timestamptz, completed_at timestamptz, total_instances int, successful_instances int, failed_instances int, created_by int, created_at timestamptz, updated_at timestamptz);
create table sync_instance_records (id serial primary key, session_id varchar(36), instance_id int, instance_name varchar(255), sync_category varchar(20), status varchar(20), started_at timestamptz, completed_at timestamptz, items_synced int, items_created int, items_updated int, items_deleted int, error_message text, sync_details jsonb, created_at timestamptz);
create type log_level as enum ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL');
create table unified_logs (id serial primary key, timestamp timestamptz, level log_level, module varchar(100), message text, traceback text, context json, created_at timestamptz);
`;
const ROWS = `
insert into users (username, password, role, created_at) values ('admin', '${BCRYPT}', 'admin', '2024-01-01'), ('Li', '${BCRYPT}', 'guest', '2024-01-02');
insert into credentials (id, name, credential_type, db_type, username, password, is_active) values (11, 'prod', 'database', 'mysql', 'monitor', '${sealed('pässword-鲸')}', true), (12, 'lost', 'database', 'mysql', 'm', '${sealed('x', randomBytes(32).toString('base64url'))}', true), (13, 'hash', 'database', null, 'm', '${BCRYPT}', true);
insert into instances (id, name, db_type, host, port, credential_id, sync_count) values (70, 'shop', 'mysql', '127.0.0.1', 3306, 11, 9), (71, 'file', 'sqlite', 'x', 1, null, 0);
insert into tags (id, name, display_name, category, color) values (5, 'production', '生产', 'environment', 'danger'), (6, 'own', '自有', 'mine', 'blue');
insert into instance_tags (instance_id, tag_id) values (70, 5), (70, 6), (71, 6);
insert into instance_databases (instance_id, database_name, first_seen_date, last_seen_date) values (70, 'orders', '2024-01-01', '2024-02-10'), (71, 'x', '2024-01-01', '2024-01-01');
insert into instance_accounts (id, instance_id, username, db_type, first_seen_at, last_seen_at, is_active, deleted_at) values (100, 70, 'root@%', 'mysql', '2023-05-05', '2024-02-10', true, null), (101, 70, 'old@%', 'mysql', '2023-05-05', '2023-06-01', false, '2023-06-02'), (102, 71, 'f', 'sqlite', '2023-05-05', '2024-02-10', true, null);
insert into account_permission (id, instance_id, db_type, instance_account_id, username, is_superuser, global_privileges, database_privileges, type_specific, last_sync_time, last_change_type, last_change_time) values (500, 70, 'mysql', 100, 'root@%', true, '["SUPER"]', '"odd"', '{"plugin": "mysql_native_password"}', '2024-02-10 01:00+08', 'add', '2023-05-05'), (501, 70, 'mysql', 101, 'old@%', null, null, null, null, '2023-06-01', 'odd', null);
insert into account_classifications (id, name, risk_level, color, priority) values (7, '特权账户', 'critical', '#e74c3c', 90), (9, '外包', 'high', '#f39c12', 200);
insert into classification_rules (id, classification_id, db_type, rule_name, rule_expression) values (5, 7, 'mysql', 'mysql_super_rule', '{"global_privileges": ["SUPER"], "type": "mysql_permissions"}'), (50, 9, 'mysql', 'mine', '{"global_privileges": ["FILE"], "database_privileges": [], "operator": "OR", "type": "mysql_permissions"}'), (51, 9, 'mysql', 'broken', '{"no_such": ["FILE"]}');
insert into account_classification_assignments (account_id, classification_id, assigned_by, assignment_type, is_active, created_at) values (500, 7, null, 'auto', true, '2024-01-01'), (500, 7, null, 'auto', true, '2024-01-02'), (500, 9, 2, 'manual', true, '2024-01-03'), (501, 9, null, 'auto', false, '2024-01-01');
insert into account_change_log (instance_id, db_type, username, change_type, change_time, status, message, privilege_diff) values (70, 'mysql', 'root@%', 'add', '2023-05-05 10:00+08', 'success', '账户 root@% 新增账户', '[{"field": "global_privileges", "label": "全局权限", "object": "全局权限", "action": "GRANT", "permissions": ["SUPER", null]}, {"field": "x", "permissions": "odd"}]'), (71, 'sqlite', 'f', 'add', '2023-05-05', 'success', null, null);
insert into database_size_stats (instance_id, database_name, size_mb, collected_date, collected_at) select 70, 'orders', 100 + n, date '2024-02-01' + n, timestamptz '2024-02-01 03:00+08' + n * interval '1 day' from generate_series(0, 9) n;
insert into instance_size_stats (instance_id, total_size_mb, database_count, collected_date, collected_at) values (70, 109, 1, '2024-02-10', '2024-02-10 03:00+08');
insert into database_size_aggregations (instance_id, database_name, period_type, period_start, period_end, avg_size_mb, max_size_mb, min_size_mb, data_count, calculated_at, created_at) values (70, 'orders', 'weekly', '2023-12-25', '2023-12-31', 90, 91, 89, 7, '2024-01-01', '2024-01-01');
insert into sync_sessions (session_id, sync_type, sync_category, status, started_at, completed_at, created_by) values ('a0000000-0000-4000-8000-000000000001', 'scheduled_task', 'account', 'completed', '2024-02-10', '2024-02-10', 1), ('a0000000-0000-4000-8000-000000000002', 'manual_task', 'capacity', 'running', '2024-02-11', null, 2);
insert into sync_instance_records (session_id, instance_id, instance_name, sync_category, status, items_synced) values ('a0000000-0000-4000-8000-000000000001', 70, 'shop', 'account', 'completed', 2), ('a0000000-0000-4000-8000-000000000002', 70, 'shop', 'capacity', 'running', 0);
insert into unified_logs (timestamp, level, module, message, context) values ('2025-12-14', 'ERROR', 'task', 'collection failed', '{"instance": "shop"}');
`;

let old: TestDatabase;
let house: TestHouse;
const world = fakeWorld(1);
const shop = world.instances.find((one) => one.dbType === 'mysql')!;
beforeAll(async () => {
  old = await testDatabase({ migrated: false });
  await old.pool.query(SCHEMA);
  await old.pool.query(ROWS);
  await old.pool.query('update instances set host = $1, port = $2 where id = 70', [shop.host, shop.port]);
  house = await openHouse({ world, worker: true });
});
afterAll(async () => {
  await house.close();
  await old.drop();
});

const run = (given: { dryRun?: boolean; logs?: boolean; key?: string | undefined; url?: string } = {}) =>
  moveIn(
    house.deps.db,
    house.deps.vault,
    { user: null, now: house.clock.now() },
    { url: given.url ?? old.url, fernetKey: 'key' in given ? given.key : KEY, logs: given.logs ?? true, dryRun: given.dryRun ?? false },
  );
const counts = (tables: readonly MovedTable[]) =>
  Object.fromEntries(tables.map(({ table, found, written, left }) => [table, [found, written, left]]));
const EXPECTED = {
  ...{ users: [2, 2, 0], credentials: [3, 3, 0], tags: [2, 1, 0], instances: [2, 1, 1], instance_tags: [3, 2, 1] },
  ...{ instance_databases: [2, 1, 1], instance_accounts: [3, 2, 1], account_permission: [2, 2, 0], account_classifications: [2, 1, 0] },
  ...{ classification_rules: [3, 2, 0], account_classification_assignments: [4, 2, 1], account_change_log: [2, 1, 1] },
  ...{ database_size_stats: [10, 10, 0], instance_size_stats: [1, 1, 0], database_size_aggregations: [1, 1, 0] },
  ...{ instance_size_aggregations: [null, 0, 0], sync_sessions: [2, 2, 0], sync_instance_records: [2, 2, 0], unified_logs: [1, 1, 0] },
};

test('Fernet: the token of its specification opens, a changed one, another key and other texts do not', () => {
  const key = fernetKey('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=');
  const token = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
  expect(openFernet(token, key)).toBe('hello');
  expect(() => openFernet(token.replace('y021', 'y022'), key)).toThrow('another key');
  expect(() => openFernet(token, fernetKey(KEY))).toThrow('another key');
  expect(() => openFernet('password', key)).toThrow('not a Fernet token');
  expect(() => fernetKey('short')).toThrow('32 bytes');
});

test('without the key nothing is begun; a dry run counts everything and writes nothing', async () => {
  await expect(run({ key: undefined })).rejects.toThrow('IMPORT_FERNET_KEY');
  const dry = await run({ dryRun: true });
  expect(counts(dry.tables)).toEqual(EXPECTED);
  const { db } = house.deps;
  for (const table of ['instances', 'credentials', 'audit_events', 'database_size_stats'] as const)
    expect(await db.selectFrom(table).select('id').execute()).toEqual([]);
});

test('the source is only read: a login that may do nothing else is enough', async () => {
  const role = `reader_${randomBytes(4).toString('hex')}`;
  await old.pool.query(`create role ${role} login password 'pässword-1'; grant select on all tables in schema public to ${role}`);
  const url = new URL(old.url);
  [url.username, url.password] = [role, encodeURIComponent('pässword-1')];
  const dry = await run({ dryRun: true, url: url.href });
  expect(dry.tables.every((row) => row.found !== null || row.table === 'instance_size_aggregations')).toBe(true);
  await old.pool.query(`drop owned by ${role}; drop role ${role}`);
});

test('everything of it is here afterwards, and a second run adds nothing', async () => {
  const { db, vault } = house.deps;
  const moved = await run();
  expect(counts(moved.tables)).toEqual(EXPECTED);
  expect(moved.problems.map((line) => line.split(':')[0])).toEqual(['credential lost', 'credential hash', 'rule broken (mysql)']);
  expect(JSON.stringify(moved)).not.toContain('pässword');

  const users = await db
    .selectFrom('users')
    .select(['username', 'role', 'password'])
    .where('username', 'in', ['admin', 'Li'])
    .orderBy('id')
    .execute();
  expect(users).toEqual([
    { username: 'admin', role: 'admin', password: BCRYPT },
    { username: 'Li', role: 'viewer', password: BCRYPT },
  ]);
  const credentials = await db.selectFrom('credentials').selectAll().orderBy('id').execute();
  expect(credentials.map(({ name, is_active }) => [name, is_active])).toEqual([
    ['prod', true],
    ['lost', false],
    ['hash', false],
  ]);
  expect(vault.open(credentials[0]!.password, `credential:${credentials[0]!.id}`)).toBe('pässword-鲸');
  const shop = await db.selectFrom('instances').selectAll().executeTakeFirstOrThrow();
  expect(shop).toMatchObject({
    name: 'shop',
    credential_id: credentials[0]!.id,
    sync_count: 9,
    accounts_synced_at: null,
    active_db_count: 1,
    total_size_mb: 109,
  });
  expect(shop.sizes_synced_at).toEqual(new Date('2024-02-09T19:00:00Z'));
  expect(await db.selectFrom('instance_databases').select(['database_name', 'latest_size_mb']).execute()).toEqual([
    { database_name: 'orders', latest_size_mb: 109 },
  ]);
  const rules = await db
    .selectFrom('classification_rules')
    .select(['rule_name', 'is_active', 'rule_expression'])
    .where('rule_name', 'in', ['mine', 'broken'])
    .orderBy('rule_name')
    .execute();
  expect(rules).toEqual([
    { rule_name: 'broken', is_active: false, rule_expression: { imported: '{"no_such": ["FILE"]}' } },
    { rule_name: 'mine', is_active: true, rule_expression: { type: 'mysql_permissions', operator: 'OR', global_privileges: ['FILE'] } },
  ]);
  const sessions = await db.selectFrom('sync_sessions').select(['status', 'created_by']).orderBy('id').execute();
  expect(sessions.map((row) => row.status)).toEqual(['completed', 'cancelled']);

  const again = await run();
  expect(again.tables.filter((row) => row.written > 0)).toEqual([]);
  expect(again.problems).toEqual([]);
});

test('people find it on the pages: the account, its class and its history; the first sync goes on from there', async () => {
  const admin = house.as('admin');
  const ledger = await admin.call(catalogue.account.listAccountsData, {
    query: { include_deleted: true, sort: 'username', order: 'desc' },
  });
  expect(ledger.body.data.items).toMatchObject([
    { username: 'root@%', is_superuser: true, read_state: 'never', classifications: [{ name: '外包' }, { name: '特权账户' }] },
    { username: 'old@%', is_active: false },
  ]);
  const { id, instance_id } = ledger.body.data.items[0]!;
  const history = await admin.call(catalogue.instancesDetail.getAccountChangeHistory, { params: { instance_id, account_id: id } });
  expect(history.body.data).toMatchObject({
    total: 1,
    history: [
      {
        change_type: 'add',
        message: '账户 root@% 新增账户',
        privilege_diff: expect.arrayContaining([
          expect.objectContaining({ action: 'GRANT', permissions: ['SUPER'] }),
          expect.objectContaining({ action: 'ALTER', permissions: [] }),
        ]),
      },
    ],
  });
  const detail = await admin.call(catalogue.account.getAccountPermissions, { params: { account_id: id } });
  expect(detail.status).toBe(200);
  const synced = await admin.call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id } });
  expect(synced.status).toBe(200);
  const ok = await admin.call(catalogue.account.listAccountsData, { query: { read_state: 'ok' } });
  expect(ok.body.data.total).toBeGreaterThan(0);
  const root = await admin.call(catalogue.account.listAccountsData, { query: { include_deleted: true, search: 'root@%' } });
  expect(root.body.data.items.find((row) => row.username === 'root@%')?.first_seen_at).toMatch(/^2023-05-0[45]/);
  const summary = await admin.call(catalogue.databaseAggregations.getDatabaseAggregations, { query: { period_type: 'weekly' } });
  expect(summary.body.data.items).toMatchObject([{ database_name: 'orders', avg_size_mb: 90 }]);
});
