/** Accounts seen for the first time: everything about them in one statement, since a first sync is nothing else. */
import { CATALOGUE_COLUMNS } from '@whalefall/engines';
import { type Kysely, sql } from 'kysely';
import { json } from '../../../store/json.ts';
import type { DB } from '../../../store/tables.ts';
import type { LoggedChange, Snapshot } from '../diff-accounts.ts';
import { columnNames, factRows, GIVEN, rowset, snapshotRow } from './snapshots.ts';

type Db = Kysely<DB>;
export interface Written {
  instanceId: number;
  dbType: string;
  sessionId: string;
  now: Date;
}

const CHANGE = sql.raw('message text, message_en text, privilege_diff jsonb, other_diff jsonb');
const changeColumns = (change: LoggedChange) => ({
  message: change.message,
  message_en: change.messageEn,
  privilege_diff: change.privileges,
  other_diff: change.others,
});
const given = sql.raw(CATALOGUE_COLUMNS.map((c) => `g.${c}`).join(', '));

/**
 * Account, first snapshot, facts and log entry of each. One that could not be read has no entry yet.
 * @returns what writes them; all that is large is put together before, while the database may still be busy
 */
export function insertAccounts(
  db: Db,
  added: readonly { snapshot: Snapshot; change: LoggedChange | null }[],
  { instanceId, dbType, sessionId, now }: Written,
): () => Promise<unknown> {
  if (added.length === 0) return () => Promise.resolve();
  const facts = factRows(sql`(select ${instanceId}::int as instance_id, snapshot_id as id, extended_privileges from g) p`);
  const at = sql`${now}::timestamptz`;
  const statement = sql`
    with g as materialized (
      select nextval('instance_accounts_id_seq')::int as account_id, nextval('account_permission_id_seq')::int as snapshot_id, r.*
      from rows from (
        jsonb_to_recordset(${rowset(added.map(({ snapshot }) => snapshotRow(snapshot)))}::jsonb) as (${GIVEN}),
        jsonb_to_recordset(${json(added.map(({ change }) => (change ? changeColumns(change) : {})))}::jsonb) as (${CHANGE})) as r),
    accounts as (
      insert into instance_accounts (id, instance_id, username, db_type, is_active, first_seen_at, last_seen_at, created_at, updated_at)
      select account_id, ${instanceId}::int, username, ${dbType}, true, ${at}, ${at}, ${at}, ${at} from g),
    snapshots as (
      insert into account_permission (id, instance_id, db_type, instance_account_id, username, is_superuser, is_locked, is_role, is_public, type_specific, extended_privileges, snapshot_hash, read_state,
        sync_error_code, sync_error_message, sync_error_at, last_sync_time, last_change_type, last_change_time, ${columnNames})
      select g.snapshot_id, ${instanceId}::int, ${dbType}, g.account_id, g.username, g.is_superuser, g.is_locked, g.is_role, g.is_public, g.type_specific, g.extended_privileges, g.snapshot_hash, g.read_state,
        g.error_code, g.error_message, case when g.error_code is not null then ${at} end, case when g.read_state = 'ok' then ${at} end, 'add', ${at}, ${given}
      from g),
    grants as (${facts.grants}), memberships as (${facts.memberships}), owns as (${facts.owns})
    insert into account_change_log (instance_id, db_type, username, instance_account_id, change_type, change_time, session_id, status, message, message_en, privilege_diff, other_diff)
    select ${instanceId}::int, ${dbType}, g.username, g.account_id, 'add', ${at}, ${sessionId}, 'success', g.message, g.message_en, g.privilege_diff, g.other_diff
    from g where g.message is not null`.compile(db);
  return () => db.executeQuery(statement);
}

/** Log entries of accounts that are stored already. */
export async function insertChanges(
  db: Db,
  changes: readonly { accountId: number; change: LoggedChange }[],
  { instanceId, dbType, sessionId, now }: Written,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ accountId, change }) => ({
    account_id: accountId,
    username: change.username,
    change_type: change.type,
    ...changeColumns(change),
  }));
  await sql`
    insert into account_change_log (instance_id, db_type, username, instance_account_id, change_type, change_time, session_id, status, message, message_en, privilege_diff, other_diff)
    select ${instanceId}::int, ${dbType}, g.username, g.account_id, g.change_type, ${now}::timestamptz, ${sessionId}, 'success', g.message, g.message_en, g.privilege_diff, g.other_diff
    from jsonb_to_recordset(${json(rows)}::jsonb) as g (account_id int, username text, change_type text, ${CHANGE})`.execute(db);
}
