/*
 * The HTTP room: mounts contract routes, knows who asks, refuses in one order, and answers in one envelope.
 * Not here: anything a route does. Not known here: any feature.
 * Begin with mount.ts; errors.ts and codes.ts say how a refusal leaves.
 */
export { answer } from './answer.ts';
export { may, type Asker, type User } from './context.ts';
export { hidingLogins } from './logins.ts';
export { csvFile, CSV_LIMIT } from './csv.ts';
export { openEvents } from './events.ts';
export { type Metrics } from './metrics.ts';
export { mount, type Handlers, type House } from './mount.ts';
export { type Upload } from './body.ts';
