import { type Kysely, sql } from 'kysely';

/** What the last whole classification of an instance saw and found: where nothing differs since, it is not asked again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE TABLE classification_marks (
  instance_id integer PRIMARY KEY REFERENCES instances (id) ON DELETE CASCADE,
  rules_state text NOT NULL,
  accounts_state text NOT NULL,
  assignments_state text NOT NULL,
  accounts integer NOT NULL,
  matched integer NOT NULL,
  unread integer NOT NULL
);
`,
    )
    .execute(db);
}
