import { CATALOGUE_COLUMNS, type CatalogueColumns } from '@whalefall/engines';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';
import { json } from '../../../store/json.ts';
import type { Known, Snapshot, Stored } from '../diff-accounts.ts';

type Db = Kysely<DB>;
export const columnNames = sql.raw(CATALOGUE_COLUMNS.join(', '));
const columnSets = sql.raw(CATALOGUE_COLUMNS.map((c) => `${c} = g.${c}`).join(', '));

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

/** Everything stored of an instance's accounts but what they may do: enough to say which are as they were. */
export async function knownAccounts(db: Db, instanceId: number): Promise<Known[]> {
  const rows = await db
    .selectFrom('instance_accounts as a')
    .innerJoin('account_permission as p', 'p.instance_account_id', 'a.id')
    .select([
      'a.id as accountId',
      'p.id as permissionId',
      'a.username',
      'a.is_active as isActive',
      'p.snapshot_hash as hash',
      'p.read_state as readState',
    ])
    .where('a.instance_id', '=', instanceId)
    .execute();
  return rows as Known[];
}

/** Some of them whole, for the comparison. */
export async function storedAccounts(db: Db, known: readonly Known[]): Promise<Stored[]> {
  if (known.length === 0) return [];
  const { rows } = await sql<{ id: number } & Pick<Stored, 'isSuperuser' | 'isLocked' | 'typeSpecific' | 'facts'>>`
    select id, is_superuser as "isSuperuser", is_locked as "isLocked", coalesce(type_specific, '{}') as "typeSpecific", extended_privileges as facts
    from account_permission where id = any(${known.map((one) => one.permissionId)}::int[])`.execute(db);
  const byId = new Map(rows.map(({ id, ...row }) => [id, row]));
  return known.flatMap((one) => {
    const row = byId.get(one.permissionId);
    return row ? [{ ...one, ...row }] : [];
  });
}

const withoutNulls = (columns: CatalogueColumns) => Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null));

/** A snapshot as a row of `jsonb_to_recordset`; its facts, by far the most of it, are text already. */
export function snapshotRow(s: Snapshot, more: Record<string, unknown> = {}): string {
  const rest = json({
    username: s.username,
    is_superuser: s.isSuperuser,
    is_locked: s.isLocked,
    is_role: s.isRole,
    is_public: s.isPublic,
    type_specific: s.typeSpecific,
    snapshot_hash: s.hash,
    read_state: s.facts ? 'ok' : 'never',
    error_code: s.error?.code ?? null,
    error_message: s.error?.message ?? null,
    ...withoutNulls(s.columns),
    ...more,
  });
  const facts = s.factsText?.includes('\\u0000') ? json(s.facts) : (s.factsText ?? 'null');
  return `${rest.slice(0, -1)},"extended_privileges":${facts}}`;
}
export const rowset = (rows: readonly string[]): string => `[${rows.join(',')}]`;
export const GIVEN = sql.raw(
  `id int, username text, is_superuser bool, is_locked bool, is_role bool, is_public bool, type_specific jsonb, extended_privileges jsonb, snapshot_hash text, read_state text, error_code text, error_message text, changed text, ${CATALOGUE_COLUMNS.map((c) => `${c} jsonb`).join(', ')}`,
);

/** Writes snapshots again; `changed` moves the last change, null leaves it. */
export async function rewriteSnapshots(
  db: Db,
  rows: readonly { stored: Stored; snapshot: Snapshot; changed: string | null }[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
      update account_permission p set is_superuser = g.is_superuser, is_locked = g.is_locked, is_role = g.is_role, is_public = g.is_public, type_specific = g.type_specific, extended_privileges = g.extended_privileges,
        snapshot_hash = g.snapshot_hash, read_state = 'ok', sync_error_code = null, sync_error_message = null, sync_error_at = null, last_sync_time = ${now}::timestamptz,
        last_change_type = coalesce(g.changed, p.last_change_type), last_change_time = case when g.changed is null then p.last_change_time else ${now}::timestamptz end, ${columnSets}
      from jsonb_to_recordset(${rowset(rows.map(({ stored, snapshot, changed }) => snapshotRow(snapshot, { id: stored.permissionId, changed })))}::jsonb) as g (${GIVEN})
      where p.id = g.id`.execute(db);
}

/** Could not be read this time: what was last read stays, and says so. */
export async function markStale(db: Db, rows: readonly { stored: Stored; snapshot: Snapshot }[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  await sql`
      update account_permission p set read_state = case when p.read_state = 'never' then 'never' else 'stale' end, sync_error_code = g.error_code, sync_error_message = g.error_message, sync_error_at = ${now}::timestamptz
      from jsonb_to_recordset(${rowset(rows.map(({ stored, snapshot }) => snapshotRow(snapshot, { id: stored.permissionId })))}::jsonb) as g (${GIVEN})
      where p.id = g.id`.execute(db);
}

export async function setPresence(db: Db, accounts: readonly Known[], present: boolean, now: Date): Promise<void> {
  if (accounts.length === 0) return;
  await db
    .updateTable('instance_accounts')
    .set(
      present
        ? { is_active: true, deleted_at: null, last_seen_at: now, updated_at: now }
        : { is_active: false, deleted_at: now, updated_at: now },
    )
    .where(sql<boolean>`id = any(${accounts.map((one) => one.accountId)}::int[])`)
    .execute();
}
export async function markChanged(db: Db, accounts: readonly Known[], type: 'delete' | 'return', now: Date): Promise<void> {
  if (accounts.length === 0) return;
  await db
    .updateTable('account_permission')
    .set({ last_change_type: type, last_change_time: now })
    .where(sql<boolean>`id = any(${accounts.map((one) => one.permissionId)}::int[])`)
    .execute();
}

/**
 * The three lists of `extended_privileges` as rows of the index tables of direct facts, which are written with every snapshot.
 * @param from where the snapshots are, as `p` (instance_id, id, extended_privileges)
 */
export const factRows = (from: RawBuilder<unknown>) => ({
  grants: sql`
    insert into account_privileges (instance_id, account_id, scope, kind, database, schema, object, "column", privilege, state, grantable, grantor)
    select p.instance_id, p.id, f.scope, f.kind, f.database, f.schema, f.object, f."column", f.privilege, f.state, coalesce(f.grantable, false), f.grantor
    from ${from}, jsonb_to_recordset(p.extended_privileges->'grants') as f (scope text, kind text, database text, schema text, object text, "column" text, privilege text, state text, grantable bool, grantor text)`,
  memberships: sql`
    insert into account_memberships (instance_id, account_id, role, database, admin, inherit, "set", "default", grantor)
    select p.instance_id, p.id, f.role, f.database, coalesce(f.admin, false), coalesce(f.inherit, true), coalesce(f."set", true), coalesce(f."default", true), f.grantor
    from ${from}, jsonb_to_recordset(p.extended_privileges->'memberships') as f (role text, database text, admin bool, inherit bool, "set" bool, "default" bool, grantor text)`,
  owns: sql`
    insert into account_ownership (instance_id, account_id, scope, kind, database, schema, object)
    select p.instance_id, p.id, f.scope, f.kind, f.database, f.schema, f.object
    from ${from}, jsonb_to_recordset(p.extended_privileges->'owns') as f (scope text, kind text, database text, schema text, object text)`,
});

/** The index tables of direct facts, made anew from the snapshots just written. */
export async function reindexFacts(db: Db, permissionIds: readonly number[]): Promise<void> {
  if (permissionIds.length === 0) return;
  const ids = sql`any(${permissionIds}::int[])`;
  await sql`delete from account_privileges where account_id = ${ids}`.execute(db);
  await sql`delete from account_memberships where account_id = ${ids}`.execute(db);
  await sql`delete from account_ownership where account_id = ${ids}`.execute(db);
  const rows = factRows(sql`(select * from account_permission where id = ${ids}) p`);
  await rows.grants.execute(db);
  await rows.memberships.execute(db);
  await rows.owns.execute(db);
}
