/** The embedded PostgreSQL cannot be used here; the message is written for the person who started the program. */
export class EmbeddedError extends Error {
  override name = 'EmbeddedError';
}
