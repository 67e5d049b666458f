import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import {
  count,
  date,
  DB_TYPES,
  dbType,
  id,
  instant,
  jsonObject,
  pageOf,
  pageQuery,
  queryBool,
  queryInt,
  queryList,
  queryOneOf,
  queryText,
} from '../../shapes.ts';
import { waitQuery } from '../accounts/sync.ts';
import { tagRef } from '../tags.ts';

/** How old the newest sample is: none · up to 26 h · up to 50 h · older (40 §9). */
export const SAMPLE_AGES = ['pending', 'completed', 'running', 'failed'] as const;
const filters = {
  search: queryText().optional(),
  db_type: queryOneOf(DB_TYPES),
  instance_id: queryInt(1, 2_147_483_647).optional(),
  tags: queryList,
  sync_status: queryOneOf(SAMPLE_AGES),
  include_deleted: queryBool.default(false),
  only_deleted: queryBool.default(false),
};
export const databaseLedgerFilters = z.object(filters);
const ledgerDatabase = z.object({
  id,
  database_name: z.string(),
  instance: z.object({ id, name: z.string(), host: z.string(), db_type: dbType }),
  db_type: dbType,
  capacity: z.object({ size_mb: count.nullable(), size_bytes: count.nullable(), label: z.string(), collected_at: instant.nullable() }),
  /** Against the newest sample that was 30 days old; null = there was none. */
  change_30d_mb: z.number().int().nullable(),
  sync_status: z.object({ value: z.enum(SAMPLE_AGES), label: z.string(), variant: z.string() }),
  tags: z.array(tagRef),
  is_active: z.boolean(),
  first_seen_date: date,
  last_seen_date: date,
  deleted_at: instant.nullable(),
});

/** §7 数据库容量同步模块 */
export const databasesCapacitySync = contractFile('databases/capacity_sync', {
  syncInstanceCapacity: route({
    handler: 'syncInstanceCapacity',
    method: 'POST',
    path: '/databases/api/instances/<int:instance_id>/sync-capacity',
    access: 'execute',
    query: waitQuery,
    body: z.object({}),
    bodyOptional: true,
    reply: z.object({
      result: z.object({
        status: z.enum(['completed', 'running']),
        success: z.literal(true),
        session_id: z.string(),
        message: z.string(),
        databases: z
          .array(
            z.object({
              database_name: z.string(),
              size_mb: count,
              data_size_mb: count.nullable(),
              log_size_mb: count.nullable(),
              collected_date: date,
              collected_at: instant,
              is_system: z.boolean(),
            }),
          )
          .nullable(),
        database_count: count.nullable(),
        total_size_mb: count.nullable(),
        saved_count: count.nullable(),
        instance_stat_updated: z.boolean().nullable(),
        inventory: jsonObject.nullable(),
      }),
    }),
    summary: { zh: '同步指定实例的容量信息', en: 'Sync the sizes of one instance' },
  }),
  syncAllCapacity: route({
    handler: 'syncAllCapacity',
    method: 'POST',
    path: '/databases/api/sync-all-capacity',
    extra: true,
    access: 'execute',
    body: z.object({}),
    bodyOptional: true,
    reply: z.object({ session_id: z.string(), total_instances: count }),
    summary: { zh: '同步所有实例的容量', en: 'Sync the sizes of every instance' },
  }),
  ledgerPage: route({
    handler: 'ledgerPage',
    method: 'GET',
    path: '/databases/ledgers',
    also: ['/databases/ledger'],
    extra: true,
    kind: 'page',
    access: 'view',
    summary: { zh: '数据库台账', en: 'Databases' },
  }),
  listDatabases: route({
    handler: 'listDatabases',
    method: 'GET',
    path: '/databases/api/ledgers',
    extra: true,
    access: 'view',
    query: pageQuery(['instance_name', 'database_name', 'db_type', 'size_mb', 'collected_at', 'first_seen_date', 'last_seen_date'], {
      sort: 'instance_name',
      order: 'asc',
      max: 200,
    }).extend(filters),
    reply: pageOf(ledgerDatabase).extend({
      per_page: count,
      /** Of everything that the filters leave, not of the page alone. */
      total_size_mb: count,
      stats: z.object({ total: count, mysql: count, postgresql: count, oracle: count, sqlserver: count }),
    }),
    summary: { zh: '数据库台账数据', en: 'List databases over the fleet' },
  }),
  getDatabaseTrend: route({
    handler: 'getDatabaseTrend',
    method: 'GET',
    path: '/databases/api/ledgers/<int:database_id>/capacity-trend',
    extra: true,
    access: 'view',
    query: z.object({ days: queryInt(1, 90).default(30) }),
    reply: z.object({
      database: z.object({
        id,
        name: z.string(),
        instance_id: id,
        instance_name: z.string(),
        instance_host: z.string(),
        db_type: dbType,
        is_active: z.boolean(),
        first_seen_date: date,
        last_seen_date: date,
        deleted_at: instant.nullable(),
      }),
      points: z.array(
        z.object({ collected_at: instant, collected_date: date, size_mb: count, size_bytes: count.nullable(), label: z.string() }),
      ),
    }),
    summary: { zh: '一个数据库的容量走势', en: 'Sizes of one database over the days' },
  }),
});
