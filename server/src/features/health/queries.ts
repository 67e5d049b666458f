import { type Kysely, sql } from 'kysely';
import type { DB } from '../../store/tables.ts';

/** Does our database answer at all? */
export const answers = (db: Kysely<DB>) => sql`select 1`.execute(db);

/** How many active jobs are past their time by more than that, and when the next one is due. */
export const overdueJobs = (db: Kysely<DB>, before: Date) =>
  db
    .selectFrom('scheduler_jobs')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('next_run_time', '<', before).as('overdue'),
      eb.fn.min('next_run_time').as('next'),
    ])
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow();

export const instanceExists = async (db: Kysely<DB>, id: number): Promise<boolean> =>
  (await db.selectFrom('instances').select('id').where('id', '=', id).where('deleted_at', 'is', null).executeTakeFirst()) !== undefined;
export const rulesByEngine = (db: Kysely<DB>) =>
  db
    .selectFrom('classification_rules')
    .select((eb) => ['db_type', eb.fn.countAll<number>().as('n')])
    .where('is_active', '=', true)
    .groupBy('db_type')
    .execute();

/** By how many seconds the oldest due job is late. */
export async function schedulerLag(db: Kysely<DB>, now: Date): Promise<number> {
  const row = await db
    .selectFrom('scheduler_jobs')
    .select((eb) => eb.fn.min('next_run_time').as('due'))
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow();
  return row.due ? Math.max(0, (now.getTime() - row.due.getTime()) / 1000) : 0;
}

/** Records of instances since then, by engine, category and outcome, with the time they took. */
export async function syncResults(db: Kysely<DB>, since: Date) {
  const { rows } = await sql<{ db_type: string; category: string; status: string; n: number; p50: number | null; p95: number | null }>`
    select instances.db_type, record.sync_category as category, record.status, count(*) as n,
           percentile_cont(0.5) within group (order by extract(epoch from record.completed_at - record.started_at)::float8) as p50,
           percentile_cont(0.95) within group (order by extract(epoch from record.completed_at - record.started_at)::float8) as p95
    from sync_instance_records record
    join instances on instances.id = record.instance_id
    where record.created_at >= ${since}
    group by 1, 2, 3`.execute(db);
  return rows;
}

/** When each instance that is to be read was last read with success. */
export const readAges = (db: Kysely<DB>) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'db_type', 'accounts_synced_at as account', 'sizes_synced_at as capacity'])
    .where('is_active', '=', true)
    .where('sync_enabled', '=', true)
    .where('deleted_at', 'is', null)
    .execute();
