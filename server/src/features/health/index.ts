/*
 * Whether the product itself is well, and what it says of itself.
 * Not here: whether a watched server can be reached (instances).
 * Begin with handlers.ts.
 */
export { cacheHandlers } from './cache-handlers.ts';
export { openMetrics } from './metrics.ts';
export { healthHandlers, mainHandlers } from './handlers.ts';
