import type { Kysely } from 'kysely';
import { withoutWork } from '../../jobs/index.ts';
import type { Log } from '../../logbook/index.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { tell } from './progress.ts';
import * as queries from './queries.ts';
import { syncRecord } from './start-session.ts';
import { sessionRun } from './whole-session.ts';

/** The queue hands work of a dead worker out again within 20 s; what nobody took up after this is given up. */
const GIVE_UP_MS = 50_000;
/** A living worker beats every two seconds: what is older is looked for in the queue. */
const SILENT_MS = 15_000;
const NEVER_STARTED_MS = 6 * 3_600_000;
const LOST = 'its worker was lost and no other took it over';

/**
 * Ends what nothing will ever end: records that were given up, sessions whose last record ended in a crash. Safe from several processes.
 * @param given.patient heartbeats may be old although their workers live: only what the queue itself has given up is ended
 */
export async function sweepSessions(
  db: Kysely<DB>,
  log: Log,
  now: Date,
  given: { patient: boolean } = { patient: false },
): Promise<number> {
  const since = (ms: number) => new Date(now.getTime() - ms);
  const silent = await queries.silentRecords(db, since(SILENT_MS));
  const givenUp = await withoutWork(
    db,
    syncRecord.name,
    'recordId',
    silent.map(({ id }) => String(id)),
  );
  const lost = given.patient ? [] : await queries.lostRecords(db, since(GIVE_UP_MS), since(NEVER_STARTED_MS));
  const all = new Map([...silent.filter(({ id }) => givenUp.has(String(id))), ...lost].map((record) => [record.id, record]));
  let ended = 0;
  for (const record of all.values()) {
    await transaction(db, async (db) => {
      if (!(await queries.failLost(db, record.id, record.attempts, record.cancel_requested_at !== null, LOST, now))) return;
      await queries.settleSession(db, record.session_id, now);
      await tell(db, record.session_id, record.id);
      ended++;
    });
  }
  ended += await sweepWholes(db, now);
  for (const { session_id } of await queries.unsettledSessions(db))
    await transaction(db, (db) => queries.settleSession(db, session_id, now));
  if (ended > 0) log.warning('sync', `${ended} records were given up: their workers were lost`);
  return ended;
}

/** Sessions of one piece of work have no beats of their own: they go on as long as the queue keeps that piece. */
async function sweepWholes(db: Kysely<DB>, now: Date): Promise<number> {
  const running = await queries.runningWholes(db);
  const lost = await withoutWork(
    db,
    sessionRun.name,
    'sessionId',
    running.map(({ session_id }) => session_id),
  );
  let ended = 0;
  for (const session_id of lost)
    await transaction(db, async (db) => {
      ended += Number((await queries.failRecords(db, session_id, LOST, now))[0]?.numUpdatedRows ?? 0n);
      await queries.settleSession(db, session_id, now);
      await tell(db, session_id, null);
    });
  return ended;
}
