import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { effectiveIndex } from '../effective.ts';
import { displayName, identity, parseVersion, privilegesOfAccess } from './names.ts';
import {
  draftOfMariadb,
  draftOfUser,
  mandatoryRoles,
  noRows,
  parseAccounts,
  type GrantRows,
  type MariadbAccountRow,
  type UserRow,
} from './parse.ts';
import { mysqlAccounts, privilegeColumns } from './queries.ts';

const fixture = <T>(name: string): T => JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as T;

describe('MySQL 8.0 (from the manual)', () => {
  const doc = fixture<{ banner: string; comment: string; users: UserRow[]; grants: GrantRows }>('doc-mysql-8.0.json');
  const version = parseVersion(doc.banner, doc.comment);
  const accounts = parseAccounts(doc.users.map(draftOfUser), doc.grants, version);
  const account = (name: string) => accounts.find((found) => found.username === name)!;

  test('roles, default and mandatory', () => {
    expect(account('app_read@%')).toMatchObject({ isRole: true, isLocked: true });
    expect(account('dev1@localhost').facts.memberships).toEqual([
      { role: 'app_read@%', admin: false, inherit: true, set: true, default: true, grantor: 'mandatory_roles' },
      { role: 'app_read@%', admin: true, inherit: true, set: true, default: true },
    ]);
    expect(
      effectiveIndex('mysql', accounts).can('dev1@localhost', { scope: 'table', database: 'app_db', object: 'x', privilege: 'SELECT' }),
    ).toMatchObject({ via: [['member', 'app_read@%']] });
  });
  test('table, column, routine, dynamic and proxy grants keep their case and grantor', () => {
    expect(account('dev1@localhost').facts.grants).toEqual([
      { scope: 'column', database: 'app_db', object: 'Orders', column: 'Price', privilege: 'UPDATE', state: 'grant', grantable: true },
      ...['ALTER ROUTINE', 'EXECUTE'].map((privilege) => ({
        scope: 'routine',
        kind: 'PROCEDURE',
        database: 'app_db',
        object: 'p',
        privilege,
        state: 'grant',
        grantable: false,
        grantor: 'root@localhost',
      })),
      ...['CREATE VIEW', 'GRANT OPTION', 'SELECT', 'SHOW VIEW'].map((privilege) => ({
        scope: 'table',
        database: 'app_db',
        object: 'Orders',
        privilege,
        state: 'grant',
        grantable: true,
        grantor: 'root@localhost',
      })),
    ]);
    expect(account('root@localhost').facts.grants).toContainEqual({
      scope: 'server',
      privilege: 'ROLE_ADMIN',
      state: 'grant',
      grantable: true,
    });
    expect(account('root@localhost').facts.grants).toContainEqual({
      scope: 'server',
      privilege: 'CREATE TEMPORARY TABLES',
      state: 'grant',
      grantable: true,
    });
    expect(account('root@localhost').facts.grants).toContainEqual({
      scope: 'proxy',
      object: '@%',
      privilege: 'PROXY',
      state: 'grant',
      grantable: true,
      grantor: 'boot@',
    });
  });
  test('partial revokes are revokes', () => {
    expect(account('u1@%').facts.grants).toEqual([
      { scope: 'database', database: 'mysql', privilege: 'SELECT', state: 'revoke', grantable: false },
      { scope: 'server', privilege: 'SELECT', state: 'grant', grantable: false },
    ]);
  });
  test('superusers and times', () => {
    expect(accounts.filter((found) => found.isSuperuser).map((found) => found.username)).toEqual(['root@localhost', 'mgr@%']);
    expect(account('root@localhost').passwordLastChanged).toBe('2024-05-01T08:09:10.000+00:00');
  });
});

describe('MariaDB', () => {
  const version = parseVersion('10.11.19-MariaDB-0+deb12u1', 'Debian 12');
  const row = (more: Partial<MariadbAccountRow>): MariadbAccountRow => ({
    user: 'u',
    host: '%',
    access: '0',
    version_id: '101119',
    plugin: 'mysql_native_password',
    plugins: null,
    locked: '0',
    changed: null,
    lifetime: null,
    is_role: '0',
    default_role: null,
    ssl_type: null,
    max_user_connections: null,
    ...more,
  });
  const read = (...rows: MariadbAccountRow[]) =>
    parseAccounts(
      rows.map((one) => draftOfMariadb(one, version)),
      noRows(),
      version,
    );
  test('several authentication plugins, lock, time, PUBLIC', () => {
    const [via, everybody] = read(
      row({ plugin: '', plugins: '["ed25519","unix_socket"]', locked: '1', changed: '1700000000' }),
      row({ user: 'PUBLIC', host: '', is_role: '1' }),
    );
    expect(via).toMatchObject({
      isLocked: true,
      passwordLastChanged: '2023-11-14T22:13:20.000+00:00',
      typeSpecific: { plugin: 'ed25519 OR unix_socket' },
    });
    expect(everybody).toMatchObject({ username: 'PUBLIC', isPublic: true, isRole: true });
  });
  test('all bits are the privileges of this version and no others', () => {
    expect(privilegesOfAccess('18446744073709551615', 101119, 0).length).toBe(39);
    expect(privilegesOfAccess('18446744073709551615', 100400, 0)).toContain('REPLICATION CLIENT');
    expect(privilegesOfAccess('32768', 100600, 0)).toContain('SET USER');
    expect(privilegesOfAccess('32768', 100600, 100600)).toEqual(['SUPER']);
    expect(privilegesOfAccess('nonsense', 100600, 0)).toEqual([]);
  });
});

test('versions', () => {
  expect(parseVersion('8.0.36-28', '')).toEqual({ number: 80036, flavour: 'mysql', main: '8.0', detailed: '8.0.36' });
  expect(parseVersion('5.5.5-10.4.2-MariaDB', '')).toMatchObject({ number: 100402, flavour: 'mariadb', main: '10.4' });
  expect(parseVersion('8.0.mysql_aurora.3.04.0', '')).toMatchObject({ number: 80000, main: '8.0' });
  expect(parseVersion('?', '')).toMatchObject({ number: 0, main: null });
});

test('identities cannot be taken for one another', () => {
  expect([identity('u', '10.%'), identity('r', ''), identity('a@b', ''), identity('', 'localhost')]).toEqual([
    'u@10.%',
    'r',
    'a@b@',
    '@localhost',
  ]);
  expect(displayName('', 'localhost')).toBe("''@localhost");
});

test('mandatory roles', () => {
  expect(mandatoryRoles("role1, 'r,2'@'%.x',`a``b`@localhost, \"q\"")).toEqual(['role1@%', 'r,2@%.x', 'a``b@localhost', 'q@%']);
  expect(mandatoryRoles('')).toEqual([]);
});

test('no statement reads a password, and only privilege columns get into one', () => {
  const columns = ['Host', 'User', 'authentication_string', 'Password', 'plugin', 'User_attributes', 'Select_priv', 'x; DROP_priv'];
  expect(privilegeColumns(columns)).toEqual(['Select_priv']);
  const statement = mysqlAccounts(columns);
  expect(statement).toMatch(/^\/\* whalefall \*\/ SELECT /);
  expect(statement).not.toMatch(/authentication_string|Password\b|DROP/);
});
