import { type ErrorCode, explain } from '@whalefall/engines';
import type { Locale } from '@whalefall/contract';
import { hidingLogins, may, type User } from '../../http/index.ts';
import type * as queries from './queries.ts';

type SessionRow = NonNullable<Awaited<ReturnType<typeof queries.sessionByUuid>>>;
type RecordRow = NonNullable<Awaited<ReturnType<typeof queries.recordById>>>;

const seconds = (from: Date | null, to: Date | null): number | null =>
  from && to ? Math.round((to.getTime() - from.getTime()) / 100) / 10 : null;

/** A session as the contract shows it. */
export function shownSession(row: SessionRow) {
  const done = row.successful_instances + row.failed_instances;
  const progress = row.total_instances === 0 ? 0 : Math.round((10_000 * done) / row.total_instances) / 100;
  return {
    ...row,
    sync_type: row.sync_type as never,
    sync_category: row.sync_category as never,
    status: row.status as never,
    duration_seconds: seconds(row.started_at, row.completed_at),
    progress_percentage: progress,
  };
}

/** A record with its failure in plain words: cause and remedy, in the caller's language. What names the login is for some roles only. */
export function shownRecord(row: RecordRow, { user, locale }: { user: User; locale: Locale }) {
  const { error_code: code, error_number: number } = row;
  const words = code ? explain({ code: code as ErrorCode, number }, locale === 'en' ? 'en' : 'zh') : null;
  const needs = code === 'PRIVILEGE_MISSING' && may(user, 'update') ? row.error_message : null;
  return {
    ...row,
    sync_category: row.sync_category as never,
    status: row.status as never,
    error_code: row.error_code as never,
    stage: (['resolve', 'connect', 'auth', 'query'].includes(row.stage ?? '') && row.status === 'failed' ? row.stage : null) as never,
    error_message: words?.cause ?? null,
    remedy: words ? [words.remedy, needs].filter(Boolean).join(' ') : null,
    sync_details: hidingLogins(user, row.sync_details as Record<string, unknown> | null),
    duration_seconds: seconds(row.started_at, row.completed_at),
  };
}
