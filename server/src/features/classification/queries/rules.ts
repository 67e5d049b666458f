import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import { json } from '../../../store/json.ts';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;

const RULE = [
  'r.id',
  'r.rule_name',
  'r.classification_id',
  'c.name as classification_name',
  'r.db_type',
  'r.rule_expression',
  'r.is_active',
  'r.version',
  'r.created_at',
  'r.updated_at',
] as const;

export interface RuleFilter {
  id?: number | undefined;
  classification_id?: number | undefined;
  db_type?: DbType | undefined;
  include_inactive: boolean;
}
/** Rules, newest first, each with how many accounts it matches: one statement, however many rules. */
export const rulesWith = (db: Db, f: RuleFilter) =>
  db
    .selectFrom('classification_rules as r')
    .innerJoin('account_classifications as c', 'c.id', 'r.classification_id')
    .leftJoin(
      sql<{ rule_id: number; n: number }>`(
        select matched.rule_id, count(distinct s.account_id) as n
        from account_classification_assignments s
        join account_permission p on p.id = s.account_id
        join instance_accounts a on a.id = p.instance_account_id and a.is_active
        join instances i on i.id = p.instance_id and i.is_active and i.deleted_at is null
        cross join unnest(s.matched_rule_ids) as matched (rule_id)
        where s.is_active group by matched.rule_id)`.as('m'),
      'm.rule_id',
      'r.id',
    )
    .select(RULE)
    .select(sql<number>`coalesce(m.n, 0)`.as('matched_accounts_count'))
    .$if(f.id !== undefined, (q) => q.where('r.id', '=', f.id!))
    .$if(f.classification_id !== undefined, (q) => q.where('r.classification_id', '=', f.classification_id!))
    .$if(f.db_type !== undefined, (q) => q.where('r.db_type', '=', f.db_type!))
    .$if(!f.include_inactive, (q) => q.where('r.is_active', '=', true))
    .orderBy('r.created_at', 'desc')
    .orderBy('r.id', 'desc')
    .execute();
export type RuleRow = Awaited<ReturnType<typeof rulesWith>>[number];

export const lockRule = (db: Db, id: number) =>
  db
    .selectFrom('classification_rules')
    .select(['id', 'rule_name', 'classification_id', 'db_type', 'rule_expression', 'is_active', 'version'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();

/** Another rule of this class and engine that says the same. */
export const sameExpression = (
  db: Db,
  rule: { classification_id: number; db_type: string; rule_expression: unknown; except: number | null },
) =>
  db
    .selectFrom('classification_rules')
    .select(['id', 'rule_name'])
    .where('classification_id', '=', rule.classification_id)
    .where('db_type', '=', rule.db_type)
    .where(sql<boolean>`rule_expression = ${json(rule.rule_expression)}::jsonb`)
    .$if(rule.except !== null, (q) => q.where('id', '!=', rule.except!))
    .executeTakeFirst();
export const sameName = (db: Db, rule: { classification_id: number; db_type: string; rule_name: string; except: number | null }) =>
  db
    .selectFrom('classification_rules')
    .select('id')
    .where('classification_id', '=', rule.classification_id)
    .where('db_type', '=', rule.db_type)
    .where('rule_name', '=', rule.rule_name)
    .$if(rule.except !== null, (q) => q.where('id', '!=', rule.except!))
    .executeTakeFirst();

export interface RuleValues {
  rule_name: string;
  classification_id: number;
  db_type: DbType;
  rule_expression: Record<string, unknown>;
  is_active: boolean;
}
export const insertRule = (db: Db, values: RuleValues, now: Date) =>
  db
    .insertInto('classification_rules')
    .values({ ...values, rule_expression: json(values.rule_expression), created_at: now, updated_at: now })
    .returning('id')
    .executeTakeFirstOrThrow();
export const updateRule = (db: Db, id: number, values: RuleValues & { version: number }, now: Date) =>
  db
    .updateTable('classification_rules')
    .set({ ...values, rule_expression: json(values.rule_expression), updated_at: now })
    .where('id', '=', id)
    .execute();
export const deleteRule = (db: Db, id: number) => db.deleteFrom('classification_rules').where('id', '=', id).execute();

/** Takes a rule out of the assignments it made: those that it alone made end, the others name the next rule that matched. */
export async function withdrawRule(db: Db, id: number, now: Date): Promise<void> {
  await sql`
    update account_classification_assignments s
    set is_active = s.is_active and (cardinality(left_over.ids) > 0 or s.assignment_type <> 'auto'),
      matched_rule_ids = left_over.ids, rule_id = next.id, rule_version = next.version,
      matched_facts = (select jsonb_agg(f) from jsonb_array_elements(case jsonb_typeof(s.matched_facts) when 'array' then s.matched_facts else '[]' end) f where (f->>'rule_id')::int is distinct from ${id}),
      updated_at = ${now}::timestamptz
    from account_classification_assignments o
    cross join lateral (select array_remove(o.matched_rule_ids, ${id}) as ids) left_over
    left join classification_rules next on next.id = left_over.ids[1]
    where s.id = o.id and s.is_active and s.matched_rule_ids @> array[${id}::int]`.execute(db);
}

/** The active rules of active classes, with the class's priority. */
export const activeRules = (db: Db) =>
  db
    .selectFrom('classification_rules as r')
    .innerJoin('account_classifications as c', 'c.id', 'r.classification_id')
    .select(['r.id', 'r.classification_id', 'r.db_type', 'r.rule_expression', 'r.version', 'c.priority'])
    .where('r.is_active', '=', true)
    .where('c.is_active', '=', true)
    .orderBy('c.priority', 'desc')
    .orderBy('r.id')
    .execute();

/** What the rules of each engine say now, in short: a run compares it with what it began with. */
export const ruleStates = (db: Db) =>
  db
    .selectFrom('classification_rules as r')
    .innerJoin('account_classifications as c', 'c.id', 'r.classification_id')
    .select([
      'r.db_type',
      sql<string>`md5(string_agg(concat_ws(':', r.id, r.version, r.classification_id, c.priority), ',' order by r.id))`.as('state'),
    ])
    .where('r.is_active', '=', true)
    .where('c.is_active', '=', true)
    .groupBy('r.db_type')
    .execute();

export const privilegeNames = (db: Db, dbType: DbType) =>
  db
    .selectFrom('permission_configs')
    .select(['category', 'permission_name as name', 'kind', 'description_zh', 'description_en'])
    .where('db_type', '=', dbType)
    .where('is_active', '=', true)
    .orderBy('category')
    .orderBy('sort_order')
    .orderBy('permission_name')
    .execute();
export const classesOfRules = (db: Db, ids: readonly number[]) =>
  db
    .selectFrom('classification_rules')
    .select(['id', 'classification_id'])
    .where(sql<boolean>`id = any(${ids}::int[])`)
    .execute();
