import { expect, test } from 'vitest';
import { effectiveIndex, emptyFacts, type Grant, type Principal } from './index.ts';
import { hostContains } from './hosts.ts';

test.each([
  ['%', '10.0.0.5', true],
  ['10.0.%', '10.0.0.5', true],
  ['10.0.%', '10.1.0.5', false],
  ['10.0.0.0/255.255.255.0', '10.0.0.5', true],
  ['10.0.0.0/255.255.255.0', '10.0.1.5', false],
  ['200.0.0.0/255.0.0.0', '200.1.0.0/255.255.0.0', true],
  ['200.1.0.0/255.255.0.0', '200.0.0.0/255.0.0.0', false],
  ['10.0.0.0/255.0.0.0', '10.%', false],
  ['10.0.0.5', '10.0.%', false],
  ['APP.example', 'app.EXAMPLE', true],
])('%s contains %s: %s', (wider, host, expected) => expect(hostContains(wider, host)).toBe(expected));

const account = (user: string, host: string, ...grants: Partial<Grant>[]): Principal => ({
  username: `${user}@${host}`,
  isSuperuser: false,
  isRole: false,
  isPublic: false,
  typeSpecific: { host, original_username: user, flavour: 'mysql' },
  facts: {
    ...emptyFacts(),
    grants: grants.map((grant) => ({ scope: 'database', state: 'grant', grantable: false, privilege: 'SELECT', ...grant }) as Grant),
  },
});

test('what a name was granted for a wider host is its own, with its way, where no row of its host speaks of the place', () => {
  const index = effectiveIndex('mysql', [
    account(
      'app',
      '10.0.0.5',
      { database: 'own', privilege: 'INSERT' },
      { scope: 'table', database: 'd', object: 't', privilege: 'UPDATE' },
    ),
    account(
      'app',
      '%',
      { database: 'own' },
      { database: 'shared' },
      { scope: 'server', privilege: 'FILE' },
      { scope: 'table', database: 'd', object: 't' },
    ),
    account('app', '10.0.0.6', { database: 'other' }),
    account('', '%', { database: 'test' }, { database: 'own', privilege: 'DROP' }),
  ]);
  expect(index.of('app@10.0.0.5').map(({ privilege, database, via }) => [privilege, database, via])).toEqual([
    ['INSERT', 'own', []],
    ['SELECT', 'shared', [['host', 'app@%']]],
    ['SELECT', 'test', [['public']]],
    ['UPDATE', 'd', []],
  ]);
  expect(index.can('app@10.0.0.5', { scope: 'database', database: 'own', privilege: 'SELECT' })).toBeNull();
  expect(index.can('app@%', { scope: 'database', database: 'own', privilege: 'INSERT' })).toBeNull();
});
