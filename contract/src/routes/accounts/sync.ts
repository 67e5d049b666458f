import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, jsonObject, queryInt } from '../../shapes.ts';

export const waitQuery = z.object({ wait: queryInt(0, 25).default(25) });

/** §5 账户同步模块 */
export const accountsSync = contractFile('accounts/sync', {
  syncInstanceAccounts: route({
    handler: 'syncInstanceAccounts',
    method: 'POST',
    path: '/accounts/sync/api/instances/<int:instance_id>/sync',
    access: 'execute',
    query: waitQuery,
    body: z.object({}),
    bodyOptional: true,
    reply: z.object({
      result: z.object({
        status: z.enum(['completed', 'running']),
        success: z.literal(true),
        session_id: z.string(),
        message: z.string(),
        synced_count: count.nullable(),
        added_count: count.nullable(),
        modified_count: count.nullable(),
        removed_count: count.nullable(),
        details: jsonObject.nullable(),
      }),
    }),
    summary: { zh: '同步指定实例的账户信息', en: 'Sync the accounts of one instance' },
  }),
  syncAllAccounts: route({
    handler: 'syncAllAccounts',
    method: 'POST',
    path: '/accounts/sync/api/sync-all',
    access: 'execute',
    body: z.object({}),
    bodyOptional: true,
    reply: z.object({ manual_job_id: z.string(), session_id: z.string(), total_instances: count }),
    summary: { zh: '触发后台批量同步所有实例的账户信息', en: 'Sync the accounts of every instance' },
    message: { zh: '批量同步已启动，请到会话中心查看进度', en: 'Started. The session centre shows the progress' },
  }),
});
