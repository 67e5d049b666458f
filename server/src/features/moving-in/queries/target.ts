import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';
import { PRIVILEGES, type SourceTable, TABLES } from '../tables.ts';

type Db = Kysely<DB>;

/** Where a table's rows wait until they are written, for as long as the transaction lasts. */
const waiting = (table: string) => sql.table(`moving_${table}`);
const columnsOf = (table: SourceTable) => Object.entries(TABLES[table]).map(([name, type]) => sql`${sql.id(name)} ${sql.raw(type)}`);

export async function makeRoom(db: Db, table: SourceTable): Promise<void> {
  await sql`create temporary table ${waiting(table)} (${sql.join(columnsOf(table))}) on commit drop`.execute(db);
}
export async function putDown(db: Db, table: SourceTable, rows: string): Promise<void> {
  const columns = sql.join(Object.keys(TABLES[table]).map((name) => sql.id(name)));
  await sql`insert into ${waiting(table)} (${columns}) select ${columns} from json_to_recordset(${rows}::json) as g (${sql.join(columnsOf(table))})`.execute(
    db,
  );
}
/** The planner knows nothing of a table just filled. */
export const surveyed = (db: Db, table: SourceTable) => sql`analyze ${waiting(table)}`.execute(db);

/** Which of ours each of theirs is, found by what both are called. */
async function remember(db: Db, name: string, pairs: string): Promise<void> {
  await sql.raw(`create temporary table moved_${name} on commit drop as ${pairs}`).execute(db);
  await sql.raw(`create unique index on moved_${name} (old)`).execute(db);
  await sql.raw(`analyze moved_${name}`).execute(db);
}

/** One statement that writes what is not there yet, and one that counts what is there then. */
interface Move {
  write: string;
  present: string;
  /** `select id as old, id as new`: how later tables find these rows. */
  pairs?: string;
}
const now = 'now()';
const ROLES = `case when m.role in ('admin', 'user', 'viewer') then m.role else 'viewer' end`;
/** The older program's colours are values or keys; ours are keys. */
const COLOR = `case lower(m.color) when '#e74c3c' then 'danger' when '#f39c12' then 'warning' when '#3498db' then 'info' when '#95a5a6' then 'secondary' when '#18bc9c' then 'success'
  else case when m.color in ('primary', 'danger', 'warning', 'info', 'secondary', 'success', 'dark', 'light') then m.color else 'info' end end`;
const CATEGORY = `case when m.sync_category in ('account', 'capacity', 'config', 'aggregation', 'classification') then m.sync_category else 'other' end`;
const CHANGES = `('add', 'modify_privilege', 'modify_other', 'delete', 'return')`;
/** A change in the shape that pages read, whatever was written there. */
const elements = (value: string) => `jsonb_array_elements(case when jsonb_typeof(${value}) = 'array' then ${value} else '[]' end)`;
const PRIVILEGE_DIFF = `(select coalesce(jsonb_agg(jsonb_build_object('field', coalesce(e ->> 'field', ''), 'label', coalesce(e ->> 'label', ''), 'object', coalesce(e ->> 'object', e ->> 'label', ''),
    'action', case when e ->> 'action' in ('GRANT', 'REVOKE') then e ->> 'action' else 'ALTER' end,
    'permissions', (select coalesce(jsonb_agg(p #>> '{}') filter (where jsonb_typeof(p) <> 'null'), '[]') from ${elements(`e -> 'permissions'`)} p))), '[]') from ${elements('m.privilege_diff')} e where jsonb_typeof(e) = 'object')`;
const OTHER_DIFF = `(select coalesce(jsonb_agg((select jsonb_object_agg(k, coalesce(e ->> k, '')) from unnest(array['field', 'label', 'before', 'after', 'description']) k)), '[]')
  from ${elements('m.other_diff')} e where jsonb_typeof(e) = 'object')`;
const aggregated = (table: string, key: string, columns: string[]) => ({
  write: `insert into ${table} (instance_id, ${columns.join(', ')}, calculated_at, created_at)
    select i.new, ${columns.map((name) => `m.${name}`).join(', ')}, coalesce(m.calculated_at, ${now}), coalesce(m.created_at, ${now})
    from moving_${table} m join moved_instances i on i.old = m.instance_id
    where m.period_type in ('daily', 'weekly', 'monthly', 'quarterly') and m.period_end >= m.period_start on conflict do nothing`,
  present: `select count(*) from moving_${table} m join moved_instances i on i.old = m.instance_id
    join ${table} t on t.instance_id = i.new and t.period_type = m.period_type and t.period_start = m.period_start ${key}`,
});
const names = (table: SourceTable, ...without: string[]) => Object.keys(TABLES[table]).filter((name) => !without.includes(name));

/** Credentials and rules need more than a statement: see move-in.ts. */
export const MOVES: Partial<Record<SourceTable, Move>> = {
  users: {
    write: `insert into users (username, password, role, is_active, last_login, created_at)
      select distinct on (lower(m.username)) m.username, m.password, ${ROLES}, coalesce(m.is_active, true), m.last_login, coalesce(m.created_at, ${now})
      from moving_users m where m.username <> '' and m.password is not null order by lower(m.username), m.id on conflict do nothing`,
    present: `select count(*) from moving_users m join users u on lower(u.username) = lower(m.username)`,
    pairs: `select m.id as old, u.id as new from moving_users m join users u on lower(u.username) = lower(m.username)`,
  },
  credentials: {
    write: '',
    present: `select count(*) from moving_credentials m join credentials c on lower(c.name) = lower(m.name)`,
    pairs: `select m.id as old, c.id as new from moving_credentials m join credentials c on lower(c.name) = lower(m.name)`,
  },
  tags: {
    write: `insert into tags (name, display_name, category, color, description, sort_order, is_active, created_at)
      select distinct on (lower(m.name)) m.name, coalesce(m.display_name, m.name), coalesce(m.category, 'other'), ${COLOR}, m.description, coalesce(m.sort_order, 0), coalesce(m.is_active, true), coalesce(m.created_at, ${now})
      from moving_tags m where m.name <> '' order by lower(m.name), m.id on conflict do nothing`,
    present: `select count(*) from moving_tags m join tags t on lower(t.name) = lower(m.name)`,
    pairs: `select m.id as old, t.id as new from moving_tags m join tags t on lower(t.name) = lower(m.name)`,
  },
  instances: {
    write: `insert into instances (name, db_type, host, port, database_name, database_version, main_version, detailed_version, sync_count, credential_id, description, is_active, last_connected, deleted_at, created_at)
      select distinct on (lower(m.name)) m.name, m.db_type, m.host, m.port, nullif(m.database_name, ''), m.database_version, m.main_version, m.detailed_version, greatest(coalesce(m.sync_count, 0), 0), c.new, m.description, coalesce(m.is_active, true), m.last_connected, m.deleted_at, coalesce(m.created_at, ${now})
      from moving_instances m join database_type_configs k on k.name = m.db_type left join moved_credentials c on c.old = m.credential_id
      where m.name <> '' and m.host <> '' and m.port between 1 and 65535 order by lower(m.name), m.id on conflict do nothing`,
    present: `select count(*) from moving_instances m join instances i on lower(i.name) = lower(m.name) and i.db_type = m.db_type`,
    pairs: `select m.id as old, i.id as new from moving_instances m join instances i on lower(i.name) = lower(m.name) and i.db_type = m.db_type`,
  },
  instance_tags: {
    write: `insert into instance_tags (instance_id, tag_id, created_at) select i.new, t.new, coalesce(m.created_at, ${now})
      from moving_instance_tags m join moved_instances i on i.old = m.instance_id join moved_tags t on t.old = m.tag_id on conflict do nothing`,
    present: `select count(*) from moving_instance_tags m join moved_instances i on i.old = m.instance_id join moved_tags t on t.old = m.tag_id
      join instance_tags x on x.instance_id = i.new and x.tag_id = t.new`,
  },
  instance_databases: {
    write: `insert into instance_databases (instance_id, database_name, is_active, first_seen_date, last_seen_date, deleted_at, created_at)
      select i.new, m.database_name, coalesce(m.is_active, true), least(m.first_seen_date, m.last_seen_date), greatest(m.first_seen_date, m.last_seen_date), m.deleted_at, coalesce(m.created_at, ${now})
      from moving_instance_databases m join moved_instances i on i.old = m.instance_id where m.database_name is not null on conflict do nothing`,
    present: `select count(*) from moving_instance_databases m join moved_instances i on i.old = m.instance_id join instance_databases d on d.instance_id = i.new and d.database_name = m.database_name`,
  },
  instance_accounts: {
    write: `insert into instance_accounts (instance_id, username, db_type, is_active, first_seen_at, last_seen_at, deleted_at, created_at)
      select i.new, m.username, m.db_type, coalesce(m.is_active, true), coalesce(m.first_seen_at, ${now}), coalesce(m.last_seen_at, m.first_seen_at, ${now}), m.deleted_at, coalesce(m.created_at, ${now})
      from moving_instance_accounts m join moved_instances i on i.old = m.instance_id where m.username is not null on conflict do nothing`,
    present: `select count(*) from moving_instance_accounts m join moved_instances i on i.old = m.instance_id join instance_accounts a on a.instance_id = i.new and a.db_type = m.db_type and a.username = m.username`,
    pairs: `select m.id as old, a.id as new from moving_instance_accounts m join moved_instances i on i.old = m.instance_id join instance_accounts a on a.instance_id = i.new and a.db_type = m.db_type and a.username = m.username`,
  },
  // What they may do stands in the columns as it was read. It lacks most of what we ask for, so it is no snapshot to compare
  // with: the accounts count as never read until their first sync here.
  account_permission: {
    write: `insert into account_permission (instance_id, db_type, instance_account_id, username, is_superuser, is_locked, is_role, ${Object.keys(PRIVILEGES).join(', ')}, read_state, last_sync_time, last_change_type, last_change_time)
      select a.instance_id, a.db_type, a.id, a.username, coalesce(m.is_superuser, false), coalesce(m.is_locked, false),
        coalesce(case when jsonb_typeof(m.type_specific) = 'object' then (m.type_specific ->> 'is_role')::boolean end, a.db_type = 'postgresql' and m.role_attributes ->> 'can_login' = 'false', false),
        ${Object.entries(PRIVILEGES)
          .map(([name, type]) => `case when jsonb_typeof(m.${name}) = '${type}' then m.${name} end`)
          .join(
            ', ',
          )}, 'never', m.last_sync_time, case when m.last_change_type in ${CHANGES} then m.last_change_type end, m.last_change_time
      from moving_account_permission m join moved_instance_accounts x on x.old = m.instance_account_id join instance_accounts a on a.id = x.new on conflict do nothing`,
    present: `select count(*) from moving_account_permission m join moved_instance_accounts x on x.old = m.instance_account_id join account_permission p on p.instance_account_id = x.new`,
    pairs: `select m.id as old, p.id as new from moving_account_permission m join moved_instance_accounts x on x.old = m.instance_account_id join account_permission p on p.instance_account_id = x.new`,
  },
  account_classifications: {
    write: `insert into account_classifications (name, description, risk_level, color, icon_name, priority, is_active, created_at)
      select distinct on (lower(m.name)) m.name, m.description, case when m.risk_level in ('low', 'medium', 'high', 'critical') then m.risk_level else 'medium' end, ${COLOR}, coalesce(m.icon_name, 'fa-tag'), least(100, greatest(0, coalesce(m.priority, 0))), coalesce(m.is_active, true), coalesce(m.created_at, ${now})
      from moving_account_classifications m where m.name <> '' order by lower(m.name), m.id on conflict do nothing`,
    present: `select count(*) from moving_account_classifications m join account_classifications c on lower(c.name) = lower(m.name)`,
    pairs: `select m.id as old, c.id as new from moving_account_classifications m join account_classifications c on lower(c.name) = lower(m.name)`,
  },
  classification_rules: {
    write: '',
    present: `select count(*) from moving_classification_rules m join moved_account_classifications c on c.old = m.classification_id join classification_rules r on r.classification_id = c.new and r.db_type = m.db_type and r.rule_name = m.rule_name`,
    pairs: `select m.id as old, min(r.id) as new from moving_classification_rules m join moved_account_classifications c on c.old = m.classification_id join classification_rules r on r.classification_id = c.new and r.db_type = m.db_type and r.rule_name = m.rule_name group by 1`,
  },
  // The older program kept every run's rows: of an account and class the newest counts, by hand before by rule.
  account_classification_assignments: {
    write: `insert into account_classification_assignments (account_id, classification_id, rule_id, matched_rule_ids, assigned_by, assignment_type, confidence_score, notes, is_active, created_at)
      select distinct on (p.new, c.new) p.new, c.new, r.new, case when r.new is null then '{}'::int[] else array[r.new] end, u.new, case when m.assignment_type = 'manual' then 'manual' else 'auto' end, least(1, greatest(0, m.confidence_score)), m.notes, true, coalesce(m.created_at, ${now})
      from moving_account_classification_assignments m join moved_account_permission p on p.old = m.account_id join moved_account_classifications c on c.old = m.classification_id
        left join moved_classification_rules r on r.old = m.rule_id left join moved_users u on u.old = m.assigned_by
      where coalesce(m.is_active, true)
        and not exists (select 1 from account_classification_assignments s where s.account_id = p.new and s.classification_id = c.new and (s.is_active or s.assignment_type = 'manual_exclude'))
      order by p.new, c.new, (m.assignment_type = 'manual') desc, m.created_at desc nulls last, m.id desc`,
    present: `select count(*) from moving_account_classification_assignments m join moved_account_permission p on p.old = m.account_id join moved_account_classifications c on c.old = m.classification_id
      where coalesce(m.is_active, true) and exists (select 1 from account_classification_assignments s where s.account_id = p.new and s.classification_id = c.new)`,
  },
  account_change_log: {
    write: `insert into account_change_log (instance_id, instance_account_id, db_type, username, change_type, change_time, session_id, status, message, privilege_diff, other_diff)
      select i.new, a.id, m.db_type, m.username, m.change_type, m.change_time, left(m.session_id, 36), case when m.status = 'failed' then 'failed' else 'success' end, m.message, ${PRIVILEGE_DIFF}, ${OTHER_DIFF}
      from moving_account_change_log m join moved_instances i on i.old = m.instance_id left join instance_accounts a on a.instance_id = i.new and a.db_type = m.db_type and a.username = m.username
      where m.change_type in ${CHANGES} and m.change_time is not null and m.username is not null
        and not exists (select 1 from account_change_log l where l.instance_id = i.new and l.db_type = m.db_type and l.username = m.username and l.change_time = m.change_time and l.change_type = m.change_type)`,
    present: `select count(*) from moving_account_change_log m join moved_instances i on i.old = m.instance_id
      where exists (select 1 from account_change_log l where l.instance_id = i.new and l.db_type = m.db_type and l.username = m.username and l.change_time = m.change_time and l.change_type = m.change_type)`,
  },
  database_size_stats: {
    write: `insert into database_size_stats (instance_id, database_name, size_mb, data_size_mb, log_size_mb, collected_date, collected_at, created_at)
      select i.new, m.database_name, m.size_mb, case when m.data_size_mb >= 0 then m.data_size_mb end, case when m.log_size_mb >= 0 then m.log_size_mb end, m.collected_date, coalesce(m.collected_at, m.created_at, ${now}), coalesce(m.created_at, ${now})
      from moving_database_size_stats m join moved_instances i on i.old = m.instance_id where m.size_mb >= 0 and m.database_name is not null on conflict do nothing`,
    present: `select count(*) from moving_database_size_stats m join moved_instances i on i.old = m.instance_id join database_size_stats s on s.instance_id = i.new and s.database_name = m.database_name and s.collected_date = m.collected_date`,
  },
  instance_size_stats: {
    write: `insert into instance_size_stats (instance_id, total_size_mb, database_count, collected_date, collected_at, created_at)
      select i.new, m.total_size_mb, greatest(0, coalesce(m.database_count, 0)), m.collected_date, coalesce(m.collected_at, m.created_at, ${now}), coalesce(m.created_at, ${now})
      from moving_instance_size_stats m join moved_instances i on i.old = m.instance_id where m.total_size_mb >= 0 and not coalesce(m.is_deleted, false) on conflict do nothing`,
    present: `select count(*) from moving_instance_size_stats m join moved_instances i on i.old = m.instance_id join instance_size_stats s on s.instance_id = i.new and s.collected_date = m.collected_date`,
  },
  database_size_aggregations: aggregated(
    'database_size_aggregations',
    'and t.database_name = m.database_name',
    names('database_size_aggregations', 'instance_id', 'calculated_at', 'created_at'),
  ),
  instance_size_aggregations: aggregated(
    'instance_size_aggregations',
    '',
    names('instance_size_aggregations', 'instance_id', 'calculated_at', 'created_at'),
  ),
  // Nobody works on what was running there: it ended with the older program.
  sync_sessions: {
    write: `insert into sync_sessions (session_id, sync_type, sync_category, status, started_at, completed_at, total_instances, successful_instances, failed_instances, created_by, created_at)
      select m.session_id, case when m.sync_type in ('manual_single', 'manual_batch', 'manual_task', 'scheduled_task') then m.sync_type else 'manual_task' end, ${CATEGORY},
        case when m.status in ('completed', 'failed', 'cancelled') then m.status else 'cancelled' end, coalesce(m.started_at, m.created_at, ${now}), coalesce(m.completed_at, m.started_at, m.created_at, ${now}),
        coalesce(m.total_instances, 0), coalesce(m.successful_instances, 0), coalesce(m.failed_instances, 0), u.new, coalesce(m.created_at, m.started_at, ${now})
      from moving_sync_sessions m left join moved_users u on u.old = m.created_by where m.session_id is not null on conflict do nothing`,
    present: `select count(*) from moving_sync_sessions m join sync_sessions s on s.session_id = m.session_id`,
  },
  sync_instance_records: {
    write: `insert into sync_instance_records (session_id, instance_id, instance_name, sync_category, status, started_at, completed_at, items_synced, items_created, items_updated, items_deleted, error_message, sync_details, created_at)
      select distinct on (m.session_id, i.new) m.session_id, i.new, m.instance_name, ${CATEGORY}, case when m.status in ('completed', 'failed') then m.status else 'cancelled' end, m.started_at, m.completed_at,
        coalesce(m.items_synced, 0), coalesce(m.items_created, 0), coalesce(m.items_updated, 0), coalesce(m.items_deleted, 0), m.error_message, m.sync_details, coalesce(m.created_at, ${now})
      from moving_sync_instance_records m join sync_sessions s on s.session_id = m.session_id join moved_instances i on i.old = m.instance_id
      order by m.session_id, i.new, m.created_at desc nulls last on conflict do nothing`,
    present: `select count(*) from moving_sync_instance_records m join moved_instances i on i.old = m.instance_id join sync_instance_records r on r.session_id = m.session_id and r.instance_id = i.new`,
  },
  unified_logs: {
    write: `insert into unified_logs (timestamp, level, module, message, traceback, context, created_at)
      select m.timestamp, upper(m.level), left(m.module, 100), m.message, m.traceback, m.context, coalesce(m.created_at, ${now}) from moving_unified_logs m
      where m.timestamp is not null and upper(m.level) in ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL') and m.module is not null and m.message is not null
        and not exists (select 1 from unified_logs l where l.timestamp = m.timestamp and l.module = left(m.module, 100) and l.message = m.message)`,
    present: `select count(*) from moving_unified_logs m where exists (select 1 from unified_logs l where l.timestamp = m.timestamp and l.module = left(m.module, 100) and l.message = m.message)`,
  },
};

/** @returns rows written now, and rows of the source that are here then (written now or before) */
export async function move(db: Db, table: SourceTable, alreadyWritten?: number): Promise<{ written: number; present: number }> {
  const { write, present, pairs } = MOVES[table]!;
  const written = alreadyWritten ?? Number((await sql.raw(write).execute(db)).numAffectedRows ?? 0);
  const { rows } = await sql.raw<{ count: number }>(present).execute(db);
  if (pairs) await remember(db, table, pairs);
  return { written, present: Number(rows[0]!.count) };
}

/** The months that sizes or periods wait for, as first days. */
export async function monthsOf(db: Db, table: SourceTable, column: string): Promise<string[]> {
  const { rows } = await sql<{
    month: string;
  }>`select distinct date_trunc('month', ${sql.id(column)}::timestamp)::date as month from ${waiting(table)} where ${sql.id(column)} is not null`.execute(
    db,
  );
  return rows.map(({ month }) => month);
}

/** The newest size of each database, repeated where lists look for it; when each instance was last measured. */
export async function repeatNewest(db: Db): Promise<void> {
  await sql`
    update instance_databases d set latest_size_mb = s.size_mb, latest_size_bytes = s.size_bytes, latest_collected_at = s.collected_at
    from moved_instances i, lateral (
      select distinct on (database_name) database_name, size_mb, size_bytes, collected_at from database_size_stats where instance_id = i.new order by database_name, collected_date desc) s
    where d.instance_id = i.new and d.database_name = s.database_name and (d.latest_collected_at is null or d.latest_collected_at < s.collected_at)`.execute(
    db,
  );
  await sql`
    update instances t set sizes_synced_at = s.at from moved_instances i, lateral (select max(collected_at) as at from instance_size_stats where instance_id = i.new) s
    where t.id = i.new and s.at is not null and (t.sizes_synced_at is null or t.sizes_synced_at < s.at)`.execute(db);
}

/** Credentials that are not here yet, each with the number it will have: what seals its password is bound to it. */
export async function newCredentials(db: Db) {
  const { rows } = await sql<{ old: number; id: number; name: string; password: string | null }>`
    select m.id as old, nextval(pg_get_serial_sequence('credentials', 'id'))::int as id, m.name, m.password
    from (select distinct on (lower(name)) * from moving_credentials where name <> '' and username is not null order by lower(name), id) m
    where not exists (select 1 from credentials c where lower(c.name) = lower(m.name)) order by m.id`.execute(db);
  return rows;
}
export async function writeCredentials(
  db: Db,
  sealed: readonly { old: number; id: number; password: string; opened: boolean }[],
): Promise<number> {
  const done = await sql`
    insert into credentials (id, name, credential_type, db_type, username, password, description, is_active, created_at)
    select g.id, m.name, case when m.credential_type in ('database', 'ssh', 'windows', 'api', 'ldap') then m.credential_type else 'database' end,
      (select k.name from database_type_configs k where k.name = m.db_type), m.username, g.password, m.description, coalesce(m.is_active, true) and g.opened, coalesce(m.created_at, now())
    from json_to_recordset(${JSON.stringify(sealed)}::json) as g (old int, id int, password text, opened boolean) join moving_credentials m on m.id = g.old`.execute(
    db,
  );
  return Number(done.numAffectedRows ?? 0);
}

/** Rules that are not here yet. */
export async function newRules(db: Db) {
  const { rows } = await sql<{ old: number; db_type: string; rule_name: string; rule_expression: string | null }>`
    select min(m.id) as old, m.db_type, m.rule_name, (array_agg(m.rule_expression order by m.id))[1] as rule_expression
    from moving_classification_rules m join moved_account_classifications c on c.old = m.classification_id join database_type_configs k on k.name = m.db_type
    where m.rule_name <> '' and not exists (select 1 from classification_rules r where r.classification_id = c.new and r.db_type = m.db_type and r.rule_name = m.rule_name)
    group by c.new, m.db_type, m.rule_name order by 1`.execute(db);
  return rows;
}
export async function writeRules(db: Db, rules: readonly { old: number; expression: unknown; usable: boolean }[]): Promise<number> {
  const done = await sql`
    insert into classification_rules (classification_id, db_type, rule_name, rule_expression, is_active, created_at)
    select c.new, m.db_type, left(m.rule_name, 100), g.expression, coalesce(m.is_active, true) and g.usable, coalesce(m.created_at, now())
    from json_to_recordset(${JSON.stringify(rules)}::json) as g (old int, expression jsonb, usable boolean)
    join moving_classification_rules m on m.id = g.old join moved_account_classifications c on c.old = m.classification_id on conflict do nothing`.execute(
    db,
  );
  return Number(done.numAffectedRows ?? 0);
}
