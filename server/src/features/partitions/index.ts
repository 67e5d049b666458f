/*
 * Months of the size tables: made ahead of time.
 * Not here: how a partition is made (store/partitions).
 * Begin with create-ahead.ts.
 */
export { createAhead } from './create-ahead.ts';
