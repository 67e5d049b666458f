import { describe, expect, test } from 'vitest';
import { DB_TYPES, type AccountFact, type DbType } from './engine.ts';
import { emptyFacts } from './facts.ts';
import { DEFAULT_ACCOUNT_FILTERS, DEFAULT_DATABASE_FILTERS, filterAccounts, filterDatabases, patternToRegExp } from './filters.ts';

describe('database names by default', () => {
  const cases: [DbType, string[], string[]][] = [
    [
      'mysql',
      ['tmp_x', 'TEMP_x', '#sql-1', 'mysql', 'SYS', 'Information_Schema', 'tmp_'],
      ['tmpdata', 'temperature', 'sales', 'mysql_app', 'system'],
    ],
    ['postgresql', ['template0', 'template1', 'postgres', 'pg_x'], ['pgbench', 'postgres2', 'SALES']],
    ['sqlserver', ['master', 'MSDB', 'ReportServerTempDB', 'reportserver'], ['ReportsServer', 'Sales', 'masterdata']],
    ['oracle', ['SYSTEM', 'SYSAUX', 'USERS', 'users', 'SYSTEM2'], ['SALES', 'USERS2', 'DATA']],
  ];
  test.each(cases)('%s', (dbType, excluded, kept) => {
    expect(filterDatabases([...excluded, ...kept], DEFAULT_DATABASE_FILTERS[dbType])).toEqual({ kept, filtered: excluded });
  });
});

test('patterns: % any run, _ itself, backslash literal, anchored, other signs plain (40-D19)', () => {
  const matches = (pattern: string, name: string): boolean => patternToRegExp(pattern, false).test(name);
  expect(matches('a%c', 'abbc') && matches('a%c', 'ac') && !matches('a%c', 'acd')).toBe(true);
  expect(matches('a_c', 'a_c') && !matches('a_c', 'abc')).toBe(true);
  expect(matches('100\\%', '100%') && !matches('100\\%', '1000')).toBe(true);
  expect(matches('a\\_b', 'a_b') && matches('NT SERVICE\\\\%', 'nt service\\x')).toBe(true);
  expect(matches('a.(b)[c]+%', 'A.(B)[C]+\n')).toBe(true);
});

const account = (username: string, more: Partial<AccountFact> = {}): AccountFact => ({
  username,
  displayName: username,
  isSuperuser: false,
  isLocked: false,
  isRole: false,
  isPublic: false,
  passwordLastChanged: null,
  typeSpecific: {},
  facts: emptyFacts(),
  ...more,
});

test('security-relevant identities are never hidden by default, nor are roles', () => {
  const seen: Record<DbType, string[]> = {
    mysql: ['@localhost', 'root@%', 'mysql_app@%', 'mysql.sys@%', 'rdsadmin@localhost'],
    postgresql: ['rdsadmin', 'rds_superuser', 'postgres', 'pgbouncer', 'pg_monitor'],
    sqlserver: ['BUILTIN\\Administrators', 'sa', 'CORP\\dba', '##MS_DatabaseConnector##x'],
    oracle: ['SYS', 'SYSTEM', 'HR', 'OE', 'ADMIN', 'DEMO', 'SCOTT', 'RDSADMIN', 'ORDERS', 'XDBUSER'],
  };
  for (const dbType of DB_TYPES) {
    expect(
      filterAccounts(
        dbType,
        seen[dbType].map((name) => account(name)),
        DEFAULT_ACCOUNT_FILTERS[dbType],
      ).kept.map((kept) => kept.username),
    ).toEqual(seen[dbType]);
  }
  const role = account('r', { isRole: true });
  expect(filterAccounts('postgresql', [role], { exclude: ['r'], patterns: ['%'] })).toEqual({ kept: [role], filteredOut: 0 });
});

test('the case of account names matters as it does on the server; MySQL names match with and without host', () => {
  const hidden = (dbType: DbType, name: string, pattern: string, user?: string): number =>
    filterAccounts(dbType, [account(name, { typeSpecific: { original_username: user } })], { exclude: [], patterns: [pattern] })
      .filteredOut;
  expect([
    hidden('postgresql', 'App', 'app%'),
    hidden('oracle', 'APP', 'app%'),
    hidden('sqlserver', 'nt authority\\SYSTEM', 'NT AUTHORITY\\\\%'),
  ]).toEqual([0, 1, 1]);
  expect([
    hidden('mysql', 'app@%', 'app', 'app'),
    hidden('mysql', 'app@%', 'app@\\%', 'app'),
    hidden('mysql', 'app@%', 'ap', 'app'),
  ]).toEqual([1, 1, 0]);
});
