import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import { deleteEnded } from './queries.ts';

const BATCH = 500;

/** Deletes sessions that ended before this, with their records, in batches; what runs stays however old it is. @returns how many went */
export async function purgeSessions(db: Kysely<DB>, before: Date): Promise<number> {
  let total = 0;
  for (let gone = BATCH; gone === BATCH; total += gone) gone = await deleteEnded(db, before, BATCH);
  return total;
}
