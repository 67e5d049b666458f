import { type Kysely, type OrderByItemBuilder, sql } from 'kysely';
import type { Kept } from '../../../cache/kept.ts';
import { asked, every } from '../../../store/conditions.ts';
import type { DB } from '../../../store/tables.ts';
import { type PeriodType, UNIT } from '../periods.ts';
import { startOf } from './compute-aggregates.ts';

type Db = Kysely<DB>;

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
/** What the largest are counted by; a change counts in either direction. */
export type TopBy = 'size' | 'change' | 'percent';
const DATABASE_TOP = {
  size: sql<number>`max(avg_size_mb)`,
  change: sql<number>`max(abs(size_change_mb))`,
  percent: sql<number>`max(abs(size_change_percent))`,
};
/** Chart mode: all rows of the `top` largest, oldest first, ranked in the same statement. */
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
