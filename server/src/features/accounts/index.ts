/*
 * The accounts on the watched servers: what they may do, how that changed.
 * Not here: what a privilege means (engines/effective), classes (classification).
 * Begin with sync-accounts.ts, then diff-accounts.ts and diff-facts.ts; handlers/ serve what was stored.
 */
export { accountHandlers } from './handlers/account.ts';
export { accountExportHandler } from './handlers/export.ts';
export { accountStatisticsHandlers } from './handlers/statistics.ts';
export { accountsSyncHandlers } from './handlers/sync.ts';
export { accountSync } from './sync-accounts.ts';
