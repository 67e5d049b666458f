/*
 * When work is due: triggers, claiming a slot once over all nodes, runs and their history.
 * Not here: what a job does (schedule.ts names the function of each), the queue (jobs/).
 * Begin with tick.ts and run-job.ts.
 */
export { schedulerHandlers } from './handlers.ts';
export { type BuiltInJob, jobRun } from './jobs.ts';
export { deleteRuns } from './queries.ts';
export { runJob, sweepRuns } from './run-job.ts';
export { installJobs, tick } from './tick.ts';
