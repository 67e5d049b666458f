import { expect, test } from 'vitest';
import type { DbType } from './engine.ts';
import { emptyFacts, type Grant, type Membership, type PrivilegeFacts } from './facts.ts';
import type { Principal } from './effective.ts';
import { type AccessQuestion, decidingPrivileges, whoCan } from './who-can.ts';

const grant = (scope: Grant['scope'], privilege: string, more: Partial<Grant> = {}): Grant => ({
  ...{ scope, privilege, state: 'grant' as const, grantable: false },
  ...more,
});
const member = (role: string, more: Partial<Membership> = {}): Membership => ({
  ...{ role, admin: false, inherit: true, set: true, default: true },
  ...more,
});
const who = (username: string, facts: Partial<PrivilegeFacts> = {}, more: Partial<Principal> = {}): Principal => ({
  ...{ username, isSuperuser: false, isRole: false, isPublic: false, facts: { ...emptyFacts(), ...facts } },
  ...more,
});
const names = (dbType: DbType, world: Principal[], question: AccessQuestion) =>
  whoCan(
    dbType,
    world,
    world.filter((one) => !one.isRole && !one.isPublic).map((one) => one.username),
    question,
  ).map(({ username, entry }) => `${username}${entry.denied_by ? ' denied' : entry.set_role ? ' after SET ROLE' : ''}`);
const table = { database: 'shop', schema: 'public', object: 'orders' };

test('PostgreSQL: anywhere, in a database, on one table; a privilege of the schema says nothing of its tables', () => {
  const world = [
    who('reader', { grants: [grant('table', 'SELECT', table)] }, { isRole: true }),
    who('ann', { memberships: [member('reader')] }),
    who('bob', { memberships: [member('reader', { inherit: false })] }),
    who('cid', { grants: [grant('table', 'SELECT', { ...table, object: 'users' })] }),
    who('dan', { grants: [grant('schema', 'USAGE', { database: 'shop', schema: 'public' })] }),
    who('eve', { memberships: [member('pg_read_all_data')] }),
    who('root', {}, { isSuperuser: true }),
  ];
  expect(names('postgresql', world, { privilege: 'SELECT' })).toEqual(['ann', 'bob after SET ROLE', 'cid', 'eve', 'root']);
  expect(names('postgresql', world, { privilege: 'SELECT', ...table })).toEqual(['ann', 'bob after SET ROLE', 'eve', 'root']);
  expect(names('postgresql', world, { privilege: 'SELECT', database: 'other' })).toEqual(['eve', 'root']);
  expect(names('postgresql', world, { privilege: 'USAGE', schema: 'public' })).toEqual(['dan', 'eve', 'root']);
  expect(names('postgresql', world, { privilege: 'USAGE', ...table })).toEqual(['root']);
});

test('DROP and GRANT are spelled by each engine in its own words', () => {
  const owner = who('owner', { owns: [{ scope: 'table', ...table }] });
  expect(names('postgresql', [owner, who('x', { grants: [grant('table', 'DELETE', table)] })], { privilege: 'DROP', ...table })).toEqual([
    'owner',
  ]);
  expect(
    names('postgresql', [owner, who('x', { grants: [grant('table', 'DELETE', { ...table, grantable: true })] })], { privilege: 'GRANT' }),
  ).toEqual(['owner', 'x']);
  expect(
    names('oracle', [who('A', { grants: [grant('server', 'DROP ANY TABLE')] }), who('B', { grants: [grant('server', 'CREATE TABLE')] })], {
      privilege: 'DROP',
      schema: 'SHOP',
      object: 'ORDERS',
    }),
  ).toEqual(['A']);
  const alter = (scope: Grant['scope'], more: Partial<Grant>) => grant(scope, 'ALTER', { database: 'shop', ...more });
  expect(
    names(
      'sqlserver',
      [
        who('schema', { grants: [alter('schema', { schema: 'public' })] }),
        who('table', { grants: [alter('table', { schema: 'public', object: 'orders' })] }),
        who('owner', { memberships: [member('db_owner', { database: 'shop' })] }),
      ],
      { privilege: 'DROP', ...table },
    ),
  ).toEqual(['schema', 'owner']);
});

test('MySQL: patterns of databases, the most specific one decides, a partial revoke takes away', () => {
  const world = [
    who('any@%', { grants: [grant('server', 'DROP')] }),
    who('pattern@%', { grants: [grant('database', 'DROP', { database: 'shop\\_%' })] }),
    who('hidden@%', { grants: [grant('database', 'DROP', { database: 'shop%' }), grant('database', 'SELECT', { database: 'shop\\_eu' })] }),
    who('holed@%', { grants: [grant('server', 'DROP'), grant('database', 'DROP', { database: 'shop_eu', state: 'revoke' })] }),
  ];
  expect(names('mysql', world, { privilege: 'DROP', database: 'shop_eu' })).toEqual(['any@%', 'pattern@%']);
  expect(names('mysql', world, { privilege: 'DROP', database: 'shop_us' })).toEqual(['any@%', 'pattern@%', 'hidden@%', 'holed@%']);
  expect(names('mysql', world, { privilege: 'DROP', database: 'other' })).toEqual(['any@%', 'holed@%']);
});

test('SQL Server: DENY is told with its reason, CONTROL SERVER reaches everywhere, sysadmin is not denied', () => {
  const world = [
    who('reader', { memberships: [member('db_datareader', { database: 'shop' })] }),
    who('denied', {
      memberships: [member('db_datareader', { database: 'shop' })],
      grants: [grant('table', 'SELECT', { ...table, state: 'deny' })],
    }),
    who('server', { grants: [grant('server', 'CONTROL SERVER')] }),
    who('sa', { memberships: [member('sysadmin')] }),
  ];
  expect(names('sqlserver', world, { privilege: 'SELECT', ...table })).toEqual(['reader', 'denied denied', 'server', 'sa']);
  expect(names('sqlserver', world, { privilege: 'SELECT', database: 'other' })).toEqual(['server', 'sa']);
});

test('what everybody has is told as everybody’s', () => {
  const everybody = who('public', { grants: [grant('database', 'CONNECT', { database: 'shop' })] }, { isPublic: true, isRole: true });
  const [found] = whoCan('postgresql', [everybody, who('ann')], ['ann'], { privilege: 'CONNECT', database: 'shop' });
  expect(found?.entry.via).toEqual([['public']]);
});

test('the deciding privileges are enough: leaving the others out changes no answer', () => {
  const world = [
    who('a', { grants: [grant('server', 'SELECT ANY TABLE'), grant('server', 'CREATE SESSION')] }),
    who('b', { grants: [grant('table', 'READ', { schema: 'SHOP', object: 'ORDERS' })] }),
    who('c', { grants: [grant('server', 'CREATE SESSION')] }),
  ];
  const question = { privilege: 'SELECT', schema: 'SHOP', object: 'ORDERS' };
  const wanted = new Set(decidingPrivileges('oracle', question));
  const reduced = world.map((one) => ({
    ...one,
    facts: { ...one.facts!, grants: one.facts!.grants.filter((g) => wanted.has(g.privilege)) },
  }));
  expect(names('oracle', reduced, question)).toEqual(['a', 'b']);
  expect(names('oracle', world, question)).toEqual(['a', 'b']);
});
