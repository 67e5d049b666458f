import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import { deleteLogs } from './queries.ts';

const DAY_MS = 86_400_000;
const BATCH = 5000;
const SECURITY = ['auth', 'decorators', 'rate_limiter', 'users', 'credentials'];
const SECURITY_DAYS = 90;

/** Deletes old log rows in batches; what is about security stays for 90 days at least. */
export async function purgeLogs(db: Kysely<DB>, days: number, now: Date): Promise<number> {
  let total = 0;
  const rounds: [Date, string[]][] = [
    [new Date(now.getTime() - days * DAY_MS), days < SECURITY_DAYS ? SECURITY : []],
    [new Date(now.getTime() - Math.max(days, SECURITY_DAYS) * DAY_MS), []],
  ];
  for (const [before, spared] of rounds)
    for (let gone = BATCH; gone === BATCH;) {
      gone = await deleteLogs(db, before, spared, BATCH);
      total += gone;
    }
  return total;
}
