import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { count, date, DB_TYPES, id, instant, pageQuery, queryBool, queryDate, queryInt, queryOneOf } from '../shapes.ts';
import { PERIOD_TYPES } from './capacity/aggregations.ts';
import { aggregatePage, instanceRef } from './database_aggregations.ts';

const number = z.number().nullable();
const item = z.object({
  id: z.number().int(),
  instance_id: id,
  period_type: z.enum(PERIOD_TYPES),
  period_start: date,
  period_end: date,
  total_size_mb: count,
  avg_size_mb: count,
  avg_database_size_mb: count,
  max_size_mb: count,
  min_size_mb: count,
  data_count: count,
  database_count: count,
  avg_database_count: number,
  max_database_count: number,
  min_database_count: number,
  total_size_change_mb: number,
  total_size_change_percent: number,
  database_count_change: number,
  database_count_change_percent: number,
  growth_rate: number,
  trend_direction: z.enum(['growing', 'shrinking', 'stable']).nullable(),
  calculated_at: instant,
  created_at: instant,
  instance: instanceRef,
});
const filters = {
  instance_id: queryInt(1, 2_147_483_647).optional(),
  db_type: queryOneOf(DB_TYPES),
  period_type: queryOneOf(PERIOD_TYPES),
  start_date: queryDate.optional(),
  end_date: queryDate.optional(),
  time_range: queryInt(1, 3650).optional(),
};

/** §14 实例聚合模块 */
export const instanceAggregations = contractFile('instance_aggregations', {
  instanceAggregations: route({
    handler: 'instanceAggregations',
    method: 'GET',
    path: '/instance_aggregations/instance',
    also: ['/capacity/instances'],
    kind: 'page',
    access: 'view',
    summary: { zh: '容量统计（实例）', en: 'Instance capacity' },
  }),
  getInstanceAggregations: route({
    handler: 'getInstanceAggregations',
    method: 'GET',
    path: '/instance_aggregations/api/instances/aggregations',
    also: ['/capacity/api/instances'],
    access: 'view',
    query: pageQuery(
      [
        'period_start',
        'total_size_mb',
        'max_size_mb',
        'total_size_change_mb',
        'total_size_change_percent',
        'database_count',
        'calculated_at',
      ],
      { sort: 'period_start', order: 'desc', max: 500 },
    ).extend({
      ...filters,
      get_all: queryBool.default(false),
      top: queryInt(1, 100).default(100),
      /** Whose lines a chart shows: the largest, or those that changed most in either direction. */
      top_by: z.enum(['size', 'change', 'percent']).default('size'),
    }),
    reply: aggregatePage(item),
    summary: { zh: '获取实例聚合数据', en: 'Instance aggregates' },
  }),
  getInstanceAggregationsSummary: route({
    handler: 'getInstanceAggregationsSummary',
    method: 'GET',
    path: '/instance_aggregations/api/instances/aggregations/summary',
    also: ['/capacity/api/instances/summary'],
    access: 'view',
    query: z.object(filters),
    reply: z.object({
      summary: z.object({
        total_instances: count,
        total_size_mb: count,
        avg_size_mb: z.number(),
        max_size_mb: count,
        period_type: z.string(),
        source: z.literal('instance_size_stats'),
        stale_instances: count,
      }),
    }),
    summary: { zh: '获取实例聚合汇总信息', en: 'Instance aggregates, summary' },
  }),
});
