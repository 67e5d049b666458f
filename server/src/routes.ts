import { catalogue } from '@whalefall/contract';
import type { Deps } from './assemble.ts';
import { accountExportHandler, accountHandlers, accountsSyncHandlers, accountStatisticsHandlers } from './features/accounts/index.ts';
import { aggregationHandlers, capacityHandlers, ledgerHandlers } from './features/capacity/index.ts';
import { classificationHandlers } from './features/classification/index.ts';
import { credentialsHandlers } from './features/credentials/index.ts';
import { fleetHandlers } from './features/fleet/index.ts';
import { cacheHandlers, healthHandlers, mainHandlers } from './features/health/index.ts';
import { authHandlers, usersHandlers } from './features/identity/index.ts';
import {
  commonHandlers,
  connectionsHandlers,
  instanceHandlers,
  instanceStatisticsHandlers,
  replaceCredential,
} from './features/instances/index.ts';
import { partitionHandlers } from './features/partitions/index.ts';
import { schedulerHandlers } from './features/scheduler/index.ts';
import { sessionsHandlers } from './features/sync-sessions/index.ts';
import { settingsHandlers } from './features/settings/index.ts';
import { tagsBulkHandlers, tagsHandlers } from './features/tags/index.ts';
import { type House, mount } from './http/index.ts';
import { logsHandlers } from './features/logs/index.ts';
import { builtInJobs } from './schedule.ts';

/** Which contract file is answered by which feature, in the catalogue's order. */
export function mountAll(house: House, deps: Deps): void {
  const accounts = accountHandlers(deps);
  const instances = instanceHandlers(deps);
  const capacity = capacityHandlers(deps);
  const ledger = ledgerHandlers(deps);
  const fleet = fleetHandlers(deps);
  mount(house, catalogue.auth, authHandlers(deps));
  mount(house, catalogue.account, accounts.account);
  mount(house, catalogue.accountsStatistics, accountStatisticsHandlers(deps));
  mount(house, catalogue.accountsClassifications, classificationHandlers(deps));
  mount(house, catalogue.accountsSync, accountsSyncHandlers(deps));
  const aggregations = aggregationHandlers(deps);
  mount(house, catalogue.capacityAggregations, aggregations.current);
  mount(house, catalogue.databasesCapacitySync, { ...capacity.sync, ...ledger.sync });
  mount(house, catalogue.common, { ...commonHandlers(deps), ...fleet.search });
  mount(house, catalogue.connections, connectionsHandlers(deps));
  mount(house, catalogue.credentials, credentialsHandlers(deps, replaceCredential));
  mount(house, catalogue.dashboard, fleet.dashboard);
  mount(house, catalogue.databaseAggregations, aggregations.databases);
  mount(house, catalogue.instancesDetail, { ...instances.detail, ...accounts.detail, ...capacity.detail });
  mount(house, catalogue.instancesManage, { ...instances.manage, ...accounts.manage, ...fleet.manage });
  mount(house, catalogue.instanceAggregations, aggregations.instances);
  mount(house, catalogue.instancesStatistics, instanceStatisticsHandlers(deps));
  mount(house, catalogue.cache, cacheHandlers(deps));
  mount(house, catalogue.health, healthHandlers(deps));
  mount(house, catalogue.partition, { ...partitionHandlers(deps), ...aggregations.metrics });
  mount(house, catalogue.scheduler, schedulerHandlers(deps, builtInJobs(deps)));
  const logs = logsHandlers(deps);
  mount(house, catalogue.historyLogs, logs.logs);
  mount(house, catalogue.historySessions, sessionsHandlers(deps));
  mount(house, catalogue.tags, tagsHandlers(deps));
  mount(house, catalogue.tagsBulk, tagsBulkHandlers(deps));
  mount(house, catalogue.users, usersHandlers(deps));
  mount(house, catalogue.files, { ...accountExportHandler(deps), ...ledger.files, ...fleet.files, ...logs.files });
  mount(house, catalogue.main, { ...mainHandlers(deps), ...settingsHandlers(deps) });
}
