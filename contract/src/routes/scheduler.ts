import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { instant, jsonObject } from '../shapes.ts';

export const job = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  next_run_time: instant.nullable(),
  last_run_time: instant.nullable(),
  trigger_type: z.enum(['cron', 'interval', 'date']),
  trigger_args: jsonObject,
  state: z.enum(['STATE_RUNNING', 'STATE_PAUSED', 'STATE_EXECUTING', 'STATE_FINISHED']),
  is_builtin: z.boolean(),
  func: z.string(),
  args: z.array(z.unknown()),
  kwargs: jsonObject,
  is_executing: z.boolean(),
  last_status: z.string().nullable(),
  last_duration_seconds: z.number().nullable(),
  misfire_grace_time: z.number().int(),
  upcoming: z.array(instant),
  timezone: z.string(),
});

/** §21 定时任务模块 */
export const scheduler = contractFile('scheduler', {
  index: route({
    handler: 'index',
    method: 'GET',
    path: '/scheduler/',
    kind: 'page',
    access: 'view',
    summary: { zh: '定时任务管理', en: 'Scheduler' },
  }),
  getJobs: route({
    handler: 'getJobs',
    method: 'GET',
    path: '/scheduler/api/jobs',
    access: 'view',
    reply: z.array(job),
    summary: { zh: '获取所有定时任务', en: 'List jobs' },
    message: { zh: '任务列表获取成功', en: 'Jobs read' },
  }),
  runJob: route({
    handler: 'runJob',
    method: 'POST',
    path: '/scheduler/api/jobs/<job_id>/run',
    access: 'admin',
    body: z.object({}),
    bodyOptional: true,
    reply: z.object({ manual_job_id: z.string(), run_id: z.number().int(), session_id: z.string().nullable() }),
    summary: { zh: '立即执行任务', en: 'Run a job now' },
    message: { zh: '任务已提交后台执行', en: 'The job was started' },
  }),
});
