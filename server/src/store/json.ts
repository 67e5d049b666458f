import type { ColumnType } from 'kysely';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue | undefined };

/**
 * A jsonb column: read as a value, written as text made by `json`. The driver would send a JavaScript array as a
 * PostgreSQL array, which is not JSON, so the types demand the text.
 */
export type JsonColumn = ColumnType<JsonValue, string, string>;

/** The text to write into a jsonb column. U+0000, which jsonb cannot hold, becomes U+FFFD. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  // Looked for plainly first: the expression is tried at each character of what may be megabytes.
  return text.includes('\\u0000') ? text.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd') : text;
}
