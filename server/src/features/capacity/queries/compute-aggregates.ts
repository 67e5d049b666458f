import { type Kysely, sql } from 'kysely';
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
export const startOf = (unit: string, column: string) => sql`date_trunc(${sql.lit(unit)}, ${ref(column)}::timestamp)::date`;
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
