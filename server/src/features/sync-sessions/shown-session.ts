import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';
import { shownSession } from './shown.ts';

/** A session as replies of other features carry it. */
export async function sessionShown(db: Kysely<DB>, sessionId: string) {
  const row = await queries.sessionByUuid(db, sessionId);
  return row && shownSession(row);
}
