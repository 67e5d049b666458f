import type { Kysely } from 'kysely';
import type { DB } from '../store/tables.ts';
import type { LogRow } from './logger.ts';

/** Appends rows in one statement. */
export async function insertLogs(db: Kysely<DB>, rows: readonly LogRow[]): Promise<void> {
  await db
    .insertInto('unified_logs')
    .values(rows.map((row) => ({ ...row, context: JSON.stringify(row.context) })))
    .execute();
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
