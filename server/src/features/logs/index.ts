/*
 * The log centre: what unified_logs keeps and for how long.
 * Not here: writing the log (logbook/).
 * Begin with handlers.ts.
 */
export { logsHandlers } from './handlers.ts';
export { purgeLogs } from './purge-logs.ts';
