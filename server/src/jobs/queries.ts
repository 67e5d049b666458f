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

/**
 * Of these pieces of work, those that the queue neither keeps nor hands out any more: completed, or given up after their
 * last attempt. `key` names the field of their data that `values` are of.
 */
export async function withoutWork(db: Kysely<DB>, queue: string, key: string, values: readonly string[]): Promise<Set<string>> {
  if (values.length === 0) return new Set();
  const { rows } = await sql<{ value: string }>`
    select value from unnest(${values}::text[]) as asked (value)
    where not exists (
      select from pgboss.job where job.name = ${queue} and job.state < 'completed' and job.data ->> ${key} = asked.value)`.execute(db);
  return new Set(rows.map(({ value }) => value));
}
