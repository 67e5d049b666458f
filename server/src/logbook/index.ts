/*
 * The log: JSON lines on stdout and rows of unified_logs, both without secrets.
 * Not here: reading the log (features/logs), audit events (features write those themselves).
 * Begin with logger.ts; sink.ts carries lines into the table; redact.ts decides what is a secret.
 */
export { addLogContext, openLog, silentLog, withLogContext, type Log } from './logger.ts';
export { audit, auditMany, changed, type Actor } from './audit.ts';
export { deleteAuditEvents } from './queries.ts';
export { openSink, type Sink } from './sink.ts';
export { redactText } from './redact.ts';
