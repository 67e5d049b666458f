import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { count, date, instant, queryInt } from '../shapes.ts';
import { PERIOD_TYPES } from './capacity/aggregations.ts';

export const PARTITION_TABLES = ['stats', 'aggregations', 'instance_stats', 'instance_aggregations'] as const;
const row = z.object({
  name: z.string(),
  table: z.enum(PARTITION_TABLES),
  table_type: z.enum(PARTITION_TABLES),
  parent: z.string(),
  display_name: z.string(),
  size: z.string(),
  size_bytes: count,
  record_count: count,
  record_count_exact: z.boolean(),
  date: z.string(),
  from: date,
  to: date,
  status: z.enum(['current', 'past', 'future', 'unknown']),
});
const missing = { status: z.enum(['healthy', 'warning', 'unhealthy']), missing_partitions: z.array(z.string()) };
const nested = <T extends z.ZodType>(inner: T) => z.object({ data: inner, timestamp: instant });
const action = z.object({
  table: z.enum(PARTITION_TABLES),
  table_name: z.string(),
  partition_name: z.string(),
  display_name: z.string(),
  status: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  size_bytes: count.optional(),
});

/** §20 分区管理模块 */
export const partition = contractFile('partition', {
  partitionsPage: route({
    handler: 'partitionsPage',
    method: 'GET',
    path: '/partition/',
    kind: 'page',
    access: 'view',
    summary: { zh: '分区管理', en: 'Partitions' },
  }),
  getCoreAggregationMetrics: route({
    handler: 'getCoreAggregationMetrics',
    method: 'GET',
    path: '/partition/api/aggregations/core-metrics',
    access: 'view',
    query: z.object({
      period_type: z
        .preprocess((v) => (typeof v === 'string' && (PERIOD_TYPES as readonly string[]).includes(v) ? v : 'daily'), z.enum(PERIOD_TYPES))
        .default('daily'),
      days: queryInt(1, 90).default(7),
    }),
    reply: z.object({
      labels: z.array(z.string()),
      datasets: z.array(
        z.object({
          series_key: z.string(),
          label: z.string(),
          data: z.array(z.number()),
          borderColor: z.string(),
          backgroundColor: z.string(),
          borderWidth: z.number(),
          pointStyle: z.string(),
          tension: z.number(),
          fill: z.boolean(),
        }),
      ),
      dataPointCount: count,
      timeRange: z.string(),
      yAxisLabel: z.string(),
      chartTitle: z.string(),
      periodType: z.enum(PERIOD_TYPES),
    }),
    summary: { zh: '获取核心聚合指标数据', en: 'Core metrics' },
    message: { zh: '核心聚合指标获取成功', en: 'Metrics read' },
  }),
  cleanupPartitions: route({
    handler: 'cleanupPartitions',
    method: 'POST',
    path: '/partition/api/cleanup',
    access: 'admin',
    bodyOptional: true,
    body: z.object({ retention_months: z.number().int().min(9).max(120).default(12), dry_run: z.boolean().default(false) }),
    reply: z.object({
      result: z.object({ cutoff_date: date, dry_run: z.boolean(), dropped: z.array(action), total_size_bytes: count }),
      timestamp: instant,
    }),
    summary: { zh: '清理旧分区', en: 'Drop old partitions' },
    message: { zh: '旧分区清理任务已触发', en: 'Old partitions dropped' },
  }),
  createPartition: route({
    handler: 'createPartition',
    method: 'POST',
    path: '/partition/api/create',
    access: 'admin',
    body: z.object({ date: z.iso.date(), months: z.number().int().min(1).max(24).default(1) }),
    reply: z.object({
      result: z.object({ partition_window: z.object({ start: date, end: date }), actions: z.array(action) }),
      timestamp: instant,
    }),
    summary: { zh: '创建分区', en: 'Create partitions' },
    message: { zh: '分区创建任务已触发', en: 'Partitions created' },
  }),
  getPartitionInfo: route({
    handler: 'getPartitionInfo',
    method: 'GET',
    path: '/partition/api/info',
    access: 'view',
    reply: nested(
      z.object({
        partitions: z.array(row),
        total_partitions: count,
        total_size_bytes: count,
        total_size: z.string(),
        total_records: count,
        tables: z.array(z.enum(PARTITION_TABLES)),
        ...missing,
      }),
    ),
    summary: { zh: '获取分区信息', en: 'Partitions' },
    message: { zh: '分区信息获取成功', en: 'Partitions read' },
  }),
  getPartitionStatistics: route({
    handler: 'getPartitionStatistics',
    method: 'GET',
    path: '/partition/api/statistics',
    access: 'view',
    reply: nested(
      z.object({
        total_records: count,
        total_partitions: count,
        total_size: z.string(),
        total_size_bytes: count,
        partitions: z.array(row),
        tables: z.array(z.enum(PARTITION_TABLES)),
        per_table: z.record(
          z.string(),
          z.object({ partitions: count, size_bytes: count, records: count, oldest: date.nullable(), newest: date.nullable() }),
        ),
      }),
    ),
    summary: { zh: '获取分区统计信息', en: 'Partition statistics' },
    message: { zh: '分区统计信息获取成功', en: 'Statistics read' },
  }),
  getPartitionStatus: route({
    handler: 'getPartitionStatus',
    method: 'GET',
    path: '/partition/api/status',
    access: 'view',
    reply: nested(
      z.object({ total_partitions: count, total_size: z.string(), total_records: count, partitions: z.array(row), ...missing }),
    ),
    summary: { zh: '获取分区管理状态', en: 'Partition state' },
    message: { zh: '分区状态获取成功', en: 'State read' },
  }),
});
