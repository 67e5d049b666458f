import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

/** Instances of these names, whatever their case; locked in one order when they are going to be changed. */
export const namedInstances = (db: Db, names: readonly string[], lock: boolean) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'db_type', 'host', 'port', 'database_name', 'description', 'credential_id', 'is_active'])
    .where(sql<boolean>`lower(name) = any(${names.map((name) => name.toLowerCase())}::text[])`)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .$if(lock, (q) => q.forUpdate())
    .execute()
    .then((rows) => rows.map((row) => ({ ...row, db_type: row.db_type as DbType })));
export type NamedInstance = Awaited<ReturnType<typeof namedInstances>>[number];

/** Credentials that a file names by id or by name: what they are for, nothing secret. */
export const namedCredentials = (db: Db, ids: readonly number[], names: readonly string[]) =>
  db
    .selectFrom('credentials')
    .select(['id', 'name', 'credential_type'])
    .where((eb) =>
      eb.or([sql<boolean>`id = any(${ids}::int[])`, sql<boolean>`lower(name) = any(${names.map((name) => name.toLowerCase())}::text[])`]),
    )
    .execute();
export type NamedCredential = Awaited<ReturnType<typeof namedCredentials>>[number];
