import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

const joined = (db: Db) =>
  db
    .selectFrom('account_classification_assignments as s')
    .innerJoin('account_permission as p', 'p.id', 's.account_id')
    .innerJoin('instances as i', 'i.id', 'p.instance_id')
    .innerJoin('account_classifications as c', 'c.id', 's.classification_id')
    .leftJoin('classification_rules as r', 'r.id', 's.rule_id')
    .leftJoin('users as u', 'u.id', 's.assigned_by');
const ASSIGNMENT = [
  's.id',
  's.account_id',
  'p.username',
  'p.instance_id',
  'i.name as instance_name',
  'p.db_type',
  's.classification_id',
  'c.name as classification_name',
  'c.color',
  's.assigned_by',
  'u.username as assigned_by_name',
  's.created_at as assigned_at',
  's.rule_id',
  'r.rule_name',
  's.rule_version',
  's.assignment_type',
  's.confidence_score',
  's.batch_id',
  's.notes',
  's.matched_rule_ids',
  's.matched_facts',
] as const;

export interface AssignmentFilter {
  classification_id?: number | undefined;
  account_id?: number | undefined;
  instance_id?: number | undefined;
  db_type?: DbType | undefined;
  rule_id?: number | undefined;
  assignment_type?: 'auto' | 'manual' | undefined;
}
/** Active assignments of accounts that are there. */
const filtered = (db: Db, f: AssignmentFilter) =>
  joined(db)
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .where('s.is_active', '=', true)
    .where('a.is_active', '=', true)
    .where('i.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .$if(f.classification_id !== undefined, (q) => q.where('s.classification_id', '=', f.classification_id!))
    .$if(f.account_id !== undefined, (q) => q.where('s.account_id', '=', f.account_id!))
    .$if(f.instance_id !== undefined, (q) => q.where('p.instance_id', '=', f.instance_id!))
    .$if(f.db_type !== undefined, (q) => q.where('p.db_type', '=', f.db_type!))
    .$if(f.rule_id !== undefined, (q) => q.where(sql<boolean>`s.matched_rule_ids @> array[${f.rule_id!}::int]`))
    .$if(f.assignment_type !== undefined, (q) => q.where('s.assignment_type', '=', f.assignment_type!));
const SORT = { created_at: 's.created_at', username: 'p.username', classification: 'c.name' } as const;

export async function assignmentPage(
  db: Db,
  filter: AssignmentFilter,
  page: { page: number; limit: number; sort: keyof typeof SORT; order: 'asc' | 'desc' },
) {
  const [items, { n }] = await Promise.all([
    filtered(db, filter)
      .select(ASSIGNMENT)
      .orderBy(SORT[page.sort], page.order)
      .orderBy('s.id', page.order)
      .limit(page.limit)
      .offset((page.page - 1) * page.limit)
      .execute(),
    filtered(db, filter)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow(),
  ]);
  return { items, total: n };
}
export const assignmentById = (db: Db, id: number) => joined(db).select(ASSIGNMENT).where('s.id', '=', id).executeTakeFirstOrThrow();
export type AssignmentRow = Awaited<ReturnType<typeof assignmentById>>;

export const accountThere = (db: Db, id: number) =>
  db
    .selectFrom('account_permission as p')
    .innerJoin('instances as i', 'i.id', 'p.instance_id')
    .select(['p.id', 'p.username', 'p.instance_id', 'i.name as instance_name'])
    .where('p.id', '=', id)
    .where('i.deleted_at', 'is', null)
    .executeTakeFirst();
export const lockAssignment = (db: Db, id: number) =>
  db
    .selectFrom('account_classification_assignments')
    .select(['id', 'account_id', 'classification_id', 'assignment_type', 'rule_id', 'notes'])
    .where('id', '=', id)
    .where('is_active', '=', true)
    .forUpdate()
    .executeTakeFirst();
export const activeAssignment = (db: Db, accountId: number, classificationId: number) =>
  db
    .selectFrom('account_classification_assignments')
    .select(['id', 'assignment_type', 'notes'])
    .where('account_id', '=', accountId)
    .where('classification_id', '=', classificationId)
    .where('is_active', '=', true)
    .forUpdate()
    .executeTakeFirst();

/** A person's word: the row that is there becomes his, or a new one is made. */
export async function assignByHand(
  db: Db,
  given: { id: number | null; account_id: number; classification_id: number; assigned_by: number | null; notes: string | null; now: Date },
): Promise<number> {
  const values = {
    assignment_type: 'manual' as const,
    assigned_by: given.assigned_by,
    notes: given.notes,
    rule_id: null,
    rule_version: null,
    matched_rule_ids: [],
    matched_facts: null,
    confidence_score: null,
    batch_id: null,
    updated_at: given.now,
  };
  if (given.id !== null) {
    await db.updateTable('account_classification_assignments').set(values).where('id', '=', given.id).execute();
    return given.id;
  }
  const { account_id, classification_id } = given;
  const row = await db
    .insertInto('account_classification_assignments')
    .values({ account_id, classification_id, ...values, created_at: given.now })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}
export const liftExclusion = (db: Db, accountId: number, classificationId: number) =>
  db
    .deleteFrom('account_classification_assignments')
    .where('account_id', '=', accountId)
    .where('classification_id', '=', classificationId)
    .where('assignment_type', '=', 'manual_exclude')
    .executeTakeFirst();
/** Ends an assignment for good: auto-classify sees that a person took it away. */
export const excludeByHand = (db: Db, id: number, userId: number | null, now: Date) =>
  db
    .updateTable('account_classification_assignments')
    .set({ assignment_type: 'manual_exclude', is_active: false, assigned_by: userId, updated_at: now })
    .where('id', '=', id)
    .execute();
