/*
 * How big every database is and was: inventory, sizes of each day, totals of an instance.
 * Not here: partitions as such (store/partitions, partitions feature).
 * Begin with sync-sizes.ts; sync-one.ts is the "one instance, now" of both kinds of sync.
 */
export { capacityHandlers } from './handlers/capacity.ts';
export { keepSizes, type DayOfSizes } from './keep-sizes.ts';
export { syncOne } from './sync-one.ts';
export { capacitySync } from './sync-sizes.ts';
