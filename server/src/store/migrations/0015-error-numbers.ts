import { type Kysely, sql } from 'kysely';

/** The watched server's own error number, which knows more of the cause than our code does. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`ALTER TABLE sync_instance_records ADD COLUMN error_number varchar(40)`).execute(db);
}
