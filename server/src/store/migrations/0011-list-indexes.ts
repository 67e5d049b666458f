import { type Kysely, sql } from 'kysely';

/** Lists of a large fleet: the newest periods without sorting all, and the counts of a page's instances without their accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
CREATE INDEX ix_database_size_aggregations_newest ON database_size_aggregations (period_start, id);
CREATE INDEX ix_instance_size_aggregations_newest ON instance_size_aggregations (period_start, id);
-- Nearly all are active: an index of that alone finds nobody.
DROP INDEX ix_instance_accounts_active;
CREATE INDEX ix_instance_accounts_there ON instance_accounts (instance_id) WHERE is_active;
CREATE INDEX ix_account_permission_roles ON account_permission (instance_id, instance_account_id) WHERE is_role OR is_public;
`,
    )
    .execute(db);
}
