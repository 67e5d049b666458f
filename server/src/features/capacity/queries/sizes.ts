import { type Kysely, sql } from 'kysely';
import { asked, every } from '../../../store/conditions.ts';
import { contains } from '../../../store/search.ts';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

export interface SizeRow {
  name: string;
  size_mb: number;
  data_size_mb: number | null;
  log_size_mb: number | null;
  size_bytes: number;
  data_size_bytes: number | null;
  log_size_bytes: number | null;
}

/** Known names are refreshed or return, unknown ones are new; one statement. */
export async function markSeen(
  db: Db,
  instanceId: number,
  names: readonly string[],
  seenOn: string,
  now: Date,
): Promise<{ created: number; refreshed: number; reactivated: number }> {
  if (names.length === 0) return { created: 0, refreshed: 0, reactivated: 0 };
  const { rows } = await sql<{ created: number; refreshed: number; reactivated: number }>`
    with before as (select database_name, is_active from instance_databases where instance_id = ${instanceId} and database_name = any(${names}::text[])),
    done as (
      insert into instance_databases (instance_id, database_name, is_active, first_seen_date, last_seen_date, created_at, updated_at)
      select ${instanceId}, name, true, ${seenOn}::date, ${seenOn}::date, ${now}::timestamptz, ${now}::timestamptz from unnest(${names}::text[]) as name
      on conflict (instance_id, database_name) do update set is_active = true, deleted_at = null, last_seen_date = greatest(instance_databases.last_seen_date, excluded.last_seen_date), updated_at = ${now}::timestamptz
      returning database_name)
    select count(*) filter (where b.database_name is null) as created, count(*) filter (where b.is_active) as refreshed, count(*) filter (where not b.is_active) as reactivated
    from done left join before b using (database_name)`.execute(db);
  return rows[0]!;
}
export async function retireMissing(db: Db, instanceId: number, names: readonly string[], now: Date): Promise<number> {
  const done = await db
    .updateTable('instance_databases')
    .set({ is_active: false, deleted_at: now, updated_at: now })
    .where('instance_id', '=', instanceId)
    .where('is_active', '=', true)
    .where(sql<boolean>`database_name <> all(${names}::text[])`)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}
export const countActive = async (db: Db, instanceId: number): Promise<number> =>
  (
    await db
      .selectFrom('instance_databases')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('instance_id', '=', instanceId)
      .where('is_active', '=', true)
      .executeTakeFirstOrThrow()
  ).n;

/** The last run of a day wins. */
export async function upsertSizes(db: Db, instanceId: number, rows: readonly SizeRow[], collectedOn: string, now: Date): Promise<void> {
  if (rows.length === 0) return;
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (name text, size_mb bigint, data_size_mb bigint, log_size_mb bigint, size_bytes bigint, data_size_bytes bigint, log_size_bytes bigint)`;
  await sql`
    insert into database_size_stats (instance_id, database_name, size_mb, data_size_mb, log_size_mb, size_bytes, data_size_bytes, log_size_bytes, collected_date, collected_at, created_at, updated_at)
    select ${instanceId}, name, size_mb, data_size_mb, log_size_mb, size_bytes, data_size_bytes, log_size_bytes, ${collectedOn}::date, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz from ${given}
    on conflict (instance_id, database_name, collected_date) do update set size_mb = excluded.size_mb, data_size_mb = excluded.data_size_mb, log_size_mb = excluded.log_size_mb,
      size_bytes = excluded.size_bytes, data_size_bytes = excluded.data_size_bytes, log_size_bytes = excluded.log_size_bytes, collected_at = excluded.collected_at, updated_at = excluded.updated_at`.execute(
    db,
  );
  await sql`
    update instance_databases d set latest_size_mb = g.size_mb, latest_size_bytes = g.size_bytes, latest_collected_at = ${now}::timestamptz
    from ${given} where d.instance_id = ${instanceId} and d.database_name = g.name`.execute(db);
}

/** Today's sum over what is there; nothing measured today writes nothing. */
export async function upsertInstanceTotal(
  db: Db,
  instanceId: number,
  collectedOn: string,
  now: Date,
): Promise<{ total_size_mb: number; database_count: number } | null> {
  const { rows } = await sql<{ total_size_mb: number; database_count: number }>`
    insert into instance_size_stats (instance_id, total_size_mb, total_size_bytes, database_count, collected_date, collected_at, created_at, updated_at)
    select s.instance_id, sum(s.size_mb), sum(s.size_bytes), count(*), s.collected_date, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
    from database_size_stats s left join instance_databases d on d.instance_id = s.instance_id and d.database_name = s.database_name
    where s.instance_id = ${instanceId} and s.collected_date = ${collectedOn}::date and coalesce(d.is_active, true)
    group by s.instance_id, s.collected_date
    on conflict (instance_id, collected_date) do update set total_size_mb = excluded.total_size_mb, total_size_bytes = excluded.total_size_bytes, database_count = excluded.database_count, collected_at = excluded.collected_at, updated_at = excluded.updated_at
    returning total_size_mb, database_count`.execute(db);
  return rows[0] ?? null;
}

// ---------------------------------------------------------------- reading

export interface SizesFilter {
  start_date?: string | undefined;
  end_date?: string | undefined;
  database_name?: string | undefined;
  include_inactive: boolean;
  placeholders: boolean;
  sort: 'name' | 'size' | 'data' | 'log' | 'collected';
  order: 'asc' | 'desc';
  limit: number;
  offset: number;
}
export interface ShownSize {
  id: number | null;
  database_name: string;
  size_mb: number;
  size_bytes: number | null;
  data_size_mb: number | null;
  log_size_mb: number | null;
  collected_date: string | null;
  collected_at: Date | null;
  is_active: boolean;
  deleted_at: Date | null;
  last_seen_date: string | null;
}
const nameIs = (f: SizesFilter, column: ReturnType<typeof sql.ref>) =>
  every(asked(f.database_name || undefined, (name) => contains(column, name)));
const within = (f: Pick<SizesFilter, 'start_date' | 'end_date'>) =>
  every(
    asked(f.start_date, (day) => sql`s.collected_date >= ${day}::date`),
    asked(f.end_date, (day) => sql`s.collected_date <= ${day}::date`),
  );

/** What was never collected comes last in either direction. */
const SORTS = {
  name: sql`lower(d.database_name)`,
  size: sql`s.size_mb`,
  data: sql`s.data_size_mb`,
  log: sql`s.log_size_mb`,
  collected: sql`s.collected_at`,
};

/** The newest row of each database, by exact name; inactive ones without any row are placeholders when they are asked for. */
export async function latestSizes(db: Db, instanceId: number, f: SizesFilter): Promise<ShownSize[]> {
  const { rows } = await sql<ShownSize>`
    select s.id, d.database_name, coalesce(s.size_mb, 0) as size_mb, s.size_bytes, s.data_size_mb, s.log_size_mb, s.collected_date, s.collected_at, d.is_active, d.deleted_at, d.last_seen_date
    from instance_databases d
    left join lateral (
      select * from database_size_stats s where s.instance_id = d.instance_id and s.database_name = d.database_name and ${within(f)} order by s.collected_date desc limit 1
    ) s on true
    where d.instance_id = ${instanceId} and (d.is_active or ${f.include_inactive}) and (s.id is not null or (not d.is_active and ${f.placeholders})) and ${nameIs(f, sql.ref('d.database_name'))}
    order by ${SORTS[f.sort]} ${sql.raw(f.order)} nulls last, d.database_name, d.id limit ${f.limit} offset ${f.offset}`.execute(db);
  return rows;
}
export async function latestStats(db: Db, instanceId: number, f: SizesFilter) {
  const { rows } = await sql<{ total: number; active_count: number; filtered_count: number; total_size_mb: number }>`
    select count(*) as total, count(*) filter (where d.is_active) as active_count, count(*) filter (where not d.is_active) as filtered_count, coalesce(sum(s.size_mb) filter (where d.is_active), 0)::bigint as total_size_mb
    from instance_databases d
    left join lateral (select s.id, s.size_mb from database_size_stats s where s.instance_id = d.instance_id and s.database_name = d.database_name and ${within(f)} order by s.collected_date desc limit 1) s on true
    where d.instance_id = ${instanceId} and (d.is_active or ${f.include_inactive}) and (s.id is not null or (not d.is_active and ${f.placeholders})) and ${nameIs(f, sql.ref('d.database_name'))}`.execute(
    db,
  );
  return rows[0]!;
}

/** Every day of every database, newest first. */
export async function sizeHistory(db: Db, instanceId: number, f: SizesFilter): Promise<{ rows: ShownSize[]; total: number }> {
  const from = sql`
    from database_size_stats s left join instance_databases d on d.instance_id = s.instance_id and d.database_name = s.database_name
    where s.instance_id = ${instanceId} and ${within(f)} and (coalesce(d.is_active, true) or ${f.include_inactive}) and ${nameIs(f, sql.ref('s.database_name'))}`;
  const [{ rows }, counted] = await Promise.all([
    sql<ShownSize>`
      select s.id, s.database_name, s.size_mb, s.size_bytes, s.data_size_mb, s.log_size_mb, s.collected_date, s.collected_at, coalesce(d.is_active, true) as is_active, d.deleted_at, d.last_seen_date
      ${from} order by s.collected_date desc, s.database_name, s.id limit ${f.limit} offset ${f.offset}`.execute(db),
    sql<{ n: number }>`select count(*) as n ${from}`.execute(db),
  ]);
  return { rows, total: counted.rows[0]!.n };
}
/** Sizes of one day, for the reply of a sync. */
export const sizesOfDay = (db: Db, instanceId: number, date: string) =>
  db
    .selectFrom('database_size_stats')
    .select(['database_name', 'size_mb', 'data_size_mb', 'log_size_mb', 'collected_date', 'collected_at'])
    .where('instance_id', '=', instanceId)
    .where('collected_date', '=', date)
    .orderBy('database_name')
    .execute();

/** Rows of many days at once, and the instance's totals of those days. */
export async function insertHistory(
  db: Db,
  instanceId: number,
  rows: readonly { date: string; at: Date; name: string; mb: number; bytes: number }[],
  now: Date,
): Promise<void> {
  await sql`
    insert into database_size_stats (instance_id, database_name, size_mb, data_size_mb, size_bytes, data_size_bytes, collected_date, collected_at, created_at, updated_at)
    select ${instanceId}, name, mb, mb, bytes, bytes, date, at, ${now}::timestamptz, ${now}::timestamptz from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (date date, at timestamptz, name text, mb bigint, bytes bigint)
    on conflict do nothing`.execute(db);
  await sql`
    insert into instance_size_stats (instance_id, total_size_mb, total_size_bytes, database_count, collected_date, collected_at, created_at, updated_at)
    select instance_id, sum(size_mb), sum(size_bytes), count(*), collected_date, max(collected_at), ${now}::timestamptz, ${now}::timestamptz
    from database_size_stats where instance_id = ${instanceId} and collected_date = any(${[...new Set(rows.map((row) => row.date))]}::date[])
    group by instance_id, collected_date
    on conflict do nothing`.execute(db);
}
