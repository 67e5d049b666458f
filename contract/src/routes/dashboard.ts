import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { count, date, dbType, errorCode, id, instant } from '../shapes.ts';

/** §11 仪表板模块 */
export const dashboard = contractFile('dashboard', {
  index: route({
    handler: 'index',
    method: 'GET',
    path: '/dashboard/',
    kind: 'page',
    access: 'view',
    summary: { zh: '仪表盘', en: 'Dashboard' },
  }),
  getDashboardOverview: route({
    handler: 'getDashboardOverview',
    method: 'GET',
    path: '/dashboard/api/overview',
    access: 'view',
    /** A part that cannot be read is null, and named in `meta.degraded`. */
    reply: z.object({
      users: z.object({ total: count, active: count }).nullable(),
      instances: z
        .object({
          total: count,
          active: count,
          by_type: z.array(z.object({ db_type: dbType, total: count, ok: count, failed: count, never: count })),
        })
        .nullable(),
      accounts: z.object({ total: count, active: count, locked: count, superusers: count, unread: count }).nullable(),
      classified_accounts: z
        .object({
          total: count,
          auto: count,
          classifications: z.array(
            z.object({
              id,
              name: z.string(),
              color: z.string(),
              display_name: z.string(),
              priority: z.number().int(),
              risk_level: z.string(),
              count,
            }),
          ),
        })
        .nullable(),
      capacity: z
        .object({
          total_gb: z.number(),
          total_mb: count,
          usage_percent: z.null(),
          trend: z.array(z.object({ date, total_mb: count.nullable() })),
        })
        .nullable(),
      databases: z.object({ total: count, active: count, inactive: count }).nullable(),
      failed_since_yesterday: z
        .array(
          z.object({
            instance_id: id,
            instance_name: z.string(),
            sync_category: z.string(),
            error_code: errorCode.nullable(),
            at: instant,
            session_id: z.string(),
          }),
        )
        .nullable(),
      changes_since_yesterday: z
        .object({
          added: count,
          modified: count,
          removed: count,
          latest: z.array(
            z.object({
              instance_id: id,
              instance_name: z.string(),
              account_id: id.nullable(),
              username: z.string(),
              change_type: z.string(),
              message: z.string(),
              at: instant,
            }),
          ),
        })
        .nullable(),
      next_jobs: z.array(z.object({ id: z.string(), name: z.string(), next_run_time: instant.nullable() })).nullable(),
    }),
    summary: { zh: '获取系统概览', en: 'Overview' },
  }),
  getDashboardStatus: route({
    handler: 'getDashboardStatus',
    method: 'GET',
    path: '/dashboard/api/status',
    access: 'view',
    reply: z.object({
      system: z
        .object({
          cpu: z.number(),
          memory: z.object({ used: z.number(), total: z.number(), percent: z.number() }),
          disk: z.object({ used: z.number(), total: z.number(), percent: z.number() }),
        })
        .nullable(),
      services: z.object({ database: z.enum(['healthy', 'error']), redis: z.enum(['healthy', 'error', 'not_configured']) }),
      uptime: z.string(),
      uptime_seconds: z.number(),
    }),
    summary: { zh: '获取系统状态', en: 'System state' },
  }),
  getDashboardCharts: route({
    handler: 'getDashboardCharts',
    method: 'GET',
    path: '/dashboard/api/charts',
    access: 'view',
    query: z.object({ type: z.enum(['all', 'logs', 'tasks', 'syncs']).default('all') }),
    reply: z.object({
      log_trend: z.array(z.object({ date, error_count: count, warning_count: count })).optional(),
      log_levels: z.array(z.object({ level: z.string(), count })).optional(),
      task_status: z.array(z.object({ status: z.enum(['active', 'inactive']), count })).optional(),
      sync_trend: z.array(z.object({ date, count })).optional(),
    }),
    summary: { zh: '获取图表数据', en: 'Charts' },
  }),
  listDashboardActivities: route({
    handler: 'listDashboardActivities',
    method: 'GET',
    path: '/dashboard/api/activities',
    access: 'view',
    reply: z.array(
      z.object({ id: z.number().int(), time: instant, type: z.string(), title: z.string(), user: z.string(), link: z.string().nullable() }),
    ),
    summary: { zh: '获取最近活动', en: 'Latest activities' },
  }),
});
