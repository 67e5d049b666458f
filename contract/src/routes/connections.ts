import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { because, count, dbType, errorCode, id, instant, stage } from '../shapes.ts';
import { connectionOptions, databaseName, host, port } from './instances/fields.ts';

export const testResult = z.object({
  success: z.boolean(),
  message: z.string(),
  instance_id: id.optional(),
  instance_name: z.string().optional(),
  version: z.string().nullable().optional(),
  database_version: z.string().nullable().optional(),
  main_version: z.string().nullable().optional(),
  detailed_version: z.string().nullable().optional(),
  error: z.string().optional(),
  error_code: errorCode.optional(),
  /** The watched server's own: `ORA-01017`, `SQL Server 18456/8`, `MySQL 1045`, `SQLSTATE 28P01`. */
  error_number: z.string().optional(),
  remedy: z.string().optional(),
  stage: stage.optional(),
  latency_ms: z.number().nullable(),
  duration_ms: z.number(),
});
const instanceIds = z.array(id).min(1).max(50);
export const testBody = z
  .object({
    instance_id: id.optional(),
    db_type: dbType.optional(),
    host: host.optional(),
    port: port.optional(),
    database_name: databaseName,
    credential_id: id.nullable().optional(),
    username: z.string().min(1).max(255).optional(),
    password: z.string().max(1024).optional(),
    connection_options: connectionOptions.optional(),
    name: z.string().max(100).optional(),
  })
  .superRefine((v, ctx) => {
    if (v.instance_id !== undefined) return;
    const missing = (field: string) => ctx.addIssue({ code: 'custom', path: [field], ...because('REQUIRED', '必填', 'Required') });
    for (const field of ['db_type', 'host', 'port'] as const) if (v[field] === undefined) missing(field);
    if (!v.credential_id && !v.username) missing('credential_id');
  });

/** §9 连接管理模块 */
export const connections = contractFile('connections', {
  batchTestConnections: route({
    handler: 'batchTestConnections',
    method: 'POST',
    path: '/connections/api/batch-test',
    access: 'execute',
    body: z.object({ instance_ids: instanceIds }),
    reply: z.object({ results: z.array(testResult), summary: z.object({ total: count, success: count, failed: count }) }),
    summary: { zh: '批量测试连接', en: 'Test many connections' },
  }),
  getConnectionStatus: route({
    handler: 'getConnectionStatus',
    method: 'GET',
    path: '/connections/api/status/<int:instance_id>',
    access: 'view',
    reply: z.object({
      instance_id: id,
      instance_name: z.string(),
      db_type: dbType,
      host: z.string(),
      port: z.number().int(),
      last_connected: instant.nullable(),
      last_connected_age_seconds: z.number().int().nullable(),
      status: z.enum(['unknown', 'good', 'warning', 'poor']),
      is_active: z.boolean(),
      last_test_at: instant.nullable(),
      last_test_ok: z.boolean().nullable(),
      last_test_error_code: errorCode.nullable(),
      last_test_latency_ms: z.number().nullable(),
    }),
    summary: { zh: '获取实例连接状态', en: 'Connection state of an instance' },
  }),
  testConnection: route({
    handler: 'testConnection',
    method: 'POST',
    path: '/connections/api/test',
    access: 'execute',
    body: testBody,
    reply: z.object({ result: testResult }),
    summary: { zh: '测试数据库连接', en: 'Test a connection' },
    message: { zh: '连接测试完成', en: 'Connection tested' },
  }),
  validateConnectionParams: route({
    handler: 'validateConnectionParams',
    method: 'POST',
    path: '/connections/api/validate-params',
    access: 'create',
    body: z.object({ db_type: dbType, port, host: host.optional(), database_name: databaseName, credential_id: id.nullable().optional() }),
    reply: z.object({
      valid: z.literal(true),
      normalized: z.object({ db_type: dbType, host: z.string().nullable(), port: z.number().int() }),
      warnings: z.array(z.object({ code: z.string(), message: z.string() })),
    }),
    summary: { zh: '验证连接参数', en: 'Check connection parameters' },
  }),
});
