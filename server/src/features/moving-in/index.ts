/*
 * Moving in from the older program: its database, read only, written here once, again and again without doubling anything.
 * Not here: backups of our own (store/backup), CSV of instances (fleet).
 * Begin with move-in.ts, then queries/target.ts.
 */
export { type MovedTable, moveIn } from './move-in.ts';
