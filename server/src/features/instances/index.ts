/*
 * The servers we watch: what they are, how they are reached, whether they can be.
 * Not here: what is on them (accounts, capacity), deleting and importing them (fleet).
 * Begin with change-instances.ts, target-of.ts and test-connection.ts.
 */
export { createInstancesIn, updateInstancesIn, type Written } from './change-instances.ts';
export { commonHandlers } from './handlers/common.ts';
export { connectionsHandlers } from './handlers/connections.ts';
export { instanceHandlers } from './handlers/manage.ts';
export {
  lockInstance,
  lockInstances,
  recount,
  replaceCredential,
  saveCapabilities,
  saveReached,
  syncTargets,
  targetRow,
} from './queries.ts';
export { instancePage } from './queries/list.ts';
export { nameFilter, readCapabilities, readInstance, rememberingFailure } from './read-instance.ts';
export { instanceStatisticsHandlers } from './statistics.ts';
export { syncOne } from './sync-one.ts';
export { loginOf, targetOf } from './target-of.ts';
export { resealWallets } from './wallets.ts';
