import { type Expression, type RawBuilder, sql, type SqlBool } from 'kysely';

/** All of these hold. What was not asked for is left out, so that the rest can be planned once for any values. */
export function every(...conditions: (Expression<SqlBool> | undefined)[]): RawBuilder<SqlBool> {
  const held = conditions.filter((condition) => condition !== undefined);
  return held.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`(${sql.join(held, sql` and `)})`;
}
/** The condition that a value, when it is given, makes. */
export const asked = <T>(value: T | undefined, condition: (value: T) => RawBuilder<SqlBool>): RawBuilder<SqlBool> | undefined =>
  value === undefined ? undefined : condition(value);
