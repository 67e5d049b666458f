import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import { anyContains, contains } from '../../../store/search.ts';
import type { DB } from '../../../store/tables.ts';
import type { SampleAge } from '../sample-age.ts';

type Db = Kysely<DB>;

export interface DatabaseFilter {
  search?: string | undefined;
  db_type?: DbType | undefined;
  instance_id?: number | undefined;
  tags: string[];
  sync_status?: SampleAge | undefined;
  include_deleted: boolean;
  only_deleted: boolean;
  /** When a sample is no longer fresh, and when it is overdue. */
  since: { fresh: Date; due: Date };
}
const collected = sql<Date | null>`d.latest_collected_at`;

/** The one predicate of the ledger, its counts and its export. */
const ledger = (db: Db, f: DatabaseFilter) =>
  db
    .selectFrom('instance_databases as d')
    .innerJoin('instances as i', 'i.id', 'd.instance_id')
    .where('i.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .$if(f.only_deleted, (q) => q.where('d.is_active', '=', false))
    .$if(!f.include_deleted && !f.only_deleted, (q) => q.where('d.is_active', '=', true))
    .$if(f.db_type !== undefined, (q) => q.where('i.db_type', '=', f.db_type!))
    .$if(f.instance_id !== undefined, (q) => q.where('d.instance_id', '=', f.instance_id!))
    .$if(f.sync_status === 'pending', (q) => q.where(collected, 'is', null))
    .$if(f.sync_status === 'completed', (q) => q.where(collected, '>=', f.since.fresh))
    .$if(f.sync_status === 'running', (q) => q.where(collected, '<', f.since.fresh).where(collected, '>=', f.since.due))
    .$if(f.sync_status === 'failed', (q) => q.where(collected, '<', f.since.due))
    // What is called so, and what lies on an instance that is called so: each by its own index, then put together.
    .$if(Boolean(f.search), (q) =>
      q.where(
        sql<boolean>`d.id in (
          select s.id from instance_databases s where ${contains(sql.ref('s.database_name'), f.search!)}
          union all
          select s.id from instance_databases s where s.instance_id in (select id from instances where ${anyContains([sql.ref('instances.name'), sql.ref('instances.host')], f.search!)}))`,
      ),
    )
    .$if(f.tags.length > 0, (q) =>
      q.where(
        sql<boolean>`exists (select 1 from instance_tags it join tags t on t.id = it.tag_id where it.instance_id = i.id and t.name = any(${f.tags}))`,
      ),
    );

const SORTS = {
  instance_name: [sql`i.name`, sql`d.database_name`],
  database_name: [sql`d.database_name`],
  db_type: [sql`i.db_type`, sql`i.name`, sql`d.database_name`],
  size_mb: [sql`d.latest_size_mb`],
  collected_at: [collected],
  first_seen_date: [sql`d.first_seen_date`],
  last_seen_date: [sql`d.last_seen_date`],
};
/** Nothing to look back to where the day itself was missed: a week of tolerance. */
const TOLERANCE_DAYS = 7;

export async function databasePage(
  db: Db,
  f: DatabaseFilter,
  page: { page: number; limit: number; sort: keyof typeof SORTS; order: 'asc' | 'desc' },
  monthAgo: string,
) {
  const before = sql<number | null>`(select s.size_mb from database_size_stats s
    where s.instance_id = d.instance_id and s.database_name = d.database_name
      and s.collected_date <= ${monthAgo}::date and s.collected_date > ${monthAgo}::date - ${TOLERANCE_DAYS}::int
    order by s.collected_date desc limit 1)`;
  let rows = ledger(db, f)
    .select([
      'd.id',
      'd.database_name',
      'd.instance_id',
      'i.name as instance_name',
      'i.host as instance_host',
      'i.db_type',
      'd.latest_size_mb',
      'd.latest_size_bytes',
      'd.latest_collected_at',
      'd.is_active',
      'd.first_seen_date',
      'd.last_seen_date',
      'd.deleted_at',
    ])
    .select(before.as('size_before_mb'));
  for (const column of SORTS[page.sort])
    rows = rows.orderBy(column, (o) => (page.order === 'asc' ? o.asc().nullsLast() : o.desc().nullsLast()));
  return rows
    .orderBy('d.id', page.order)
    .limit(page.limit)
    .offset((page.page - 1) * page.limit)
    .execute();
}

export const databaseTotals = (db: Db, f: DatabaseFilter) =>
  ledger(db, f)
    .select((eb) => [eb.fn.countAll<number>().as('n'), sql<number>`coalesce(sum(d.latest_size_mb), 0)::bigint`.as('size_mb')])
    .executeTakeFirstOrThrow();

/** By engine, with every other filter: the tabs of the ledger. */
export const databaseCounts = (db: Db, f: DatabaseFilter) =>
  ledger(db, { ...f, db_type: undefined })
    .select((eb) => ['i.db_type', eb.fn.countAll<number>().as('n')])
    .groupBy('i.db_type')
    .execute();

export const databaseById = (db: Db, id: number) =>
  db
    .selectFrom('instance_databases as d')
    .innerJoin('instances as i', 'i.id', 'd.instance_id')
    .select([
      'd.id',
      'd.database_name',
      'd.instance_id',
      'i.name as instance_name',
      'i.host as instance_host',
      'i.db_type',
      'd.is_active',
      'd.first_seen_date',
      'd.last_seen_date',
      'd.deleted_at',
    ])
    .where('d.id', '=', id)
    .where('i.deleted_at', 'is', null)
    .executeTakeFirst();

export const trendOf = (db: Db, database: { instance_id: number; database_name: string }, from: string) =>
  db
    .selectFrom('database_size_stats')
    .select(['collected_at', 'collected_date', 'size_mb', 'size_bytes'])
    .where('instance_id', '=', database.instance_id)
    .where('database_name', '=', database.database_name)
    .where('collected_date', '>=', from)
    .orderBy('collected_date')
    .execute();
