import { type Kysely, sql } from 'kysely';

/**
 * The first read of a large server writes hundreds of thousands of facts in one transaction. Their two foreign keys asked
 * for each row whether its account and instance are there, which took as long as writing them; the transaction holds both
 * locked and has just written the account. So facts go with their accounts by a trigger for each statement that deletes
 * accounts, not by a check for each fact that comes. An index nobody reads goes too: an object is found by its name.
 * Snapshots and diffs, kilobytes each, are packed with lz4 where the server has it: pglz took a third of writing them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE account_privileges DROP CONSTRAINT account_privileges_instance_id_fkey, DROP CONSTRAINT account_privileges_account_id_fkey;
ALTER TABLE account_memberships DROP CONSTRAINT account_memberships_instance_id_fkey, DROP CONSTRAINT account_memberships_account_id_fkey;
ALTER TABLE account_ownership DROP CONSTRAINT account_ownership_instance_id_fkey, DROP CONSTRAINT account_ownership_account_id_fkey;

CREATE FUNCTION forget_account_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM account_privileges WHERE account_id IN (SELECT id FROM gone);
  DELETE FROM account_memberships WHERE account_id IN (SELECT id FROM gone);
  DELETE FROM account_ownership WHERE account_id IN (SELECT id FROM gone);
  RETURN NULL;
END $$;
CREATE TRIGGER account_permission_forget AFTER DELETE ON account_permission
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_account_facts();

DROP INDEX ix_account_privileges_object;
DROP INDEX ix_account_memberships_instance;

DO $$
DECLARE c record;
BEGIN
  IF 'lz4' = ANY ((SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression')::text[]) THEN
    FOR c IN SELECT table_name, column_name FROM information_schema.columns
      WHERE table_schema = current_schema() AND data_type = 'jsonb' AND table_name IN ('account_permission', 'account_change_log')
    LOOP
      EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET COMPRESSION lz4', c.table_name, c.column_name);
    END LOOP;
  END IF;
END $$;
`,
    )
    .execute(db);
}
