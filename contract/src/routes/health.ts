import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { count } from '../shapes.ts';

const probe = z.object({ healthy: z.boolean(), response_time_ms: z.number().nullable(), status: z.string(), error: z.string().optional() });

/** §17 健康检查模块 */
export const health = contractFile('health', {
  healthCheck: route({
    handler: 'healthCheck',
    method: 'GET',
    path: '/health/api/basic',
    access: 'public',
    reply: z.object({ status: z.literal('healthy'), timestamp: z.number(), timestamp_iso: z.string(), version: z.string() }),
    summary: { zh: '基础健康检查', en: 'Liveness' },
  }),
  getCacheHealth: route({
    handler: 'getCacheHealth',
    method: 'GET',
    path: '/health/api/cache',
    access: 'signedIn',
    reply: z.object({ healthy: z.boolean(), status: z.string(), backend: z.string() }),
    summary: { zh: '缓存服务健康检查', en: 'Cache health' },
  }),
  detailedHealthCheck: route({
    handler: 'detailedHealthCheck',
    method: 'GET',
    path: '/health/api/detailed',
    access: 'signedIn',
    monitoring: true,
    reply: z.object({
      status: z.enum(['healthy', 'degraded', 'unhealthy']),
      timestamp: z.number(),
      timestamp_iso: z.string(),
      version: z.string(),
      uptime_seconds: z.number(),
      components: z.object({
        database: probe,
        cache: probe,
        system: z
          .object({
            healthy: z.boolean(),
            cpu_percent: z.number(),
            memory_percent: z.number(),
            disk_percent: z.number(),
            status: z.string(),
          })
          .optional(),
        scheduler: z.object({ healthy: z.boolean(), status: z.string(), next_run_time: z.string().nullable(), overdue_jobs: count }),
        log_queue: z.object({ healthy: z.boolean(), depth: count, dropped: count }),
      }),
    }),
    summary: { zh: '详细健康检查', en: 'Detailed health' },
  }),
  getHealth: route({
    handler: 'getHealth',
    method: 'GET',
    path: '/health/api/health',
    access: 'public',
    reply: z.object({
      status: z.enum(['healthy', 'degraded', 'unhealthy']),
      database: z.enum(['connected', 'error']),
      redis: z.enum(['connected', 'error', 'not_configured']),
      timestamp: z.string(),
      uptime: z.string(),
      uptime_seconds: z.number(),
    }),
    summary: { zh: '健康检查（供外部监控使用）', en: 'Readiness' },
  }),
});
