import { describe, expect, test } from 'vitest';
import type { Question } from '../cover.ts';
import { effectiveIndex, type EffectivePrivilege } from '../effective.ts';
import type { AccountFact } from '../engine.ts';
import fixture from './fixtures/doc-oracle-19c.json' with { type: 'json' };
import { isLocked, isShut, parseAccounts, type OracleRows } from './parse.ts';

const rows = fixture as unknown as OracleRows;
const accounts = parseAccounts(rows, fixture.here.container);
const account = (name: string): AccountFact => {
  const found = accounts.find((candidate) => candidate.username === name);
  if (!found) throw new Error(`no account ${name}`);
  return found;
};

describe('users and roles', () => {
  test('locked as the status says: a grace period still signs in', () => {
    const statuses = ['OPEN', 'EXPIRED(GRACE)', 'EXPIRED', 'LOCKED', 'LOCKED(TIMED)', 'EXPIRED & LOCKED', 'EXPIRED(GRACE) & LOCKED(TIMED)'];
    expect(statuses.filter(isLocked)).toEqual(statuses.slice(2));
  });
  test("Oracle's own accounts are left out while nobody can sign in to them, and never SYS and SYSTEM", () => {
    expect(rows.users.filter(isShut).map((user) => user.name)).toEqual(['OUTLN', 'XDB']);
  });
  test('SYS, DBA through any number of roles, SYSDBA of the password file: superusers', () => {
    expect(accounts.filter((row) => row.isSuperuser).map((row) => row.username)).toEqual(['SYS', 'SYSTEM', 'C##OPS', 'ROOTED']);
    const withFile = { ...rows, passwordFile: [...rows.passwordFile, { name: 'HR', sysdba: 'TRUE' }] };
    expect(parseAccounts(withFile, null).find((row) => row.username === 'HR')?.isSuperuser).toBe(true);
  });
  test('what the dictionary says of an account', () => {
    expect(account('REPORTS')).toMatchObject({
      isLocked: false,
      typeSpecific: {
        account_status: 'EXPIRED(GRACE)',
        expiry_date: '2025-02-01T00:00:00.000+00:00',
        profile: 'STRICT',
        common: 'NO',
        container: 'SALESPDB',
      },
    });
    expect(account('APP').passwordLastChanged).toBe('2024-05-02T03:04:05.000+00:00');
    expect(account('PUBLIC')).toMatchObject({ isPublic: true, isRole: true });
    expect(account('CLERK')).toMatchObject({ isRole: true, typeSpecific: { oracle_maintained: false } });
  });
  test('grants by what they are on, roles with their options, quotas with their limit', () => {
    const plain = { state: 'grant', grantable: false, grantor: 'HR' };
    expect(account('CLERK').facts.grants).toEqual([
      { scope: 'column', schema: 'HR', object: 'EMPLOYEES', column: 'PHONE', privilege: 'UPDATE', ...plain },
      { scope: 'routine', schema: 'HR', object: 'RAISE', privilege: 'EXECUTE', ...plain },
      { scope: 'server', privilege: 'CREATE SESSION', state: 'grant', grantable: false },
      { scope: 'table', schema: 'HR', object: 'EMPLOYEES', privilege: 'SELECT', ...plain },
    ]);
    expect(account('APP').facts.grants.map(({ scope, kind, schema, privilege }) => [scope, kind, schema, privilege])).toEqual([
      ['other', 'DIRECTORY', 'SYS', 'WRITE'],
      ['schema', undefined, 'HR', 'SELECT ANY TABLE'],
      ['sequence', undefined, 'HR', 'SELECT'],
      ['server', undefined, undefined, 'UNLIMITED TABLESPACE'],
      ['type', undefined, 'HR', 'EXECUTE'],
    ]);
    expect(account('REPORTS').facts.memberships).toEqual([{ role: 'CHIEF', admin: true, inherit: true, set: true, default: false }]);
    expect(account('APP').facts.attributes).toEqual({
      administrative_privileges: ['SYSOPER'],
      quotas: { DATA: { bytes: 3250586, max_bytes: 104857600 }, USERS: { bytes: 13107200, max_bytes: -1 } },
    });
  });
});

describe('in effect', () => {
  const index = effectiveIndex('oracle', accounts);
  const ask = (who: string, privilege: string, question: Partial<Question>): EffectivePrivilege | null =>
    index.can(who, { scope: 'table', schema: 'HR', privilege, ...question });
  test('through a default role, and only after SET ROLE through another', () => {
    expect(ask('APP', 'EXECUTE', { scope: 'routine', object: 'RAISE' })).toMatchObject({ via: [['member', 'CLERK']] });
    expect(ask('REPORTS', 'EXECUTE', { scope: 'routine', object: 'RAISE' })).toMatchObject({
      via: [
        ['member', 'CHIEF'],
        ['member', 'CLERK'],
      ],
      set_role: true,
    });
  });
  test('ANY reaches every schema but SYS, a schema privilege its schema', () => {
    expect(ask('REPORTS', 'SELECT', { object: 'EMPLOYEES' })).toMatchObject({ privilege: 'SELECT ANY TABLE', via: [] });
    expect(ask('REPORTS', 'SELECT', { schema: 'SYS', object: 'USER$' })).toBeNull();
    expect(ask('APP', 'SELECT', { object: 'SALARIES' })).toMatchObject({ scope: 'schema', privilege: 'SELECT ANY TABLE' });
    expect(ask('APP', 'SELECT', { schema: 'SCOTT', object: 'EMP' })).toBeNull();
    expect(ask('APP', 'DELETE', { object: 'SALARIES' })).toBeNull();
  });
  test('own schema, everybody, and who is asked for nothing', () => {
    expect(ask('HR', 'DELETE', { object: 'EMPLOYEES' })).toMatchObject({ via: [['owner']] });
    expect(ask('LEFT', 'READ', { object: 'JOBS' })).toMatchObject({ via: [['public']] });
    expect(ask('LEFT', 'SELECT', { object: 'JOBS' })).toMatchObject({ privilege: 'READ' });
    expect(ask('SYS', 'DELETE', { object: 'JOBS' })).toMatchObject({ privilege: 'ALL', via: [['attribute', 'SYS']] });
  });
});
