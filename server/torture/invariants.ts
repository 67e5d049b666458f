import type { House } from './house.ts';

/** What must hold at any moment, whatever was killed: each statement finds what may not be. */
const NEVER: readonly [what: string, sql: string][] = [
  [
    'a change-log row twice',
    `select i.name, l.username, l.change_type, l.session_id, count(*) from account_change_log l join instances i on i.id = l.instance_id
     group by 1, 2, 3, 4 having count(*) > 1`,
  ],
  [
    'a change log whose kinds do not follow one another',
    `select i.name, username, was, change_type from (
       select instance_id, username, change_type, lag(change_type) over (partition by instance_id, username order by id) as was from account_change_log) l
     join instances i on i.id = l.instance_id
     where (change_type = 'add') <> (was is null) or (change_type = 'return') <> (was is not distinct from 'delete')`,
  ],
  [
    'an account that its change log does not know',
    `select i.name, a.username from instance_accounts a join instances i on i.id = a.instance_id
     where a.is_active <> (select l.change_type <> 'delete' from account_change_log l
       where l.instance_id = a.instance_id and l.username = a.username order by l.id desc limit 1)`,
  ],
  [
    'a size of a day twice, or total and databases that differ',
    `select s.instance_id, s.collected_date from instance_size_stats s
     left join lateral (select count(*) n, sum(size_bytes) bytes from database_size_stats d
       where d.instance_id = s.instance_id and d.collected_date = s.collected_date) d on true
     where s.database_count <> d.n or s.total_size_bytes <> d.bytes`,
  ],
  [
    'an instance that counts its accounts or databases wrongly',
    `select i.name from instances i
     cross join lateral (select count(*) as n from account_permission p join instance_accounts a on a.id = p.instance_account_id
       where p.instance_id = i.id and a.is_active and not p.is_role and not p.is_public) a
     cross join lateral (select count(*) as n, sum(latest_size_mb) as mb from instance_databases where instance_id = i.id and is_active) d
     where (i.active_account_count, i.active_db_count) <> (a.n, d.n) or i.total_size_mb is distinct from d.mb`,
  ],
  [
    'an aggregate twice',
    `select instance_id, database_name, period_type, period_start from database_size_aggregations group by 1, 2, 3, 4 having count(*) > 1`,
  ],
  [
    'a class given twice',
    `select account_id, classification_id from account_classification_assignments where is_active group by 1, 2 having count(*) > 1`,
  ],
  [
    'a piece of work queued twice',
    `select name, data from pgboss.job where name in ('sync-record', 'session-run', 'job-run') group by name, data having count(*) > 1`,
  ],
  [
    'an open record that nobody works on or will',
    `select r.id, r.status, r.session_id, r.attempts from sync_instance_records r join sync_sessions s using (session_id)
     where r.status in ('pending', 'running') and s.sync_category in ('account', 'capacity') and s.started_at < now() - interval '70 s'
       and not exists (select from pgboss.job j where j.name = 'sync-record' and j.state < 'completed' and (j.data->>'recordId')::bigint = r.id)`,
  ],
  [
    'a session that ended before its records',
    `select s.session_id, s.status from sync_sessions s where s.status <> 'running'
       and exists (select from sync_instance_records r where r.session_id = s.session_id and r.status in ('pending', 'running'))`,
  ],
  [
    'a session that miscounts',
    `select s.session_id from sync_sessions s
     join lateral (select count(*) filter (where status = 'completed') as well, count(*) filter (where status = 'failed') as badly
       from sync_instance_records r where r.session_id = s.session_id) r on true
     where s.status <> 'running' and (s.successful_instances <> r.well or s.failed_instances <> r.badly)`,
  ],
  [
    // Of lines that belong to a request: others may well be said twice in a millisecond, by two connections that were lost.
    'a log line twice',
    `select timestamp, module, message from unified_logs where context ? 'request_id' and module <> 'store' group by timestamp, level, module, message, context having count(*) > 1`,
  ],
  [
    'a change without its audit event, or with two',
    `select t.name, count(e.id) from tags t left join audit_events e on e.resource = 'tag' and e.action = 'create' and e.resource_id = t.id::text
     where t.name like 'torture-%' group by t.id, t.name having count(e.id) <> 1`,
  ],
  [
    'an instance without its audit event, or with two',
    `select i.name, count(e.id) from instances i left join audit_events e on e.resource = 'instance' and e.action = 'create' and e.resource_id = i.id::text
     where i.name like 'import-%' group by i.id, i.name having count(e.id) <> 1`,
  ],
];

/** @returns what was found, with an example */
export async function broken(house: House): Promise<string[]> {
  const faults: string[] = [];
  for (const [what, sql] of NEVER) {
    const rows = await house.ask(sql);
    if (rows.length > 0) faults.push(`${what} (${rows.length}): ${JSON.stringify(rows[0])}`);
  }
  return faults;
}

export interface Ended {
  session_id: string;
  category: string;
  status: string;
  started: number;
  ended: number | null;
}
export const sessions = async (house: House): Promise<Ended[]> =>
  (
    await house.ask<{ session_id: string; sync_category: string; status: string; started_at: Date; completed_at: Date | null }>(
      'select session_id, sync_category, status, started_at, completed_at from sync_sessions order by id',
    )
  ).map((row) => ({
    session_id: row.session_id,
    category: row.sync_category,
    status: row.status,
    started: row.started_at.getTime(),
    ended: row.completed_at?.getTime() ?? null,
  }));

/** How long a session went on after the last kill that it met (or after its start). */
export function aftermath(session: Ended, kills: readonly number[], now: number): number {
  const end = session.ended ?? now;
  return end - Math.max(session.started, ...kills.filter((at) => at >= session.started && at <= end));
}

/** Instances that were read and whose classes have not followed yet. */
export const unclassified = async (house: House): Promise<number> =>
  (await house.ask<{ n: number }>(`select count(*)::int as n from pgboss.job where name = 'classify-instance' and state < 'completed'`))[0]!
    .n;
