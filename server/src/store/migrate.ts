import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations/index.ts';
import { ensurePartitions, monthsFrom, partitionedTables } from './partitions.ts';
import { seed } from './seed.ts';
import type { DB } from './tables.ts';
import { withoutLimit } from './unlimited.ts';

/** Held for the whole of a migration: of several processes that start at once one migrates, the others wait for it. */
const migrationLock = 7_470_019_532;

const migratorOf = (db: Kysely<DB>) =>
  new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'whalefall_migrations',
    migrationLockTableName: 'whalefall_migrations_lock',
  });

/**
 * Brings the schema up to date, seeds what every installation has, and makes the size tables' partitions of the month of
 * `today` and the three after it. Safe to call from several processes at once and again and again.
 *
 * @param today the business date, 'YYYY-MM-DD'
 * @returns the names of the steps that were run now
 * @throws when a step fails; the schema is then as it was before the call
 */
export async function migrateToLatest(db: Kysely<DB>, today: string): Promise<string[]> {
  return withoutLimit(db, async (db) => {
    await sql`select pg_advisory_lock(${sql.lit(migrationLock)})`.execute(db);
    try {
      const { error, results } = await migratorOf(db).migrateToLatest();
      if (error) {
        const failed = results?.find((result) => result.status === 'Error')?.migrationName;
        throw new Error(`migration ${failed ?? ''} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      await seed(db);
      for (const table of partitionedTables) await ensurePartitions(db, table.name, monthsFrom(today, 4));
      return (results ?? []).map((result) => result.migrationName);
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(migrationLock)})`.execute(db);
    }
  });
}

/** The steps that are still to be run; readiness is withheld until there are none. */
export async function pendingMigrations(db: Kysely<DB>): Promise<string[]> {
  const { rows } = await sql<{ found: string | null }>`select to_regclass('whalefall_migrations')::text as found`.execute(db);
  if (!rows[0]?.found) return Object.keys(migrations).sort();
  const done = await sql<{ name: string }>`select name from whalefall_migrations`.execute(db);
  const names = new Set(done.rows.map((row) => row.name));
  return Object.keys(migrations)
    .filter((name) => !names.has(name))
    .sort();
}
