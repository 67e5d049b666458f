import { type Kysely, sql } from 'kysely';
import type { DB } from '../store/tables.ts';

/** How much work waits, runs and failed, by queue. What was completed is none of it. */
export async function queueDepth(db: Kysely<DB>): Promise<{ queue: string; state: string; n: number }[]> {
  const { rows } = await sql<{ queue: string; state: string; n: number }>`
    select queue.name as queue, states.state, count(job.id) as n
    from pgboss.queue
    cross join (values ('created'), ('retry'), ('active'), ('failed')) as states (state)
    left join pgboss.job on job.name = queue.name and job.state::text = states.state
    group by 1, 2`.execute(db);
  return rows;
}
