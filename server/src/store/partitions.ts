import { type Kysely, sql } from 'kysely';
import type { DB } from './tables.ts';

export type PartitionedTable = 'database_size_stats' | 'database_size_aggregations' | 'instance_size_stats' | 'instance_size_aggregations';

/** The month-partitioned tables: `key` and `title` as the partition routes name them, `column` the partition key. */
export const partitionedTables: readonly { key: string; name: PartitionedTable; column: string; title: string; titleEn: string }[] = [
  { key: 'stats', name: 'database_size_stats', column: 'collected_date', title: '数据库统计表', titleEn: 'Database sizes' },
  {
    key: 'aggregations',
    name: 'database_size_aggregations',
    column: 'period_start',
    title: '数据库聚合表',
    titleEn: 'Database aggregates',
  },
  { key: 'instance_stats', name: 'instance_size_stats', column: 'collected_date', title: '实例统计表', titleEn: 'Instance sizes' },
  {
    key: 'instance_aggregations',
    name: 'instance_size_aggregations',
    column: 'period_start',
    title: '实例聚合表',
    titleEn: 'Instance aggregates',
  },
];

/** One month of a size table, with its real bounds: `from` inclusive, `to` exclusive, both 'YYYY-MM-DD'. */
export interface Partition {
  table: PartitionedTable;
  name: string;
  from: string;
  to: string;
  sizeBytes: number;
  /** The planner's estimate; -1 before the first ANALYZE. */
  rowEstimate: number;
}

/** Names are made and dropped under this lock, so that two processes never meet over one partition. */
export const partitionLock = 7_470_019_533;

/** Months known to exist, per database handle's root: most writes touch the current month, which was checked before. */
const known = new WeakMap<object, Set<string>>();

/**
 * Makes the partitions of `table` for the months of `dates` ('YYYY-MM-DD') that are not there yet. Cheap to call before
 * every write: a month is looked up once per process and handle. Call it outside of a longer transaction when one can,
 * because making a partition locks the parent.
 *
 * @param db the handle to write with; inside a transaction nothing is remembered, since it may be rolled back
 * @returns the names that were made now
 */
export async function ensurePartitions(db: Kysely<DB>, table: PartitionedTable, dates: readonly string[]): Promise<string[]> {
  const definition = partitionedTables.find(({ name }) => name === table);
  if (!definition) throw new Error(`${table} is not partitioned`);
  const remembered = known.get(db) ?? new Set<string>();
  const months = [...new Set(dates.map(monthOf))].sort().filter((month) => !remembered.has(`${table} ${month}`));
  if (months.length === 0) return [];

  const there = new Set((await listPartitions(db, table)).map((partition) => partition.from));
  const missing = months.filter((month) => !there.has(`${month}-01`));
  if (missing.length > 0) {
    if (db.isTransaction) await make(db, definition, missing);
    else await db.transaction().execute((db) => make(db.withoutPlugins(), definition, missing));
  }
  if (!db.isTransaction) {
    for (const month of months) remembered.add(`${table} ${month}`);
    known.set(db, remembered);
  }
  return missing.map((month) => partitionName(table, month));
}

async function make(db: Kysely<DB>, { name, title }: (typeof partitionedTables)[number], months: string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(partitionLock)})`.execute(db);
  for (const month of months) {
    const partition = partitionName(name, month);
    // Bounds and comments of DDL take no parameters; a month has passed monthOf and holds digits and one dash only.
    await sql
      .raw(
        `create table if not exists ${partition} partition of ${name} for values from ('${month}-01') to ('${nextMonth(month)}-01');
         comment on table ${partition} is '${title}分区表 - ${month}'`,
      )
      .execute(db);
  }
}

/** Forgets which months exist; whoever drops a partition calls it. */
export function forgetPartitions(db: Kysely<DB>): void {
  known.delete(db);
}

/** All partitions of the size tables (or of one), found by inheritance and read by their bounds, never by their names. */
export async function listPartitions(db: Kysely<DB>, table?: PartitionedTable): Promise<Partition[]> {
  const parents = partitionedTables.map(({ name }) => name).filter((name) => !table || name === table);
  const { rows } = await sql<Partition>`
    select parent.relname as "table", child.relname as name,
           bounds[1] as "from", bounds[2] as "to",
           coalesce(pg_total_relation_size(child.oid), 0) as "sizeBytes", child.reltuples::bigint as "rowEstimate"
    from pg_inherits
    join pg_class parent on parent.oid = pg_inherits.inhparent and parent.relkind = 'p'
    join pg_class child on child.oid = pg_inherits.inhrelid
    cross join lateral regexp_match(pg_get_expr(child.relpartbound, child.oid), $re$FROM \\('([0-9-]+)'\\) TO \\('([0-9-]+)'\\)$re$) as bounds
    where parent.oid in (${sql.join(parents.map((name) => sql`to_regclass(${name})`))})
    order by parent.relname, bounds[1]`.execute(db);
  return rows;
}

/** `database_size_stats_2025_12` */
export function partitionName(table: PartitionedTable, month: string): string {
  return `${table}_${month.replace('-', '_')}`;
}

/** The first days of `count` months, beginning with the month of `date`. */
export function monthsFrom(date: string, count: number): string[] {
  const months = [monthOf(date)];
  while (months.length < count) months.push(nextMonth(months.at(-1) as string));
  return months.map((month) => `${month}-01`);
}

function monthOf(date: string): string {
  const match = /^(\d{4}-(?:0[1-9]|1[0-2]))-\d{2}$/.exec(date);
  if (!match?.[1]) throw new RangeError(`not a date: ${date}`);
  return match[1];
}

function nextMonth(month: string): string {
  const year = Number(month.slice(0, 4));
  const number = Number(month.slice(5));
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
