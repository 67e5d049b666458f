import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

/** Classes with what hangs on them, highest priority first: one statement. */
export const classesWith = (db: Db, f: { id?: number; include_inactive: boolean }) =>
  db
    .selectFrom('account_classifications as c')
    .leftJoin(
      db
        .selectFrom('classification_rules')
        .select((eb) => ['classification_id', eb.fn.countAll<number>().as('n')])
        .where('is_active', '=', true)
        .groupBy('classification_id')
        .as('rules'),
      'rules.classification_id',
      'c.id',
    )
    .leftJoin(
      sql<{ classification_id: number; n: number }>`(
        select s.classification_id, count(*) as n from account_classification_assignments s
        join account_permission p on p.id = s.account_id
        join instance_accounts a on a.id = p.instance_account_id and a.is_active
        join instances i on i.id = p.instance_id and i.is_active and i.deleted_at is null
        where s.is_active group by s.classification_id)`.as('held'),
      'held.classification_id',
      'c.id',
    )
    .selectAll('c')
    .select([sql<number>`coalesce(rules.n, 0)`.as('rules_count'), sql<number>`coalesce(held.n, 0)`.as('assignments_count')])
    .$if(f.id !== undefined, (q) => q.where('c.id', '=', f.id!))
    .$if(!f.include_inactive, (q) => q.where('c.is_active', '=', true))
    .orderBy('c.priority', 'desc')
    .orderBy('c.created_at', 'desc')
    .orderBy('c.id')
    .execute();
export type ClassRow = Awaited<ReturnType<typeof classesWith>>[number];

export const lockClass = (db: Db, id: number) =>
  db
    .selectFrom('account_classifications')
    .select(['id', 'name', 'description', 'risk_level', 'color', 'icon_name', 'priority', 'is_system', 'is_active'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
export const classById = (db: Db, id: number) =>
  db.selectFrom('account_classifications').select(['id', 'name']).where('id', '=', id).executeTakeFirst();

export interface ClassValues {
  name: string;
  description: string | null;
  risk_level: 'low' | 'medium' | 'high' | 'critical';
  color: string;
  icon_name: string;
  priority: number;
  is_active: boolean;
}
export const insertClass = (db: Db, values: ClassValues, now: Date) =>
  db
    .insertInto('account_classifications')
    .values({ ...values, created_at: now, updated_at: now })
    .returning('id')
    .executeTakeFirstOrThrow();
export const updateClass = (db: Db, id: number, values: Partial<ClassValues>, now: Date) =>
  db
    .updateTable('account_classifications')
    .set({ ...values, updated_at: now })
    .where('id', '=', id)
    .execute();
export const deleteClass = (db: Db, id: number) => db.deleteFrom('account_classifications').where('id', '=', id).execute();

/** Everything that would go with a class: its rules, active or not, and its active assignments. */
export const usesOfClass = (db: Db, id: number) =>
  db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('classification_rules')
        .select((x) => x.fn.countAll<number>().as('n'))
        .where('classification_id', '=', id)
        .as('rules'),
      eb
        .selectFrom('account_classification_assignments')
        .select((x) => x.fn.countAll<number>().as('n'))
        .where('classification_id', '=', id)
        .where('is_active', '=', true)
        .as('assignments'),
    ])
    .executeTakeFirstOrThrow();
/** Engines whose accounts a change of this class can move. */
export const enginesOfClass = async (db: Db, id: number): Promise<string[]> =>
  (
    await db
      .selectFrom('classification_rules')
      .select('db_type')
      .distinct()
      .where('classification_id', '=', id)
      .where('is_active', '=', true)
      .execute()
  ).map((row) => row.db_type);
