import { type Kysely, sql } from 'kysely';

/** Nobody looks for a fact by its object alone, and keeping this index took a tenth of the time of a first sync. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`DROP INDEX ix_account_privileges_object_name`).execute(db);
}
