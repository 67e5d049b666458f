import type { DbType, Locale } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import { contains, containsUnindexed } from '../../../store/search.ts';
import type { DB } from '../../../store/tables.ts';
import { tagsIn } from '../../tags/index.ts';
import { joined, lastSync, nameIn, readState } from './accounts.ts';

type Db = Kysely<DB>;

export interface LedgerFilter {
  search?: string | undefined;
  instance_id?: number | undefined;
  db_type?: DbType | undefined;
  is_locked?: boolean | undefined;
  is_superuser?: boolean | undefined;
  plugin?: string | undefined;
  tags: string[];
  classification?: number | undefined;
  include_deleted: boolean;
  only_deleted?: boolean | undefined;
  include_roles: boolean;
  read_state?: 'ok' | 'unread' | undefined;
  risk?: 'low' | 'medium' | 'high' | 'critical' | 'none' | undefined;
}
const RISKS = ['low', 'medium', 'high', 'critical'];
/** The highest risk among an account's active classes, 1 to 4; null = it has none. */
const risk = sql<
  number | null
>`(select max(array_position(${RISKS}::text[], c.risk_level::text)) from account_classification_assignments s join account_classifications c on c.id = s.classification_id and c.is_active where s.account_id = p.id and s.is_active)`;
/** How a search is answered: by the indexes of names, or by looking at row after row in the list's order until the page is full. */
export type SearchWay = 'index' | 'order';
/** Rows that the index finds are all read and sorted; where many are found, fewer are looked at in order. */
export const searchWay = (found: number, all: number, page: { page: number; limit: number; sort: string }): SearchWay =>
  page.sort === 'username' && found * found > page.page * page.limit * all ? 'order' : 'index';

/** The one predicate of the ledger, its counts and its export. */
const ledger = (db: Db, f: LedgerFilter, way: SearchWay = 'index') =>
  joined(db)
    .where('i.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .$if(f.only_deleted === true, (q) => q.where('a.is_active', '=', false))
    .$if(!f.include_deleted && !f.only_deleted, (q) => q.where('a.is_active', '=', true))
    .$if(!f.include_roles, (q) => q.where('p.is_role', '=', false).where('p.is_public', '=', false))
    .$if(f.instance_id !== undefined, (q) => q.where('p.instance_id', '=', f.instance_id!))
    .$if(f.db_type !== undefined, (q) => q.where('p.db_type', '=', f.db_type!))
    .$if(f.is_locked !== undefined, (q) => q.where('p.is_locked', '=', f.is_locked!))
    .$if(f.read_state !== undefined, (q) => q.where(readState, f.read_state === 'ok' ? '=' : '!=', 'ok'))
    .$if(f.risk === 'none', (q) => q.where(risk, 'is', null))
    .$if(f.risk !== undefined && f.risk !== 'none', (q) => q.where(risk, '=', RISKS.indexOf(f.risk!) + 1))
    .$if(f.is_superuser !== undefined, (q) => q.where('p.is_superuser', '=', f.is_superuser!))
    .$if(Boolean(f.plugin), (q) => q.where(sql<boolean>`p.type_specific->>'plugin' = ${f.plugin!}`))
    // Who is called so, and who lives on an instance that is called so: each by its own index, then put together.
    .$if(Boolean(f.search) && way === 'order', (q) =>
      q.where((eb) => eb.or((['p.username', 'i.name', 'i.host'] as const).map((column) => containsUnindexed(sql.ref(column), f.search!)))),
    )
    .$if(Boolean(f.search) && way === 'index', (q) => {
      const ofEngine = f.db_type === undefined ? sql`` : sql`and s.db_type = ${f.db_type}`;
      return q.where(
        sql<boolean>`p.id in (
          select s.id from account_permission s where ${contains(sql.ref('s.username'), f.search!)} ${ofEngine}
          union all
          select s.id from account_permission s where s.instance_id in (select id from instances where ${contains(sql.ref('instances.name'), f.search!)} or ${contains(sql.ref('instances.host'), f.search!)}) ${ofEngine})`,
      );
    })
    .$if(f.tags.length > 0, (q) =>
      q.where(
        sql<boolean>`exists (select 1 from instance_tags it join tags t on t.id = it.tag_id where it.instance_id = i.id and t.name = any(${f.tags}))`,
      ),
    )
    .$if(f.classification !== undefined, (q) =>
      q.where(
        sql<boolean>`exists (select 1 from account_classification_assignments s where s.account_id = p.id and s.classification_id = ${f.classification!} and s.is_active)`,
      ),
    );

/** The classes of the account whose id this column is, in one value, highest priority first. */
const classesIn = (accountId: string, locale: Locale) => sql<{ id: number; name: string; color: string | null }[]>`coalesce((
  select json_agg(json_build_object('id', c.id, 'name', ${nameIn(locale, 'c')}, 'color', c.color) order by c.priority desc, c.id)
  from account_classification_assignments s join account_classifications c on c.id = s.classification_id and c.is_active
  where s.account_id = ${sql.ref(accountId)} and s.is_active), '[]')`;

const LEDGER_SORT = {
  username: sql`p.username`,
  db_type: sql`p.db_type`,
  is_locked: sql`p.is_locked`,
  is_superuser: sql`p.is_superuser`,
  instance_name: sql`i.name`,
  last_change_time: sql`p.last_change_time`,
  last_sync_time: lastSync,
};

type LedgerSort = keyof typeof LEDGER_SORT;
interface LedgerPage {
  page: number;
  limit: number;
  sort: LedgerSort;
  order: 'asc' | 'desc';
}
/** A page with tags and classes, in one statement: asking once more costs more than gathering them. */
export const ledgerPage = (db: Db, filter: LedgerFilter, page: LedgerPage, locale: Locale, way?: SearchWay) =>
  withRelations(
    db,
    inOrder(ledgerRows(db, filter, way), page)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit),
    page,
    locale,
  );
/** The rows after one of them, by name: for readers of everything, whom an offset would have every earlier row read again. */
export const ledgerAfter = (
  db: Db,
  filter: LedgerFilter,
  after: { username: string; id: number } | null,
  limit: number,
  locale: Locale,
) => {
  const byName = { sort: 'username', order: 'asc' } as const;
  const rows = inOrder(ledgerRows(db, filter), byName)
    .$if(after !== null, (q) => q.where(sql<boolean>`(p.username, p.id) > (${after!.username}, ${after!.id})`))
    .limit(limit);
  return withRelations(db, rows, byName, locale);
};
export type LedgerRow = Awaited<ReturnType<typeof ledgerPage>>[number];

const inOrder = (rows: ReturnType<typeof ledgerRows>, { sort, order }: Pick<LedgerPage, 'sort' | 'order'>) =>
  rows.orderBy(LEDGER_SORT[sort], (o) => (order === 'asc' ? o.asc().nullsLast() : o.desc().nullsLast())).orderBy('p.id', order);
/** Gathered for the rows that are shown only: an offset passes over rows that are complete. What is sorted by is a column of each. */
const withRelations = (db: Db, rows: ReturnType<typeof inOrder>, { sort, order }: Pick<LedgerPage, 'sort' | 'order'>, locale: Locale) =>
  db
    .selectFrom(rows.as('r'))
    .selectAll('r')
    .select([tagsIn('r.instance_id').as('tags'), classesIn('r.id', locale).as('classifications')])
    .orderBy(`r.${sort}`, (o) => (order === 'asc' ? o.asc().nullsLast() : o.desc().nullsLast()))
    .orderBy('r.id', order)
    .execute();
const ledgerRows = (db: Db, filter: LedgerFilter, way?: SearchWay) =>
  ledger(db, filter, way)
    .select([
      'p.id',
      'p.username',
      'p.instance_id',
      'i.name as instance_name',
      'i.host as instance_host',
      'p.db_type',
      'p.is_locked',
      'p.is_superuser',
      'a.is_active',
      'p.is_role',
      'p.last_change_time',
      'p.last_change_type',
      'a.first_seen_at',
    ])
    .select([
      sql<string | null>`p.type_specific->>'plugin'`.as('plugin'),
      sql<string | null>`p.type_specific->>'account_status'`.as('account_status'),
      lastSync.as('last_sync_time'),
      readState.as('read_state'),
    ]);
/** What the counts of the ledger depend on. */
export const LEDGER_TABLES = [
  'account_permission',
  'instance_accounts',
  'instances',
  'instance_tags',
  'tags',
  'account_classification_assignments',
  'account_classifications',
] as const;
export const ledgerTotal = (db: Db, filter: LedgerFilter) => ledger(db, filter).select((eb) => eb.fn.countAll<number>().as('n'));

/** Active accounts of active instances by engine, without roles: the tabs of the ledger. */
export const ledgerStats = (db: Db) =>
  ledger(db, { tags: [], include_deleted: false, include_roles: false })
    .select((eb) => ['p.db_type', eb.fn.countAll<number>().as('n')])
    .groupBy('p.db_type');

/** The classes that the ledger may be asked for. */
export const classOptions = (db: Db, locale: Locale) =>
  db
    .selectFrom('account_classifications as c')
    .select(['c.id', 'c.color'])
    .select(nameIn(locale, 'c').as('name'))
    .where('c.is_active', '=', true)
    .orderBy('c.priority', 'desc')
    .orderBy('c.id')
    .execute();
