import { describe, expect, test } from 'vitest';
import { references, sinceOf, type Dictionary } from './dictionary.ts';
import { MARIADB, MYSQL } from './mysql/dictionary.ts';
import * as mysql from './mysql/queries.ts';
import { DICTIONARY as ORACLE } from './oracle/dictionary.ts';
import * as oracle from './oracle/queries.ts';
import { DICTIONARY as SQLSERVER } from './sqlserver/dictionary.ts';
import * as sqlserver from './sqlserver/queries.ts';

/** Every statement of a module with the lowest version it is sent to. */
const SQLSERVER_OLDEST = 1100;
const sqlserverStatements: [name: string, version: number, text: string][] = Object.entries(sqlserver).flatMap(([name, value]) =>
  typeof value === 'string'
    ? [[name, SQLSERVER_OLDEST, value] as [string, number, string]]
    : Object.entries(value).map(([version, text]): [string, number, string] => [
        `${name} from ${version}`,
        Number(version),
        text as string,
      ]),
);
const ORACLE_OLDEST = 1201;
const oracleStatements: [name: string, version: number, text: string][] = [
  ...Object.entries(oracle).flatMap(([name, value]): [string, number, string][] =>
    typeof value === 'string' ? [[name, name === 'SCHEMA_PRIVILEGES' ? 2300 : ORACLE_OLDEST, value]] : [],
  ),
  ['users', ORACLE_OLDEST, oracle.users(false)],
  ['users with the change of password', 1800, oracle.users(true)],
];

function holds(dictionary: Dictionary, version: number, text: string): string[] {
  const { references: found, views, names } = references(text);
  const missing = found.flatMap(({ view, column }) => {
    const since = sinceOf(dictionary, view, column);
    return since === undefined || since > version ? [`${view}.${column} (${since ?? 'unknown'})`] : [];
  });
  // A view from which no column is named with its alias would go unchecked.
  const unchecked = views.filter((view) => !found.some((reference) => reference.view === view));
  const early = Object.entries(dictionary.later).flatMap(([phrase, since]) =>
    since > version && new RegExp(`\\b${phrase}\\b`).test(text) ? [phrase] : [],
  );
  const reserved = new Set(dictionary.reserved.split(' '));
  return [...missing, ...unchecked, ...early, ...names.filter((name) => reserved.has(name.toLowerCase()))];
}

describe('every column that is asked for is in the vendor’s documentation of that version', () => {
  test.each(sqlserverStatements)('SQL Server: %s', (_name, version, text) => {
    expect(holds(SQLSERVER, version, text)).toEqual([]);
  });
  test.each(oracleStatements)('Oracle: %s', (_name, version, text) => {
    expect(holds(ORACLE, version, text)).toEqual([]);
  });
  test('MySQL and MariaDB: grant tables that are read by name', () => {
    const check = (dictionary: Dictionary, version: number, ...statements: string[]): string[] =>
      statements.flatMap((text) => {
        const [, columns = '', view = ''] = /SELECT (.*?) FROM (mysql\.\w+)/s.exec(text) ?? [];
        return columns.split(', ').filter((column) => (sinceOf(dictionary, view, column.trim()) ?? Infinity) > version);
      });
    const both = [mysql.TABLE_GRANTS, mysql.COLUMN_GRANTS, mysql.ROUTINE_GRANTS, mysql.PROXY_GRANTS];
    expect(check(MYSQL, 50600, ...both)).toEqual([]);
    expect(check(MARIADB, 100100, ...both, mysql.MARIADB_ROLES)).toEqual([]);
    expect(check(MYSQL, 80000, mysql.DYNAMIC_GRANTS, mysql.MYSQL_ROLES, mysql.DEFAULT_ROLES)).toEqual([]);
    expect(check(MYSQL, 50700, mysql.MYSQL_ROLES)).not.toEqual([]);
  });
  test('the check finds what it is for', () => {
    expect(holds(ORACLE, 1201, oracle.users(true))).toEqual(['sys.dba_users.password_change_date (1800)']);
    expect(holds(SQLSERVER, 1100, sqlserver.LOGINS[1600]!)).toEqual(expect.arrayContaining(['AT TIME ZONE', 'CURRENT_TIMEZONE_ID']));
    expect(holds(SQLSERVER, 1100, 'SELECT p.nmae AS public FROM sys.server_principals p')).toEqual([
      'sys.server_principals.nmae (unknown)',
      'public',
    ]);
    expect(holds(SQLSERVER, 1100, "EXEC @call N'SELECT x.name FROM sys.nothing x WHERE x.y = ''a'''")).toEqual([
      'sys.nothing.name (unknown)',
      'sys.nothing.y (unknown)',
    ]);
    expect(references(sqlserver.EACH_DATABASE).references.length).toBeGreaterThan(60);
  });
});
