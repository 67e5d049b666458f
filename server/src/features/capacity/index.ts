/*
 * How big every database is and was: inventory, sizes of each day, totals of an instance.
 * Not here: partitions as such (store/partitions, partitions feature).
 * Begin with sync-sizes.ts and aggregate.ts.
 */
export { aggregate } from './aggregate.ts';
export { aggregationWork, startAggregation } from './aggregation-session.ts';
export { aggregationHandlers } from './handlers/aggregations.ts';
export { capacityHandlers } from './handlers/capacity.ts';
export { ledgerHandlers } from './handlers/ledger.ts';
export { periodOf, PERIOD_TYPES } from './periods.ts';
export { keepSizes } from './keep-sizes.ts';
export { capacitySync } from './sync-sizes.ts';
