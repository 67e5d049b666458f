import { type Kysely, sql } from 'kysely';
import { anyContains } from '../../store/search.ts';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
const COLUMNS = [
  't.id',
  't.name',
  't.display_name',
  't.display_name_en',
  't.category',
  't.color',
  't.description',
  't.description_en',
  't.sort_order',
  't.is_active',
  't.created_at',
  't.updated_at',
] as const;
export type TagRow = NonNullable<Awaited<ReturnType<typeof tagById>>>;

export const tagById = (db: Db, id: number) => db.selectFrom('tags as t').select(COLUMNS).where('t.id', '=', id).executeTakeFirst();
export const tagByName = (db: Db, name: string) => db.selectFrom('tags as t').select(COLUMNS).where('t.name', '=', name).executeTakeFirst();
export const lockTag = (db: Db, id: number) =>
  db.selectFrom('tags as t').select(COLUMNS).where('t.id', '=', id).forUpdate().executeTakeFirst();
export const activeTags = (db: Db, category: string | undefined) =>
  db
    .selectFrom('tags as t')
    .select(COLUMNS)
    .where('t.is_active', '=', true)
    .$if(category !== undefined, (q) => q.where('t.category', '=', category!))
    .orderBy('t.category')
    .orderBy('t.sort_order')
    .orderBy('t.name')
    .orderBy('t.id')
    .execute();
export const tagCounts = (db: Db) =>
  db
    .selectFrom('tags')
    .select((eb) => ['category', eb.fn.countAll<number>().as('n')])
    .groupBy('category')
    .execute();

export interface TagFilter {
  category?: string | undefined;
  search?: string | undefined;
  status: 'all' | 'active' | 'inactive';
}
const filtered = (db: Db, f: TagFilter) =>
  db
    .selectFrom('tags as t')
    .$if(f.category !== undefined, (q) => q.where('t.category', '=', f.category!))
    .$if(f.status !== 'all', (q) => q.where('t.is_active', '=', f.status === 'active'))
    .$if(Boolean(f.search), (q) =>
      q.where(
        anyContains(
          ['t.name', 't.display_name', 't.display_name_en', 't.description'].map((column) => sql.ref(column)),
          f.search!,
        ),
      ),
    );
export async function tagPage(db: Db, filter: TagFilter, page: { page: number; limit: number; sort: string; order: 'asc' | 'desc' }) {
  const column = page.sort === 'instance_count' ? sql.ref('instance_count') : sql.ref(`t.${page.sort}`);
  const [items, stats] = await Promise.all([
    filtered(db, filter)
      .select([
        ...COLUMNS,
        (eb) =>
          eb
            .selectFrom('instance_tags as it')
            .whereRef('it.tag_id', '=', 't.id')
            .select((e) => e.fn.countAll<number>().as('n'))
            .as('instance_count'),
      ])
      .orderBy(column, page.order)
      .orderBy('t.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    filtered(db, filter)
      .select((eb) => [
        eb.fn.countAll<number>().as('total'),
        eb.fn.countAll<number>().filterWhere('t.is_active', '=', true).as('active'),
        eb.fn.countAll<number>().filterWhere('t.is_active', '=', false).as('inactive'),
        eb.fn.count<number>('t.category').distinct().as('category_count'),
      ])
      .executeTakeFirstOrThrow(),
  ]);
  return { items, stats };
}

export interface TagValues {
  name: string;
  display_name: string;
  category: string;
  color: string;
  description: string | null;
  sort_order: number;
  is_active: boolean;
}
/** What came with the product in English; goes when somebody writes their own words. */
interface Translations {
  display_name_en: null;
  description_en: null;
}
export const insertTag = (db: Db, row: TagValues, now: Date) =>
  db
    .insertInto('tags')
    .values({ ...row, created_at: now, updated_at: now })
    .returning('id')
    .executeTakeFirstOrThrow();
export const updateTag = (db: Db, id: number, change: Partial<TagValues & Translations>, now: Date) =>
  db
    .updateTable('tags')
    .set({ ...change, updated_at: now })
    .where('id', '=', id)
    .execute();
export const linkCount = (db: Db, id: number) =>
  db
    .selectFrom('instance_tags')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('tag_id', '=', id)
    .executeTakeFirstOrThrow();
export const unlinkTag = (db: Db, id: number) => db.deleteFrom('instance_tags').where('tag_id', '=', id).execute();
export const deleteTag = (db: Db, id: number) => db.deleteFrom('tags').where('id', '=', id).execute();

export const tagIds = (db: Db, names: readonly string[]) =>
  db.selectFrom('tags').select(['id', 'name']).where('name', 'in', names).execute();
/** The tags of the instance whose id this column is, in one value of a list's row. */
export const tagsIn = (instanceId: string) => sql<TagRef[]>`coalesce((
  select json_agg(json_build_object('name', t.name, 'display_name', t.display_name, 'display_name_en', t.display_name_en, 'color', t.color) order by t.category, t.sort_order, t.id)
  from instance_tags it join tags t on t.id = it.tag_id where it.instance_id = ${sql.ref(instanceId)}), '[]')`;
export type TagRef = Pick<TagRow, 'name' | 'display_name' | 'display_name_en' | 'color'>;
export const tagsOfInstances = (db: Db, instanceIds: readonly number[]) =>
  db
    .selectFrom('instance_tags as it')
    .innerJoin('tags as t', 't.id', 'it.tag_id')
    .select([...COLUMNS, 'it.instance_id'])
    .where(sql<boolean>`it.instance_id = any(${instanceIds}::int[])`)
    .orderBy('t.category')
    .orderBy('t.sort_order')
    .orderBy('t.id')
    .execute();
/** Makes these all the links of these instances. */
export async function replaceLinks(
  db: Db,
  instanceIds: readonly number[],
  links: readonly { instance_id: number; tag_id: number }[],
  now: Date,
): Promise<void> {
  const wanted = sql`(select instance_id, tag_id from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as g (instance_id int, tag_id int))`;
  await sql`delete from instance_tags where instance_id = any(${instanceIds}::int[]) and (instance_id, tag_id) not in ${wanted}`.execute(
    db,
  );
  await sql`insert into instance_tags (instance_id, tag_id, created_at) select instance_id, tag_id, ${now}::timestamptz from ${wanted} w on conflict do nothing`.execute(
    db,
  );
}

// ---------------------------------------------------------------- many at once

export const allTags = (db: Db) =>
  db.selectFrom('tags as t').select(COLUMNS).orderBy('t.category').orderBy('t.sort_order').orderBy('t.name').orderBy('t.id').execute();
export const knownInstances = async (db: Db, ids: readonly number[]): Promise<number[]> =>
  (await db.selectFrom('instances').select('id').where('id', 'in', ids).where('deleted_at', 'is', null).orderBy('id').execute()).map(
    (row) => row.id,
  );
export const knownTags = async (db: Db, ids: readonly number[]): Promise<number[]> =>
  (await db.selectFrom('tags').select('id').where('id', 'in', ids).orderBy('id').execute()).map((row) => row.id);
export async function linkMany(db: Db, instanceIds: readonly number[], tagIds: readonly number[], now: Date): Promise<number> {
  const done = await sql`
    insert into instance_tags (instance_id, tag_id, created_at)
    select i.id, t.id, ${now}::timestamptz from instances i, tags t where i.id = any(${instanceIds}::int[]) and t.id = any(${tagIds}::int[])
    on conflict do nothing`.execute(db);
  return Number(done.numAffectedRows ?? 0n);
}
export async function unlinkMany(db: Db, instanceIds: readonly number[], tagIds: readonly number[] | null): Promise<number> {
  const done = await db
    .deleteFrom('instance_tags')
    .where('instance_id', 'in', instanceIds)
    .$if(tagIds !== null, (q) => q.where('tag_id', 'in', tagIds!))
    .executeTakeFirst();
  return Number(done.numDeletedRows);
}
/** The tags that some of these instances have, each with how many of them. */
export const tagsOfSelection = (db: Db, instanceIds: readonly number[]) =>
  db
    .selectFrom('tags as t')
    .innerJoin('instance_tags as it', 'it.tag_id', 't.id')
    .select([...COLUMNS, (eb) => eb.fn.countAll<number>().as('instance_count')])
    .where('it.instance_id', 'in', instanceIds)
    .groupBy('t.id')
    .orderBy('t.category')
    .orderBy('t.sort_order')
    .orderBy('t.id')
    .execute();
export const taggableInstances = (db: Db) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'host', 'port', 'db_type', 'is_active'])
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .orderBy('id')
    .execute();
