import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, DB_TYPES, dbType, queryOneOf } from '../../shapes.ts';

/** §16 实例统计模块 */
export const instancesStatistics = contractFile('instances/statistics', {
  statistics: route({
    handler: 'statistics',
    method: 'GET',
    path: '/instances/statistics',
    kind: 'page',
    access: 'view',
    summary: { zh: '实例统计', en: 'Instance statistics' },
  }),
  getInstanceStatistics: route({
    handler: 'getInstanceStatistics',
    method: 'GET',
    path: '/instances/api/statistics',
    access: 'view',
    query: z.object({ db_type: queryOneOf(DB_TYPES), status: queryOneOf(['active', 'inactive']) }),
    reply: z.object({
      total_instances: count,
      active_instances: count,
      normal_instances: count,
      disabled_instances: count,
      deleted_instances: count,
      inactive_instances: count,
      db_types_count: count,
      db_type_stats: z.array(z.object({ db_type: dbType, count })),
      port_stats: z.array(z.object({ port: count, count })),
      version_stats: z.array(z.object({ db_type: dbType, version: z.string().nullable(), count })),
      tag_stats: z.array(z.object({ name: z.string(), display_name: z.string(), count })),
      credential_stats: z.object({ with: count, without: count }),
      connectivity_stats: z.object({ ok: count, failed: count, never: count }),
    }),
    summary: { zh: '获取实例统计', en: 'Instance statistics' },
  }),
});
