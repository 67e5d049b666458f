import { type Kysely, sql } from 'kysely';

/** What a sync found, counted when it ends: a page of instances, and its order, need not count accounts and databases again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `
ALTER TABLE instances ADD active_account_count integer NOT NULL DEFAULT 0, ADD active_db_count integer NOT NULL DEFAULT 0, ADD total_size_mb bigint;
COMMENT ON COLUMN instances.active_account_count IS 'accounts that are there, without roles: counted with the last read of all accounts';
COMMENT ON COLUMN instances.active_db_count IS 'databases that are there: counted with the last read of the sizes';
COMMENT ON COLUMN instances.total_size_mb IS 'newest sizes of these databases together; null = none was measured';
UPDATE instances i SET
  active_account_count = (SELECT count(*) FROM account_permission p JOIN instance_accounts a ON a.id = p.instance_account_id WHERE p.instance_id = i.id AND a.is_active AND NOT p.is_role AND NOT p.is_public),
  active_db_count = d.n, total_size_mb = d.mb
FROM instances s CROSS JOIN LATERAL (SELECT count(*) AS n, sum(latest_size_mb) AS mb FROM instance_databases WHERE instance_id = s.id AND is_active) d
WHERE s.id = i.id;
`,
    )
    .execute(db);
}
