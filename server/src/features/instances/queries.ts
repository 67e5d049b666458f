import type { DbType } from '@whalefall/contract';
import type { Capability } from '@whalefall/engines';
import { type Kysely, sql } from 'kysely';
import { anyContains, contains } from '../../store/search.ts';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;

export const instanceById = (db: Db, id: number) =>
  db
    .selectFrom('instances as i')
    .leftJoin('credentials as c', 'c.id', 'i.credential_id')
    .selectAll('i')
    .select(['c.name as credential_name', 'c.username as credential_username', 'c.credential_type'])
    .where('i.id', '=', id)
    .where('i.deleted_at', 'is', null)
    .executeTakeFirst();

export const lockInstance = (db: Db, id: number) =>
  db.selectFrom('instances').selectAll().where('id', '=', id).where('deleted_at', 'is', null).forUpdate().executeTakeFirst();
/** In one order, so that two changes at once cannot wait for each other. */
export const lockInstances = (db: Db, ids: readonly number[]) =>
  db
    .selectFrom('instances')
    .selectAll()
    .where(sql<boolean>`id = any(${ids}::int[])`)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
/** What decides whether and how an instance may be connected to. */
export const targetRow = (db: Db, id: number) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'db_type', 'host', 'port', 'database_name', 'credential_id', 'connection_options', 'is_active', 'sync_enabled'])
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
export const targetRows = (db: Db, ids: readonly number[]) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'db_type', 'host', 'port', 'database_name', 'credential_id', 'connection_options', 'is_active'])
    .where('id', 'in', ids)
    .where('deleted_at', 'is', null)
    .execute();
/** The one predicate of every fleet-wide run: active, not deleted, syncing allowed. */
export const syncTargets = (db: Db) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'db_type', 'host'])
    .where('is_active', '=', true)
    .where('sync_enabled', '=', true)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute();

export interface InstanceValues {
  name: string;
  db_type: DbType;
  host: string;
  port: number;
  database_name: string | null;
  credential_id: number | null;
  description: string | null;
  is_active: boolean;
  sync_enabled: boolean;
  connection_options: Record<string, unknown>;
}
/** Ids for rows to come, so that what is bound to a row can be sealed before it is there. */
export async function nextIds(db: Db, count: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select nextval(pg_get_serial_sequence('instances', 'id'))::int as id from generate_series(1, ${count}::int)`.execute(db);
  return rows.map((row) => row.id);
}
const VALUES = [
  ...(['name', 'db_type', 'host', 'port', 'database_name', 'credential_id', 'description', 'is_active'] as const),
  ...(['sync_enabled', 'connection_options'] as const),
];
const values = sql.raw(VALUES.join(', '));
const given = (rows: readonly (InstanceValues & { id: number })[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (id int, name text, db_type text, host text, port int, database_name text, credential_id int, description text, is_active bool, sync_enabled bool, connection_options jsonb)`;
export const insertInstances = (db: Db, rows: readonly (InstanceValues & { id: number })[], now: Date) =>
  sql`insert into instances (id, ${values}, created_at, updated_at)
    select id, ${values}, ${now}::timestamptz, ${now}::timestamptz from ${given(rows)}`.execute(db);
export const updateInstances = (db: Db, rows: readonly (InstanceValues & { id: number })[], now: Date) =>
  sql`update instances i set ${sql.raw(VALUES.map((column) => `${column} = g.${column}`).join(', '))}, updated_at = ${now}::timestamptz
    from ${given(rows)} where i.id = g.id`.execute(db);
/** Instances at any of these addresses. */
export async function atAddresses(db: Db, rows: readonly { db_type: string; host: string; port: number }[]) {
  const { rows: found } = await sql<{ id: number; name: string; db_type: string; host: string; port: number }>`
    select i.id, i.name, i.db_type, i.host, i.port from instances i
    where i.deleted_at is null and (i.db_type, lower(i.host), i.port) in (
      select g.db_type, lower(g.host collate whalefall_names), g.port
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (db_type text, host text, port int))
    order by i.name, i.id`.execute(db);
  return found;
}
/** Wallets as they are stored: sealed, but for those of an earlier version. */
export async function storedWallets(db: Db): Promise<{ id: number; wallet: string }[]> {
  const { rows } = await sql<{ id: number; wallet: string }>`
    select id, connection_options->>'wallet' as wallet from instances where connection_options->>'wallet' <> '' order by id`.execute(db);
  return rows;
}
/** Only if nobody changed it meanwhile. */
export async function exchangeWallet(db: Db, id: number, before: string, after: string): Promise<boolean> {
  const done = await sql`
    update instances set connection_options = jsonb_set(connection_options, '{wallet}', to_jsonb(${after}::text))
    where id = ${id} and connection_options->>'wallet' = ${before}`.execute(db);
  return Number(done.numAffectedRows ?? 0n) > 0;
}
export async function replaceCredential(db: Db, from: number, to: number, now: Date): Promise<number> {
  const done = await db
    .updateTable('instances')
    .set({ credential_id: to, updated_at: now })
    .where('credential_id', '=', from)
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

export interface TestFields {
  last_test_at: Date;
  last_test_ok: boolean;
  last_test_error_code: string | null;
  last_test_latency_ms: number | null;
  last_test_stage: string | null;
}
/** A failed test leaves last_connected and the known version alone (20-TEST-1, 20-TEST-3). */
export const saveTest = (
  db: Db,
  id: number,
  test: TestFields,
  found: { last_connected: Date; database_version: string; main_version: string | null; detailed_version: string | null } | null,
) =>
  db
    .updateTable('instances')
    .set({ ...test, ...found })
    .where('id', '=', id)
    .execute();
/** A sync that failed: what it would have read is stale from now on, and a server that was not reached has failed its test. */
export const saveFailed = (db: Db, id: number, category: 'account' | 'capacity', failed: { code: string; stage: string }, now: Date) =>
  db
    .updateTable('instances')
    .set({
      ...(category === 'account'
        ? { accounts_error_code: failed.code, accounts_error_at: now }
        : { sizes_error_code: failed.code, sizes_error_at: now }),
      ...(failed.stage === 'query'
        ? {}
        : {
            last_test_at: now,
            last_test_ok: false,
            last_test_error_code: failed.code,
            last_test_stage: failed.stage,
            last_test_latency_ms: null,
          }),
    })
    .where('id', '=', id)
    .execute();
/**
 * What an instance's row says of its accounts and databases. Whatever adds, retires or measures them counts anew in the same
 * transaction: the syncs with saveReached, everything else with recount.
 */
const COUNTS = {
  account: {
    active_account_count: sql<number>`(
      select count(*) from account_permission p join instance_accounts a on a.id = p.instance_account_id
      where p.instance_id = instances.id and a.is_active and not p.is_role and not p.is_public)`,
  },
  capacity: {
    active_db_count: sql<number>`(select count(*) from instance_databases d where d.instance_id = instances.id and d.is_active)`,
    total_size_mb: sql<
      number | null
    >`(select sum(d.latest_size_mb) from instance_databases d where d.instance_id = instances.id and d.is_active)`,
  },
};
/** Of every instance. */
export const recount = (db: Db) =>
  db
    .updateTable('instances')
    .set({ ...COUNTS.account, ...COUNTS.capacity })
    .execute();

/** After a sync that reached the server, and whose read is stored. */
export const saveReached = (
  db: Db,
  id: number,
  category: 'account' | 'capacity',
  version: { banner: string; main: string | null; detailed: string | null },
  now: Date,
) =>
  db
    .updateTable('instances')
    .set((eb) => ({
      database_version: version.banner.slice(0, 1000),
      main_version: version.main,
      detailed_version: version.detailed,
      last_connected: now,
      last_test_at: now,
      last_test_ok: true,
      last_test_error_code: null,
      last_test_stage: null,
      ...COUNTS[category],
      ...(category === 'account'
        ? {
            sync_count: eb('sync_count', '+', 1),
            accounts_synced_at: now,
            accounts_error_code: null,
            accounts_error_at: null,
          }
        : { sizes_synced_at: now, sizes_error_code: null, sizes_error_at: null }),
    }))
    .where('id', '=', id)
    .execute();

/** What the last check found replaces what was known; null = it could not be checked, and what was known stays with its time. */
export async function saveCapabilities(db: Db, id: number, found: readonly Capability[] | null, now: Date): Promise<void> {
  if (found === null) return;
  await sql`
    with given as (
      select feature, needs, has, lacks, "grant", required
      from jsonb_to_recordset(${JSON.stringify(found)}::jsonb)
        as g (feature text, needs text, has bool, lacks text, "grant" text, required bool)),
    gone as (
      delete from instance_capabilities c
      where c.instance_id = ${id} and not exists (select from given g where g.feature = c.feature and g.needs = c.needs))
    insert into instance_capabilities (instance_id, feature, needs, has, lacks, "grant", required, checked_at)
    select i.id, g.feature, g.needs, g.has, g.lacks, g."grant", g.required, ${now}::timestamptz
    from given g join instances i on i.id = ${id} and i.deleted_at is null
    on conflict (instance_id, feature, needs) do update
      set has = excluded.has, lacks = excluded.lacks, "grant" = excluded."grant",
          required = excluded.required, checked_at = excluded.checked_at`.execute(db);
}
export const capabilitiesOf = (db: Db, id: number) =>
  db
    .selectFrom('instance_capabilities')
    .select(['feature', 'needs', 'has', 'lacks', 'grant', 'required', 'checked_at'])
    .where('instance_id', '=', id)
    .orderBy(sql`array_position(array['connect', 'version', 'accounts', 'privileges', 'sizes']::text[], feature::text)`)
    .orderBy('has')
    .orderBy('needs')
    .execute();

export const instanceOptions = (
  db: Db,
  f: { db_type?: DbType | undefined; search?: string | undefined; id?: number | undefined; limit: number },
) =>
  db
    .selectFrom('instances as i')
    .select(['i.id', 'i.name', 'i.db_type'])
    .where('i.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .$if(f.db_type !== undefined, (q) => q.where('i.db_type', '=', f.db_type!))
    .$if(f.id !== undefined, (q) => q.where('i.id', '=', f.id!))
    .$if(Boolean(f.search), (q) => q.where(anyContains([sql.ref('i.name'), sql.ref('i.host')], f.search!)))
    .orderBy('i.name')
    .orderBy('i.id')
    .limit(f.limit)
    .execute();
export const typeOptions = (db: Db) =>
  db
    .selectFrom('database_type_configs')
    .select(['name', 'display_name', 'icon', 'color', 'default_port', 'default_schema', 'connection_timeout'])
    .where('is_active', '=', true)
    .orderBy('sort_order')
    .orderBy('name')
    .execute();
export const databaseOptions = async (
  db: Db,
  f: { instance_id: number; limit: number; offset: number; search?: string | undefined; include_inactive: boolean },
) => {
  const base = db
    .selectFrom('instance_databases as d')
    .where('d.instance_id', '=', f.instance_id)
    .$if(!f.include_inactive, (q) => q.where('d.is_active', '=', true))
    .$if(Boolean(f.search), (q) => q.where(contains(sql.ref('d.database_name'), f.search!)));
  const [databases, { total }] = await Promise.all([
    base
      .select(['d.id', 'd.database_name', 'd.is_active', 'd.first_seen_date', 'd.last_seen_date', 'd.deleted_at'])
      .orderBy('d.database_name')
      .orderBy('d.id')
      .limit(f.limit)
      .offset(f.offset)
      .execute(),
    base.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { databases, total };
};
export const sameAddress = (db: Db, dbType: DbType, host: string, port: number, but: number | null) =>
  db
    .selectFrom('instances')
    .select(['id', 'name'])
    .where('db_type', '=', dbType)
    .where(sql<boolean>`lower(host) = lower(${host})`)
    .where('port', '=', port)
    .where('deleted_at', 'is', null)
    .$if(but !== null, (q) => q.where('id', '!=', but!))
    .execute();
export const settingValue = (db: Db, key: string) => db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();

// ---------------------------------------------------------------- statistics
