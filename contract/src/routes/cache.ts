import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { count, id } from '../shapes.ts';

const cleared = z.object({ cleared_keys: count, cleared_count: count });
const stats = z.object({
  status: z.enum(['connected', 'no_cache', 'error']),
  backend: z.enum(['memory', 'redis']),
  entries: count,
  hits: count,
  misses: count,
  hit_rate: z.number().nullable(),
  memory_bytes: count.nullable(),
  namespaces: z.record(z.string(), z.object({ entries: count, hits: count, misses: count })),
  info: z.record(z.string(), z.unknown()),
});

/** §18 缓存管理模块 */
export const cache = contractFile('cache', {
  clearClassificationCache: route({
    handler: 'clearClassificationCache',
    method: 'POST',
    path: '/cache/api/classification/clear',
    access: 'admin',
    bodyOptional: true,
    body: z.object({}),
    reply: cleared,
    summary: { zh: '清除分类相关缓存', en: 'Clear the classification cache' },
  }),
  clearDbTypeCache: route({
    handler: 'clearDbTypeCache',
    method: 'POST',
    path: '/cache/api/classification/clear/<db_type>',
    access: 'admin',
    bodyOptional: true,
    body: z.object({}),
    reply: cleared,
    summary: { zh: '清除特定数据库类型的缓存', en: 'Clear one engine’s classification cache' },
  }),
  getClassificationCacheStats: route({
    handler: 'getClassificationCacheStats',
    method: 'GET',
    path: '/cache/api/classification/stats',
    access: 'view',
    reply: z.object({
      cache_stats: stats,
      db_type_stats: z.record(z.string(), z.object({ rules_cached: z.boolean(), rules_count: count })),
      cache_enabled: z.boolean(),
    }),
    summary: { zh: '获取分类缓存统计信息', en: 'Classification cache statistics' },
  }),
  clearAllCache: route({
    handler: 'clearAllCache',
    method: 'POST',
    path: '/cache/api/clear/all',
    access: 'admin',
    bodyOptional: true,
    body: z.object({}),
    reply: cleared,
    summary: { zh: '清除所有缓存', en: 'Clear every cache' },
  }),
  clearInstanceCache: route({
    handler: 'clearInstanceCache',
    method: 'POST',
    path: '/cache/api/clear/instance',
    access: 'admin',
    body: z.object({ instance_id: id }),
    reply: cleared,
    summary: { zh: '清除实例缓存', en: 'Clear an instance’s cache' },
  }),
  clearUserCache: route({
    handler: 'clearUserCache',
    method: 'POST',
    path: '/cache/api/clear/user',
    access: 'admin',
    body: z.object({ instance_id: id, username: z.string().min(1).max(255) }),
    reply: cleared,
    summary: { zh: '清除用户缓存', en: 'Clear an account’s cache' },
  }),
  getCacheStats: route({
    handler: 'getCacheStats',
    method: 'GET',
    path: '/cache/api/stats',
    access: 'view',
    reply: z.object({ stats }),
    summary: { zh: '获取缓存统计信息', en: 'Cache statistics' },
  }),
});
