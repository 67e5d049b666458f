import { type Kysely, sql } from 'kysely';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
export type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
/** What roles without `admin` never see (00-overview §12). */
export const SECURITY_MODULES = ['auth', 'decorators', 'rate_limiter', 'users', 'credentials'];

export interface LogFilter {
  /** Any of these; none means all. */
  level?: readonly Level[] | undefined;
  module?: string | undefined;
  search?: string | undefined;
  from: Date | null;
  to: Date | null;
  /** So short a time that reading its rows is quicker than asking the index about all that are kept. */
  short: boolean;
  /** Without it the rows of the security modules are not there. */
  admin: boolean;
}
/** Message or context contain the text, whatever the case (see migration 0010). */
function mentions(text: string, short: boolean) {
  const compared = sql<boolean>`strpos(l.search_text, lower(${text}::text collate "und-x-icu") collate "C") > 0`;
  return short || [...text].length < 2
    ? compared
    : sql<boolean>`(search_grams(l.search_text) @> search_grams_asked(${text}::text) and ${compared})`;
}
/** The one predicate of search, detail, counts, statistics and export. */
const filtered = (db: Db, f: LogFilter) =>
  db
    .selectFrom('unified_logs as l')
    .$if(!f.admin, (q) => q.where('l.module', 'not in', SECURITY_MODULES))
    .$if(Boolean(f.level?.length), (q) => q.where('l.level', 'in', f.level!))
    .$if(Boolean(f.module), (q) => q.where(sql<boolean>`strpos(lower(l.module), lower(${f.module!})) > 0`))
    .$if(f.from !== null, (q) => q.where('l.timestamp', '>=', f.from!))
    .$if(f.to !== null, (q) => q.where('l.timestamp', '<=', f.to!))
    .$if(Boolean(f.search), (q) => q.where(mentions(f.search!, f.short)));

const SEVERITY = sql`array_position(array['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'], l.level::text)`;
const SORTS = { timestamp: sql`l.timestamp`, level: SEVERITY, module: sql`l.module`, id: sql`l.id`, message: sql`l.message` };
const COLUMNS = ['l.id', 'l.timestamp', 'l.level', 'l.module', 'l.message', 'l.traceback', 'l.context', 'l.created_at'] as const;
export type LogRow = Awaited<ReturnType<typeof logPage>>['items'][number];

export async function logPage(
  db: Db,
  filter: LogFilter,
  page: { page: number; limit: number; sort: keyof typeof SORTS; order: 'asc' | 'desc' },
) {
  const [items, { n }] = await Promise.all([
    filtered(db, filter)
      .select(COLUMNS)
      .orderBy(SORTS[page.sort], page.order)
      .orderBy('l.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    filtered(db, filter)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow(),
  ]);
  return { items, total: n };
}
/** Newest first, after the row given: for streaming without counting. */
export const logsBefore = (db: Db, filter: LogFilter, before: { at: Date; id: number } | null, limit: number) =>
  filtered(db, filter)
    .select(COLUMNS)
    .$if(before !== null, (q) => q.where(sql<boolean>`(l.timestamp, l.id) < (${before!.at}, ${before!.id})`))
    .orderBy('l.timestamp', 'desc')
    .orderBy('l.id', 'desc')
    .limit(limit)
    .execute();
export const logById = (db: Db, id: number, admin: boolean) =>
  filtered(db, { from: null, to: null, short: false, admin }).select(COLUMNS).where('l.id', '=', id).executeTakeFirst();
/** Distinct modules by jumping from one to the next along the index: cost of a few modules, not of all rows. */
export async function modules(db: Db, admin: boolean): Promise<string[]> {
  const { rows } = await sql<{ module: string }>`
    with recursive m as (
      (select module from unified_logs order by module limit 1)
      union all
      select (select u.module from unified_logs u where u.module > m.module order by u.module limit 1) from m where m.module is not null)
    select module from m where module is not null ${admin ? sql`` : sql`and module <> all(${SECURITY_MODULES}::text[])`}`.execute(db);
  return rows.map((row) => row.module);
}
export const counts = (db: Db, filter: LogFilter) =>
  filtered(db, filter)
    .select((eb) => [
      eb.fn.countAll<number>().as('total_logs'),
      eb.fn.countAll<number>().filterWhere('l.level', 'in', ['ERROR', 'CRITICAL']).as('error_logs'),
      eb.fn.countAll<number>().filterWhere('l.level', '=', 'WARNING').as('warning_logs'),
      eb.fn.count<number>('l.module').distinct().as('modules_count'),
    ])
    .executeTakeFirstOrThrow();
/** Rows by module and level, and by level along time, in one statement each. */
export const byModule = (db: Db, filter: LogFilter) =>
  filtered(db, filter)
    .select((eb) => ['l.module', 'l.level', eb.fn.countAll<number>().as('count')])
    .groupBy(['l.module', 'l.level'])
    .execute();
export const byTime = (db: Db, filter: LogFilter, bucketMs: number) =>
  filtered(db, filter)
    .select((eb) => [
      sql<Date>`to_timestamp(floor(extract(epoch from l.timestamp) * 1000 / ${bucketMs}) * ${bucketMs} / 1000)`.as('bucket'),
      'l.level',
      eb.fn.countAll<number>().as('count'),
    ])
    .groupBy(['bucket', 'l.level'])
    .orderBy('bucket')
    .execute();

/** At most `limit` rows older than `before`; modules given are spared. @returns how many went */
export async function deleteLogs(db: Db, before: Date, spared: readonly string[], limit: number): Promise<number> {
  const done =
    await sql`delete from unified_logs where id in (select id from unified_logs where timestamp < ${before} and module <> all(${spared}::text[]) order by timestamp limit ${limit})`.execute(
      db,
    );
  return Number(done.numAffectedRows ?? 0n);
}
