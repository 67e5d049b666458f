import { type Kysely, sql } from 'kysely';

/**
 * Names as long as servers allow them. `user@host` of MySQL has up to 289 characters, `[database].[user]` of SQL Server up
 * to 261; a routine's name carries its argument types and may have thousands, more than a B-tree entry takes (2,704 bytes):
 * such columns are indexed by their beginning, the whole text is compared by the query.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE instance_accounts ALTER COLUMN username TYPE text COLLATE whalefall_names;
ALTER TABLE account_permission ALTER COLUMN username TYPE text COLLATE whalefall_names;
ALTER TABLE account_change_log ALTER COLUMN username TYPE text COLLATE whalefall_names;

DROP INDEX ix_account_privileges_object;
DROP INDEX ix_account_privileges_object_name;
DROP INDEX ix_account_ownership_object;
DROP INDEX ix_account_memberships_role;
DROP INDEX ix_account_memberships_instance;
CREATE INDEX ix_account_privileges_object ON account_privileges (instance_id, left(database, 128), left(schema, 128), left(object, 128));
CREATE INDEX ix_account_privileges_object_name ON account_privileges (left(lower(object), 128)) WHERE object IS NOT NULL;
CREATE INDEX ix_account_ownership_object ON account_ownership (instance_id, left(database, 128), left(schema, 128), left(object, 128));
CREATE INDEX ix_account_memberships_role ON account_memberships (left(role, 320), instance_id);
CREATE INDEX ix_account_memberships_instance ON account_memberships (instance_id, left(database, 128));
`,
    )
    .execute(db);
}
