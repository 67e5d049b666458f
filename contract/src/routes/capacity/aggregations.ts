import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, date } from '../../shapes.ts';
import { session } from '../history/sessions.ts';

export const PERIOD_TYPES = ['daily', 'weekly', 'monthly', 'quarterly'] as const;
const summary = z.object({
  status: z.string(),
  period_type: z.enum(PERIOD_TYPES),
  start_date: date,
  end_date: date,
  processed_instances: count,
  total_records: count,
  failed_instances: count,
  skipped_instances: count,
  errors: z.array(z.string()),
  message: z.string(),
  total_instances: count,
});
const lower = (v: unknown) => (typeof v === 'string' ? v.toLowerCase() : v);

/** §6 容量聚合模块 */
export const capacityAggregations = contractFile('capacity/aggregations', {
  aggregateCurrent: route({
    handler: 'aggregateCurrent',
    method: 'POST',
    path: '/capacity/api/aggregations/current',
    access: 'execute',
    bodyOptional: true,
    body: z.object({
      period_type: z.preprocess(lower, z.enum(PERIOD_TYPES)).default('daily'),
      scope: z.preprocess(lower, z.enum(['instance', 'database', 'all'])).default('all'),
    }),
    reply: z.object({
      result: z.object({
        status: z.enum(['running', 'completed', 'skipped', 'failed']),
        message: z.string(),
        scope: z.string(),
        period_type: z.enum(PERIOD_TYPES),
        period_start: date,
        period_end: date,
        requested_period_type: z.string(),
        effective_period_type: z.string(),
        database_summary: summary.nullable(),
        instance_summary: summary.nullable(),
        session,
        session_id: z.string(),
      }),
    }),
    summary: { zh: '手动触发当前周期数据聚合', en: 'Aggregate the running period' },
  }),
});
