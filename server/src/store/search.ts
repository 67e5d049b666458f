import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';

/**
 * "The column contains this text, whatever the case." The windows of `search_grams` let a GIN index over
 * `search_grams(column)` find candidates; comparing the text itself decides. One character has no window, so it is only
 * compared.
 *
 * @param column as in the index, for example `sql.ref('instances.name')` or `sql\`context::text\``
 */
export function contains(column: Expression<unknown>, text: string): RawBuilder<SqlBool> {
  const compared = containsUnindexed(column, text);
  return [...text].length < 2 ? compared : sql<SqlBool>`(search_grams(${column}) @> search_grams(${text}::text) and ${compared})`;
}

/** The same for rows that are read anyway: without the index, and without what only the index needs. */
export const containsUnindexed = (column: Expression<unknown>, text: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`strpos(lower(${column} collate "und-x-icu"), lower(${text}::text collate "und-x-icu")) > 0`;

/** Any of the columns contains the text. */
export function anyContains(columns: readonly Expression<unknown>[], text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${sql.join(
    columns.map((column) => contains(column, text)),
    sql` or `,
  )})`;
}
