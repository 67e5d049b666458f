import { describe, expect, test } from 'vitest';
import type { AccountFact } from '../engine.ts';
import { effectiveIndex, type EffectivePrivilege, type Step } from '../effective.ts';
import type { Question } from '../cover.ts';
import fixture from './fixtures/doc-sqlserver-2022.json' with { type: 'json' };
import { instant, parseAccounts, type DatabaseRow, type LoginRow, type PermissionRow } from './parse.ts';
import type { DatabaseRows } from './parse-database.ts';

function read(): AccountFact[] {
  const inside = new Map<number, DatabaseRows>();
  for (const { id, inside: rows } of fixture.databases as unknown as { id: number; inside: Record<string, unknown> | null }[])
    if (rows)
      inside.set(id, {
        principals: rows['P'] as never,
        members: rows['M'] as never,
        schemas: rows['S'] as never,
        objects: rows['O'] as never,
        grants: rows['G'] as never,
      });
  return parseAccounts({
    logins: fixture.logins as LoginRow[],
    members: fixture.members,
    permissions: fixture.permissions as PermissionRow[],
    databases: fixture.databases as unknown as DatabaseRow[],
    inside,
    unread: [],
  });
}
const accounts = read();
const account = (name: string): AccountFact => {
  const found = accounts.find((candidate) => candidate.username === name);
  if (!found) throw new Error(`no account ${name}`);
  return found;
};

describe('logins', () => {
  test('each principal of the server is a row, and what exists in one database only', () => {
    expect(accounts.map((row) => row.username).filter((name) => name.startsWith('['))).toEqual([
      '[master].[guest]',
      '[msdb].[guest]',
      '[Sales].[ghost]',
      '[Sales].[nologin]',
      '[Sales].[contained]',
      '[Sales].[clerks]',
      '[Sales].[bosses]',
      '[Sales].[door]',
      '[Forum].[guest]',
    ]);
    expect(account('public')).toMatchObject({ isRole: true, isPublic: true });
    expect(account('auditors')).toMatchObject({ isRole: true, isPublic: false, typeSpecific: { is_fixed_role: false } });
  });
  test('disabled, locked by the policy, DENY CONNECT SQL: locked', () => {
    expect(accounts.filter((row) => row.isLocked).map((row) => row.username)).toEqual([
      'sa',
      '##MS_PolicyTsqlExecutionLogin##',
      'left',
      'barred',
    ]);
    expect(account('left').typeSpecific).toMatchObject({ is_disabled: false, is_login_locked: true, must_change_password: true });
  });
  test('sysadmin and CONTROL SERVER make a superuser, securityadmin does not', () => {
    expect(accounts.filter((row) => row.isSuperuser).map((row) => row.username)).toEqual(['sysadmin', 'CORP\\dba', 'keeper']);
  });
  test('the last change of a password is an instant in UTC', () => {
    expect(account('app').passwordLastChanged).toBe('2024-05-02T03:04:05.670+00:00');
    expect(account('CORP\\dba').passwordLastChanged).toBeNull();
    expect([instant('2024-05-02T03:04:05'), instant('never'), instant(null)]).toEqual(['2024-05-02T03:04:05.000+00:00', null, null]);
  });
  test('server permissions with their state; a login as the thing permitted on', () => {
    expect(account('keeper').facts.grants).toContainEqual({
      scope: 'server',
      privilege: 'CONTROL SERVER',
      state: 'grant',
      grantable: true,
      grantor: 'sa',
    });
    expect(account('barred').facts.grants).toMatchObject([{ privilege: 'CONNECT SQL', state: 'deny' }]);
    expect(account('deep').facts.grants.filter((grant) => grant.scope === 'other' && !grant.database)).toMatchObject([
      { kind: 'LOGIN', object: 'sa', privilege: 'IMPERSONATE' },
      { kind: 'SERVER ROLE', object: 'auditors', privilege: 'ALTER' },
    ]);
    expect(account('CORP\\dba').facts.owns).toEqual([{ scope: 'other', kind: 'SERVER ROLE', object: 'auditors' }]);
  });
});

describe('inside a database', () => {
  test('a user of another name is its login by SID; dbo is who owns the database', () => {
    const app = account('app');
    expect(app.facts.attributes).toEqual({ users: { Sales: 'application' } });
    expect(app.facts.memberships).toEqual(
      [
        { role: 'dbcreator', admin: false, inherit: true, set: false, default: true },
        { role: 'clerks', database: 'Sales', admin: false, inherit: true, set: false, default: true },
      ].sort((a, b) => (a.role < b.role ? -1 : 1)),
    );
    expect(app.facts.owns).toEqual([
      { scope: 'database', database: 'Sales' },
      { scope: 'other', kind: 'ROLE', database: 'Sales', object: 'bosses' },
      { scope: 'schema', database: 'Sales', schema: 'app' },
    ]);
  });
  test('orphans, users without login, contained users, application roles and guest are told apart', () => {
    const kind = (name: string): unknown => {
      const { typeSpecific, isRole } = account(name);
      return [isRole, typeSpecific['is_orphan'], typeSpecific['without_login'], typeSpecific['is_contained'], typeSpecific['is_guest']];
    };
    expect(kind('[Sales].[ghost]')).toEqual([false, true, undefined, undefined, undefined]);
    expect(kind('[Sales].[nologin]')).toEqual([false, undefined, true, undefined, undefined]);
    expect(kind('[Sales].[contained]')).toEqual([false, undefined, undefined, true, undefined]);
    expect(kind('[Sales].[door]')).toEqual([true, undefined, undefined, undefined, undefined]);
    expect(kind('[Forum].[guest]')).toEqual([true, undefined, undefined, undefined, true]);
  });
  test('permissions on everything, with the column, the DENY and the column taken out', () => {
    const place = { database: 'Sales', schema: 'dbo' };
    const by = { grantable: false, grantor: 'dbo' };
    expect(account('[Sales].[clerks]').facts.grants).toEqual([
      { scope: 'column', ...place, object: 'Salary', column: 'Amount', privilege: 'UPDATE', state: 'revoke', ...by },
      { scope: 'database', database: 'Sales', privilege: 'CREATE TABLE', state: 'grant', ...by },
      { scope: 'other', kind: 'SYNONYM', ...place, object: 'syn', privilege: 'SELECT', state: 'grant', ...by },
      { scope: 'routine', ...place, object: 'pay', privilege: 'EXECUTE', state: 'grant', ...by },
      { scope: 'schema', database: 'Sales', schema: 'app', privilege: 'SELECT', state: 'grant', ...by },
      { scope: 'sequence', ...place, object: 'seq', privilege: 'UPDATE', state: 'grant', ...by },
      { scope: 'table', ...place, object: 'Salary', privilege: 'SELECT', state: 'deny', ...by },
      { scope: 'type', ...place, object: 'mood', privilege: 'REFERENCES', state: 'grant', ...by },
    ]);
    expect(account('[Sales].[bosses]').facts.grants).toContainEqual({
      scope: 'schema',
      database: 'Sales',
      schema: 'app',
      privilege: 'INSERT',
      state: 'grant',
      grantable: true,
      grantor: 'dbo',
    });
    expect(
      account('deep')
        .facts.grants.filter((grant) => grant.scope === 'other' && grant.database)
        .map(({ kind, object }) => [kind, object]),
    ).toEqual([
      ['CERTIFICATE', 'cert'],
      ['ROLE', 'clerks'],
      ['SYMMETRIC KEYS', '#999'],
      ['USER', 'contained'],
    ]);
    expect(
      account('public')
        .facts.grants.filter((grant) => grant.database)
        .map(({ database, object }) => `${database}.${object}`),
    ).toEqual(['Forum.Everyone', 'Sales.Open', 'master.Everyone', 'msdb.Everyone']);
  });
});

describe('in effect', () => {
  const index = effectiveIndex('sqlserver', accounts);
  const ask = (who: string, privilege: string, question: Partial<Question>): EffectivePrivilege | null =>
    index.can(who, { scope: 'table', database: 'Sales', schema: 'dbo', privilege, ...question });
  const path = (entry: EffectivePrivilege | null): Step[] | null => entry && entry.via;

  test('through nested roles down to a fixed one, and down from a schema', () => {
    expect(path(ask('deep', 'SELECT', { object: 'Orders' }))).toEqual([
      ['member', 'bosses'],
      ['member', 'clerks'],
      ['member', 'db_datareader'],
    ]);
    expect(path(ask('deep', 'INSERT', { schema: 'app', object: 'x' }))).toEqual([['member', 'bosses']]);
    expect(ask('deep', 'INSERT', { object: 'Orders' })).toBeNull();
  });
  test('a DENY cancels and is named; a column granted by itself survives the DENY of its table', () => {
    expect(ask('deep', 'SELECT', { object: 'Salary' })).toMatchObject({
      denied_by: [
        ['member', 'bosses'],
        ['member', 'clerks'],
        ['deny', '[Sales].[clerks]'],
      ],
    });
    expect(ask('deep', 'SELECT', { scope: 'column', object: 'Salary', column: 'Name' })).not.toHaveProperty('denied_by');
  });
  test('the owner of the database is above DENY, who controls the server too', () => {
    expect(ask('app', 'SELECT', { object: 'Salary' })).not.toHaveProperty('denied_by');
    expect(path(ask('app', 'DELETE', { object: 'anything' }))).toEqual([['owner']]);
    expect(ask('CORP\\dba', 'SELECT', { object: 'Salary' })).toMatchObject({ privilege: 'ALL' });
    expect(ask('keeper', 'DELETE', { object: 'Orders' })).toMatchObject({ privilege: 'CONTROL SERVER' });
  });
  test('who owns an object controls it', () => {
    expect(ask('deep', 'DELETE', { object: 'Owned' })).toMatchObject({ privilege: 'CONTROL', via: [['owner']] });
  });
  test('public of a database counts for whoever enters it; guest lets in who has no user there', () => {
    expect(ask('web', 'SELECT', { object: 'Open' })).toMatchObject({ via: [['public']] });
    expect(ask('left', 'SELECT', { object: 'Open' })).toBeNull();
    expect(ask('web', 'SELECT', { database: 'Forum', object: 'Everyone' })).not.toBeNull();
    expect(path(ask('web', 'SELECT', { database: 'Forum', object: 'Posts' }))).toEqual([
      ['member', 'guest'],
      ['member', 'db_datareader'],
    ]);
    expect(ask('app', 'SELECT', { database: 'Sales', object: 'Posts' })).toMatchObject({ via: [['owner']] });
  });
});
