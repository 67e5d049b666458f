import { type Kysely, sql } from 'kysely';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
export type Category = 'account' | 'capacity' | 'aggregation' | 'classification';
export type AnyCategory = Category | 'config' | 'other';
export type SyncType = 'manual_single' | 'manual_batch' | 'manual_task' | 'scheduled_task';
const OPEN = ['pending', 'running'] as const;

const SESSION = [
  's.id',
  's.session_id',
  's.sync_type',
  's.sync_category',
  's.status',
  's.started_at',
  's.completed_at',
  's.total_instances',
  's.successful_instances',
  's.failed_instances',
  's.created_by',
  's.created_at',
  's.updated_at',
  's.cancel_requested_at',
  'u.username as created_by_name',
] as const;
const sessions = (db: Db) => db.selectFrom('sync_sessions as s').leftJoin('users as u', 'u.id', 's.created_by');

export const sessionByUuid = (db: Db, sessionId: string) =>
  sessions(db).select(SESSION).where('s.session_id', '=', sessionId).executeTakeFirst();
export const runningSessions = (db: Db) =>
  sessions(db).select(SESSION).where('s.status', '=', 'running').orderBy('s.started_at', 'desc').limit(50).execute();
export const recordsOf = (db: Db, sessionId: string, status?: 'failed') =>
  db
    .selectFrom('sync_instance_records')
    .selectAll()
    .where('session_id', '=', sessionId)
    .$if(status !== undefined, (q) => q.where('status', '=', status!))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
export const recordById = (db: Db, id: number) =>
  db.selectFrom('sync_instance_records').selectAll().where('id', '=', id).executeTakeFirst();

export interface SessionFilter {
  sync_type?: SyncType | undefined;
  sync_category?: AnyCategory | undefined;
  status?: 'running' | 'completed' | 'failed' | 'cancelled' | undefined;
  search?: string | undefined;
  instance_id?: number | undefined;
  from?: Date | undefined;
  before?: Date | undefined;
}
function filtered(db: Db, f: SessionFilter) {
  return sessions(db)
    .$if(f.sync_type !== undefined, (q) => q.where('s.sync_type', '=', f.sync_type!))
    .$if(f.sync_category !== undefined, (q) => q.where('s.sync_category', '=', f.sync_category!))
    .$if(f.status !== undefined, (q) => q.where('s.status', '=', f.status!))
    .$if(f.search !== undefined, (q) => q.where(sql<boolean>`starts_with(s.session_id, lower(${f.search!}))`))
    .$if(f.from !== undefined, (q) => q.where('s.started_at', '>=', f.from!))
    .$if(f.before !== undefined, (q) => q.where('s.started_at', '<', f.before!))
    .$if(f.instance_id !== undefined, (q) =>
      q.where((eb) =>
        eb.exists(
          eb
            .selectFrom('sync_instance_records as r')
            .select('r.id')
            .whereRef('r.session_id', '=', 's.session_id')
            .where('r.instance_id', '=', f.instance_id!),
        ),
      ),
    );
}
export async function sessionPage(
  db: Db,
  filter: SessionFilter,
  page: { page: number; limit: number; sort: 'started_at' | 'completed_at' | 'status'; order: 'asc' | 'desc' },
) {
  const [items, stats] = await Promise.all([
    filtered(db, filter)
      .select(SESSION)
      .select((eb) =>
        eb
          .selectFrom('sync_instance_records as mine')
          .select('mine.status')
          .whereRef('mine.session_id', '=', 's.session_id')
          .where('mine.instance_id', '=', filter.instance_id ?? null)
          .limit(1)
          .as('record_status'),
      )
      .orderBy(`s.${page.sort}`, (o) => (page.order === 'asc' ? o.asc().nullsLast() : o.desc().nullsLast()))
      .orderBy('s.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    filtered(db, filter)
      .select((eb) => [
        eb.fn.countAll<number>().as('total'),
        ...(['running', 'completed', 'failed', 'cancelled'] as const).map((status) =>
          eb.fn.countAll<number>().filterWhere('s.status', '=', status).as(status),
        ),
      ])
      .executeTakeFirstOrThrow(),
  ]);
  return { items, stats: stats as { total: number; running: number; completed: number; failed: number; cancelled: number } };
}
export const sessionLogs = (db: Db, sessionId: string) =>
  db
    .selectFrom('unified_logs')
    .select(['id', 'timestamp', 'level', 'module', 'message'])
    .where(sql<boolean>`context->>'session_id' = ${sessionId}`)
    .where('level', 'in', ['WARNING', 'ERROR', 'CRITICAL'])
    .orderBy('id')
    .limit(200)
    .execute();

// ---------------------------------------------------------------- starting

/** A session of this category that runs over many targets, if there is one. */
export const runningBatch = (db: Db, category: Category) =>
  db
    .selectFrom('sync_sessions')
    .select('session_id')
    .where('sync_category', '=', category)
    .where('status', '=', 'running')
    .where('sync_type', 'in', ['manual_task', 'scheduled_task', 'manual_batch'])
    .executeTakeFirst();
/** An unfinished record of this instance in this category (any: of every category), if there is one. */
export const openRecord = (db: Db, instanceId: number, category?: Category) =>
  db
    .selectFrom('sync_instance_records')
    .select('session_id')
    .where('instance_id', '=', instanceId)
    .$if(category !== undefined, (q) => q.where('sync_category', '=', category!))
    .where('status', 'in', OPEN)
    .executeTakeFirst();

/** Unfinished records of any of these instances: they are busy. */
export const openRecords = (db: Db, instanceIds: readonly number[]) =>
  db
    .selectFrom('sync_instance_records')
    .select(['session_id', 'instance_id'])
    .where(sql<boolean>`instance_id = any(${instanceIds}::int[])`)
    .where('status', 'in', OPEN)
    .orderBy('created_at')
    .orderBy('id')
    .execute();

export async function insertSession(
  db: Db,
  s: {
    session_id: string;
    sync_type: SyncType;
    sync_category: Category;
    total_instances: number;
    created_by: number | null;
    now: Date;
    completed: boolean;
  },
): Promise<void> {
  await db
    .insertInto('sync_sessions')
    .values({
      session_id: s.session_id,
      sync_type: s.sync_type,
      sync_category: s.sync_category,
      total_instances: s.total_instances,
      created_by: s.created_by,
      started_at: s.now,
      created_at: s.now,
      updated_at: s.now,
      heartbeat_at: s.now,
      status: s.completed ? 'completed' : 'running',
      completed_at: s.completed ? s.now : null,
    })
    .execute();
}
export const insertRecords = (
  db: Db,
  rows: readonly { session_id: string; instance_id: number; instance_name: string; sync_category: Category; created_at: Date }[],
) => db.insertInto('sync_instance_records').values(rows).returning(['id', 'instance_id']).execute();

// ---------------------------------------------------------------- running

/** A record with what decides whether it may run, locked. */
export const lockRecord = (db: Db, id: number) =>
  db
    .selectFrom('sync_instance_records as r')
    .innerJoin('sync_sessions as s', 's.session_id', 'r.session_id')
    .select([
      'r.id',
      'r.session_id',
      'r.instance_id',
      'r.sync_category',
      'r.status',
      'r.attempts',
      'r.worker',
      'r.heartbeat_at',
      's.sync_type',
      's.created_by',
      's.cancel_requested_at',
      's.status as session_status',
    ])
    .where('r.id', '=', id)
    .forUpdate('r')
    .executeTakeFirst();
/** Another record of the same instance and category that runs and is alive. */
export const otherRun = (db: Db, record: { id: number; instance_id: number; sync_category: AnyCategory }, aliveSince: Date) =>
  db
    .selectFrom('sync_instance_records')
    .select('id')
    .where('instance_id', '=', record.instance_id)
    .where('sync_category', '=', record.sync_category)
    .where('status', '=', 'running')
    .where('id', '!=', record.id)
    .where('heartbeat_at', '>', aliveSince)
    .executeTakeFirst();

export interface SameLogin {
  instanceId: number;
  /** With the port: two servers of one machine lock their accounts each for itself, and one that hangs must not hold up the other. */
  host: string;
  port: number;
  credentialId: number | null;
  /** A refused domain login counts everywhere, since the domain locks it everywhere. */
  domain: boolean;
}
const sameLogin = (db: Db, sessionId: string, login: SameLogin) =>
  db
    .selectFrom('sync_instance_records as r')
    .innerJoin('instances as i', 'i.id', 'r.instance_id')
    .where('r.session_id', '=', sessionId)
    .where('i.credential_id', '=', login.credentialId)
    .$if(!login.domain, (q) => q.where('i.host', '=', login.host).where('i.port', '=', login.port));
/** Was this login refused in this run already? */
export const refusedLogin = (db: Db, sessionId: string, login: SameLogin) =>
  sameLogin(db, sessionId, login)
    .select(['r.error_code'])
    .where('r.status', '=', 'failed')
    .where('r.error_code', 'in', ['AUTH_FAILED', 'ACCOUNT_LOCKED', 'PASSWORD_EXPIRED'])
    .executeTakeFirst();
/** Is somebody trying this login for the first time right now? */
export const unprovenLogin = (db: Db, sessionId: string, login: SameLogin, recordId: number, aliveSince: Date) =>
  sameLogin(db, sessionId, login)
    .select('r.id')
    .where('r.status', '=', 'running')
    .where('r.id', '!=', recordId)
    .where('r.stage', 'is', null)
    .where('r.heartbeat_at', '>', aliveSince)
    .executeTakeFirst();

export async function markRunning(db: Db, id: number, worker: string, now: Date): Promise<number> {
  const row = await db
    .updateTable('sync_instance_records')
    .set((eb) => ({ status: 'running', started_at: now, heartbeat_at: now, worker, stage: null, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', id)
    .returning('attempts')
    .executeTakeFirstOrThrow();
  return row.attempts;
}
/** The login was accepted: others may use it. */
export const markConnected = (db: Db, id: number, attempt: number) =>
  db
    .updateTable('sync_instance_records')
    .set({ stage: 'query' })
    .where('id', '=', id)
    .where('attempts', '=', attempt)
    .where('status', '=', 'running')
    .execute();

/** One statement for all records of this process: says it is alive, hears which were cancelled or taken away. */
export async function beat(db: Db, mine: readonly { id: number; attempt: number }[], now: Date) {
  const { rows } = await sql<{ id: number; attempt: number; cancelled: boolean }>`
    update sync_instance_records r set heartbeat_at = ${now}
    from sync_sessions s, unnest(${mine.map((m) => m.id)}::int[], ${mine.map((m) => m.attempt)}::int[]) as own (id, attempt)
    where r.id = own.id and r.attempts = own.attempt and r.status = 'running' and s.session_id = r.session_id
    returning r.id, r.attempts as attempt, s.cancel_requested_at is not null as cancelled`.execute(db);
  return rows;
}

export interface Outcome {
  status: 'completed' | 'failed' | 'cancelled';
  items?: { synced: number; created: number; updated: number; deleted: number };
  error?: { code: string; number?: string | undefined; stage: string | null; message: string };
  details?: unknown;
}
/** @returns whether the record was still ours to end: an attempt that was taken over ends nothing. */
export async function endRecord(db: Db, id: number, attempt: number, outcome: Outcome, now: Date): Promise<boolean> {
  const done = await db
    .updateTable('sync_instance_records')
    .set({
      status: outcome.status,
      completed_at: now,
      heartbeat_at: now,
      ...(outcome.items
        ? {
            items_synced: outcome.items.synced,
            items_created: outcome.items.created,
            items_updated: outcome.items.updated,
            items_deleted: outcome.items.deleted,
          }
        : {}),
      error_code: outcome.error?.code ?? null,
      error_number: outcome.error?.number?.slice(0, 40) ?? null,
      error_message: outcome.error?.message ?? null,
      ...(outcome.error?.stage ? { stage: outcome.error.stage } : {}),
      ...(outcome.details === undefined ? {} : { sync_details: JSON.stringify(outcome.details) }),
    })
    .where('id', '=', id)
    .where('attempts', '=', attempt)
    .where('status', '=', 'running')
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}

/** Recounts under the session's lock and closes it when nothing is left. */
export async function settleSession(db: Db, sessionId: string, now: Date): Promise<void> {
  const session = await db
    .selectFrom('sync_sessions')
    .select(['status', 'cancel_requested_at'])
    .where('session_id', '=', sessionId)
    .forUpdate()
    .executeTakeFirst();
  if (!session || session.status !== 'running') return;
  const n = await db
    .selectFrom('sync_instance_records')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('status', '=', 'completed').as('completed'),
      eb.fn.countAll<number>().filterWhere('status', '=', 'failed').as('failed'),
      eb.fn.countAll<number>().filterWhere('status', 'in', OPEN).as('open'),
    ])
    .where('session_id', '=', sessionId)
    .executeTakeFirstOrThrow();
  const status = n.open > 0 ? 'running' : session.cancel_requested_at ? 'cancelled' : n.failed > 0 ? 'failed' : 'completed';
  await db
    .updateTable('sync_sessions')
    .set({
      successful_instances: n.completed,
      failed_instances: n.failed,
      heartbeat_at: now,
      updated_at: now,
      status,
      completed_at: status === 'running' ? null : now,
    })
    .where('session_id', '=', sessionId)
    .execute();
}

// ---------------------------------------------------------------- cancelling and sweeping

export const lockSession = (db: Db, sessionId: string) =>
  db
    .selectFrom('sync_sessions')
    .select(['session_id', 'status', 'cancel_requested_at'])
    .where('session_id', '=', sessionId)
    .forUpdate()
    .executeTakeFirst();
export async function requestCancel(db: Db, sessionId: string, now: Date): Promise<void> {
  await db.updateTable('sync_sessions').set({ cancel_requested_at: now, updated_at: now }).where('session_id', '=', sessionId).execute();
  await db
    .updateTable('sync_instance_records')
    .set({ status: 'cancelled', completed_at: now, error_code: 'CANCELLED' })
    .where('session_id', '=', sessionId)
    .where('status', '=', 'pending')
    .execute();
}
/** Records whose worker is gone and that nobody took over, and those that wait in a session that nothing will ever run again. */
export const lostRecords = (db: Db, runningBefore: Date, pendingBefore: Date) =>
  db
    .selectFrom('sync_instance_records as r')
    .innerJoin('sync_sessions as s', 's.session_id', 'r.session_id')
    .select(['r.id', 'r.session_id', 'r.attempts', 'r.status', 's.cancel_requested_at'])
    .where((eb) =>
      eb.or([
        eb.and([eb('r.status', '=', 'running'), eb('r.heartbeat_at', '<', runningBefore)]),
        eb.and([eb('r.status', '=', 'pending'), eb('s.heartbeat_at', '<', pendingBefore)]),
      ]),
    )
    .limit(500)
    .execute();
/** Open records that nobody has been heard of for a while: waiting for their turn, or lost. */
export const silentRecords = (db: Db, before: Date) =>
  db
    .selectFrom('sync_instance_records as r')
    .innerJoin('sync_sessions as s', 's.session_id', 'r.session_id')
    .select(['r.id', 'r.session_id', 'r.attempts', 's.cancel_requested_at'])
    .where('r.status', 'in', OPEN)
    .where('r.sync_category', 'in', ['account', 'capacity'])
    .where((eb) => eb(eb.fn.coalesce('r.heartbeat_at', 'r.created_at'), '<', before))
    .execute();
export const runningWholes = (db: Db) =>
  db
    .selectFrom('sync_sessions')
    .select('session_id')
    .where('status', '=', 'running')
    .where('sync_category', 'in', ['aggregation', 'classification'])
    .execute();
export async function failLost(db: Db, id: number, attempts: number, cancelled: boolean, message: string, now: Date): Promise<boolean> {
  const done = await db
    .updateTable('sync_instance_records')
    .set({
      status: cancelled ? 'cancelled' : 'failed',
      completed_at: now,
      error_code: cancelled ? 'CANCELLED' : 'UNKNOWN',
      error_message: message,
    })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('status', 'in', OPEN)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}
/** Sessions that still count as running although every record has ended (a crash between the two). */
export const unsettledSessions = (db: Db) =>
  db
    .selectFrom('sync_sessions as s')
    .select('s.session_id')
    .where('s.status', '=', 'running')
    .where('s.sync_category', 'in', ['account', 'capacity'])
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('sync_instance_records as r')
            .select('r.id')
            .whereRef('r.session_id', '=', 's.session_id')
            .where('r.status', 'in', OPEN),
        ),
      ),
    )
    .execute();

// ---------------------------------------------------------------- sessions that are one piece of work

/** Its records begin together; a heartbeat far ahead keeps the sweep from them, since the queue looks after the one job. */
export const markWholeRunning = (db: Db, sessionId: string, now: Date) =>
  db
    .updateTable('sync_instance_records')
    .set({ status: 'running', started_at: now, heartbeat_at: new Date(now.getTime() + 3_600_000) })
    .where('session_id', '=', sessionId)
    .where('status', '=', 'pending')
    .execute();
export async function completeRecords(
  db: Db,
  sessionId: string,
  outcomes: readonly { instanceId: number; items: number; details: unknown }[],
  now: Date,
): Promise<void> {
  await sql`
    update sync_instance_records r set status = 'completed', completed_at = ${now}::timestamptz, heartbeat_at = ${now}::timestamptz, items_synced = g.items, sync_details = g.details
    from jsonb_to_recordset(${JSON.stringify(outcomes.map((one) => ({ instance_id: one.instanceId, items: one.items, details: one.details })))}::jsonb) as g (instance_id int, items int, details jsonb)
    where r.session_id = ${sessionId} and r.instance_id = g.instance_id and r.status in ('pending', 'running')`.execute(db);
}
export const failRecords = (db: Db, sessionId: string, message: string, now: Date) =>
  db
    .updateTable('sync_instance_records')
    .set({ status: 'failed', completed_at: now, error_code: 'UNKNOWN', error_message: message })
    .where('session_id', '=', sessionId)
    .where('status', 'in', OPEN)
    .execute();

// ---------------------------------------------------------------- retention

/** At most `limit` sessions that ended before this, with their records. @returns how many went */
export async function deleteEnded(db: Db, before: Date, limit: number): Promise<number> {
  const done = await sql`
    delete from sync_sessions where id in (select id from sync_sessions where completed_at < ${before} order by completed_at limit ${limit})`.execute(
    db,
  );
  return Number(done.numAffectedRows ?? 0n);
}
