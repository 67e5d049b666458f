/*
 * The fleet seen over all features at once: deleting instances with everything on them, CSV import and export, the dashboard.
 * Not here: one instance's own record (instances), its accounts (accounts), its sizes (capacity).
 * Begin with delete-instances.ts, import-instances.ts and overview.ts.
 */
export { fleetHandlers } from './handlers.ts';
