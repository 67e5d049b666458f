/**
 * A fleet of any size in our own store, the same each time: accounts with the facts of the made-up engines, a year of
 * sizes with growth and steps, logs, sessions, changes. Set-based, so that the largest takes minutes.
 */
import { createHash } from 'node:crypto';
import { catalogueColumns, CATALOGUE_COLUMNS, type DbType } from '@whalefall/engines';
import { fakeFleet } from '@whalefall/engines/fake';
import { type Kysely, sql } from 'kysely';
import { reindexFacts } from '../server/src/features/accounts/queries/snapshots.ts';
import { recount } from '../server/src/features/instances/index.ts';
import { ensurePartitions, partitionedTables } from '../server/src/store/partitions.ts';
import type { DB } from '../server/src/store/tables.ts';
import { withoutLimit } from '../server/src/store/unlimited.ts';

export interface FleetSize {
  instances: number;
  accountsEach: number;
  databasesEach: number;
  days: number;
  logs: number;
  sessions: number;
  changes: number;
}
export const FLEETS: Record<'S' | 'M' | 'L', FleetSize> = {
  S: { instances: 200, accountsEach: 100, databasesEach: 10, days: 365, logs: 100_000, sessions: 300, changes: 5_000 },
  M: { instances: 1_000, accountsEach: 100, databasesEach: 10, days: 365, logs: 1_000_000, sessions: 1_500, changes: 25_000 },
  L: { instances: 5_000, accountsEach: 100, databasesEach: 10, days: 365, logs: 10_000_000, sessions: 7_500, changes: 125_000 },
};
const TYPES: readonly DbType[] = ['mysql', 'postgresql', 'sqlserver', 'oracle'];
const VARIANTS = 4;
const SEED = 20;

/** Accounts of some made-up servers as templates: roles first, then as many accounts as each instance shall have. */
function templates(accountsEach: number) {
  const fleet = fakeFleet(SEED);
  return TYPES.flatMap((dbType) => {
    const servers = fleet.filter((one) => one.dbType === dbType).slice(0, VARIANTS);
    return servers.flatMap((server, variant) => {
      const roles = server.accounts.filter((one) => one.isRole || one.isPublic);
      const people = server.accounts.filter((one) => !one.isRole && !one.isPublic);
      const repeated = Array.from({ length: accountsEach }, (_, i) => {
        const one = people[i % people.length]!;
        const round = Math.floor(i / people.length);
        return round === 0
          ? one
          : { ...one, username: dbType === 'mysql' ? one.username.replace('@', `_${round}@`) : `${one.username}_${round}` };
      });
      return [...roles, ...repeated].map((one) => ({
        db_type: dbType,
        variant,
        username: one.username,
        is_superuser: one.isSuperuser,
        is_locked: one.isLocked,
        is_role: one.isRole,
        is_public: one.isPublic,
        type_specific: one.typeSpecific,
        facts: one.facts,
        hash: createHash('sha256').update(JSON.stringify(one)).digest('hex'),
        columns: catalogueColumns(dbType, { facts: one.facts, isSuperuser: one.isSuperuser }),
      }));
    });
  });
}

/** @param today the business date of the newest sizes */
export const fillFleet = (db: Kysely<DB>, size: FleetSize, today: string, now: Date): Promise<void> =>
  withoutLimit(db, async (db) => {
    await sql`set maintenance_work_mem = '512MB'`.execute(db);
    await fill(db, size, today, now);
  });

async function fill(db: Kysely<DB>, size: FleetSize, today: string, now: Date): Promise<void> {
  const { instances, databasesEach, days } = size;
  await sql`
    insert into instances (name, db_type, host, port, is_active, sync_enabled, last_test_ok, last_test_at, accounts_synced_at, sizes_synced_at, main_version, database_version)
    select (array['my', 'pg', 'ms', 'ora'])[1 + n % 4] || '-' || (array['order', 'stock', 'pay', 'crm', 'erp', 'bi', 'log'])[1 + n % 7] || '-' || lpad(n::text, 4, '0'),
      (array['mysql', 'postgresql', 'sqlserver', 'oracle'])[1 + n % 4], '10.' || n / 62500 || '.' || n / 250 % 250 || '.' || 1 + n % 250, (array[3306, 5432, 1433, 1521])[1 + n % 4],
      n % 50 <> 0, true, n % 40 <> 0, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz, (array['8.0', '16', '2022', '19'])[1 + n % 4], 'bench'
    from generate_series(1, ${instances}) n`.execute(db);
  await sql`
    insert into instance_tags (instance_id, tag_id)
    select i.id, t.id from instances i join tags t on (t.id + i.id) % 17 = 0`.execute(db);
  await fillAccounts(db, size, now);
  await fillSizes(db, { databasesEach, days, today, now });
  await fillHistory(db, size, now);
  await recount(db);
  // Not inside a transaction: statistics, and the pages that an index may be trusted with.
  for (const table of (
    await sql<{
      name: string;
    }>`select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and relkind in ('r', 'p')`.execute(
      db,
    )
  ).rows)
    await sql`vacuum analyze ${sql.table(table.name)}`.execute(db);
}

async function fillAccounts(db: Kysely<DB>, { accountsEach }: FleetSize, now: Date): Promise<void> {
  const columns = sql.raw(CATALOGUE_COLUMNS.join(', '));
  const picked = sql.raw(CATALOGUE_COLUMNS.map((name) => `nullif(t.columns->'${name}', 'null')`).join(', '));
  await sql`
    create temporary table template as select * from jsonb_to_recordset(${JSON.stringify(templates(accountsEach))}::jsonb)
      as t (db_type text, variant int, username text, is_superuser bool, is_locked bool, is_role bool, is_public bool, type_specific jsonb, facts jsonb, hash text, columns jsonb)`.execute(
    db,
  );
  const of = sql`instances i join template t on t.db_type = i.db_type and t.variant = i.id % ${VARIANTS}`;
  await sql`
    insert into instance_accounts (instance_id, username, db_type, is_active, first_seen_at, last_seen_at)
    select i.id, t.username, i.db_type, true, ${now}::timestamptz - interval '200 days', ${now}::timestamptz from ${of}`.execute(db);
  await sql`
    insert into account_permission (instance_id, db_type, instance_account_id, username, is_superuser, is_locked, is_role, is_public, type_specific, extended_privileges, snapshot_hash, read_state, last_sync_time, last_change_type, last_change_time, ${columns})
    select i.id, i.db_type, a.id, t.username, t.is_superuser, t.is_locked, t.is_role, t.is_public, t.type_specific, t.facts, t.hash, 'ok', ${now}::timestamptz, 'add', ${now}::timestamptz - interval '200 days', ${picked}
    from ${of} join instance_accounts a on a.instance_id = i.id and a.username = t.username`.execute(db);
  const ids = (await db.selectFrom('account_permission').select('id').execute()).map((row) => row.id);
  for (let at = 0; at < ids.length; at += 50_000) await reindexFacts(db, ids.slice(at, at + 50_000));
  await sql`drop table template`.execute(db);
}

/** Sizes grow by up to 0.2 % a day, some databases jump once; every 30th day of some is missing. */
async function fillSizes(
  db: Kysely<DB>,
  { databasesEach, days, today, now }: { databasesEach: number; days: number; today: string; now: Date },
): Promise<void> {
  const months = (
    await sql<{
      month: string;
    }>`select to_char(m, 'YYYY-MM-01') as month from generate_series(date_trunc('month', ${today}::date - ${days}::int), ${today}::date, interval '1 month') m`.execute(
      db,
    )
  ).rows.map((row) => row.month);
  for (const table of partitionedTables) await ensurePartitions(db, table.name, months);
  await sql`
    insert into instance_databases (instance_id, database_name, is_active, first_seen_date, last_seen_date, latest_size_mb, latest_size_bytes, latest_collected_at)
    select i.id, (array['orders', 'stock', 'billing', 'crm', 'audit', 'report', 'etl', 'archive', 'sso', 'notify'])[1 + d % 10] || case when d >= 10 then '_' || d else '' end,
      true, ${today}::date - ${days}::int, ${today}::date, 0, 0, ${now}::timestamptz
    from instances i, generate_series(0, ${databasesEach - 1}) d`.execute(db);
  for (let from = 0; from < days; from += 30)
    await sql`
      insert into database_size_stats (instance_id, database_name, size_mb, size_bytes, collected_date, collected_at)
      select x.instance_id, x.database_name, x.mb, x.mb * 1048576, x.day, x.day::timestamptz + interval '3 hours'
      from (
        select d.instance_id, d.database_name, ${today}::date - back as day,
          (50 + (hashint4(d.id::int) & 65535) * (1 + (${days} - back) * 0.002 * ((d.id % 11) / 10.0)) + case when d.id % 13 = 0 and back < 90 then 20000 else 0 end)::bigint as mb
        from instance_databases d, generate_series(${from}::int, ${Math.min(from + 29, days - 1)}::int) back
        where (d.id + back) % 30 <> 0 or d.id % 5 <> 0) x`.execute(db);
  await sql`
    insert into instance_size_stats (instance_id, total_size_mb, total_size_bytes, database_count, collected_date, collected_at)
    select instance_id, sum(size_mb), sum(size_bytes), count(*), collected_date, max(collected_at) from database_size_stats group by instance_id, collected_date`.execute(
    db,
  );
  await sql`
    update instance_databases d set latest_size_mb = s.size_mb, latest_size_bytes = s.size_bytes
    from database_size_stats s where s.instance_id = d.instance_id and s.database_name = d.database_name and s.collected_date = ${today}::date`.execute(
    db,
  );
}

async function fillHistory(db: Kysely<DB>, { instances, logs, sessions, changes }: FleetSize, now: Date): Promise<void> {
  // Indexed afterwards: row by row it takes several times as long, and is not what is measured here.
  const grams = await sql<{ name: string; def: string }>`
    select indexname as name, indexdef as def from pg_indexes where tablename = 'unified_logs' and indexdef like '%gin%'`.execute(db);
  for (const { name } of grams.rows) await sql`drop index ${sql.id(name)}`.execute(db);
  await sql`
    insert into unified_logs (timestamp, level, module, message, context, created_at)
    select at, level, (array['accounts_sync', 'capacity_sync', 'auth', 'users', 'scheduler', 'connections', 'account_classification', 'error_handler'])[1 + n % 8],
      case when n % 10 = 0 then '实例 prod-' || n % 500 || ' 的账户同步失败：连接被拒绝' else 'accounts of instance prod-' || n % 500 || ' read in ' || n % 3000 || ' ms' end,
      jsonb_build_object('request_id', md5(n::text), 'instance_id', n % ${instances}, 'username', 'operator_' || n % 70, 'duration_ms', n % 3000), at
    from (select n, ${now}::timestamptz - (n::float8 / ${logs}::float8) * interval '30 days' as at,
        case when n % 50 = 0 then 'ERROR' when n % 1000 = 7 then 'CRITICAL' when n % 12 = 0 then 'WARNING' else 'INFO' end as level
      from generate_series(1, ${logs}::int) n) rows`.execute(db);
  for (const { def } of grams.rows) await sql.raw(def).execute(db);
  await sql`
    insert into sync_sessions (session_id, sync_type, sync_category, status, started_at, completed_at, total_instances, successful_instances, failed_instances)
    select md5('session' || n)::uuid::text, 'scheduled_task', (array['account', 'capacity'])[1 + n % 2], 'completed', at, at + interval '2 minutes', 20, 19, 1
    from (select n, ${now}::timestamptz - n * interval '12 hours' as at from generate_series(1, ${sessions}) n) s`.execute(db);
  await sql`
    insert into sync_instance_records (session_id, instance_id, instance_name, sync_category, status, started_at, completed_at, items_synced, items_created, error_code, error_message)
    select s.session_id, i.id, i.name, s.sync_category, case when k = 19 then 'failed' else 'completed' end, s.started_at, s.completed_at, 100, k % 3,
      case when k = 19 then 'CONNECTION_REFUSED' end, case when k = 19 then 'connect ECONNREFUSED' end
    from sync_sessions s, generate_series(0, 19) k join lateral (select 1) x on true join instances i on i.id = 1 + k * 7 % ${instances}`.execute(
    db,
  );
  await sql`
    insert into account_change_log (instance_id, instance_account_id, db_type, username, change_type, change_time, session_id, status, message, message_en, privilege_diff, other_diff)
    select p.instance_id, p.instance_account_id, p.db_type, p.username, 'modify_privilege', ${now}::timestamptz - n * interval '40 minutes' * 5000 / ${changes}, null, 'success', '权限更新：新增 1 项授权', '1 granted',
      '[{"field": "database_privileges", "label": "数据库权限", "object": "orders", "action": "GRANT", "permissions": ["SELECT"]}]', '[]'
    from generate_series(1, ${changes}) n join account_permission p on p.id = (select min(id) from account_permission) + (n * 7919) % (select count(*) from account_permission)`.execute(
    db,
  );
}
