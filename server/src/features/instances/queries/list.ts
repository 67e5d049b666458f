import type { DbType } from '@whalefall/contract';
import { type Kysely, type OrderByItemBuilder, sql } from 'kysely';
import { anyContains } from '../../../store/search.ts';
import type { DB } from '../../../store/tables.ts';
import { tagsIn } from '../../tags/index.ts';

type Db = Kysely<DB>;

export interface InstanceFilter {
  ids?: number[] | undefined;
  search?: string | undefined;
  db_type?: DbType | undefined;
  status?: 'active' | 'inactive' | undefined;
  tags: string[];
  tag_mode?: 'any' | 'all' | undefined;
  credential_id?: number | undefined;
  test?: 'ok' | 'failed' | 'never' | undefined;
  port?: number | undefined;
  version?: string | undefined;
  credential?: 'with' | 'without' | undefined;
}

/** The one predicate of every list, count and export of instances. */
export const filtered = (db: Db, f: InstanceFilter) =>
  db
    .selectFrom('instances as i')
    .where('i.deleted_at', 'is', null)
    .$if(Boolean(f.search), (q) => q.where(anyContains([sql.ref('i.name'), sql.ref('i.host'), sql.ref('i.description')], f.search!)))
    .$if((f.ids ?? []).length > 0, (q) => q.where(sql<boolean>`i.id = any(${f.ids}::int[])`))
    .$if(f.db_type !== undefined, (q) => q.where('i.db_type', '=', f.db_type!))
    .$if(f.status !== undefined, (q) => q.where('i.is_active', '=', f.status === 'active'))
    .$if(f.credential_id !== undefined, (q) => q.where('i.credential_id', '=', f.credential_id!))
    .$if(f.test === 'never', (q) => q.where('i.last_test_ok', 'is', null))
    .$if(f.test === 'ok' || f.test === 'failed', (q) => q.where('i.last_test_ok', '=', f.test === 'ok'))
    .$if(f.port !== undefined, (q) => q.where('i.port', '=', f.port!))
    .$if(f.version === 'unknown', (q) => q.where('i.main_version', 'is', null))
    .$if(Boolean(f.version) && f.version !== 'unknown', (q) => q.where('i.main_version', '=', f.version!))
    .$if(f.credential !== undefined, (q) => q.where('i.credential_id', f.credential === 'with' ? 'is not' : 'is', null))
    .$if(f.tags.length > 0, (q) => {
      const matching = sql<number>`(select count(*) from instance_tags it join tags t on t.id = it.tag_id where it.instance_id = i.id and t.name = any(${f.tags}))`;
      return q.where(f.tag_mode === 'all' ? sql<boolean>`${matching} = ${new Set(f.tags).size}` : sql<boolean>`${matching} > 0`);
    });

export async function instancePage(
  db: Db,
  filter: InstanceFilter,
  page: { page: number; limit: number; sort: string; order: 'asc' | 'desc' },
) {
  // By the name of a column that the row shows.
  const order = sql.ref(page.sort);
  const way = (o: OrderByItemBuilder) => (page.order === 'asc' ? o.asc().nullsLast() : o.desc().nullsLast());
  const count = filtered(db, filter).select((eb) => eb.fn.countAll<number>().as('total'));
  const rows = filtered(db, filter)
    .select([
      'i.id',
      'i.name',
      'i.db_type',
      'i.host',
      'i.port',
      'i.database_name',
      'i.description',
      'i.is_active',
      'i.main_version',
      'i.detailed_version',
      'i.last_connected',
      'i.last_test_ok',
      'i.last_test_error_code',
      'i.credential_id',
      'i.created_at',
      'i.updated_at',
      'i.sync_count',
      'i.active_db_count',
      'i.active_account_count',
      'i.total_size_mb',
    ])
    // The total in the same statement: asking once more costs more than counting instances.
    .select([sql<Date | null>`greatest(i.accounts_synced_at, i.sizes_synced_at)`.as('last_sync_time'), count.as('total')])
    .orderBy(order, way)
    .orderBy('id', page.order)
    .limit(page.limit)
    .offset((page.page - 1) * page.limit);
  // Tags are gathered for the rows that are shown: an offset passes over rows that are complete.
  const found = await db
    .selectFrom(rows.as('r'))
    .selectAll('r')
    .select(tagsIn('r.id').as('tags'))
    .orderBy(order, way)
    .orderBy('id', page.order)
    .execute();
  const items = found.map(({ total: _, ...item }) => item);
  return { items, total: found[0]?.total ?? (await count.executeTakeFirstOrThrow()).total };
}
