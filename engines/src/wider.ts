/**
 * Names of privileges that contain another one, where names alone decide (pure). SQL Server: the covering permissions
 * of `sys.fn_builtin_permissions`; Oracle: the ANY privileges of the SQL Language Reference, "GRANT".
 */
import type { Question } from './cover.ts';
import type { GrantScope } from './facts.ts';

/** Held on the server, these reach into every database. */
export const SQLSERVER_SERVER_WIDE: Record<string, readonly string[]> = {
  ALTER: ['ALTER ANY DATABASE'],
  CONNECT: ['CONNECT ANY DATABASE'],
  SELECT: ['SELECT ALL USER SECURABLES'],
  'VIEW DEFINITION': ['VIEW ANY DEFINITION'],
  'VIEW DATABASE STATE': ['VIEW SERVER STATE'],
  'CREATE ANY DATABASE': ['ALTER ANY DATABASE'],
  'VIEW SERVER STATE': ['ALTER SERVER STATE'],
};

/** Held on the database. ALTER of a database covers making and altering what is in it. */
const SQLSERVER_DATABASE_WIDE: Record<string, readonly string[]> = {
  ALTER: ['ALTER ANY SCHEMA'],
  'CREATE SCHEMA': ['ALTER ANY SCHEMA'],
};
const MADE_BY_ALTER = /^(CREATE|ALTER ANY) /;

export function sqlserverWider({ privilege, scope }: Question): string[] {
  const names = [...(SQLSERVER_SERVER_WIDE[privilege] ?? [])];
  if (scope === 'server') return names;
  names.push(...(SQLSERVER_DATABASE_WIDE[privilege] ?? []).filter(() => scope !== 'database' || privilege !== 'ALTER'));
  if (scope === 'database' && MADE_BY_ALTER.test(privilege)) names.push('ALTER', 'ALTER ANY DATABASE');
  return names;
}

const ORACLE_NOUNS: Partial<Record<GrantScope, string>> = {
  table: 'TABLE',
  column: 'TABLE',
  routine: 'PROCEDURE',
  sequence: 'SEQUENCE',
  type: 'TYPE',
};

export function oracleWider({ privilege, scope, schema }: Question): string[] {
  const noun = ORACLE_NOUNS[scope];
  if (!noun) return [];
  const names = [`${privilege} ANY ${noun}`];
  // READ lets one query, as SELECT does; SELECT also lets one lock.
  if (privilege === 'SELECT' && noun === 'TABLE') names.push('READ', 'READ ANY TABLE');
  if (privilege === 'READ' && noun === 'TABLE') names.push('SELECT', 'SELECT ANY TABLE');
  if (schema === 'SYS' && noun === 'TABLE' && (privilege === 'SELECT' || privilege === 'READ')) names.push('SELECT ANY DICTIONARY');
  return names;
}
