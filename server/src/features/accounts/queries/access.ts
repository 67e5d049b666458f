/** What "who can do what" reads of the whole fleet: never a snapshot whole, only facts that can decide. */
import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;
export interface AccessScope {
  instanceId: number | undefined;
  dbType: DbType | undefined;
  tags: string[];
}

/** Changes whenever an account or an instance was read or written: answers computed before are not found again. */
export async function accessVersion(db: Db): Promise<string> {
  const { rows } = await sql<{ version: string }>`
    select concat_ws('/', count(*), extract(epoch from max(accounts_synced_at)), extract(epoch from max(updated_at)),
      (select extract(epoch from max(last_change_time)) from account_permission)) as version from instances`.execute(db);
  return rows[0]!.version;
}

export const instancesInScope = (db: Db, { instanceId, dbType, tags }: AccessScope) =>
  db
    .selectFrom('instances as i')
    .where('i.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .$if(instanceId !== undefined, (q) => q.where('i.id', '=', instanceId!))
    .$if(dbType !== undefined, (q) => q.where('i.db_type', '=', dbType!))
    .$if(tags.length > 0, (q) =>
      q.where(
        sql<boolean>`exists (select 1 from instance_tags it join tags t on t.id = it.tag_id where it.instance_id = i.id and t.name = any(${tags}))`,
      ),
    )
    .select(['i.id', 'i.name', 'i.db_type'])
    .orderBy('i.name')
    .execute();

/** Attributes are read where they can decide: on engines that keep ways in there, of superusers and of owners of databases. */
export const principals = (db: Db, instances: readonly number[], withAttributes: boolean) =>
  db
    .selectFrom('account_permission as p')
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .where(sql<boolean>`p.instance_id = any(${instances}::int[])`)
    .where('a.is_active', '=', true)
    .select(['p.id', 'p.instance_id', 'p.username', 'p.is_superuser', 'p.is_locked', 'p.is_role', 'p.is_public', 'p.read_state'])
    .select([
      sql<Record<string, unknown> | null>`case when p.db_type in ('mysql', 'sqlserver') then p.type_specific end`.as('type_specific'),
      sql<Record<string, unknown> | null>`case when ${withAttributes} or p.is_superuser or p.db_type in ('sqlserver', 'oracle')
          or exists (select 1 from account_ownership o where o.account_id = p.id and o.scope = 'database')
        then p.extended_privileges->'attributes' end`.as('attributes'),
    ])
    .execute();

export interface FactFilter {
  instances: readonly number[];
  names: readonly string[];
  grantable: boolean;
  object: string | undefined;
}
/**
 * Grants that can decide. Of MySQL also whatever else stands where the most specific row decides, whatever it grants: all
 * grants on databases where a pattern is among them or everybody has some, all of a name that has several hosts.
 */
export async function decidingGrants(db: Db, { instances, names, grantable, object }: FactFilter) {
  const { rows } = await sql<{
    account_id: number;
    scope: string;
    kind: string | null;
    database: string | null;
    schema: string | null;
    object: string | null;
    column: string | null;
    privilege: string;
    state: 'grant' | 'deny' | 'revoke';
    grantable: boolean;
  }>`
    select g.account_id, g.scope, g.kind, g.database, g.schema, g.object, g."column", g.privilege, g.state, g.grantable
    from account_privileges g
    where g.instance_id = any(${instances}::int[])
      and (g.privilege = any(${names}::text[]) or (${grantable} and g.grantable))
      and (${object ?? null}::text is null or g.object is null or g.object = ${object ?? null})
    union all
    select g.account_id, g.scope, g.kind, g.database, g.schema, g.object, g."column", g.privilege, g.state, g.grantable
    from account_privileges g
    where g.instance_id in (select i.id from instances i where i.id = any(${instances}::int[]) and i.db_type = 'mysql')
      and g.scope in ('database', 'table', 'column', 'routine')
      and g.privilege <> all(${names}::text[]) and not (${grantable} and g.grantable)
      and (${object ?? null}::text is null or g.object is null or g.object = ${object ?? null})
      and (g.scope = 'database' and g.account_id in (
          select w.account_id from account_privileges w where w.instance_id = any(${instances}::int[]) and w.scope = 'database' and w.database ~ '[%_]')
        or g.account_id in (
          select unnest(array_agg(p.id)) from account_permission p
          where p.instance_id = any(${instances}::int[]) and p.db_type = 'mysql' and p.type_specific->>'host' <> ''
          group by p.instance_id, p.type_specific->>'original_username' having count(*) > 1)
        or g.scope = 'database' and g.instance_id in (
          select p.instance_id from account_permission p
          join account_privileges w on w.account_id = p.id and w.scope = 'database'
          where p.instance_id = any(${instances}::int[]) and p.db_type = 'mysql' and p.username like '@%'))`.execute(db);
  return rows;
}
export async function memberships(db: Db, instances: readonly number[]) {
  const { rows } = await sql<{
    account_id: number;
    role: string;
    database: string | null;
    admin: boolean;
    inherit: boolean;
    set: boolean;
    default: boolean;
  }>`select account_id, role, database, admin, inherit, "set", "default" from account_memberships where instance_id = any(${instances}::int[])`.execute(
    db,
  );
  return rows;
}
/** What lies on another object than the one asked about is nobody's business here. */
export async function ownership(db: Db, instances: readonly number[], object: string | undefined) {
  const { rows } = await sql<{
    account_id: number;
    scope: string;
    kind: string | null;
    database: string | null;
    schema: string | null;
    object: string | null;
  }>`select account_id, scope, kind, database, schema, object from account_ownership
     where instance_id = any(${instances}::int[]) and (${object ?? null}::text is null or object is null or object = ${object ?? null})`.execute(
    db,
  );
  return rows;
}

/** When each (account, privilege or role) was last granted, as far as the change log says. */
export async function grantedAt(db: Db, steps: readonly { instance_id: number; username: string; permission: string }[]) {
  if (steps.length === 0) return [];
  const { rows } = await sql<{ instance_id: number; username: string; permission: string; at: Date }>`
    select s.instance_id, s.username, s.permission, c.change_time as at
    from jsonb_to_recordset(${JSON.stringify(steps)}::jsonb) as s (instance_id int, username text, permission text)
    cross join lateral (
      select l.change_time from account_change_log l
      where l.instance_id = s.instance_id and l.username = s.username
        and jsonb_path_exists(l.privilege_diff, '$[*] ? (@.action == "GRANT" && @.permissions[*] == $p)', jsonb_build_object('p', s.permission))
      order by l.change_time desc limit 1) c`.execute(db);
  return rows;
}
export const firstSeen = (db: Db, accountIds: readonly number[]) =>
  db
    .selectFrom('account_permission as p')
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .where(sql<boolean>`p.id = any(${accountIds}::int[])`)
    .select(['p.id', 'a.first_seen_at'])
    .execute();
