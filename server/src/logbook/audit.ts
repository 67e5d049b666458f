import type { Kysely } from 'kysely';
import type { DB } from '../store/tables.ts';
import { insertAuditEvent } from './queries.ts';
import { redact } from './redact.ts';

/** Who did it, as far as the audit trail wants to know; a command line has no user. */
export interface Actor {
  user: { id: number; username: string } | null;
  ip?: string | null;
  requestId?: string | null;
  now: Date;
}

/**
 * One change by our own users, written with the change in its transaction.
 * @param event.action `create`, `update`, `delete` … of `resource`; before/after hold what changed, without secrets.
 */
export async function audit(
  db: Kysely<DB>,
  actor: Actor,
  event: { action: string; resource: string; id?: string | number | null; before?: unknown; after?: unknown },
): Promise<void> {
  await insertAuditEvent(db, {
    time: actor.now,
    user_id: actor.user?.id ?? null,
    username: actor.user?.username ?? 'command line',
    action: event.action,
    resource: event.resource,
    resource_id: event.id === undefined || event.id === null ? null : String(event.id),
    before: event.before === undefined ? null : JSON.stringify(redact(event.before)),
    after: event.after === undefined ? null : JSON.stringify(redact(event.after)),
    request_id: actor.requestId ?? null,
    ip: actor.ip ?? null,
  });
}

/** The part of two records in which they differ, for before/after. */
export function changed<T extends Record<string, unknown>>(before: T, after: Partial<T>): { before: Partial<T>; after: Partial<T> } {
  const keys = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])) as (keyof T)[];
  return {
    before: Object.fromEntries(keys.map((key) => [key, before[key]])) as Partial<T>,
    after: Object.fromEntries(keys.map((key) => [key, after[key]])) as Partial<T>,
  };
}
