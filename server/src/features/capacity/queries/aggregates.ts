import { type Kysely, type OrderByItemBuilder, sql } from 'kysely';
import type { Kept } from '../../../cache/kept.ts';
import { asked, every } from '../../../store/conditions.ts';
import type { DB } from '../../../store/tables.ts';
import { type PeriodType, UNIT } from '../periods.ts';

type Db = Kysely<DB>;

export interface Range {
  type: PeriodType;
  /** Start of the first period to compute, and the day after the last one. */
  from: string;
  before: string;
  /** Start of the period before the first: the changes are against it. */
  compareFrom: string;
  /** The first day whose raw rows have not been dropped; the row of a closed period that needs earlier ones stays as it is. */
  rawSince: string;
  today: string;
  instanceIds: readonly number[];
}
export interface Computed {
  instance_id: number;
  computed: number;
}

const percent = (now: ReturnType<typeof sql.raw>, before: ReturnType<typeof sql.raw>) =>
  sql`case when ${before} > 0 then least(99999999.99, greatest(-99999999.99, round(100 * (${now} - ${before}) / ${before}, 2))) end`;
const ref = (text: string) => sql.raw(text);
/** Period starts and ends from a day, in the calendar. */
const startOf = (unit: string, column: string) => sql`date_trunc(${sql.lit(unit)}, ${ref(column)}::timestamp)::date`;
const step = (unit: string) => sql.lit(unit === 'quarter' ? '3 months' : `1 ${unit}`);

/** How the rows of one period become one. A day has one row of each: grouping a year of them would take most of the time. */
function grouping(unit: string) {
  const single = unit === 'day';
  const of = (name: string) => (column: string) => ref(single ? `${column}::numeric` : `${name}(${column})`);
  const same = (name: string) => (column: string) => ref(single ? column : `${name}(${column})`);
  return {
    count: ref(single ? '1' : 'count(*)::int'),
    ...{ avg: of('avg'), sum: of('sum'), max: same('max'), min: same('min') },
    groupBy: (columns: string) => ref(single ? '' : `group by ${columns}`),
  };
}

/**
 * What the bucket before said, when it is that of the period just before: the rows lie in order after they were grouped,
 * so looking back costs a third of joining them with themselves.
 */
const periodBefore = (unit: string, columns: Record<string, string>) =>
  sql.join(
    Object.entries(columns).map(
      ([of, as]) => sql`case when lag(ps) over w = (ps - ${step(unit)}::interval)::date then lag(${ref(of)}) over w end as ${ref(as)}`,
    ),
  );

/** What is compared and written anew where it differs; `calculated_at` says when that was. */
const DATABASE_VALUES = [
  ...['avg_size_mb', 'max_size_mb', 'min_size_mb', 'data_count', 'avg_data_size_mb', 'max_data_size_mb', 'min_data_size_mb'],
  ...['avg_log_size_mb', 'max_log_size_mb', 'min_log_size_mb', 'avg_size_bytes', 'max_size_bytes', 'min_size_bytes'],
  ...['size_change_mb', 'size_change_bytes', 'size_change_percent', 'data_size_change_mb', 'data_size_change_percent'],
  ...['log_size_change_mb', 'log_size_change_percent', 'growth_rate'],
];
const INSTANCE_VALUES = [
  ...['total_size_mb', 'avg_size_mb', 'max_size_mb', 'min_size_mb', 'data_count', 'database_count', 'avg_database_count'],
  ...['max_database_count', 'min_database_count', 'total_size_bytes', 'avg_size_bytes', 'max_size_bytes', 'min_size_bytes'],
  ...['total_size_change_mb', 'total_size_change_bytes', 'total_size_change_percent', 'database_count_change'],
  ...['database_count_change_percent', 'growth_rate', 'trend_direction'],
];
/**
 * Writes the rows of `wanted` that are not there, or are there otherwise. Those that are there as they should be are not
 * touched: a conflict locks its row, which is a write too.
 */
function writeWanted(table: string, key: readonly string[], values: readonly string[], r: Range, now: Date) {
  const list = (prefix: string, names: readonly string[]) => ref(names.map((name) => `${prefix}${name}`).join(', '));
  const all = [...key, 'period_end', ...values];
  return sql`
    insert into ${ref(table)} as t (${list('', all)}, calculated_at, created_at)
    select ${list('w.', all)}, ${now}::timestamptz, ${now}::timestamptz
    from wanted w left join ${ref(table)} x on ${ref(key.map((name) => `x.${name} = w.${name}`).join(' and '))}
      -- Said of w by its making; said of x, no other months are read.
      and x.period_type = ${r.type}::text and x.period_start >= ${r.from}::date and x.period_start < ${r.before}::date
    where x.id is null
      or (((x.period_start - ${step(UNIT[r.type])}::interval)::date >= ${r.rawSince}::date or x.period_end >= ${r.today}::date)
        and (${list('x.', values)}) is distinct from (${list('w.', values)}))
    on conflict (${list('', key)}) do update set ${ref(values.map((name) => `${name} = excluded.${name}`).join(', '))}, calculated_at = excluded.calculated_at
    returning 1`;
}

/**
 * Sizes of every database per period, in one statement: averages, extremes and the change against the period before,
 * NULL where there is none. Written only where something differs, so a second run changes nothing.
 */
export async function aggregateDatabases(db: Db, r: Range, now: Date): Promise<Computed[]> {
  const unit = UNIT[r.type];
  const { count, avg, max, min, groupBy } = grouping(unit);
  const { rows } = await sql<Computed>`
    with buckets as (
      select s.instance_id, s.database_name, ${startOf(unit, 's.collected_date')} as ps, ${count} as n, ${avg('s.size_mb')} as a, ${max('s.size_mb')} as hi, ${min('s.size_mb')} as lo, ${avg('s.data_size_mb')} as da, ${max('s.data_size_mb')} as dhi, ${min('s.data_size_mb')} as dlo,
        ${avg('s.log_size_mb')} as la, ${max('s.log_size_mb')} as lhi, ${min('s.log_size_mb')} as llo, ${avg('s.size_bytes')} as b, ${max('s.size_bytes')} as bhi, ${min('s.size_bytes')} as blo
      from database_size_stats s
      where s.collected_date >= ${r.compareFrom}::date and s.collected_date < ${r.before}::date and s.instance_id = any(${r.instanceIds}::int[])
      ${groupBy('1, 2, 3')}),
    placed as (
      select c.*, ${periodBefore(unit, { a: 'pa', da: 'pda', la: 'pla', b: 'pb' })} from buckets c window w as (partition by instance_id, database_name order by ps)),
    compared as (select c.*, (c.ps + ${step(unit)}::interval - interval '1 day')::date as pe from placed c where c.ps >= ${r.from}::date),
    wanted as (
      select instance_id, database_name, ${r.type}::text as period_type, ps as period_start, pe as period_end, round(a)::bigint as avg_size_mb, hi as max_size_mb, lo as min_size_mb, n as data_count,
        round(da)::bigint as avg_data_size_mb, dhi as max_data_size_mb, dlo as min_data_size_mb, round(la)::bigint as avg_log_size_mb, lhi as max_log_size_mb, llo as min_log_size_mb, round(b)::bigint as avg_size_bytes, bhi as max_size_bytes, blo as min_size_bytes,
        round(a - pa)::bigint as size_change_mb, round(b - pb)::bigint as size_change_bytes, ${percent(ref('a'), ref('pa'))} as size_change_percent, round(da - pda)::bigint as data_size_change_mb, ${percent(ref('da'), ref('pda'))} as data_size_change_percent,
        round(la - pla)::bigint as log_size_change_mb, ${percent(ref('la'), ref('pla'))} as log_size_change_percent, ${percent(ref('a'), ref('pa'))} as growth_rate
      from compared),
    written as (${writeWanted('database_size_aggregations', ['instance_id', 'database_name', 'period_type', 'period_start'], DATABASE_VALUES, r, now)})
    select instance_id, count(*)::int as computed from compared group by instance_id`.execute(db);
  return rows;
}

/** The same for whole instances, from their daily totals. */
export async function aggregateInstances(db: Db, r: Range, now: Date): Promise<Computed[]> {
  const unit = UNIT[r.type];
  const { count, avg, sum, max, min, groupBy } = grouping(unit);
  const { rows } = await sql<Computed>`
    with buckets as (
      select s.instance_id, ${startOf(unit, 's.collected_date')} as ps, ${count} as n, ${avg('s.total_size_mb')} as a, ${max('s.total_size_mb')} as hi, ${min('s.total_size_mb')} as lo, ${sum('s.total_size_mb')} as total, ${sum('s.database_count')} as databases, ${avg('s.database_count')} as ca, ${max('s.database_count')} as chi,
        ${min('s.database_count')} as clo, ${avg('s.total_size_bytes')} as b, ${max('s.total_size_bytes')} as bhi, ${min('s.total_size_bytes')} as blo, ${sum('s.total_size_bytes')} as bytes
      from instance_size_stats s
      where s.collected_date >= ${r.compareFrom}::date and s.collected_date < ${r.before}::date and s.instance_id = any(${r.instanceIds}::int[])
      ${groupBy('1, 2')}),
    placed as (select c.*, ${periodBefore(unit, { a: 'pa', ca: 'pca', b: 'pb' })} from buckets c window w as (partition by instance_id order by ps)),
    compared as (
      select c.*, (c.ps + ${step(unit)}::interval - interval '1 day')::date as pe, ${percent(ref('c.a'), ref('c.pa'))} as growth
      from placed c where c.ps >= ${r.from}::date),
    wanted as (
      select instance_id, ${r.type}::text as period_type, ps as period_start, pe as period_end, round(a)::bigint as total_size_mb, case when databases > 0 then round(total / databases)::bigint else 0 end as avg_size_mb, hi as max_size_mb, lo as min_size_mb, n as data_count,
        round(ca)::int as database_count, round(ca, 2) as avg_database_count, chi as max_database_count, clo as min_database_count, round(b)::bigint as total_size_bytes, case when databases > 0 then round(bytes / databases)::bigint else 0 end as avg_size_bytes, bhi as max_size_bytes, blo as min_size_bytes,
        round(a - pa)::bigint as total_size_change_mb, round(b - pb)::bigint as total_size_change_bytes, growth as total_size_change_percent, round(ca - pca)::int as database_count_change, ${percent(ref('ca'), ref('pca'))} as database_count_change_percent, growth as growth_rate,
        case when pa is null then null when coalesce(growth, 0) > 5 then 'growing' when coalesce(growth, 0) < -5 then 'shrinking' else 'stable' end as trend_direction
      from compared),
    written as (${writeWanted('instance_size_aggregations', ['instance_id', 'period_type', 'period_start'], INSTANCE_VALUES, r, now)})
    select instance_id, count(*)::int as computed from compared group by instance_id`.execute(db);
  return rows;
}

/** The first day that something was measured on, or measured again after `since`; null: nothing. */
export async function firstChanged(db: Db, since: Date | null): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select least((select min(collected_date) from database_size_stats where ${since}::timestamptz is null or updated_at > ${since}::timestamptz), (select min(collected_date) from instance_size_stats where ${since}::timestamptz is null or updated_at > ${since}::timestamptz)) as day`.execute(
    db,
  );
  return rows[0]?.day ?? null;
}
/** Has something been aggregated of days that have no raw rows any more? */
export const hasDailyBefore = async (db: Db, date: string): Promise<boolean> =>
  (await db
    .selectFrom('instance_size_aggregations')
    .select('id')
    .where('period_type', '=', 'daily')
    .where('period_start', '<', date)
    .limit(1)
    .executeTakeFirst()) !== undefined;
/** When aggregates were last brought up to date in full. */
export const lastFullRun = async (db: Db): Promise<Date | null> =>
  (
    await db
      .selectFrom('sync_sessions')
      .select((eb) => eb.fn.max('started_at').as('at'))
      .where('sync_category', '=', 'aggregation')
      .where('sync_type', '=', 'scheduled_task')
      .where('status', '=', 'completed')
      .executeTakeFirst()
  )?.at ?? null;

// ---------------------------------------------------------------- reading

export interface AggregateFilter {
  instance_id?: number | undefined;
  db_type?: string | undefined;
  database_name?: string | undefined;
  database_id?: number | undefined;
  period_type?: PeriodType | undefined;
  start_date?: string | undefined;
  end_date?: string | undefined;
}
interface Page {
  page: number;
  limit: number;
  sort: string;
  order: 'asc' | 'desc';
}
/** A period's start is never NULL, and its index is read from either end. */
const inOrder = (page: Page) => (o: OrderByItemBuilder) => {
  const ordered = page.order === 'asc' ? o.asc() : o.desc();
  return page.sort === 'period_start' ? ordered : ordered.nullsLast();
};
const ofInstance = (f: AggregateFilter) =>
  every(
    sql`i.is_active and i.deleted_at is null`,
    asked(f.db_type, (type) => sql`i.db_type = ${type}`),
  );
const ofRow = (f: AggregateFilter) =>
  every(
    asked(f.instance_id, (id) => sql`a.instance_id = ${id}::int`),
    asked(f.period_type, (type) => sql`a.period_type = ${type}`),
    asked(f.start_date, (day) => sql`a.period_start >= ${day}::date`),
    asked(f.end_date, (day) => sql`a.period_end <= ${day}::date`),
  );
const conditions = (f: AggregateFilter) => every(ofInstance(f), ofRow(f));
const ofDatabase = (f: AggregateFilter) =>
  every(
    asked(f.database_name, (name) => sql`a.database_name = ${name}`),
    asked(
      f.database_id,
      (id) =>
        sql`exists (select 1 from instance_databases x where x.id = ${id}::int and x.instance_id = a.instance_id and x.database_name = a.database_name)`,
    ),
  );

const databaseRows = (db: Db, f: AggregateFilter) =>
  db
    .selectFrom('database_size_aggregations as a')
    .innerJoin('instances as i', 'i.id', 'a.instance_id')
    .innerJoin('instance_databases as d', (join) =>
      join.onRef('d.instance_id', '=', 'a.instance_id').onRef('d.database_name', '=', 'a.database_name'),
    )
    .where('d.is_active', '=', true)
    .where(conditions(f))
    .where(ofDatabase(f));
export async function databaseAggregatePage(db: Db, kept: Kept, f: AggregateFilter, page: Page) {
  const [items, [counted]] = await Promise.all([
    databaseRows(db, f)
      .selectAll('a')
      .select(['i.name as instance_name', 'i.db_type'])
      .orderBy(sql.ref(`a.${page.sort}`), inOrder(page))
      .orderBy('a.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    kept(databaseTotal(db, f)),
  ]);
  return { items, total: counted!.n };
}
/** The rows of `databaseRows`, counted by database first: joining each row of a year to its database takes twice as long. */
const databaseTotal = (db: Db, f: AggregateFilter) =>
  db
    .selectFrom(
      db
        .selectFrom('database_size_aggregations as a')
        .select((eb) => ['a.instance_id', 'a.database_name', eb.fn.countAll<number>().as('n')])
        .where(ofRow(f))
        .where(ofDatabase(f))
        .groupBy(['a.instance_id', 'a.database_name'])
        .as('g'),
    )
    .innerJoin('instances as i', 'i.id', 'g.instance_id')
    .innerJoin('instance_databases as d', (join) =>
      join.onRef('d.instance_id', '=', 'g.instance_id').onRef('d.database_name', '=', 'g.database_name'),
    )
    .where('d.is_active', '=', true)
    .where(ofInstance(f))
    .select(sql<number>`coalesce(sum(g.n), 0)::bigint`.as('n'));
/** What the counts of the two lists depend on. */
export const DATABASE_TABLES = ['database_size_aggregations', 'instance_databases', 'instances'] as const;
export const INSTANCE_TABLES = ['instance_size_aggregations', 'instances'] as const;
/** Chart mode: all rows of the `top` largest, oldest first, ranked in the same statement. */
/** What the largest are counted by; a change counts in either direction. */
export type TopBy = 'size' | 'change' | 'percent';
const DATABASE_TOP = {
  size: sql<number>`max(avg_size_mb)`,
  change: sql<number>`max(abs(size_change_mb))`,
  percent: sql<number>`max(abs(size_change_percent))`,
};
export const topDatabaseAggregates = (db: Db, f: AggregateFilter, top: number, by: TopBy) =>
  db
    .with('rows', (q) =>
      databaseRows(q as never, f)
        .selectAll('a')
        .select(['i.name as instance_name', 'i.db_type']),
    )
    .with('ranked', (q) =>
      q
        .selectFrom('rows')
        .select(['instance_id', 'database_name', DATABASE_TOP[by].as('largest')])
        .groupBy(['instance_id', 'database_name'])
        .orderBy('largest', (o) => o.desc().nullsLast())
        .orderBy('instance_id')
        .orderBy('database_name')
        .limit(top),
    )
    .selectFrom('rows')
    .innerJoin('ranked', (join) =>
      join.onRef('ranked.instance_id', '=', 'rows.instance_id').onRef('ranked.database_name', '=', 'rows.database_name'),
    )
    .selectAll('rows')
    .orderBy('rows.period_start')
    .orderBy('rows.id')
    .execute();
/** The newest row of each database in the filter, summed; growth = all change against all that was before. */
export async function databaseSummary(db: Db, f: AggregateFilter & { period_type: PeriodType }) {
  const { rows } = await sql<{
    total_databases: number;
    total_instances: number;
    total_size_mb: number;
    max_size_mb: number;
    growth_rate: number | null;
  }>`
    with newest as (
      select a.* from instance_databases d join instances i on i.id = d.instance_id
      cross join lateral (select a.* from database_size_aggregations a where a.instance_id = d.instance_id and a.database_name = d.database_name and ${conditions(f)} and ${ofDatabase(f)}
        order by a.period_start desc limit 1) a
      where d.is_active)
    select count(*)::int as total_databases, count(distinct instance_id)::int as total_instances, coalesce(sum(avg_size_mb), 0)::bigint as total_size_mb, coalesce(max(max_size_mb), 0)::bigint as max_size_mb,
      case when sum(avg_size_mb - size_change_mb) > 0 then round(100.0 * sum(size_change_mb) / sum(avg_size_mb - size_change_mb), 2) end as growth_rate from newest`.execute(
    db,
  );
  return rows[0]!;
}

const instanceRows = (db: Db, f: AggregateFilter) =>
  db.selectFrom('instance_size_aggregations as a').innerJoin('instances as i', 'i.id', 'a.instance_id').where(conditions(f));
export async function instanceAggregatePage(db: Db, kept: Kept, f: AggregateFilter, page: Page) {
  const [items, [counted]] = await Promise.all([
    instanceRows(db, f)
      .selectAll('a')
      .select(['i.name as instance_name', 'i.db_type'])
      .orderBy(sql.ref(`a.${page.sort}`), inOrder(page))
      .orderBy('a.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    kept(instanceRows(db, f).select((eb) => eb.fn.countAll<number>().as('n'))),
  ]);
  return { items, total: counted!.n };
}
const INSTANCE_TOP = {
  size: sql<number>`max(total_size_mb)`,
  change: sql<number>`max(abs(total_size_change_mb))`,
  percent: sql<number>`max(abs(total_size_change_percent))`,
};
export const topInstanceAggregates = (db: Db, f: AggregateFilter, top: number, by: TopBy) =>
  db
    .with('rows', (q) =>
      instanceRows(q as never, f)
        .selectAll('a')
        .select(['i.name as instance_name', 'i.db_type']),
    )
    .with('ranked', (q) =>
      q
        .selectFrom('rows')
        .select(['instance_id', INSTANCE_TOP[by].as('largest')])
        .groupBy('instance_id')
        .orderBy('largest', (o) => o.desc().nullsLast())
        .orderBy('instance_id')
        .limit(top),
    )
    .selectFrom('rows')
    .innerJoin('ranked', 'ranked.instance_id', 'rows.instance_id')
    .selectAll('rows')
    .orderBy('rows.period_start')
    .orderBy('rows.id')
    .execute();
/** The newest total of each active instance, inside the window when one is given; those without one are counted as stale. */
export async function instanceSummary(db: Db, f: AggregateFilter) {
  const { rows } = await sql<{ total_instances: number; total_size_mb: number; max_size_mb: number; stale_instances: number }>`
    select count(s.id)::int as total_instances, coalesce(sum(s.total_size_mb), 0)::bigint as total_size_mb, coalesce(max(s.total_size_mb), 0)::bigint as max_size_mb, (count(*) - count(s.id))::int as stale_instances
    from instances i left join lateral (
      select s.id, s.total_size_mb from instance_size_stats s where s.instance_id = i.id and ${every(
        asked(f.start_date, (day) => sql`s.collected_date >= ${day}::date`),
        asked(f.end_date, (day) => sql`s.collected_date <= ${day}::date`),
      )}
      order by s.collected_date desc limit 1) s on true
    where ${every(
      ofInstance(f),
      asked(f.instance_id, (id) => sql`i.id = ${id}::int`),
    )}`.execute(db);
  return rows[0]!;
}

/** Rows per bucket of the four size tables, of active instances only. */
export async function coreMetrics(db: Db, type: PeriodType, from: string, before: string) {
  const unit = UNIT[type];
  const raw = (table: 'instance_size_stats' | 'database_size_stats') =>
    sql<{
      bucket: string;
      rows: number;
      days: number;
    }>`select ${startOf(unit, 's.collected_date')} as bucket, count(*)::int as rows, count(distinct s.collected_date)::int as days from ${sql.table(table)} s join instances i on i.id = s.instance_id
      where i.is_active and i.deleted_at is null and s.collected_date >= ${from}::date and s.collected_date < ${before}::date group by 1`.execute(
      db,
    );
  const aggregated = (table: 'instance_size_aggregations' | 'database_size_aggregations') =>
    sql<{
      bucket: string;
      rows: number;
    }>`select a.period_start as bucket, count(*)::int as rows from ${sql.table(table)} a join instances i on i.id = a.instance_id
      where i.is_active and i.deleted_at is null and a.period_type = ${type} and a.period_start >= ${from}::date and a.period_start < ${before}::date group by 1`.execute(
      db,
    );
  const [instances, databases, instanceAggregates, databaseAggregates] = await Promise.all([
    raw('instance_size_stats'),
    raw('database_size_stats'),
    aggregated('instance_size_aggregations'),
    aggregated('database_size_aggregations'),
  ]);
  return {
    instances: instances.rows,
    databases: databases.rows,
    instanceAggregates: instanceAggregates.rows,
    databaseAggregates: databaseAggregates.rows,
  };
}
