import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

export const ping = (db: Db) => sql`select 1`.execute(db);

const one = async <T>(asked: Promise<{ rows: T[] }>): Promise<T> => (await asked).rows[0]!;
const all = async <T>(asked: Promise<{ rows: T[] }>): Promise<T[]> => (await asked).rows;

export const userCounts = (db: Db) =>
  one(sql<{ total: number; active: number }>`select count(*) as total, count(*) filter (where is_active) as active from users`.execute(db));

/** As the list of instances counts them: all that are not deleted, by their last test. */
export const instanceCounts = (db: Db) =>
  all(
    sql<{ db_type: DbType; total: number; active: number; ok: number; failed: number; never: number }>`
      select db_type, count(*) as total, count(*) filter (where is_active) as active, count(*) filter (where last_test_ok) as ok,
        count(*) filter (where not last_test_ok) as failed, count(*) filter (where last_test_ok is null) as never
      from instances where deleted_at is null group by db_type order by total desc, db_type`.execute(db),
  );

/** What the ledger is made of, deleted accounts too: instances that are watched, people and programs, no roles and no PUBLIC. */
const ledger = sql`account_permission p
  join instance_accounts a on a.id = p.instance_account_id
  join instances i on i.id = p.instance_id and i.is_active and i.deleted_at is null and not p.is_role and not p.is_public`;

export const accountCounts = (db: Db) =>
  one(
    sql<{ total: number; active: number; locked: number; superusers: number; unread: number }>`
      select count(*) as total, count(*) filter (where a.is_active) as active, count(*) filter (where a.is_active and p.is_locked) as locked,
        count(*) filter (where a.is_active and p.is_superuser) as superusers,
        count(*) filter (where a.is_active and (p.read_state <> 'ok' or i.accounts_error_at is not null)) as unread
      from ${ledger}`.execute(db),
  );

/** Active accounts with a class, each once; `auto`: those that have at least one class from a rule. */
export const classifiedCounts = (db: Db) =>
  one(
    sql<{ total: number; auto: number }>`
      select count(*) as total, count(*) filter (where by_rule) as auto from (
        select s.account_id, bool_or(s.assignment_type = 'auto') as by_rule
        from account_classification_assignments s
        join account_classifications c on c.id = s.classification_id and c.is_active
        join (${ledgerIds}) l on l.id = s.account_id
        where s.is_active group by s.account_id) each`.execute(db),
  );
const ledgerIds = sql`select p.id from ${ledger} where a.is_active`;

interface ClassCount {
  id: number;
  name: string;
  name_en: string | null;
  color: string | null;
  priority: number;
  risk_level: string;
  count: number;
}
/** An account has a class once among the assignments that hold (`uq_assignments_active`). */
export const classCounts = (db: Db) =>
  all(
    sql<ClassCount>`
      select c.id, c.name, c.name_en, c.color, c.priority, c.risk_level, count(l.id) as count
      from account_classifications c
      left join account_classification_assignments s on s.classification_id = c.id and s.is_active
      left join (${ledgerIds}) l on l.id = s.account_id
      where c.is_active group by c.id order by c.priority desc, c.id`.execute(db),
  );

export const databaseCounts = (db: Db) =>
  one(
    sql<{ total: number; active: number }>`
      select count(*) as total, count(*) filter (where d.is_active) as active
      from instance_databases d join instances i on i.id = d.instance_id and i.is_active and i.deleted_at is null`.execute(db),
  );

/**
 * The sum over the watched instances on each day, each with its newest size of that day or the `keptDays` before it: a
 * server that could not be read on one day has not shrunk. `measured` says whether anything was read on the day itself.
 */
export const capacityByDay = (db: Db, from: string, to: string, keptDays: number) =>
  all(
    sql<{ date: string; total_mb: number; measured: boolean }>`
      with sizes as (
        select s.instance_id, s.total_size_mb, s.collected_date,
          lead(s.collected_date) over (partition by s.instance_id order by s.collected_date) as next_date
        from instance_size_stats s join instances i on i.id = s.instance_id and i.is_active and i.deleted_at is null
        where s.collected_date between ${from}::date - ${keptDays}::int and ${to}::date)
      select day::date as date, sum(total_size_mb)::bigint as total_mb, bool_or(day::date = collected_date) as measured
      from sizes cross join lateral generate_series(
        collected_date::timestamp, least(next_date - 1, collected_date + ${keptDays}::int, ${to}::date)::timestamp, interval '1 day') as day
      where day::date >= ${from}::date
      group by day order by day`.execute(db),
  );

interface FailedRecord {
  instance_id: number;
  instance_name: string;
  sync_category: string;
  error_code: string | null;
  at: Date;
  session_id: string;
}
/** Instances whose newest finished record of a category is a failure since then: one that was followed by a success is over. */
export const lastFailures = (db: Db, since: Date) =>
  all(
    sql<FailedRecord>`
      select * from (
        select distinct on (r.instance_id, r.sync_category)
          r.instance_id, i.name as instance_name, r.sync_category, r.error_code, r.completed_at as at, r.session_id, r.status
        from sync_instance_records r join instances i on i.id = r.instance_id and i.is_active and i.deleted_at is null
        where r.status in ('completed', 'failed') and r.completed_at >= ${since}
        order by r.instance_id, r.sync_category, r.completed_at desc, r.id desc) newest
      where status = 'failed' order by at desc, instance_id`.execute(db),
  );

const changesSince = (since: Date) =>
  sql`account_change_log l join instances i on i.id = l.instance_id and i.is_active and i.deleted_at is null
    where l.change_time >= ${since} and l.status = 'success'`;
/** An account that came back counts as added. */
export const changeCounts = (db: Db, since: Date) =>
  one(
    sql<{ added: number; modified: number; removed: number }>`
      select count(*) filter (where l.change_type in ('add', 'return')) as added,
        count(*) filter (where l.change_type in ('modify_privilege', 'modify_other')) as modified,
        count(*) filter (where l.change_type = 'delete') as removed
      from (select l.change_type from ${changesSince(since)}) l`.execute(db),
  );
interface LatestChange {
  instance_id: number;
  instance_name: string;
  account_id: number | null;
  username: string;
  change_type: string;
  message: string | null;
  message_en: string | null;
  at: Date;
}
export const latestChanges = (db: Db, since: Date, limit: number) =>
  all(
    sql<LatestChange>`
      select c.*, p.id as account_id from (
        select l.id, l.instance_id, i.name as instance_name, l.instance_account_id, l.username, l.change_type, l.message, l.message_en, l.change_time as at
        from ${changesSince(since)} order by l.change_time desc, l.id desc limit ${limit}) c
      left join account_permission p on p.instance_account_id = c.instance_account_id
      order by c.at desc, c.id desc`.execute(db),
  );

export const nextJobs = (db: Db, limit: number) =>
  db
    .selectFrom('scheduler_jobs')
    .select(['id', 'name', 'next_run_time'])
    .where('state', '=', 'active')
    .where('next_run_time', 'is not', null)
    .orderBy('next_run_time')
    .orderBy('id')
    .limit(limit)
    .execute();
