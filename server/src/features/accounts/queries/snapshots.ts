import type { CatalogueColumns } from '@whalefall/engines';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';
import type { LoggedChange, Snapshot, Stored } from '../diff-accounts.ts';

type Db = Kysely<DB>;
const CHUNK = 1000;
const COLUMNS: (keyof CatalogueColumns)[] = [
  'global_privileges',
  'database_privileges',
  'predefined_roles',
  'role_attributes',
  'database_privileges_pg',
  'tablespace_privileges',
  'server_roles',
  'server_permissions',
  'database_roles',
  'database_permissions',
  'oracle_roles',
  'system_privileges',
  'tablespace_privileges_oracle',
];
const columnNames = sql.raw(COLUMNS.join(', '));
const columnTypes = sql.raw(COLUMNS.map((c) => `${c} jsonb`).join(', '));
const columnSets = sql.raw(COLUMNS.map((c) => `${c} = g.${c}`).join(', '));

/** How many accounts of an instance are there now, for the "did half of them vanish?" guard. */
export const activeUsernames = async (db: Db, instanceId: number): Promise<string[]> =>
  (
    await db
      .selectFrom('instance_accounts')
      .select('username')
      .where('instance_id', '=', instanceId)
      .where('is_active', '=', true)
      .execute()
  ).map((row) => row.username);

/** Everything stored of an instance's accounts, for the comparison. */
export async function storedAccounts(db: Db, instanceId: number): Promise<Stored[]> {
  const rows = await db
    .selectFrom('instance_accounts as a')
    .innerJoin('account_permission as p', 'p.instance_account_id', 'a.id')
    .select([
      'a.id as accountId',
      'p.id as permissionId',
      'a.username',
      'a.is_active as isActive',
      'p.is_superuser as isSuperuser',
      'p.is_locked as isLocked',
      'p.type_specific as typeSpecific',
      'p.extended_privileges as facts',
      'p.snapshot_hash as hash',
      'p.read_state as readState',
    ])
    .where('a.instance_id', '=', instanceId)
    .execute();
  return rows.map((row) => ({
    ...row,
    typeSpecific: (row.typeSpecific ?? {}) as Record<string, unknown>,
    facts: row.facts as Stored['facts'],
    readState: row.readState as Stored['readState'],
  }));
}

const chunks = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, i) => rows.slice(i * CHUNK, (i + 1) * CHUNK));

const asJson = (rows: readonly { id?: number; snapshot: Snapshot; changed?: string | null }[]) =>
  JSON.stringify(
    rows.map(({ id, snapshot: s, changed }) => ({
      id,
      username: s.username,
      is_superuser: s.isSuperuser,
      is_locked: s.isLocked,
      is_role: s.isRole,
      is_public: s.isPublic,
      type_specific: s.typeSpecific,
      extended_privileges: s.facts,
      snapshot_hash: s.hash,
      read_state: s.facts ? 'ok' : 'never',
      error_code: s.error?.code ?? null,
      error_message: s.error?.message ?? null,
      changed: changed ?? null,
      ...s.columns,
    })),
  );
const GIVEN = sql.raw(
  `id int, username text, is_superuser bool, is_locked bool, is_role bool, is_public bool, type_specific jsonb, extended_privileges jsonb, snapshot_hash text, read_state text, error_code text, error_message text, changed text`,
);

/** New accounts with their first snapshot. @returns the snapshot rows' ids. */
export async function insertAccounts(
  db: Db,
  instanceId: number,
  dbType: string,
  snapshots: readonly Snapshot[],
  now: Date,
): Promise<number[]> {
  const ids: number[] = [];
  for (const chunk of chunks(snapshots)) {
    const { rows } = await sql<{ id: number }>`
      with g as (select * from jsonb_to_recordset(${asJson(chunk.map((snapshot) => ({ snapshot })))}::jsonb) as g (${GIVEN}, ${columnTypes})),
      made as (
        insert into instance_accounts (instance_id, username, db_type, is_active, first_seen_at, last_seen_at, created_at, updated_at)
        select ${instanceId}, username, ${dbType}, true, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz from g
        returning id, username)
      insert into account_permission (instance_id, db_type, instance_account_id, username, is_superuser, is_locked, is_role, is_public, type_specific, extended_privileges, snapshot_hash, read_state,
        sync_error_code, sync_error_message, sync_error_at, last_sync_time, last_change_type, last_change_time, ${columnNames})
      select ${instanceId}, ${dbType}, made.id, g.username, g.is_superuser, g.is_locked, g.is_role, g.is_public, g.type_specific, g.extended_privileges, g.snapshot_hash, g.read_state,
        g.error_code, g.error_message, case when g.error_code is not null then ${now}::timestamptz end, case when g.read_state = 'ok' then ${now}::timestamptz end, 'add', ${now}::timestamptz, ${sql.raw(COLUMNS.map((c) => `g.${c}`).join(', '))}
      from g join made on made.username = g.username
      returning id`.execute(db);
    ids.push(...rows.map((row) => row.id));
  }
  return ids;
}

/** Writes snapshots again; `changed` moves the last change, null leaves it. */
export async function rewriteSnapshots(
  db: Db,
  rows: readonly { stored: Stored; snapshot: Snapshot; changed: string | null }[],
  now: Date,
): Promise<void> {
  for (const chunk of chunks(rows)) {
    await sql`
      update account_permission p set is_superuser = g.is_superuser, is_locked = g.is_locked, is_role = g.is_role, is_public = g.is_public, type_specific = g.type_specific, extended_privileges = g.extended_privileges,
        snapshot_hash = g.snapshot_hash, read_state = 'ok', sync_error_code = null, sync_error_message = null, sync_error_at = null, last_sync_time = ${now}::timestamptz,
        last_change_type = coalesce(g.changed, p.last_change_type), last_change_time = case when g.changed is null then p.last_change_time else ${now}::timestamptz end, ${columnSets}
      from jsonb_to_recordset(${asJson(chunk.map(({ stored, snapshot, changed }) => ({ id: stored.permissionId, snapshot, changed })))}::jsonb) as g (${GIVEN}, ${columnTypes})
      where p.id = g.id`.execute(db);
  }
}

/** Could not be read this time: what was last read stays, and says so. */
export async function markStale(db: Db, rows: readonly { stored: Stored; snapshot: Snapshot }[], now: Date): Promise<void> {
  for (const chunk of chunks(rows)) {
    await sql`
      update account_permission p set read_state = case when p.read_state = 'never' then 'never' else 'stale' end, sync_error_code = g.error_code, sync_error_message = g.error_message, sync_error_at = ${now}::timestamptz
      from jsonb_to_recordset(${asJson(chunk.map(({ stored, snapshot }) => ({ id: stored.permissionId, snapshot })))}::jsonb) as g (${GIVEN})
      where p.id = g.id`.execute(db);
  }
}

export async function setPresence(db: Db, accountIds: readonly number[], present: boolean, now: Date): Promise<void> {
  if (accountIds.length === 0) return;
  await db
    .updateTable('instance_accounts')
    .set(
      present
        ? { is_active: true, deleted_at: null, last_seen_at: now, updated_at: now }
        : { is_active: false, deleted_at: now, updated_at: now },
    )
    .where('id', 'in', accountIds)
    .execute();
}
export async function markChanged(db: Db, permissionIds: readonly number[], type: 'delete' | 'return', now: Date): Promise<void> {
  if (permissionIds.length > 0)
    await db
      .updateTable('account_permission')
      .set({ last_change_type: type, last_change_time: now })
      .where('id', 'in', permissionIds)
      .execute();
}

/** The index tables of direct facts, made anew from the snapshots just written. */
export async function reindexFacts(db: Db, permissionIds: readonly number[]): Promise<void> {
  if (permissionIds.length === 0) return;
  const ids = sql`any(${permissionIds}::int[])`;
  await sql`delete from account_privileges where account_id = ${ids}`.execute(db);
  await sql`delete from account_memberships where account_id = ${ids}`.execute(db);
  await sql`delete from account_ownership where account_id = ${ids}`.execute(db);
  await sql`
    insert into account_privileges (instance_id, account_id, scope, kind, database, schema, object, "column", privilege, state, grantable, grantor)
    select p.instance_id, p.id, g.scope, g.kind, g.database, g.schema, g.object, g."column", g.privilege, g.state, coalesce(g.grantable, false), g.grantor
    from account_permission p, jsonb_to_recordset(p.extended_privileges->'grants') as g (scope text, kind text, database text, schema text, object text, "column" text, privilege text, state text, grantable bool, grantor text)
    where p.id = ${ids}`.execute(db);
  await sql`
    insert into account_memberships (instance_id, account_id, role, database, admin, inherit, "set", "default", grantor)
    select p.instance_id, p.id, m.role, m.database, coalesce(m.admin, false), coalesce(m.inherit, true), coalesce(m."set", true), coalesce(m."default", true), m.grantor
    from account_permission p, jsonb_to_recordset(p.extended_privileges->'memberships') as m (role text, database text, admin bool, inherit bool, "set" bool, "default" bool, grantor text)
    where p.id = ${ids}`.execute(db);
  await sql`
    insert into account_ownership (instance_id, account_id, scope, kind, database, schema, object)
    select p.instance_id, p.id, o.scope, o.kind, o.database, o.schema, o.object
    from account_permission p, jsonb_to_recordset(p.extended_privileges->'owns') as o (scope text, kind text, database text, schema text, object text)
    where p.id = ${ids}`.execute(db);
}

export async function insertChanges(
  db: Db,
  instanceId: number,
  dbType: string,
  changes: readonly LoggedChange[],
  sessionId: string,
  now: Date,
): Promise<void> {
  for (const chunk of chunks(changes)) {
    const rows = chunk.map((c) => ({
      username: c.username,
      change_type: c.type,
      message: c.message,
      message_en: c.messageEn,
      privilege_diff: c.privileges,
      other_diff: c.others,
    }));
    await sql`
      insert into account_change_log (instance_id, db_type, username, instance_account_id, change_type, change_time, session_id, status, message, message_en, privilege_diff, other_diff)
      select ${instanceId}, ${dbType}, g.username, a.id, g.change_type, ${now}::timestamptz, ${sessionId}, 'success', g.message, g.message_en, g.privilege_diff, g.other_diff
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (username text, change_type text, message text, message_en text, privilege_diff jsonb, other_diff jsonb)
      left join instance_accounts a on a.instance_id = ${instanceId} and a.db_type = ${dbType} and a.username = g.username`.execute(db);
  }
}
