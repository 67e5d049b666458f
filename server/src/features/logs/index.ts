/*
 * The log centre: what unified_logs keeps and for how long.
 * Not here: writing the log (logbook/).
 * Begin with purge-logs.ts.
 */
export { purgeLogs } from './purge-logs.ts';
