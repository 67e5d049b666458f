import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, date, instant, jsonObject } from '../../shapes.ts';
import { waitQuery } from '../accounts/sync.ts';

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
});
