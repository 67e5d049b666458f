/*
 * Work that outlives a request: a queue on our own PostgreSQL, and the advisory locks.
 * Not here: what the work does (features), when it is due (features/scheduler).
 * Begin with queue.ts.
 */
export { jobKind, openQueue, type Queue } from './queue.ts';
export { queueDepth, withoutWork } from './queries.ts';
export { LOCKS, lockNameUntilCommit, lockUntilCommit } from './lock.ts';
