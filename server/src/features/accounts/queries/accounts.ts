import type { Locale } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import { contains } from '../../../store/search.ts';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

/** An account is stale while its own read or the whole instance's newest read failed. */
export const readState = sql<
  'ok' | 'stale' | 'never'
>`case when p.read_state = 'never' then 'never' when p.read_state = 'stale' or i.accounts_error_at is not null then 'stale' else 'ok' end`;
/** Rows that did not change are not rewritten: what was read last is the instance's last good read. */
export const lastSync = sql<Date | null>`case when p.read_state = 'ok' and a.is_active then greatest(p.last_sync_time, i.accounts_synced_at) else p.last_sync_time end`;
const lastSeen = sql<Date>`case when a.is_active then greatest(a.last_seen_at, i.accounts_synced_at) else a.last_seen_at end`;
const errorCode = sql<string | null>`coalesce(p.sync_error_code, case when a.is_active then i.accounts_error_code end)`;
const errorAt = sql<Date | null>`coalesce(p.sync_error_at, case when a.is_active then i.accounts_error_at end)`;

export const joined = (db: Db) =>
  db
    .selectFrom('account_permission as p')
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .innerJoin('instances as i', 'i.id', 'p.instance_id');

/** The name of a class in the caller's language, where it has one. */
export const nameIn = (locale: Locale, table: string) =>
  locale === 'en'
    ? sql<string>`coalesce(${sql.ref(`${table}.name_en`)}, ${sql.ref(`${table}.name`)})`
    : sql<string>`${sql.ref(`${table}.name`)}`;

/** The classes of some accounts with the rule that gave them, highest priority first. */
export const classesOf = (db: Db, accountIds: readonly number[], locale: Locale) =>
  db
    .selectFrom('account_classification_assignments as s')
    .innerJoin('account_classifications as c', 'c.id', 's.classification_id')
    .leftJoin('classification_rules as r', 'r.id', 's.rule_id')
    .select(nameIn(locale, 'c').as('name'))
    .select(['s.account_id', 'c.id', 'c.color', 'c.risk_level', 'r.rule_name', 's.matched_facts'])
    .where('s.account_id', 'in', accountIds)
    .where('s.is_active', '=', true)
    .where('c.is_active', '=', true)
    .orderBy('c.priority', 'desc')
    .orderBy('c.id')
    .execute();
const ACCOUNT = [
  'p.id',
  'p.instance_id',
  'i.name as instance_name',
  'p.username',
  'p.db_type',
  'p.is_superuser',
  'p.is_locked',
  'p.is_role',
  'p.is_public',
  'a.is_active',
  'a.deleted_at',
  'a.first_seen_at',
  'p.last_change_time',
  'p.last_change_type',
  'p.type_specific',
  'p.sync_error_message',
] as const;
const account = (db: Db) =>
  joined(db)
    .select(ACCOUNT)
    .select([
      readState.as('read_state'),
      lastSync.as('last_sync_time'),
      lastSeen.as('last_seen_at'),
      errorCode.as('error_code'),
      errorAt.as('error_at'),
    ]);

const PRIVILEGE_COLUMNS = [
  'p.global_privileges',
  'p.database_privileges',
  'p.predefined_roles',
  'p.role_attributes',
  'p.database_privileges_pg',
  'p.tablespace_privileges',
  'p.server_roles',
  'p.server_permissions',
  'p.database_roles',
  'p.database_permissions',
  'p.oracle_roles',
  'p.system_privileges',
  'p.tablespace_privileges_oracle',
  'p.extended_privileges',
] as const;
export const accountById = (db: Db, id: number) =>
  account(db)
    .select(PRIVILEGE_COLUMNS)
    .select(sql<number | null>`(extract(epoch from i.accounts_synced_at) * 1000)::bigint`.as('accounts_version'))
    .where('p.id', '=', id)
    .executeTakeFirst();
export type AccountRow = NonNullable<Awaited<ReturnType<typeof accountById>>>;

export interface InstanceAccountFilter {
  include_deleted: boolean;
  include_roles: boolean;
  search?: string | undefined;
  superuser?: boolean | undefined;
  locked?: boolean | undefined;
}
const ofInstance = <Q extends ReturnType<typeof joined>>(q: Q, instanceId: number, f: InstanceAccountFilter): Q =>
  q
    .where('p.instance_id', '=', instanceId)
    .$if(!f.include_deleted, (x) => x.where('a.is_active', '=', true))
    .$if(!f.include_roles, (x) => x.where('p.is_role', '=', false).where('p.is_public', '=', false))
    .$if(Boolean(f.search), (x) => x.where(contains(sql.ref('p.username'), f.search!)))
    .$if(f.superuser !== undefined, (x) => x.where('p.is_superuser', '=', f.superuser!))
    .$if(f.locked !== undefined, (x) => x.where('p.is_locked', '=', f.locked!)) as unknown as Q;
const INSTANCE_SORT = {
  username: sql`p.username`,
  is_superuser: sql`p.is_superuser`,
  is_locked: sql`p.is_locked`,
  last_change_time: sql`p.last_change_time`,
  last_seen_at: lastSeen,
  first_seen_at: sql`a.first_seen_at`,
};

export async function instanceAccounts(
  db: Db,
  instanceId: number,
  filter: InstanceAccountFilter,
  page: { page: number; limit: number | null; sort: keyof typeof INSTANCE_SORT; order: 'asc' | 'desc' },
) {
  const [items, { n }] = await Promise.all([
    (ofInstance(account(db) as never, instanceId, filter) as unknown as ReturnType<typeof account>)
      .select(['p.server_roles', 'p.server_permissions', 'p.database_roles', 'p.database_permissions'])
      .orderBy(INSTANCE_SORT[page.sort], (o) => (page.order === 'asc' ? o.asc().nullsLast() : o.desc().nullsLast()))
      .orderBy('p.id', page.order)
      .$if(page.limit !== null, (q) => q.limit(page.limit!).offset((page.page - 1) * page.limit!))
      .execute(),
    ofInstance(joined(db), instanceId, filter)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow(),
  ]);
  return { items, total: n };
}
export const instanceAccountStats = (db: Db, instanceId: number) =>
  joined(db)
    .where('p.instance_id', '=', instanceId)
    .select([
      sql<number>`count(*) filter (where a.is_active and not p.is_role and not p.is_public)`.as('active'),
      sql<number>`count(*) filter (where not a.is_active and not p.is_role and not p.is_public)`.as('deleted'),
      sql<number>`count(*) filter (where a.is_active and p.is_superuser and not p.is_role and not p.is_public)`.as('superusers'),
      sql<number>`count(*) filter (where a.is_active and p.is_locked and not p.is_role and not p.is_public)`.as('locked'),
      sql<number>`count(*) filter (where a.is_active and p.is_role)`.as('roles'),
      sql<number>`count(*) filter (where a.is_active and ${readState} <> 'ok' and not p.is_role and not p.is_public)`.as('unread'),
    ])
    .executeTakeFirstOrThrow();

/**
 * The accounts whose facts decide what this one may do: itself, the roles it reaches, PUBLIC and PostgreSQL's pg_database_owner
 * with their own roles, MySQL's accounts of the same name. Found through the index of memberships, so a large instance is not read whole.
 */
export async function principalsFor(db: Db, row: { id: number; instance_id: number }) {
  const { rows } = await sql<{
    username: string;
    isSuperuser: boolean;
    isRole: boolean;
    isPublic: boolean;
    facts: unknown;
    typeSpecific: unknown;
  }>`
    with recursive reached (id) as (
      select p.id from account_permission p where p.instance_id = ${row.instance_id} and (p.id = ${row.id} or p.is_public or p.username = 'pg_database_owner'
        or (p.db_type = 'mysql' and (p.username like '@%' or exists (select 1 from account_permission own where own.id = ${row.id} and own.type_specific->>'host' <> ''
          and starts_with(p.username, (own.type_specific->>'original_username') || '@')))))
      union
      select p.id
      from reached r
      join account_memberships m on m.account_id = r.id
      join account_permission p on p.instance_id = ${row.instance_id} and (p.username = m.role or (m.database is not null and p.username = '[' || m.database || '].[' || m.role || ']'))
    )
    select p.username, p.is_superuser as "isSuperuser", p.is_role as "isRole", p.is_public as "isPublic", p.extended_privileges as facts, p.type_specific as "typeSpecific"
    from account_permission p join instance_accounts a on a.id = p.instance_account_id
    where p.id in (select id from reached) and (a.is_active or p.id = ${row.id})`.execute(db);
  return rows;
}

/** The same name on other instances of the same engine. */
export const sameAccount = (db: Db, row: { id: number; username: string; db_type: string }) =>
  joined(db)
    .select(['p.id', 'p.instance_id', 'i.name as instance_name', 'p.is_superuser', 'p.is_locked'])
    .where('p.username', '=', row.username)
    .where('p.db_type', '=', row.db_type)
    .where('p.id', '!=', row.id)
    .where('a.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .orderBy('i.name')
    .limit(100)
    .execute();

export interface HistoryFilter {
  change_type?: 'add' | 'modify_privilege' | 'modify_other' | 'delete' | 'return' | undefined;
  before_id?: number | undefined;
  from?: Date | undefined;
  before?: Date | undefined;
}
export async function changeHistory(
  db: Db,
  row: { instance_id: number; db_type: string; username: string },
  f: HistoryFilter,
  page: { page: number; limit: number },
) {
  const base = db
    .selectFrom('account_change_log')
    .where('instance_id', '=', row.instance_id)
    .where('db_type', '=', row.db_type)
    .where('username', '=', row.username)
    .$if(f.change_type !== undefined, (q) => q.where('change_type', '=', f.change_type!))
    .$if(f.from !== undefined, (q) => q.where('change_time', '>=', f.from!))
    .$if(f.before !== undefined, (q) => q.where('change_time', '<', f.before!));
  const [items, { n }] = await Promise.all([
    base
      .select(['id', 'change_type', 'change_time', 'status', 'message', 'message_en', 'privilege_diff', 'other_diff', 'session_id'])
      .$if(f.before_id !== undefined, (q) => q.where('id', '<', f.before_id!))
      .orderBy('change_time', 'desc')
      .orderBy('id', 'desc')
      .limit(page.limit)
      .offset(f.before_id === undefined ? (page.page - 1) * page.limit : 0)
      .execute(),
    base.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow(),
  ]);
  return { items, total: n };
}
