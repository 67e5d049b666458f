import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';
import { readState } from './accounts.ts';

type Db = Kysely<DB>;
export interface StatisticsFilter {
  instance_id?: number | undefined;
  db_type?: DbType | undefined;
}

/** Accounts, without roles and PUBLIC, of instances that are active: the ledger's own. */
const counted = (db: Db, f: StatisticsFilter) =>
  db
    .selectFrom('account_permission as p')
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .innerJoin('instances as i', 'i.id', 'p.instance_id')
    .where('i.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .where('p.is_role', '=', false)
    .where('p.is_public', '=', false)
    .$if(f.instance_id !== undefined, (q) => q.where('p.instance_id', '=', f.instance_id!))
    .$if(f.db_type !== undefined, (q) => q.where('p.db_type', '=', f.db_type!));

/** All account figures in one pass. */
export const accountTotals = (db: Db, f: StatisticsFilter) =>
  counted(db, f)
    .select([
      'p.db_type',
      sql<number>`count(*)`.as('total'),
      sql<number>`count(*) filter (where a.is_active)`.as('active'),
      sql<number>`count(*) filter (where a.is_active and p.is_locked)`.as('locked'),
      sql<number>`count(*) filter (where a.is_active and ${readState} <> 'ok')`.as('unread'),
    ])
    .groupBy('p.db_type')
    .execute();

/** `normal`: the last connection, by a test or a sync, was fine. */
export const instanceTotals = (db: Db, f: StatisticsFilter) =>
  db
    .selectFrom('instances as i')
    .$if(f.instance_id !== undefined, (q) => q.where('i.id', '=', f.instance_id!))
    .$if(f.db_type !== undefined, (q) => q.where('i.db_type', '=', f.db_type!))
    .select([
      sql<number>`count(*) filter (where i.deleted_at is null and i.is_active)`.as('active'),
      sql<number>`count(*) filter (where i.deleted_at is null and not i.is_active)`.as('disabled'),
      sql<number>`count(*) filter (where i.deleted_at is not null)`.as('deleted'),
      sql<number>`count(*) filter (where i.deleted_at is null and i.is_active and
        case when i.last_connected is not null and (i.last_test_at is null or i.last_connected >= i.last_test_at) then i.accounts_error_at is null or i.last_connected > i.accounts_error_at
             else coalesce(i.last_test_ok, false) end)`.as('normal'),
    ])
    .executeTakeFirstOrThrow();

/** Every active class with its accounts by engine; a class nobody has is there with none. */
export async function classTotals(db: Db) {
  const { rows } = await sql<{
    id: number;
    name: string;
    name_en: string | null;
    color: string | null;
    risk_level: string;
    priority: number;
    db_types: Record<string, number>;
  }>`
    select c.id, c.name, c.name_en, c.color, c.risk_level, c.priority,
      coalesce(jsonb_object_agg(n.db_type, n.accounts) filter (where n.db_type is not null), '{}') as db_types
    from account_classifications c
    left join (${heldClasses(db)}) n on n.classification_id = c.id
    where c.is_active
    group by c.id
    order by c.priority desc, c.id`.execute(db);
  return rows;
}
/** An account has a class once among the assignments that hold (`uq_assignments_active`). */
const heldClasses = (db: Db) =>
  counted(db, {})
    .innerJoin('account_classification_assignments as s', 's.account_id', 'p.id')
    .where('s.is_active', '=', true)
    .where('a.is_active', '=', true)
    .select(['s.classification_id', 'p.db_type', sql<number>`count(*)`.as('accounts')])
    .groupBy(['s.classification_id', 'p.db_type']);

/** Each active account once, by the highest risk among its active classes; null = it has none. */
export const riskTotals = (db: Db) =>
  db
    .selectFrom(
      counted(db, {})
        .where('a.is_active', '=', true)
        .leftJoin('account_classification_assignments as s', (on) => on.onRef('s.account_id', '=', 'p.id').on('s.is_active', '=', true))
        .leftJoin('account_classifications as c', (on) => on.onRef('c.id', '=', 's.classification_id').on('c.is_active', '=', true))
        .select([
          'p.id',
          sql<number | null>`max(array_position(array['low', 'medium', 'high', 'critical'], c.risk_level::text))`.as('risk'),
        ])
        .groupBy('p.id')
        .as('one'),
    )
    .select((eb) => ['one.risk', eb.fn.countAll<number>().as('n')])
    .groupBy('one.risk')
    .execute();

/** What was granted to an account: privileges and memberships, counted by whoever needs few of them, or by all at once. */
const grantsOf = sql<number>`((select count(*) from account_privileges g where g.account_id = p.id and g.state = 'grant') + (select count(*) from account_memberships m where m.account_id = p.id))::int`;
const grantsOfAll = sql<{ account_id: number; n: number }>`(
  select account_id, sum(n)::int as n from (
    select account_id, count(*) as n from account_privileges where state = 'grant' group by account_id
    union all
    select account_id, count(*) from account_memberships group by account_id) both_kinds
  group by account_id)`;
const SHOWN = ['p.id', 'p.username', 'p.instance_id', 'i.name as instance_name', 'p.db_type', 'p.is_superuser'] as const;

/** Superusers first, then those who were granted most. Where there are superusers enough, nobody else's grants are counted. */
export async function topPrivileged(db: Db, limit: number) {
  const ranked = (superusers: boolean) =>
    counted(db, {}).where('a.is_active', '=', true).where('p.is_superuser', '=', superusers).select(SHOWN);
  const first = await ranked(true).select(grantsOf.as('privileges')).orderBy('privileges', 'desc').orderBy('p.id').limit(limit).execute();
  if (first.length === limit) return first;
  const others = await ranked(false)
    .leftJoin(grantsOfAll.as('g'), (on) => on.onRef('g.account_id', '=', 'p.id'))
    .select(sql<number>`coalesce(g.n, 0)`.as('privileges'))
    .orderBy('privileges', 'desc')
    .orderBy('p.id')
    .limit(limit - first.length)
    .execute();
  return [...first, ...others];
}

/** What changed on each business day, of accounts only. */
export const changesByDay = (db: Db, from: Date, timeZone: string) =>
  db
    .selectFrom('account_change_log as l')
    .innerJoin('instances as i', 'i.id', 'l.instance_id')
    .leftJoin('account_permission as p', 'p.instance_account_id', 'l.instance_account_id')
    .where('l.change_time', '>=', from)
    .where('i.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .where(sql<boolean>`not coalesce(p.is_role or p.is_public, false)`)
    .select([
      sql<string>`to_char(l.change_time at time zone ${timeZone}, 'YYYY-MM-DD')`.as('date'),
      sql<number>`count(*) filter (where l.change_type in ('add', 'return'))`.as('added'),
      sql<number>`count(*) filter (where l.change_type in ('modify_privilege', 'modify_other'))`.as('changed'),
      sql<number>`count(*) filter (where l.change_type = 'delete')`.as('removed'),
    ])
    .groupBy(sql`1`)
    .execute();
