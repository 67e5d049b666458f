/*
 * What the server promises and the browser relies on: every route as a value, one file for each of the catalogue's.
 * Not here: any behaviour, any import but zod.
 * Begin with route.ts, then routes/ in the catalogue's order.
 */
import { account } from './routes/account.ts';
import { accountsClassifications } from './routes/accounts/classifications.ts';
import { accountsStatistics } from './routes/accounts/statistics.ts';
import { accountsSync } from './routes/accounts/sync.ts';
import { auth } from './routes/auth.ts';
import { capacityAggregations } from './routes/capacity/aggregations.ts';
import { databaseAggregations } from './routes/database_aggregations.ts';
import { instanceAggregations } from './routes/instance_aggregations.ts';
import { cache } from './routes/cache.ts';
import { common } from './routes/common.ts';
import { connections } from './routes/connections.ts';
import { credentials } from './routes/credentials.ts';
import { dashboard } from './routes/dashboard.ts';
import { databasesCapacitySync } from './routes/databases/capacity_sync.ts';
import { files } from './routes/files.ts';
import { health } from './routes/health.ts';
import { historyLogs } from './routes/history/logs.ts';
import { historySessions } from './routes/history/sessions.ts';
import { instancesDetail } from './routes/instances/detail.ts';
import { instancesStatistics } from './routes/instances/statistics.ts';
import { partition } from './routes/partition.ts';
import { tagsBulk } from './routes/tags/bulk.ts';
import { instancesManage } from './routes/instances/manage.ts';
import { main } from './routes/main.ts';
import { scheduler } from './routes/scheduler.ts';
import { tags } from './routes/tags.ts';
import { users } from './routes/users.ts';

/** The contract files in the catalogue's order. */
export const catalogue = {
  auth,
  account,
  accountsStatistics,
  accountsClassifications,
  accountsSync,
  capacityAggregations,
  databasesCapacitySync,
  common,
  connections,
  credentials,
  dashboard,
  databaseAggregations,
  instancesDetail,
  instanceAggregations,
  instancesManage,
  instancesStatistics,
  health,
  cache,
  partition,
  scheduler,
  historyLogs,
  historySessions,
  tags,
  tagsBulk,
  users,
  files,
  main,
};

export * from './route.ts';
export * from './envelope.ts';
export * from './field-errors.ts';
export * from './shapes.ts';
export * from './password.ts';
export * from './pages.ts';
export { credentialCreate, credentialEdit, CREDENTIAL_TYPES } from './routes/credentials.ts';
export { tagCreate, tagEdit, TAG_CATEGORIES, COLOR_KEYS } from './routes/tags.ts';
export { RISK_LEVELS } from './routes/accounts/classifications.ts';
export { PERIOD_TYPES } from './routes/capacity/aggregations.ts';
export { instanceBody } from './routes/instances/manage.ts';
export { testBody } from './routes/connections.ts';
export { record as historySessionRecord, type SessionEvent } from './routes/history/sessions.ts';
export { LOG_LEVELS } from './routes/history/logs.ts';
export { PARTITION_TABLES } from './routes/partition.ts';
