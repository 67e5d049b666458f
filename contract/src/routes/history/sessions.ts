import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import {
  count,
  errorCode,
  id,
  instant,
  jsonObject,
  pageOf,
  pageQuery,
  queryDate,
  queryInt,
  queryOneOf,
  queryText,
  RECORD_STATUSES,
  SESSION_STATUSES,
  stage,
  SYNC_CATEGORIES,
  SYNC_TYPES,
} from '../../shapes.ts';

export const session = z.object({
  id,
  session_id: z.string(),
  sync_type: z.enum(SYNC_TYPES),
  sync_category: z.enum(SYNC_CATEGORIES),
  status: z.enum(SESSION_STATUSES),
  started_at: instant,
  completed_at: instant.nullable(),
  total_instances: count,
  successful_instances: count,
  failed_instances: count,
  created_by: z.number().int().nullable(),
  created_by_name: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
  duration_seconds: z.number().nullable(),
  cancel_requested_at: instant.nullable(),
  progress_percentage: z.number(),
});
export const record = z.object({
  id,
  session_id: z.string(),
  instance_id: id,
  instance_name: z.string().nullable(),
  sync_category: z.enum(SYNC_CATEGORIES),
  status: z.enum(RECORD_STATUSES),
  started_at: instant.nullable(),
  completed_at: instant.nullable(),
  duration_seconds: z.number().nullable(),
  items_synced: count,
  items_created: count,
  items_updated: count,
  items_deleted: count,
  error_code: errorCode.nullable(),
  /** The watched server's own: `ORA-01017`, `SQL Server 18456/8`, `MySQL 1045`, `SQLSTATE 28P01`. */
  error_number: z.string().nullable(),
  stage: stage.nullable(),
  error_message: z.string().nullable(),
  remedy: z.string().nullable(),
  sync_details: jsonObject.nullable(),
  created_at: instant,
});
const sessionParams = '/history/sessions/api/sessions/<session_id>' as const;

/** §22 同步会话模块 */
export const historySessions = contractFile('history/sessions', {
  index: route({
    handler: 'index',
    method: 'GET',
    path: '/history/sessions/',
    kind: 'page',
    access: 'view',
    summary: { zh: '会话中心', en: 'Sessions' },
  }),
  listSessions: route({
    handler: 'listSessions',
    method: 'GET',
    path: '/history/sessions/api/sessions',
    access: 'view',
    query: pageQuery(['started_at', 'completed_at', 'status'], { sort: 'started_at', order: 'desc' }).extend({
      sync_type: queryOneOf(SYNC_TYPES),
      sync_category: queryOneOf(SYNC_CATEGORIES),
      status: queryOneOf(SESSION_STATUSES),
      date_from: queryDate.optional(),
      date_to: queryDate.optional(),
      search: queryText(36).optional(),
      instance_id: queryInt(1, 2_147_483_647).optional(),
    }),
    // record_status: how it went for the instance asked for; null where none was.
    reply: pageOf(session.extend({ record_status: z.enum(RECORD_STATUSES).nullable() })).extend({
      stats: z.object({ total: count, running: count, completed: count, failed: count, cancelled: count }),
    }),
    summary: { zh: '获取同步会话列表', en: 'List sync sessions' },
  }),
  getSyncSessionDetail: route({
    handler: 'getSyncSessionDetail',
    method: 'GET',
    path: sessionParams,
    access: 'view',
    reply: z.object({ session: session.extend({ instance_records: z.array(record) }) }),
    summary: { zh: '获取同步会话详情', en: 'Get a sync session' },
    message: { zh: '获取同步会话详情成功', en: 'Session read' },
  }),
  cancelSyncSession: route({
    handler: 'cancelSyncSession',
    method: 'POST',
    path: '/history/sessions/api/sessions/<session_id>/cancel',
    access: 'execute',
    body: z.object({}),
    bodyOptional: true,
    summary: { zh: '取消同步会话', en: 'Cancel a sync session' },
    message: { zh: '会话已取消', en: 'Session cancelled' },
  }),
  listSyncSessionErrors: route({
    handler: 'listSyncSessionErrors',
    method: 'GET',
    path: '/history/sessions/api/sessions/<session_id>/error-logs',
    access: 'view',
    reply: z.object({
      session,
      error_records: z.array(record),
      error_count: count,
      logs: z.array(z.object({ id, timestamp: instant, level: z.string(), module: z.string(), message: z.string() })),
    }),
    summary: { zh: '获取同步会话错误日志', en: 'Failed records of a sync session' },
    message: { zh: '获取错误日志成功', en: 'Failures read' },
  }),
  listRunningSessions: route({
    handler: 'listRunningSessions',
    method: 'GET',
    path: '/history/sessions/api/running',
    extra: true,
    access: 'view',
    reply: z.object({ sessions: z.array(session) }),
    summary: { zh: '正在运行的会话', en: 'Sessions that run now' },
  }),
  streamSessionEvents: route({
    handler: 'streamSessionEvents',
    method: 'GET',
    path: '/history/sessions/api/sessions/<session_id>/events',
    kind: 'events',
    extra: true,
    access: 'view',
    summary: { zh: '会话实时进度', en: 'Live progress of a session' },
  }),
});
/** What the event stream of a session sends. */
export type SessionEvent =
  | { type: 'progress'; done: number; failed: number; total: number }
  | { type: 'record'; record: z.input<typeof record> }
  | { type: 'end'; status: (typeof SESSION_STATUSES)[number] };
