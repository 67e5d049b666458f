/*
 * Settings that administrators change, and the record of every change by our own users.
 * Not here: configuration of the process (config.ts), writing audit events (logbook/audit.ts).
 * Begin with handlers.ts.
 */
export { settingsHandlers } from './handlers.ts';
