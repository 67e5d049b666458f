/**
 * What it is: asks four kinds of database server who may do what and how big the databases are.
 * What it is not: it knows nothing of HTTP, of our store or of schedules; it keeps nothing between calls.
 * Where to begin: `engine.ts` for the interface, `postgresql/engine.ts` for one that is built on it.
 */
import type { DbType, Engine } from './engine.ts';
import { mysql } from './mysql/engine.ts';
import { oracle } from './oracle/engine.ts';
import { postgresql } from './postgresql/engine.ts';
import { privilegeKinds } from './privilege-rows.ts';
import { sqlserver } from './sqlserver/engine.ts';

/** The only list of engines. */
export const engines: Record<DbType, Engine> = { mysql, postgresql, sqlserver, oracle };

export * from './engine.ts';
export {
  canonicalFacts,
  emptyFacts,
  type Grant,
  type GrantScope,
  type Membership,
  type Owned,
  type PrivilegeFacts,
  type Unread,
} from './facts.ts';
export {
  effective,
  effectiveIndex,
  isPublicOnly,
  type EffectiveIndex,
  type EffectivePrivilege,
  type Principal,
  type Step,
} from './effective.ts';
export type { Question } from './cover.ts';
export { CATALOGUE_COLUMNS, catalogueColumns, type CatalogueColumn, type CatalogueColumns, type ColumnSource } from './columns.ts';
export {
  compileFilter,
  DEFAULT_ACCOUNT_FILTERS,
  DEFAULT_DATABASE_FILTERS,
  filterAccounts,
  filterDatabases,
  NO_FILTER,
  patternToRegExp,
  type NameFilter,
} from './filters.ts';
export {
  guarded,
  parseRange,
  plainAddress,
  resolveTarget,
  targetPolicy,
  type Allow,
  type GuardScope,
  type ResolvedTarget,
} from './guard.ts';
export { FEATURE_WORDS, needsInChinese } from './capability-words.ts';
export { ERROR_MESSAGES, type Explanation } from './messages.ts';
export { explain } from './numbers.ts';
export { oracleClientIn } from './oracle/client.ts';
export { monitoringScript, monitoringStatements } from './monitoring.ts';
export type { ScriptOptions, ScriptStatement } from './script.ts';
export { covers } from './cover.ts';

/** `read`, `write`, `define` or `admin`: what a privilege of that name lets one do; null = unknown name. */
export const privilegeKind = privilegeKinds({
  mysql: mysql.privileges,
  postgresql: postgresql.privileges,
  sqlserver: sqlserver.privileges,
  oracle: oracle.privileges,
});
export { type Access, type AccessQuestion, asksForGrantable, decidingPrivileges, whoCan } from './who-can.ts';
export { inParallel } from './pool.ts';
export { hasActiveRole } from './hosts.ts';
