/*
 * One file that holds everything of ours, and back again.
 * Not here: the queue's own tables (what was running is ended by the sweep), the keys unless they are asked for.
 * Begin with dump.ts; archive.ts is the file, tables.ts what is copied and in which order.
 */
export { dump } from './dump.ts';
export { inspect, restore } from './restore.ts';
