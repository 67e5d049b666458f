import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EngineError } from '../engine.ts';
import { toEngineError } from './client.ts';
import { parseVersion, readFacts, type AclRow, type MemberRow, type RoleRow } from './parse.ts';

const recorded = JSON.parse(readFileSync(new URL('fixtures/recorded-18.json', import.meta.url), 'utf8')) as {
  version: number;
  roles: RoleRow[];
  members: MemberRow[];
  cluster: AclRow[];
  objects: AclRow[];
};
const parsed = (...lists: AclRow[][]) => {
  const reader = readFacts(recorded);
  lists.forEach((rows) => reader.add(rows));
  return reader.accounts([]);
};
const accounts = parsed(recorded.cluster, recorded.objects);
const account = (name: string) => accounts.find((found) => found.username === name)!;

test('recorded from version 18: owner, grants, defaults, what was taken from everybody', () => {
  expect(account('grp').facts).toMatchObject({
    owns: [
      { scope: 'database', database: 'shop' },
      { scope: 'table', database: 'shop', schema: 'public', object: 'orders' },
    ],
    grants: [{ scope: 'table', object: 'orders', privilege: 'DELETE', state: 'revoke' }],
  });
  expect(account('app').facts.memberships).toEqual([
    { role: 'grp', admin: true, inherit: false, set: true, default: false, grantor: 'postgres' },
  ]);
  expect(account('app').facts.grants).toEqual([
    {
      scope: 'column',
      database: 'shop',
      schema: 'public',
      object: 'orders',
      column: 'email',
      privilege: 'UPDATE',
      state: 'grant',
      grantable: false,
      grantor: 'grp',
    },
    {
      scope: 'table',
      database: 'shop',
      schema: 'public',
      object: 'orders',
      privilege: 'SELECT',
      state: 'grant',
      grantable: true,
      grantor: 'grp',
    },
  ]);
  const everybody = account('public').facts.grants.map((grant) => [
    grant.state,
    grant.privilege,
    grant.object ?? grant.schema ?? grant.database,
  ]);
  expect(everybody).toContainEqual(['grant', 'EXECUTE', 'f(integer, text)']);
  expect(everybody).toContainEqual(['revoke', 'EXECUTE', 'pg_sleep(double precision)']);
  expect(everybody).toContainEqual(['revoke', 'EXECUTE', 'ROUTINES']);
  expect(everybody).toContainEqual(['grant', 'CONNECT', 'shop']);
  expect(account('postgres')).toMatchObject({ isSuperuser: true, isRole: false });
  expect(account('pg_monitor')).toMatchObject({ isRole: true, isLocked: true, typeSpecific: { is_predefined: true, is_group: true } });
});

test('the order of rows does not matter', () => {
  const again = parsed([...recorded.objects].reverse(), [...recorded.cluster].reverse());
  expect(JSON.stringify(again.map((one) => one.facts))).toBe(JSON.stringify(accounts.map((one) => one.facts)));
});

test('versions', () => {
  expect(parseVersion('PostgreSQL 18.4 on x86_64', '18.4 (Debian 18.4-1)')).toEqual({ main: '18.4', detailed: '18.4' });
  expect(parseVersion('PostgreSQL 17devel', '17devel')).toEqual({ main: '17', detailed: '17' });
});

test.each([
  ['28P01', 'connect', 'AUTH_FAILED'],
  ['28000', 'connect', 'AUTH_FAILED'],
  ['3D000', 'connect', 'DATABASE_NOT_FOUND'],
  ['53300', 'connect', 'TOO_MANY_CONNECTIONS'],
  ['42501', 'connect', 'PERMISSION_DENIED'],
  ['42501', 'query', 'PRIVILEGE_MISSING'],
  ['57014', 'query', 'TIMEOUT'],
  ['XX000', 'query', 'QUERY_FAILED'],
  ['ECONNREFUSED', 'connect', 'CONNECTION_REFUSED'],
  ['ECONNRESET', 'connect', 'CONNECTION_REFUSED'],
  ['ECONNRESET', 'query', 'QUERY_FAILED'],
  ['EHOSTUNREACH', 'connect', 'NETWORK_UNREACHABLE'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'connect', 'TLS_ERROR'],
  ['whatever', 'connect', 'UNKNOWN'],
] as const)('%s while %s is %s', (code, stage, expected) => {
  const error = toEngineError(Object.assign(new Error('words do not count: password'), { code }), stage);
  expect(error).toBeInstanceOf(EngineError);
  expect(error.code).toBe(expected);
});
