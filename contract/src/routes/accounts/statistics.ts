import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, date, DB_TYPES, dbType, id, queryInt, queryOneOf } from '../../shapes.ts';

const numbers = z.object({ total: count, active: count, normal: count, locked: count, deleted: count });
const byType = z.object({ mysql: numbers, postgresql: numbers, oracle: numbers, sqlserver: numbers });
const summary = z.object({
  total_accounts: count,
  active_accounts: count,
  locked_accounts: count,
  normal_accounts: count,
  deleted_accounts: count,
  total_instances: count,
  active_instances: count,
  disabled_instances: count,
  normal_instances: count,
  deleted_instances: count,
});
const byClass = z.record(
  z.string(),
  z.object({
    id,
    account_count: count,
    color: z.string(),
    color_key: z.string(),
    color_value: z.string(),
    display_name: z.string(),
    risk_level: z.string(),
    priority: z.number().int(),
    db_types: z.record(z.string(), count),
  }),
);

/** §3 账户统计模块 */
export const accountsStatistics = contractFile('accounts/statistics', {
  statistics: route({
    handler: 'statistics',
    method: 'GET',
    path: '/accounts/statistics',
    kind: 'page',
    access: 'view',
    summary: { zh: '账户统计', en: 'Account statistics' },
  }),
  getAccountStatistics: route({
    handler: 'getAccountStatistics',
    method: 'GET',
    path: '/accounts/api/statistics',
    access: 'view',
    reply: z.object({
      stats: summary.extend({
        database_instances: count,
        db_type_stats: byType,
        classification_stats: byClass,
        unclassified_count: count,
        unread: count,
        risk_levels: z.record(z.string(), count),
        top_privileged: z.array(
          z.object({
            id,
            username: z.string(),
            instance_id: id,
            instance_name: z.string(),
            db_type: dbType,
            is_superuser: z.boolean(),
            privileges: count,
          }),
        ),
        changes_30d: z.array(z.object({ date, added: count, changed: count, removed: count })),
      }),
    }),
    summary: { zh: '账户统计', en: 'Account statistics' },
  }),
  getAccountStatisticsSummary: route({
    handler: 'getAccountStatisticsSummary',
    method: 'GET',
    path: '/accounts/api/statistics/summary',
    access: 'view',
    query: z.object({ instance_id: queryInt(1, 2_147_483_647).optional(), db_type: queryOneOf(DB_TYPES) }),
    reply: summary,
    summary: { zh: '账户统计汇总', en: 'Account statistics, summary' },
  }),
  getAccountStatisticsByDbType: route({
    handler: 'getAccountStatisticsByDbType',
    method: 'GET',
    path: '/accounts/api/statistics/db-types',
    access: 'view',
    reply: byType,
    summary: { zh: '按数据库类型统计', en: 'Accounts by engine' },
  }),
  getAccountStatisticsByClassification: route({
    handler: 'getAccountStatisticsByClassification',
    method: 'GET',
    path: '/accounts/api/statistics/classifications',
    access: 'view',
    reply: byClass,
    summary: { zh: '按分类统计', en: 'Accounts by class' },
  }),
});
