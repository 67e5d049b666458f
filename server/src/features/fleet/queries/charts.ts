import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;
const SECURITY = ['auth', 'decorators', 'rate_limiter', 'users', 'credentials'];

/** Errors and warnings by business day. Roles without `admin` do not count what they may not see. */
export const logsByDay = (db: Db, since: Date, timeZone: string, admin: boolean) =>
  db
    .selectFrom('unified_logs')
    .select((eb) => [sql<string>`(timestamp at time zone ${timeZone})::date`.as('date'), 'level', eb.fn.countAll<number>().as('count')])
    .where('timestamp', '>=', since)
    .where('level', 'in', ['ERROR', 'CRITICAL', 'WARNING'])
    .$if(!admin, (q) => q.where('module', 'not in', SECURITY))
    .groupBy(['date', 'level'])
    .execute();
export const sessionsByDay = (db: Db, since: Date, timeZone: string) =>
  db
    .selectFrom('sync_sessions')
    .select((eb) => [sql<string>`(created_at at time zone ${timeZone})::date`.as('date'), eb.fn.countAll<number>().as('count')])
    .where('created_at', '>=', since)
    .groupBy('date')
    .execute();
export const jobStates = (db: Db) =>
  db
    .selectFrom('scheduler_jobs')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('next_run_time', 'is not', null).as('active'),
      eb.fn.countAll<number>().filterWhere('next_run_time', 'is', null).as('inactive'),
    ])
    .executeTakeFirstOrThrow();
/** The newest twenty things our own users did; signing in and users' changes are for administrators. */
export const latestEvents = (db: Db, admin: boolean) =>
  db
    .selectFrom('audit_events')
    .select(['id', 'time', 'username', 'action', 'resource', 'resource_id', 'after', 'before'])
    .$if(!admin, (q) => q.where('resource', 'not in', ['user', 'personal_token', 'credential']))
    .orderBy('id', 'desc')
    .limit(20)
    .execute();
