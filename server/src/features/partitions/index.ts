/*
 * Months of the size tables: seen, made ahead of time, dropped when retention lets them go.
 * Not here: how a partition is made (store/partitions).
 * Begin with change-partitions.ts and list.ts.
 */
export { cleanupPartitions } from './change-partitions.ts';
export { createAhead } from './create-ahead.ts';
export { partitionHandlers } from './handlers.ts';
export { partitionHealth } from './list.ts';
