import { type Kysely, sql } from 'kysely';
import { json } from '../../store/json.ts';
import { anyContains } from '../../store/search.ts';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
export const allSettings = (db: Db) =>
  db
    .selectFrom('settings as s')
    .leftJoin('users as u', 'u.id', 's.updated_by')
    .select(['s.key', 's.value', 's.updated_at', 'u.username as updated_by'])
    .execute();
export const lockSetting = (db: Db, key: string) =>
  db.selectFrom('settings').select('value').where('key', '=', key).forUpdate().executeTakeFirst();
export const saveSetting = (db: Db, key: string, value: unknown, by: number | null, now: Date) =>
  db
    .insertInto('settings')
    .values({ key, value: json(value), updated_by: by, updated_at: now })
    .onConflict((oc) => oc.column('key').doUpdateSet({ value: sql`excluded.value`, updated_by: by, updated_at: now }))
    .execute();

export interface AuditFilter {
  search?: string | undefined;
  username?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  resource_id?: string | undefined;
  from?: Date | undefined;
  before?: Date | undefined;
  /** What is written while a list is read page by page would move its rows. */
  until: Date;
}
const filtered = (db: Db, f: AuditFilter) =>
  db
    .selectFrom('audit_events as e')
    .$if(Boolean(f.search), (q) =>
      q.where(anyContains([sql.ref('e.username'), sql.ref('e.resource_id'), sql`e.after::text`, sql`e.before::text`], f.search!)),
    )
    .$if(f.username !== undefined, (q) => q.where('e.username', '=', f.username!))
    .$if(f.action !== undefined, (q) => q.where('e.action', '=', f.action!))
    .$if(f.resource !== undefined, (q) => q.where('e.resource', '=', f.resource!))
    .$if(f.resource_id !== undefined, (q) => q.where('e.resource_id', '=', f.resource_id!))
    .$if(f.from !== undefined, (q) => q.where('e.time', '>=', f.from!))
    .$if(f.before !== undefined, (q) => q.where('e.time', '<', f.before!))
    .where('e.time', '<=', f.until);
export async function auditPage(
  db: Db,
  filter: AuditFilter,
  page: { page: number; limit: number; sort: 'time' | 'id' | 'username' | 'action' | 'resource'; order: 'asc' | 'desc' },
) {
  const [items, { n }] = await Promise.all([
    filtered(db, filter)
      .selectAll('e')
      .orderBy(`e.${page.sort}`, page.order)
      .orderBy('e.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    filtered(db, filter)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow(),
  ]);
  return { items, total: n };
}
