import { type Kysely, sql } from 'kysely';

/** Tables whose lists are counted over many rows; the names are those of `store/table-writes.ts`. */
const COUNTED = [
  'account_permission',
  'instance_accounts',
  'account_classification_assignments',
  'account_classifications',
  'instances',
  'instance_tags',
  'tags',
  'instance_databases',
  'database_size_aggregations',
  'instance_size_aggregations',
];

/**
 * Which transactions wrote a table, a row each, visible when they are: what is visible of it is the table's version.
 * Each transaction writes rows of its own, so writers do not wait for each other as they would for one counter.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE TABLE table_writes (
  table_name text NOT NULL,
  xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  PRIMARY KEY (table_name, xid)
);
CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO table_writes (table_name) VALUES (TG_ARGV[0]) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
${COUNTED.map(
  (table) =>
    `CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION note_write('${table}');`,
).join('\n')}
`,
    )
    .execute(db);
}
