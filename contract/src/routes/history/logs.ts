import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, instant, pageOf, pageQuery, pagination, queryInstant, queryInt, querySomeOf, queryText } from '../../shapes.ts';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
const log = z.object({
  id: z.number().int(),
  timestamp: z.string(),
  timestamp_display: z.string(),
  level: z.enum(LOG_LEVELS),
  module: z.string(),
  message: z.string(),
  traceback: z.string().nullable(),
  context: z.record(z.string(), z.unknown()).nullable(),
  created_at: instant,
});
const filters = {
  level: querySomeOf(LOG_LEVELS).optional(),
  module: queryText(100).optional(),
  search: queryText(200).optional(),
  start_time: queryInstant.optional(),
  end_time: queryInstant.optional(),
  hours: queryInt(1, 2160).optional(),
};
export const logFilters = z.object(filters);
const levels = z.object({ DEBUG: count, INFO: count, WARNING: count, ERROR: count, CRITICAL: count });

/** §19 日志模块 */
export const historyLogs = contractFile('history/logs', {
  logsDashboard: route({
    handler: 'logsDashboard',
    method: 'GET',
    path: '/history/logs/',
    also: ['/logs/'],
    kind: 'page',
    access: 'view',
    summary: { zh: '日志中心', en: 'Logs' },
  }),
  getLogDetail: route({
    handler: 'getLogDetail',
    method: 'GET',
    path: '/history/logs/api/detail/<int:log_id>',
    access: 'view',
    reply: z.object({ log }),
    summary: { zh: '获取日志详情', en: 'Get a log row' },
  }),
  listLogModules: route({
    handler: 'listLogModules',
    method: 'GET',
    path: '/history/logs/api/modules',
    access: 'view',
    reply: z.object({ modules: z.array(z.string()) }),
    summary: { zh: '获取日志模块列表', en: 'Modules that write logs' },
  }),
  searchLogs: route({
    handler: 'searchLogs',
    method: 'GET',
    path: '/history/logs/api/search',
    access: 'view',
    query: pageQuery(['timestamp', 'level', 'module', 'id', 'message'], { sort: 'timestamp', order: 'desc', limit: 50, max: 200 }).extend(
      filters,
    ),
    reply: pageOf(log).extend({ logs: z.array(log), pagination }),
    summary: { zh: '搜索日志', en: 'Search the log' },
  }),
  getLogStatistics: route({
    handler: 'getLogStatistics',
    method: 'GET',
    path: '/history/logs/api/statistics',
    access: 'view',
    query: z.object({ hours: queryInt(1, 2160).default(24) }),
    reply: z.object({
      total_logs: count,
      error_count: count,
      warning_count: count,
      info_count: count,
      debug_count: count,
      critical_count: count,
      level_distribution: levels,
      top_modules: z.array(z.object({ module: z.string(), count })),
      error_rate: z.number(),
      timeline: z.array(levels.extend({ bucket: instant })),
    }),
    summary: { zh: '获取日志统计信息', en: 'Log statistics' },
  }),
  getLogStats: route({
    handler: 'getLogStats',
    method: 'GET',
    path: '/history/logs/api/stats',
    access: 'view',
    query: z.object(filters),
    reply: z.object({
      total_logs: count,
      error_logs: count,
      warning_logs: count,
      modules_count: count,
      time_range_hours: count.nullable(),
    }),
    summary: { zh: '获取日志统计信息', en: 'Log counts of a filter' },
  }),
});
