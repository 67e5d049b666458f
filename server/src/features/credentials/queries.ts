import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { anyContains } from '../../store/search.ts';
import type { DB } from '../../store/tables.ts';

type Db = Kysely<DB>;
export type CredentialType = 'database' | 'ssh' | 'windows' | 'api' | 'ldap';
const COLUMNS = [
  'c.id',
  'c.name',
  'c.credential_type',
  'c.db_type',
  'c.username',
  'c.description',
  'c.is_active',
  'c.created_at',
  'c.updated_at',
  'c.password_updated_at',
] as const;

const withCounts = (db: Db) =>
  db.selectFrom('credentials as c').select([
    ...COLUMNS,
    (eb) =>
      eb
        .selectFrom('instances as i')
        .whereRef('i.credential_id', '=', 'c.id')
        .select((e) => e.fn.countAll<number>().as('n'))
        .as('instance_count'),
    sql<boolean>`c.password <> ''`.as('has_password'),
  ]);
export type CredentialRow = NonNullable<Awaited<ReturnType<typeof credentialById>>>;

export const credentialById = (db: Db, id: number) => withCounts(db).where('c.id', '=', id).executeTakeFirst();
export const lockCredential = (db: Db, id: number) =>
  db.selectFrom('credentials').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
/** With the sealed password: for opening it, never for a reply. */
export const sealedById = (db: Db, id: number) =>
  db
    .selectFrom('credentials')
    .select(['id', 'name', 'credential_type', 'db_type', 'username', 'password', 'is_active'])
    .where('id', '=', id)
    .executeTakeFirst();
/** What credentials are for, kept until the transaction ends: one that is being deleted is waited for, and then not there. */
export const keepCredentials = (db: Db, ids: readonly number[]) =>
  db
    .selectFrom('credentials')
    .select(['id', 'credential_type', 'db_type', 'is_active'])
    .where(sql<boolean>`id = any(${ids}::int[])`)
    .orderBy('id')
    .forKeyShare()
    .execute();
export const allSealed = (db: Db) => db.selectFrom('credentials').select(['id', 'password']).orderBy('id').execute();

export const instancesOf = (db: Db, id: number) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'db_type', 'host', 'port', 'is_active', 'last_test_ok', 'last_test_at'])
    .where('credential_id', '=', id)
    .orderBy('name')
    .orderBy('id')
    .execute();

export interface CredentialFilter {
  search?: string | undefined;
  credential_type?: CredentialType | undefined;
  db_type?: string | undefined;
  status?: 'active' | 'inactive' | undefined;
  tags: string[];
  /** Usernames are neither shown to nor searched for roles without `update`. */
  withUsername: boolean;
}
function filtered<O>(q: SelectQueryBuilder<DB & { c: DB['credentials'] }, 'c', O>, f: CredentialFilter) {
  return q
    .$if(Boolean(f.search), (q) =>
      q.where(anyContains([sql.ref('c.name'), sql.ref('c.description'), ...(f.withUsername ? [sql.ref('c.username')] : [])], f.search!)),
    )
    .$if(f.credential_type !== undefined, (q) => q.where('c.credential_type', '=', f.credential_type!))
    .$if(f.db_type !== undefined, (q) => q.where('c.db_type', '=', f.db_type!))
    .$if(f.status !== undefined, (q) => q.where('c.is_active', '=', f.status === 'active'))
    .$if(f.tags.length > 0, (q) =>
      q.where(
        sql<boolean>`exists (select 1 from instances i join instance_tags it on it.instance_id = i.id join tags t on t.id = it.tag_id where i.credential_id = c.id and t.name = any(${f.tags}))`,
      ),
    );
}
export async function credentialPage(
  db: Db,
  filter: CredentialFilter,
  page: { page: number; limit: number; sort: string; order: 'asc' | 'desc' },
) {
  const column = page.sort === 'instance_count' ? sql.ref('instance_count') : sql.ref(`c.${page.sort}`);
  const [items, { total }] = await Promise.all([
    filtered(withCounts(db) as never, filter)
      .orderBy(column, (o) => (page.order === 'asc' ? o.asc().nullsFirst() : o.desc().nullsLast()))
      .orderBy('c.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute() as unknown as Promise<CredentialRow[]>,
    filtered(db.selectFrom('credentials as c') as never, filter)
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow() as unknown as Promise<{ total: number }>,
  ]);
  return { items, total };
}

/** The next id, so that a password can be sealed to its row before the row is there. */
export async function nextId(db: Db): Promise<number> {
  const { rows } = await sql<{ id: number }>`select nextval(pg_get_serial_sequence('credentials', 'id')) as id`.execute(db);
  return Number(rows[0]!.id);
}
export interface CredentialValues {
  name: string;
  credential_type: CredentialType;
  db_type: string | null;
  username: string;
  password: string;
  description: string | null;
  is_active: boolean;
}
export const insertCredential = (db: Db, row: CredentialValues & { id: number }, now: Date) =>
  db
    .insertInto('credentials')
    .values({ ...row, created_at: now, updated_at: now, password_updated_at: now })
    .execute();
export const updateCredential = (db: Db, id: number, change: Partial<CredentialValues> & { password_updated_at?: Date }, now: Date) =>
  db
    .updateTable('credentials')
    .set({ ...change, updated_at: now })
    .where('id', '=', id)
    .execute();
/** Only if nobody changed it meanwhile. */
export async function resealCredential(db: Db, id: number, before: string, after: string): Promise<boolean> {
  const done = await db
    .updateTable('credentials')
    .set({ password: after })
    .where('id', '=', id)
    .where('password', '=', before)
    .executeTakeFirst();
  return done.numUpdatedRows > 0n;
}
export const deleteCredential = (db: Db, id: number) => db.deleteFrom('credentials').where('id', '=', id).execute();
