import type { Kysely } from 'kysely';
import type { Log } from '../../logbook/index.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { tell } from './progress.ts';
import * as queries from './queries.ts';

/** The queue hands work of a dead worker out again within 20 s; what nobody took up after this is given up. */
const GIVE_UP_MS = 50_000;
const NEVER_STARTED_MS = 6 * 3_600_000;

/** Ends what nothing will ever end: records that were given up, sessions whose last record ended in a crash. Safe from several processes. */
export async function sweepSessions(db: Kysely<DB>, log: Log, now: Date): Promise<number> {
  const lost = await queries.lostRecords(db, new Date(now.getTime() - GIVE_UP_MS), new Date(now.getTime() - NEVER_STARTED_MS));
  let ended = 0;
  for (const record of lost) {
    await transaction(db, async (db) => {
      if (
        !(await queries.failLost(
          db,
          record.id,
          record.attempts,
          record.cancel_requested_at !== null,
          'its worker was lost and no other took it over',
          now,
        ))
      )
        return;
      await queries.settleSession(db, record.session_id, now);
      await tell(db, record.session_id, record.id);
      ended++;
    });
  }
  for (const { session_id } of await queries.unsettledSessions(db))
    await transaction(db, (db) => queries.settleSession(db, session_id, now));
  if (ended > 0) log.warning('sync', `${ended} records were given up: their workers were lost`);
  return ended;
}
