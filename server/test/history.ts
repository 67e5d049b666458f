/** An installation as an earlier version left it: migrated so far and no further, with rows in every table there was. */
import { Migrator } from 'kysely/migration';
import type pg from 'pg';
import { migrations } from '../src/store/migrations/index.ts';
import { openHandle } from '../src/store/open.ts';
import { ensurePartitions, partitionedTables } from '../src/store/partitions.ts';

export const STEPS = Object.keys(migrations).sort();
export const DAY = '2025-11-21';

/** From which step on the tables are there; each finds what it hangs on by name, as ids are not ours to choose. */
const ROWS: readonly [since: number, statements: readonly string[]][] = [
  [
    1,
    [
      `insert into users (username, password, role) values ('from-before', '$2b$12$KIXQ1C0HtqHp4kMNpZ0PXu4Q9mD5qg6vGUGbWgyqIhcQF0PQ2yJxS', 'admin')`,
      `insert into user_sessions (id_hash, user_id, expires_at) select md5('a'), id, now() + interval '1 day' from users`,
      `insert into refresh_tokens (jti, session_id, user_id, expires_at) select 'jti', s.id, s.user_id, now() + interval '1 day' from user_sessions s`,
      `insert into personal_tokens (user_id, name, token_hash, role) select id, '令牌', md5('t'), 'viewer' from users`,
      `insert into login_failures (name_key, client_key, failures) values ('n', '10.0.0.0/24', 3)`,
      `insert into user_preferences (user_id, key, value) select id, 'columns', '["name"]' from users`,
      `insert into settings (key, value) values ('account_filters', '{"mysql": {"users": ["noise_%"], "patterns": []}}')`,
      `insert into audit_events (username, action, resource, resource_id, before) values ('from-before', 'update', 'tag', '1', '{"name": "old"}')`,
    ],
  ],
  [
    2,
    [
      `insert into database_type_configs (name, display_name, driver, default_port, default_schema) values ('mysql', 'My own name', 'mysql2', 3306, 'mysql') on conflict (name) do update set display_name = excluded.display_name`,
      `insert into credentials (name, db_type, username, password) values ('生产只读', 'mysql', 'monitor', 'v1:0123abcd:x:y')`,
      `insert into instances (name, db_type, host, port, credential_id, connection_options) select '订单库-01', 'mysql', 'db.example.com', 3306, id, '{"tls_mode": "require"}' from credentials`,
      `insert into instance_capabilities (instance_id, feature, needs, has, checked_at) select id, 'accounts', 'SELECT', true, now() from instances`,
      `insert into tags (name, display_name, category) values ('from-before', '以前的', 'other')`,
      `insert into instance_tags (instance_id, tag_id) select i.id, t.id from instances i, tags t where t.name = 'from-before'`,
      `insert into instance_databases (instance_id, database_name, first_seen_date, last_seen_date) select id, 'orders', '${DAY}', '${DAY}' from instances`,
      `insert into instance_accounts (instance_id, username, db_type) select id, 'app@10.%', 'mysql' from instances`,
    ],
  ],
  [
    3,
    [
      `insert into account_permission (instance_id, db_type, instance_account_id, username, read_state, global_privileges, extended_privileges)
       select instance_id, db_type, id, username, 'ok', '["SELECT"]', '{"v":1,"grants":[{"scope":"server","privilege":"SELECT","state":"grant","grantable":false}],"memberships":[],"owns":[],"unread":[],"attributes":{}}' from instance_accounts`,
      `insert into account_privileges (instance_id, account_id, scope, privilege) select instance_id, id, 'server', 'SELECT' from account_permission`,
      `insert into account_memberships (instance_id, account_id, role) select instance_id, id, 'reader' from account_permission`,
      `insert into account_ownership (instance_id, account_id, scope, object) select instance_id, id, 'table', 't' from account_permission`,
      `insert into account_change_log (instance_id, instance_account_id, db_type, username, change_type) select instance_id, id, db_type, username, 'add' from instance_accounts`,
      `insert into account_classifications (name, risk_level, priority) values ('我的分类', 'high', 10)`,
      `insert into classification_rules (classification_id, db_type, rule_name, rule_expression) select id, 'mysql', 'mine', '{"type":"mysql_permissions","operator":"OR","global_privileges":["SELECT"]}' from account_classifications where name = '我的分类'`,
      `insert into classification_batches (batch_id, batch_type) values ('batch-from-before', 'manual')`,
      `insert into account_classification_assignments (account_id, classification_id, assignment_type, batch_id) select p.id, c.id, 'manual', 'batch-from-before' from account_permission p, account_classifications c where c.name = '我的分类'`,
    ],
  ],
  [
    4,
    [
      `insert into database_size_stats (instance_id, database_name, size_mb, collected_date) select id, 'orders', 12345, '${DAY}' from instances`,
      `insert into instance_size_stats (instance_id, total_size_mb, database_count, collected_date) select id, 12345, 1, '${DAY}' from instances`,
      `insert into database_size_aggregations (instance_id, database_name, period_type, period_start, period_end, avg_size_mb, max_size_mb, min_size_mb, data_count) select id, 'orders', 'daily', '${DAY}', '${DAY}', 12345, 12345, 12345, 1 from instances`,
      `insert into instance_size_aggregations (instance_id, period_type, period_start, period_end, total_size_mb, avg_size_mb, max_size_mb, min_size_mb, data_count, database_count) select id, 'daily', '${DAY}', '${DAY}', 12345, 12345, 12345, 12345, 1, 1 from instances`,
    ],
  ],
  [
    5,
    [
      `insert into sync_sessions (session_id, sync_type, status, completed_at, total_instances) values ('11111111-2222-3333-4444-555555555555', 'manual_task', 'completed', now(), 1)`,
      `insert into sync_instance_records (session_id, instance_id, instance_name, status) select '11111111-2222-3333-4444-555555555555', id, name, 'completed' from instances`,
      `insert into scheduler_jobs (id, name, function, trigger_type, trigger_args) values ('sync_accounts', 'renamed', 'sync_accounts', 'cron', '{"hour": "5", "minute": "10"}')`,
      `insert into scheduler_job_runs (job_id, trigger_kind, status, scheduled_for) values ('sync_accounts', 'scheduled', 'success', '2025-11-20T17:00:00Z')`,
      `insert into unified_logs (timestamp, level, module, message, context) values ('2025-11-21T00:00:00Z', 'WARNING', 'sync', '以前的日志 from before', '{"session_id": "11111111-2222-3333-4444-555555555555"}')`,
    ],
  ],
];

/** The tables that have rows of the past at this step: all there were, but what later versions work out for themselves. */
export const filledTables = (step: number): string[] =>
  ROWS.filter(([since]) => since <= step).flatMap(([, statements]) => statements.map((one) => /^insert into (\w+)/.exec(one)![1]!));

/** Brings an empty database to one step of the past and fills it. @param step from 1 */
export async function makePast(pool: pg.Pool, step: number): Promise<void> {
  const db = openHandle(pool);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'whalefall_migrations',
    migrationLockTableName: 'whalefall_migrations_lock',
  });
  const { error } = await migrator.migrateTo(STEPS[step - 1]!);
  if (error) throw error;
  if (step >= 4) for (const { name } of partitionedTables) await ensurePartitions(db, name, [DAY]);
  for (const [since, statements] of ROWS) if (since <= step) for (const statement of statements) await pool.query(statement);
}

/**
 * What was put in, as JSON by table. Only columns that were there: a later step may add some.
 * @param columns of an earlier call, to be compared with
 */
export async function pastRows(pool: pg.Pool, columns?: Record<string, string[]>) {
  const { rows: tables } = await pool.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'whalefall_migrations%'
     group by 1 order by 1`,
  );
  const found: Record<string, string[]> = {};
  const there: Record<string, string[]> = {};
  for (const { name, columns: now } of tables) {
    const wanted = columns ? columns[name] : now;
    if (!wanted) continue;
    there[name] = wanted;
    const { rows } = await pool.query<{ row: string }>(
      `select to_jsonb(t)::text as row from (select ${wanted.map((one) => `"${one}"`).join(', ')} from "${name}") t order by 1`,
    );
    found[name] = rows.map(({ row }) => row);
  }
  return { rows: found, columns: there };
}

/** What every version brings itself it may word anew; what people made in such a table stays. */
const BROUGHT = new Set(['permission_configs', 'tags']);
/** Of rows of the past, those that a later version has no reason to touch. */
export const untouchable = (table: string, rows: readonly string[]): string[] =>
  rows.filter((row) => !BROUGHT.has(table) || row.includes('from-before'));
