import { type Kysely, sql } from 'kysely';
import type { DB } from '../../store/tables.ts';

/** At most `limit` rows older than `before`; modules given are spared. @returns how many went */
export async function deleteLogs(db: Kysely<DB>, before: Date, spared: readonly string[], limit: number): Promise<number> {
  const done =
    await sql`delete from unified_logs where id in (select id from unified_logs where timestamp < ${before} and module <> all(${spared}::text[]) order by timestamp limit ${limit})`.execute(
      db,
    );
  return Number(done.numAffectedRows ?? 0n);
}
