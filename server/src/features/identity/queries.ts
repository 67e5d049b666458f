import type { Role } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import { contains } from '../../store/search.ts';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
const COLUMNS = ['id', 'username', 'role', 'is_active', 'created_at', 'last_login', 'must_change_password', 'locale', 'theme'] as const;
export type UserRow = Awaited<ReturnType<typeof userById>>;

export const userById = (db: Db, id: number) => db.selectFrom('users').select(COLUMNS).where('id', '=', id).executeTakeFirst();
/** With the hash: for signing in and changing the password only. */
export const userSecretByName = (db: Db, username: string) =>
  db
    .selectFrom('users')
    .select([...COLUMNS, 'password'])
    .where('username', '=', username)
    .executeTakeFirst();
export const userSecretById = (db: Db, id: number) =>
  db.selectFrom('users').select(['id', 'username', 'password']).where('id', '=', id).executeTakeFirst();
/** Locked, so that the last-admin check sees what is true until commit. */
export const lockUser = (db: Db, id: number) => db.selectFrom('users').select(COLUMNS).where('id', '=', id).forUpdate().executeTakeFirst();
/** Every active administrator, locked in one order: two demotions at once must not both see another one. */
export const lockActiveAdmins = (db: Db) =>
  db.selectFrom('users').select('id').where('role', '=', 'admin').where('is_active', '=', true).orderBy('id').forUpdate().execute();

export interface UserFilter {
  search?: string | undefined;
  role?: Role | undefined;
  status?: 'active' | 'inactive' | undefined;
}
const filtered = (db: Db, filter: UserFilter) =>
  db
    .selectFrom('users')
    .$if(Boolean(filter.search), (q) => q.where(contains(sql.ref('users.username'), filter.search!)))
    .$if(filter.role !== undefined, (q) => q.where('role', '=', filter.role!))
    .$if(filter.status !== undefined, (q) => q.where('is_active', '=', filter.status === 'active'));

export async function userPage(
  db: Db,
  filter: UserFilter,
  page: {
    page: number;
    limit: number;
    sort: 'created_at' | 'id' | 'username' | 'role' | 'is_active' | 'last_login';
    order: 'asc' | 'desc';
  },
) {
  const [items, { total }] = await Promise.all([
    filtered(db, filter)
      .select(COLUMNS)
      .orderBy(page.sort, (o) => (page.order === 'asc' ? o.asc().nullsFirst() : o.desc().nullsLast()))
      .orderBy('id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    filtered(db, filter)
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow(),
  ]);
  return { items, total };
}

export const userStats = (db: Db) =>
  db
    .selectFrom('users')
    .select((eb) => [
      eb.fn.countAll<number>().as('total'),
      eb.fn.countAll<number>().filterWhere('is_active', '=', true).as('active'),
      eb.fn.countAll<number>().filterWhere('is_active', '=', false).as('inactive'),
      eb.fn.countAll<number>().filterWhere('role', '=', 'admin').as('admin'),
      eb.fn.countAll<number>().filterWhere('role', '=', 'user').as('user'),
      eb.fn.countAll<number>().filterWhere('role', '=', 'viewer').as('viewer'),
    ])
    .executeTakeFirstOrThrow();
export const allUsernames = (db: Db) => db.selectFrom('users').select('username').execute();

export interface NewUser {
  username: string;
  role: Role;
  password: string;
  is_active: boolean;
  must_change_password: boolean;
  created_at: Date;
}
export const insertUser = (db: Db, user: NewUser) =>
  db
    .insertInto('users')
    .values({ ...user, updated_at: user.created_at })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
export const updateUser = (
  db: Db,
  id: number,
  change: Partial<Omit<NewUser, 'created_at'>> & { last_login?: Date; password_changed_at?: Date; locale?: string; theme?: string },
  now: Date,
) =>
  db
    .updateTable('users')
    .set({ ...change, updated_at: now })
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
export const deleteUser = (db: Db, id: number) => db.deleteFrom('users').where('id', '=', id).execute();
export const countUsers = (db: Db) =>
  db
    .selectFrom('users')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow();

export const preferencesOf = (db: Db, userId: number) =>
  db.selectFrom('user_preferences').select(['key', 'value']).where('user_id', '=', userId).execute();
export async function savePreferences(db: Db, userId: number, values: Record<string, unknown>, now: Date): Promise<void> {
  const rows = Object.entries(values).map(([key, value]) => ({ user_id: userId, key, value: JSON.stringify(value), updated_at: now }));
  if (rows.length === 0) return;
  await db
    .insertInto('user_preferences')
    .values(rows)
    .onConflict((oc) => oc.columns(['user_id', 'key']).doUpdateSet({ value: sql`excluded.value`, updated_at: now }))
    .execute();
}
export const usersByRole = (db: Db, role: Role) => db.selectFrom('users').select(COLUMNS).where('role', '=', role).orderBy('id').execute();
export const userByName = (db: Db, username: string) =>
  db.selectFrom('users').select(COLUMNS).where('username', '=', username).executeTakeFirst();
