import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { count, date, DB_TYPES, dbType, id, instant, queryBool, queryInt, queryOneOf, queryText } from '../shapes.ts';

/** §8 通用数据模块 */
export const common = contractFile('common', {
  searchEverything: route({
    handler: 'searchEverything',
    method: 'GET',
    path: '/common/api/search',
    extra: true,
    access: 'view',
    query: z.object({ q: queryText(100).pipe(z.string().min(1)), limit: queryInt(1, 20).default(6) }),
    reply: z.object({
      instances: z.array(
        z.object({ id, name: z.string(), host: z.string(), port: z.number().int(), db_type: dbType, is_active: z.boolean() }),
      ),
      accounts: z.array(
        z.object({ id, username: z.string(), instance_id: id, instance_name: z.string(), db_type: dbType, is_superuser: z.boolean() }),
      ),
      databases: z.array(
        z.object({
          id,
          database_name: z.string(),
          instance_id: id,
          instance_name: z.string(),
          db_type: dbType,
          latest_size_mb: z.number().nullable(),
        }),
      ),
      tags: z.array(
        z.object({ id, name: z.string(), display_name: z.string(), display_name_en: z.string().nullable(), color: z.string() }),
      ),
    }),
    summary: { zh: '全局搜索：实例、账户、数据库、标签', en: 'Search instances, accounts, databases and tags by name' },
  }),
  getDatabaseOptions: route({
    handler: 'getDatabaseOptions',
    method: 'GET',
    path: '/common/api/databases-options',
    access: 'view',
    query: z.object({
      instance_id: queryInt(1, 2_147_483_647),
      limit: queryInt(1, 1000).default(100),
      offset: queryInt(0, 1_000_000_000).default(0),
      search: queryText().optional(),
      include_inactive: queryBool.default(true),
    }),
    reply: z.object({
      databases: z.array(
        z.object({
          id,
          database_name: z.string(),
          is_active: z.boolean(),
          first_seen_date: date,
          last_seen_date: date,
          deleted_at: instant.nullable(),
        }),
      ),
      total_count: count,
      limit: z.number().int(),
      offset: z.number().int(),
    }),
    summary: { zh: '获取指定实例的数据库下拉选项', en: 'Databases of an instance, as options' },
  }),
  getDatabaseTypeOptions: route({
    handler: 'getDatabaseTypeOptions',
    method: 'GET',
    path: '/common/api/dbtypes-options',
    access: 'view',
    reply: z.object({
      options: z.array(
        z.object({
          value: dbType,
          text: z.string(),
          icon: z.string(),
          color: z.string(),
          default_port: z.number().int(),
          default_schema: z.string(),
        }),
      ),
    }),
    summary: { zh: '获取数据库类型选项', en: 'Database types, as options' },
  }),
  getInstanceOptions: route({
    handler: 'getInstanceOptions',
    method: 'GET',
    path: '/common/api/instances-options',
    access: 'view',
    query: z.object({
      db_type: queryOneOf(DB_TYPES),
      search: queryText().optional(),
      /** Only this one: what it is called. */
      id: queryInt(1, 2_147_483_647).optional(),
      limit: queryInt(1, 10_000).default(10_000),
    }),
    reply: z.object({ instances: z.array(z.object({ id, name: z.string(), db_type: dbType, display_name: z.string() })) }),
    summary: { zh: '获取实例下拉选项', en: 'Instances, as options' },
  }),
  getMonitoringScript: route({
    handler: 'getMonitoringScript',
    method: 'GET',
    path: '/common/api/monitoring-script',
    extra: true,
    access: 'create',
    query: z.object({
      db_type: dbType,
      flavour: z.enum(['mysql', 'mariadb']).optional(),
      username: queryText(128).default('whalefall_monitor'),
    }),
    reply: z.object({ script: z.string() }),
    summary: { zh: '获取监控账户脚本', en: 'Script that makes a monitoring account' },
  }),
});
