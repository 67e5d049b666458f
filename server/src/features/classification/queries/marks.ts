import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

/** What decides an instance's classes, each as a text that differs when something of it does. */
export interface State {
  instance_id: number;
  accounts_state: string;
  assignments_state: string;
}
export interface Found {
  accounts: number;
  matched: number;
  unread: number;
}

/** A row that is written again gets another xmin, so that no document has to be read. Grouped: once over all, not once for each instance. */
const rowsOf = (row: ReturnType<typeof sql.raw>) => sql`count(*) || ':' || coalesce(sum(hashtextextended(${row}, 0)), 0)`;
const accountRows = (
  ids: readonly number[],
) => sql`(select p.instance_id, ${rowsOf(sql.raw("concat_ws(':', p.id, p.xmin, a.xmin)"))} as rows
  from account_permission p join instance_accounts a on a.id = p.instance_account_id where p.instance_id = any(${ids}::int[]) group by 1)`;
const assignmentRows = (ids: readonly number[]) => sql`(select p.instance_id, ${rowsOf(sql.raw("concat_ws(':', s.id, s.xmin)"))} as rows
  from account_classification_assignments s join account_permission p on p.id = s.account_id
  where p.instance_id = any(${ids}::int[]) and (s.is_active or s.assignment_type = 'manual_exclude') group by 1)`;

/** The states of these instances now, with what the last whole run found when they are those that it left. */
export async function states(db: Db, instanceIds: readonly number[]) {
  const { rows } = await sql<State & { rules_state: string | null; found: Found | null }>`
    select now.*, m.rules_state,
      case when m.accounts_state = now.accounts_state and m.assignments_state = now.assignments_state
        then json_build_object('accounts', m.accounts, 'matched', m.matched, 'unread', m.unread) end as found
    from (select i.id as instance_id, concat_ws(':', a.rows, i.accounts_error_at is not null) as accounts_state, coalesce(s.rows, '0') as assignments_state
      from instances i left join ${accountRows(instanceIds)} a on a.instance_id = i.id left join ${assignmentRows(instanceIds)} s on s.instance_id = i.id
      where i.id = any(${instanceIds}::int[])) now
    left join classification_marks m on m.instance_id = now.instance_id`.execute(db);
  return rows;
}

/** Remembers what a whole run saw before it asked (accounts) and what it left (assignments). */
export async function mark(db: Db, rows: readonly (Found & Omit<State, 'assignments_state'> & { rules_state: string })[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into classification_marks (instance_id, rules_state, accounts_state, assignments_state, accounts, matched, unread)
    select g.instance_id, g.rules_state, g.accounts_state, coalesce(s.rows, '0'), g.accounts, g.matched, g.unread
    from json_to_recordset(${JSON.stringify(rows)}::json) as g (instance_id int, rules_state text, accounts_state text, accounts int, matched int, unread int)
    join instances i on i.id = g.instance_id
    left join ${assignmentRows(rows.map((row) => row.instance_id))} s on s.instance_id = g.instance_id
    on conflict (instance_id) do update set rules_state = excluded.rules_state, accounts_state = excluded.accounts_state,
      assignments_state = excluded.assignments_state, accounts = excluded.accounts, matched = excluded.matched, unread = excluded.unread`.execute(
    db,
  );
}

/** Another version of the program may judge otherwise: what an earlier one found is not taken over. */
export const forgetMarks = (db: Db) => db.deleteFrom('classification_marks').execute();
