import { type Kysely, sql } from 'kysely';
import type { DB } from '../store/tables.ts';
import type { LogRow } from './logger.ts';

/**
 * Appends rows in one statement.
 * @param given.again they may be there already, from a try whose answer was lost: then not once more
 */
export async function insertLogs(db: Kysely<DB>, rows: readonly LogRow[], given: { again: boolean }): Promise<void> {
  const values = rows.map((row) => ({ ...row, context: JSON.stringify(row.context) }));
  if (!given.again) return void (await db.insertInto('unified_logs').values(values).execute());
  await sql`
    insert into unified_logs (timestamp, level, module, message, traceback, context)
    select g.timestamp, g.level, g.module, g.message, g.traceback, g.context
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as g (timestamp timestamptz, level text, module text, message text, traceback text, context jsonb)
    where not exists (
      select from unified_logs l where l.timestamp = g.timestamp and l.level = g.level and l.module = g.module
        and l.message = g.message and l.context is not distinct from g.context)`.execute(db);
}

export interface AuditRow {
  time: Date;
  user_id: number | null;
  username: string;
  action: string;
  resource: string;
  resource_id: string | null;
  before: string | null;
  after: string | null;
  request_id: string | null;
  ip: string | null;
}
/** Ten values a row: a thousand at a time stay far below what a statement may carry. */
const CHUNK = 1000;
export async function insertAuditEvents(db: Kysely<DB>, rows: readonly AuditRow[]): Promise<void> {
  for (let i = 0; i < rows.length; i += CHUNK)
    await db
      .insertInto('audit_events')
      .values(rows.slice(i, i + CHUNK))
      .execute();
}
export async function deleteAuditEvents(db: Kysely<DB>, before: Date): Promise<number> {
  return Number((await db.deleteFrom('audit_events').where('time', '<', before).executeTakeFirst()).numDeletedRows);
}
