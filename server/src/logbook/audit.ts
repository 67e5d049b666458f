import type { Kysely } from 'kysely';
import type { DB } from '../store/tables.ts';
import { insertAuditEvents } from './queries.ts';
import { redact } from './redact.ts';

/** Who did it, as far as the audit trail wants to know; a command line has no user. */
export interface Actor {
  user: { id: number; username: string } | null;
  ip?: string | null;
  requestId?: string | null;
  now: Date;
}

interface Event {
  /** `create`, `update`, `delete` … of `resource`. */
  action: string;
  resource: string;
  id?: string | number | null;
  /** What changed; secrets are starred. */
  before?: unknown;
  after?: unknown;
}
/** One change by our own users, written with the change in its transaction. */
export const audit = (db: Kysely<DB>, actor: Actor, event: Event): Promise<void> => auditMany(db, actor, [event]);

/** Several in one statement, in their order. */
export async function auditMany(db: Kysely<DB>, actor: Actor, events: readonly Event[]): Promise<void> {
  const text = (value: unknown) => (value === undefined ? null : JSON.stringify(redact(value)));
  const rows = events.map((event) => ({
    time: actor.now,
    user_id: actor.user?.id ?? null,
    username: actor.user?.username ?? 'command line',
    action: event.action,
    resource: event.resource,
    resource_id: event.id === undefined || event.id === null ? null : String(event.id),
    before: text(event.before),
    after: text(event.after),
    request_id: actor.requestId ?? null,
    ip: actor.ip ?? null,
  }));
  if (rows.length > 0) await insertAuditEvents(db, rows);
}

/** The part of two records in which they differ, for before/after. */
export function changed<T extends Record<string, unknown>>(before: T, after: Partial<T>): { before: Partial<T>; after: Partial<T> } {
  const keys = Object.keys(after).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])) as (keyof T)[];
  return {
    before: Object.fromEntries(keys.map((key) => [key, before[key]])) as Partial<T>,
    after: Object.fromEntries(keys.map((key) => [key, after[key]])) as Partial<T>,
  };
}
