import type { DbType } from '@whalefall/contract';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../store/tables.ts';
import { filtered } from './list.ts';

type Db = Kysely<DB>;

export interface StatisticsFilter {
  db_type?: DbType | undefined;
  status?: 'active' | 'inactive' | undefined;
}
const counted = (db: Db, f: StatisticsFilter) => filtered(db, { ...f, tags: [] });
export const instanceTotals = (db: Db, f: StatisticsFilter) =>
  db
    .selectFrom('instances as i')
    .$if(f.db_type !== undefined, (q) => q.where('i.db_type', '=', f.db_type!))
    .$if(f.status !== undefined, (q) => q.where('i.is_active', '=', f.status === 'active'))
    .select([
      sql<number>`count(*) filter (where i.deleted_at is null and i.is_active)`.as('active'),
      sql<number>`count(*) filter (where i.deleted_at is null and not i.is_active)`.as('disabled'),
      sql<number>`count(*) filter (where i.deleted_at is not null)`.as('deleted'),
    ])
    .executeTakeFirstOrThrow();
export const instancesBy = (db: Db, f: StatisticsFilter, column: 'db_type' | 'port') =>
  counted(db, f)
    .select((eb) => [eb.ref(`i.${column}`).as('value'), eb.fn.countAll<number>().as('count')])
    .groupBy(`i.${column}`)
    .orderBy('count', 'desc')
    .orderBy(`i.${column}`)
    .execute();
export const instanceVersions = (db: Db, f: StatisticsFilter) =>
  counted(db, f)
    .select((eb) => ['i.db_type', 'i.main_version as version', eb.fn.countAll<number>().as('count')])
    .groupBy(['i.db_type', 'i.main_version'])
    .orderBy('i.db_type')
    .orderBy('count', 'desc')
    .orderBy('i.main_version')
    .execute();
export const instanceTagCounts = (db: Db, f: StatisticsFilter) =>
  counted(db, f)
    .innerJoin('instance_tags as it', 'it.instance_id', 'i.id')
    .innerJoin('tags as t', 't.id', 'it.tag_id')
    .select((eb) => ['t.name', 't.display_name', eb.fn.countAll<number>().as('count')])
    .groupBy(['t.id'])
    .orderBy('count', 'desc')
    .orderBy('t.id')
    .execute();
export const instanceLinks = (db: Db, f: StatisticsFilter) =>
  counted(db, f)
    .select([
      sql<number>`count(i.credential_id)`.as('with_credential'),
      sql<number>`count(*) - count(i.credential_id)`.as('without_credential'),
      sql<number>`count(*) filter (where i.last_test_ok)`.as('ok'),
      sql<number>`count(*) filter (where not i.last_test_ok)`.as('failed'),
      sql<number>`count(*) filter (where i.last_test_ok is null)`.as('never'),
    ])
    .executeTakeFirstOrThrow();
