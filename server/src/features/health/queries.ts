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
