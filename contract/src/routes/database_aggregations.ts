import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { count, date, DB_TYPES, dbType, id, instant, pageQuery, queryBool, queryDate, queryInt, queryOneOf, queryText } from '../shapes.ts';
import { PERIOD_TYPES } from './capacity/aggregations.ts';

const mb = z.number().int().nullable();
const percent = z.number().nullable();
export const aggregatePage = <T extends z.ZodType>(item: T) =>
  z.object({
    data: z.array(item),
    items: z.array(item),
    total: count,
    page: count,
    per_page: count,
    limit: count,
    pages: count,
    total_pages: count,
    has_prev: z.boolean(),
    has_next: z.boolean(),
  });
export const instanceRef = z.object({ id, name: z.string(), db_type: dbType });

const item = z.object({
  id: z.number().int(),
  instance_id: id,
  database_name: z.string(),
  period_type: z.enum(PERIOD_TYPES),
  period_start: date,
  period_end: date,
  avg_size_mb: count,
  max_size_mb: count,
  min_size_mb: count,
  data_count: count,
  avg_data_size_mb: mb,
  max_data_size_mb: mb,
  min_data_size_mb: mb,
  avg_log_size_mb: mb,
  max_log_size_mb: mb,
  min_log_size_mb: mb,
  size_change_mb: mb,
  size_change_percent: percent,
  data_size_change_mb: mb,
  data_size_change_percent: percent,
  log_size_change_mb: mb,
  log_size_change_percent: percent,
  growth_rate: percent,
  calculated_at: instant,
  created_at: instant,
  instance: instanceRef,
});
const filters = {
  instance_id: queryInt(1, 2_147_483_647).optional(),
  db_type: queryOneOf(DB_TYPES),
  database_name: queryText().optional(),
  database_id: queryInt(1, 2_147_483_647).optional(),
  period_type: queryOneOf(PERIOD_TYPES),
  start_date: queryDate.optional(),
  end_date: queryDate.optional(),
};

/** §12 数据库聚合页面模块 */
export const databaseAggregations = contractFile('database_aggregations', {
  databaseAggregations: route({
    handler: 'databaseAggregations',
    method: 'GET',
    path: '/database_aggregations/',
    also: ['/capacity/databases'],
    kind: 'page',
    access: 'view',
    summary: { zh: '容量统计（数据库）', en: 'Database capacity' },
  }),
  getDatabaseAggregations: route({
    handler: 'getDatabaseAggregations',
    method: 'GET',
    path: '/database_aggregations/api/databases/aggregations',
    also: ['/capacity/api/databases'],
    access: 'view',
    query: pageQuery(
      ['period_start', 'avg_size_mb', 'max_size_mb', 'size_change_mb', 'size_change_percent', 'database_name', 'calculated_at'],
      { sort: 'period_start', order: 'desc', max: 500 },
    ).extend({
      ...filters,
      get_all: queryBool.default(false),
      top: queryInt(1, 100).default(100),
      /** Whose lines a chart shows: the largest, or those that changed most in either direction. */
      top_by: z.enum(['size', 'change', 'percent']).default('size'),
    }),
    reply: aggregatePage(item),
    summary: { zh: '获取数据库统计聚合数据', en: 'Database aggregates' },
  }),
  getDatabaseAggregationsSummary: route({
    handler: 'getDatabaseAggregationsSummary',
    method: 'GET',
    path: '/database_aggregations/api/databases/aggregations/summary',
    also: ['/capacity/api/databases/summary'],
    access: 'view',
    query: z.object(filters),
    reply: z.object({
      summary: z.object({
        total_databases: count,
        total_instances: count,
        total_size_mb: count,
        avg_size_mb: z.number(),
        average_size_mb: z.number(),
        max_size_mb: count,
        growth_rate: percent,
        period_type: z.enum(PERIOD_TYPES),
      }),
    }),
    summary: { zh: '获取数据库统计聚合汇总信息', en: 'Database aggregates, summary' },
  }),
});
