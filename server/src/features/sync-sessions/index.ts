/*
 * One run of a sync over one or many instances: session, records, progress, cancel, and what happens when a worker dies.
 * Not here: what a sync reads or stores (accounts, capacity).
 * Begin with start-session.ts and run-record.ts.
 */
export { openBeats } from './beats.ts';
export { sessionsHandlers } from './handlers.ts';
export { tell, waitForRecord } from './progress.ts';
export { openRecords as openRecordsOf, settleSession, type SameLogin } from './queries.ts';
export { purgeSessions } from './purge-sessions.ts';
export { runRecord, type RecordRun, type RecordWork, type RunnerDeps } from './run-record.ts';
export { startSession, syncRecord } from './start-session.ts';
export { sessionShown } from './shown-session.ts';
export { finishWhole, runWhole, sessionRun, startWhole, type WholeRun } from './whole-session.ts';
export { sweepSessions } from './sweep.ts';
