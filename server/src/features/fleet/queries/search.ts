import { type Expression, type Kysely, sql } from 'kysely';
import { anyContains, contains } from '../../../store/search.ts';
import type { DB } from '../../../store/tables.ts';

type Db = Kysely<DB>;
/** What is called exactly so comes first, then what begins so, then the rest by name. */
const nearest = (name: Expression<unknown>, text: string) =>
  sql`case when lower(${name}) = lower(${text}) then 0 when starts_with(lower(${name}), lower(${text})) then 1 else 2 end`;

export const instances = (db: Db, text: string, limit: number) =>
  db
    .selectFrom('instances')
    .select(['id', 'name', 'host', 'port', 'db_type', 'is_active'])
    .where('deleted_at', 'is', null)
    .where(anyContains([sql.ref('instances.name'), sql.ref('instances.host')], text))
    .orderBy(nearest(sql.ref('instances.name'), text))
    .orderBy('name')
    .limit(limit)
    .execute();
export const accounts = (db: Db, text: string, limit: number) =>
  db
    .selectFrom('account_permission as p')
    .innerJoin('instance_accounts as a', 'a.id', 'p.instance_account_id')
    .innerJoin('instances as i', 'i.id', 'p.instance_id')
    .select(['p.id', 'p.username', 'p.instance_id', 'i.name as instance_name', 'p.db_type', 'p.is_superuser'])
    .where('a.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .where('p.is_public', '=', false)
    .where(contains(sql.ref('p.username'), text))
    .orderBy(nearest(sql.ref('p.username'), text))
    .orderBy('p.username')
    .orderBy('i.name')
    .limit(limit)
    .execute();
export const databases = (db: Db, text: string, limit: number) =>
  db
    .selectFrom('instance_databases as d')
    .innerJoin('instances as i', 'i.id', 'd.instance_id')
    .select(['d.id', 'd.database_name', 'd.instance_id', 'i.name as instance_name', 'i.db_type', 'd.latest_size_mb'])
    .where('d.is_active', '=', true)
    .where('i.deleted_at', 'is', null)
    .where(contains(sql.ref('d.database_name'), text))
    .orderBy(nearest(sql.ref('d.database_name'), text))
    .orderBy('d.database_name')
    .orderBy('i.name')
    .limit(limit)
    .execute();
export const tags = (db: Db, text: string, limit: number) =>
  db
    .selectFrom('tags')
    .select(['id', 'name', 'display_name', 'display_name_en', 'color'])
    .where(anyContains([sql.ref('tags.name'), sql.ref('tags.display_name'), sql`coalesce(tags.display_name_en, '')`], text))
    .orderBy(nearest(sql.ref('tags.name'), text))
    .orderBy('display_name')
    .limit(limit)
    .execute();
