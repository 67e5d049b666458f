import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DbType } from './engine.ts';
import { effective, effectiveIndex, type Principal } from './effective.ts';
import { canonicalFacts, emptyFacts, type Grant, type Membership, type PrivilegeFacts } from './facts.ts';

const grant = (scope: Grant['scope'], privilege: string, more: Partial<Grant> = {}): Grant => ({
  scope,
  privilege,
  state: 'grant',
  grantable: false,
  ...more,
});
const member = (role: string, more: Partial<Membership> = {}): Membership => ({
  role,
  admin: false,
  inherit: true,
  set: true,
  default: true,
  ...more,
});
const who = (username: string, facts: Partial<PrivilegeFacts> = {}, more: Partial<Principal> = {}): Principal => ({
  username,
  isSuperuser: false,
  isRole: false,
  isPublic: false,
  facts: { ...emptyFacts(), ...facts },
  ...more,
});
const table = { database: 'd', schema: 's', object: 't' };
const ask = (dbType: DbType, world: Principal[], username: string, privilege: string, more = {}): unknown =>
  effectiveIndex(dbType, world).can(username, { scope: 'table', ...table, privilege, ...more });

describe('PostgreSQL', () => {
  const reader = who('reader', { grants: [grant('table', 'SELECT', table)] }, { isRole: true });
  test('through INHERIT now, through SET only after SET ROLE, else not at all', () => {
    expect(ask('postgresql', [reader, who('u', { memberships: [member('reader')] })], 'u', 'SELECT')).toMatchObject({
      via: [['member', 'reader']],
    });
    expect(ask('postgresql', [reader, who('u', { memberships: [member('reader', { inherit: false })] })], 'u', 'SELECT')).toMatchObject({
      via: [['member', 'reader']],
      set_role: true,
    });
    expect(
      ask('postgresql', [reader, who('u', { memberships: [member('reader', { inherit: false, set: false })] })], 'u', 'SELECT'),
    ).toBeNull();
  });
  test('the owner, unless he revoked from himself; the superuser, but not who inherits from one', () => {
    const owns = [{ scope: 'table' as const, ...table }];
    expect(ask('postgresql', [who('o', { owns })], 'o', 'DELETE')).toMatchObject({ via: [['owner']], grantable: true });
    expect(
      ask('postgresql', [who('o', { owns, grants: [grant('table', 'DELETE', { ...table, state: 'revoke' })] })], 'o', 'DELETE'),
    ).toBeNull();
    expect(ask('postgresql', [who('o', { owns })], 'o', 'MAINTAIN')).toBeNull();
    expect(ask('postgresql', [who('o', { owns }), who('pg_maintain')], 'o', 'MAINTAIN')).not.toBeNull();
    const boss = who('boss', {}, { isSuperuser: true });
    expect(ask('postgresql', [boss], 'boss', 'SELECT')).toMatchObject({ privilege: 'ALL', via: [['attribute', 'superuser']] });
    expect(ask('postgresql', [boss, who('u', { memberships: [member('boss')] })], 'u', 'SELECT')).toMatchObject({ set_role: true });
  });
  test('who became a role that inherits from a superuser is none; who may become the superuser is', () => {
    const world = (set: boolean): Principal[] => [
      who('boss', {}, { isSuperuser: true }),
      who('deputy', { memberships: [member('boss', { inherit: true, set })] }, { isRole: true }),
      who('u', { memberships: [member('deputy', { inherit: false })] }),
    ];
    expect(ask('postgresql', world(false), 'u', 'SELECT')).toBeNull();
    expect(ask('postgresql', world(true), 'u', 'SELECT')).toMatchObject({ set_role: true });
  });
  test('an owner may hand out what he has only through others', () => {
    const revoked = grant('table', 'SELECT', { ...table, state: 'revoke' });
    const everybody = who('public', { grants: [grant('table', 'SELECT', table)] }, { isPublic: true, isRole: true });
    const owner = who('o', { owns: [{ scope: 'table', ...table }], grants: [revoked] });
    expect(ask('postgresql', [everybody, owner], 'o', 'SELECT')).toMatchObject({ via: [['public']], grantable: true });
    expect(ask('postgresql', [everybody, who('u')], 'u', 'SELECT')).not.toHaveProperty('grantable');
  });
  test('pg_read_all_data reads any table, pg_database_owner counts in his database only', () => {
    expect(
      ask('postgresql', [who('pg_read_all_data'), who('u', { memberships: [member('pg_read_all_data')] })], 'u', 'SELECT'),
    ).toMatchObject({ via: [['member', 'pg_read_all_data']] });
    const world = [
      who('pg_database_owner', { grants: [grant('table', 'SELECT', table), grant('table', 'SELECT', { ...table, database: 'e' })] }),
      who('o', { owns: [{ scope: 'database', database: 'd' }] }),
    ];
    expect(ask('postgresql', world, 'o', 'SELECT')).toMatchObject({ via: [['owner'], ['member', 'pg_database_owner']] });
    expect(ask('postgresql', world, 'o', 'SELECT', { database: 'e' })).toBeNull();
    const reluctant = [world[0]!, { ...world[1]!, facts: { ...world[1]!.facts!, attributes: { can_inherit: false } } }];
    expect(ask('postgresql', reluctant, 'o', 'SELECT')).toMatchObject({ set_role: true });
    expect(ask('postgresql', [...reluctant, who('pg_use_reserved_connections')], 'o', 'SELECT')).not.toHaveProperty('set_role');
  });
  test('own before everybody, and a second entry where SET ROLE brings more than everybody has', () => {
    const everybody = who('public', { grants: [grant('table', 'SELECT', table)] }, { isPublic: true, isRole: true });
    expect(effective('postgresql', [everybody, who('u')], 'u')).toMatchObject([{ privilege: 'SELECT', via: [['public']] }]);
    expect(effective('postgresql', [everybody, who('u', { grants: [grant('table', 'SELECT', table)] })], 'u')).toMatchObject([{ via: [] }]);
    expect(
      effective('postgresql', [everybody, reader, who('u', { memberships: [member('reader', { inherit: false })] })], 'u'),
    ).toMatchObject([{ via: [['public']] }, { via: [['member', 'reader']], set_role: true }]);
  });
  test('who never was read contributes nothing, who is unknown has nothing', () => {
    expect(effective('postgresql', [who('u', { memberships: [member('x')] }), who('x', {}, { facts: null })], 'u')).toEqual([]);
    expect(effective('postgresql', [], 'u')).toEqual([]);
  });
  test('a circle of memberships ends', () => {
    expect(
      effective(
        'postgresql',
        [who('a', { memberships: [member('b')] }), who('b', { memberships: [member('a')], grants: [grant('table', 'SELECT', table)] })],
        'a',
      ).length,
    ).toBe(1);
  });
});

describe('MySQL and MariaDB', () => {
  test('database patterns: wildcards, escapes, most specific first', () => {
    const u = who('u@%', {
      grants: [grant('database', 'SELECT', { database: 'sales\\_%' }), grant('database', 'INSERT', { database: 'sales\\_eu' })],
    });
    const can = (database: string, privilege: string): boolean =>
      ask('mysql', [u], 'u@%', privilege, { database, schema: undefined }) !== null;
    expect([can('sales_us', 'SELECT'), can('salesxus', 'SELECT'), can('sales_eu', 'SELECT'), can('sales_eu', 'INSERT')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
  test('a partial revoke takes the global privilege away in that database', () => {
    const u = who('u@%', { grants: [grant('server', 'SELECT'), grant('database', 'SELECT', { database: 'mysql', state: 'revoke' })] });
    expect(ask('mysql', [u], 'u@%', 'SELECT', { database: 'mysql' })).toBeNull();
    expect(ask('mysql', [u], 'u@%', 'SELECT', { database: 'app' })).not.toBeNull();
    expect(effective('mysql', [u], 'u@%')).toMatchObject([
      { scope: 'database', database: 'mysql', denied_by: [['revoke', 'u@%']] },
      { scope: 'server' },
    ]);
  });
  test('a default role is active with what it was granted, another one after SET ROLE', () => {
    const roles = [
      who('r1@%', { memberships: [member('r2@%', { default: false })] }),
      who('r2@%', { grants: [grant('server', 'SELECT')] }),
    ];
    expect(ask('mysql', [...roles, who('u@%', { memberships: [member('r1@%')] })], 'u@%', 'SELECT')).toMatchObject({
      via: [
        ['member', 'r1@%'],
        ['member', 'r2@%'],
      ],
    });
    expect(ask('mysql', [...roles, who('u@%', { memberships: [member('r1@%', { default: false })] })], 'u@%', 'SELECT')).toMatchObject({
      set_role: true,
    });
  });
});

describe('SQL Server', () => {
  const reader = who('u', { memberships: [member('db_datareader', { database: 'd' })] });
  test('fixed roles count in their database', () => {
    expect(ask('sqlserver', [reader], 'u', 'SELECT')).toMatchObject({ database: 'd', via: [['member', 'db_datareader']] });
    expect(ask('sqlserver', [reader], 'u', 'SELECT', { database: 'e' })).toBeNull();
    expect(ask('sqlserver', [who('u', { memberships: [member('db_owner', { database: 'd' })] })], 'u', 'ALTER')).toMatchObject({
      privilege: 'CONTROL',
    });
  });
  test('DENY beats GRANT, wherever it comes from, but not sysadmin', () => {
    const deny = grant('schema', 'SELECT', { database: 'd', schema: 's', state: 'deny' });
    expect(ask('sqlserver', [{ ...reader, facts: { ...reader.facts!, grants: [deny] } }], 'u', 'SELECT')).toMatchObject({
      denied_by: [['deny', 'u']],
    });
    expect(ask('sqlserver', [who('public', { grants: [deny] }, { isPublic: true }), reader], 'u', 'SELECT')).toMatchObject({
      denied_by: [['public'], ['deny', 'public']],
    });
    expect(
      ask('sqlserver', [who('sysadmin'), who('u', { memberships: [member('sysadmin')], grants: [deny] })], 'u', 'SELECT'),
    ).not.toHaveProperty('denied_by');
    expect(
      ask(
        'sqlserver',
        [who('u', { memberships: [member('db_datareader', { database: 'd' }), member('db_denydatareader', { database: 'd' })] })],
        'u',
        'SELECT',
      ),
    ).toMatchObject({
      denied_by: [
        ['member', 'db_denydatareader'],
        ['deny', 'db_denydatareader'],
      ],
    });
  });
  test('user-defined database roles are rows of their own', () => {
    const world = [
      who('[d].[clerks]', { grants: [grant('table', 'UPDATE', table)] }, { isRole: true }),
      who('u', { memberships: [member('clerks', { database: 'd' })] }),
    ];
    expect(ask('sqlserver', world, 'u', 'UPDATE')).toMatchObject({ via: [['member', 'clerks']] });
  });
});

describe('Oracle', () => {
  test('ANY privileges, own schema, default roles, everybody', () => {
    const world = [
      who('PUBLIC', { grants: [grant('table', 'SELECT', { schema: 'SYS', object: 'DUAL' })] }, { isPublic: true }),
      who('R', { grants: [grant('server', 'SELECT ANY TABLE')] }, { isRole: true }),
      who('U', { memberships: [member('R')] }),
      who('V', { memberships: [member('R', { default: false })] }),
    ];
    expect(ask('oracle', world, 'U', 'SELECT', { database: undefined, schema: 'HR', object: 'EMP' })).toMatchObject({
      privilege: 'SELECT ANY TABLE',
    });
    expect(ask('oracle', world, 'V', 'SELECT', { database: undefined, schema: 'HR', object: 'EMP' })).toMatchObject({ set_role: true });
    expect(ask('oracle', world, 'U', 'DELETE', { database: undefined, schema: 'U', object: 'T' })).toMatchObject({ via: [['owner']] });
    expect(ask('oracle', world, 'U', 'SELECT', { database: undefined, schema: 'SYS', object: 'DUAL' })).toMatchObject({
      via: [['public']],
    });
  });
});

test('properties: every direct grant is effective, more grants never mean less, the order of accounts does not matter', () => {
  const names = ['a', 'b', 'c', 'd'];
  const anyGrant = fc
    .record({ privilege: fc.constantFrom('SELECT', 'INSERT'), object: fc.constantFrom('t', 'u') })
    .map(({ privilege, object }) => grant('table', privilege, { ...table, object }));
  const anyWorld = fc.tuple(
    ...names.map((name) =>
      fc
        .record({
          grants: fc.array(anyGrant, { maxLength: 3 }),
          roles: fc.array(fc.record({ role: fc.constantFrom(...names), inherit: fc.boolean(), set: fc.boolean() }), { maxLength: 3 }),
        })
        .map(({ grants, roles }) =>
          who(
            name,
            canonicalFacts({ ...emptyFacts(), grants, memberships: roles.map(({ role, inherit, set }) => member(role, { inherit, set })) }),
          ),
        ),
    ),
  );
  fc.assert(
    fc.property(anyWorld, anyGrant, (world, extra) => {
      const before = effective('postgresql', world, 'a');
      for (const own of world[0]!.facts!.grants)
        expect(before.some((entry) => entry.privilege === own.privilege && entry.object === own.object && entry.via.length === 0)).toBe(
          true,
        );
      expect(effective('postgresql', [...world].reverse(), 'a').map(({ via: _via, ...entry }) => entry)).toEqual(
        before.map(({ via: _via, ...entry }) => entry),
      );
      const richer = world.map((principal) =>
        principal.username === 'b'
          ? { ...principal, facts: { ...principal.facts!, grants: [...principal.facts!.grants, extra] } }
          : principal,
      );
      const now = (world: Principal[]): string[] =>
        effective('postgresql', world, 'a')
          .filter((entry) => !entry.set_role)
          .map((entry) => `${entry.object} ${entry.privilege}`);
      expect(now(richer)).toEqual(expect.arrayContaining(now(world)));
    }),
  );
});
