import {
  type AccountFact,
  canonicalFacts,
  DB_TYPES,
  type Grant,
  type Membership,
  type Owned,
  type PrivilegeFacts,
} from '@whalefall/engines';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffAccounts, type Stored } from './diff-accounts.ts';
import { carryUnread, diffPrivileges, privilegeChanges } from './diff-facts.ts';
import { countChanges, packChanges, unpackChanges } from './pack-changes.ts';

const word = fc.constantFrom<string>('a', 'b', 'app', '订单');
const grant: fc.Arbitrary<Grant> = fc.record({
  scope: fc.constantFrom('server', 'database', 'schema', 'table', 'column', 'routine', 'tablespace', 'other'),
  database: word,
  schema: word,
  object: word,
  privilege: fc.constantFrom('SELECT', 'INSERT', 'CREATE', 'GRANT'),
  state: fc.constantFrom('grant', 'deny'),
  grantable: fc.boolean(),
}) as never;
const membership: fc.Arbitrary<Membership> = fc.record({
  role: word,
  database: word,
  admin: fc.boolean(),
  inherit: fc.boolean(),
  set: fc.boolean(),
  default: fc.boolean(),
}) as never;
const owned: fc.Arbitrary<Owned> = fc.record({
  scope: fc.constantFrom('database', 'schema', 'table'),
  database: word,
  schema: word,
  object: word,
}) as never;
const facts: fc.Arbitrary<PrivilegeFacts> = fc
  .record({
    grants: fc.array(grant, { maxLength: 8 }),
    memberships: fc.array(membership, { maxLength: 4 }),
    owns: fc.array(owned, { maxLength: 4 }),
    flags: fc.uniqueArray(fc.constantFrom('can_super', 'can_login', 'can_create_db')),
  })
  .map(({ flags, ...lists }) =>
    canonicalFacts({ v: 1, ...lists, unread: [], attributes: Object.fromEntries(flags.map((flag) => [flag, true])) } as never),
  );
const engine = fc.constantFrom(...DB_TYPES);
const told = (changes: ReturnType<typeof diffPrivileges>, action: string) =>
  changes
    .filter((one) => one.action === action)
    .flatMap((one) => one.permissions.map((permission) => JSON.stringify([one.field, one.object, permission])));

describe('what changed between two reads', () => {
  test('of the same facts: nothing', () => {
    fc.assert(fc.property(engine, facts, (type, one) => void expect(diffPrivileges(type, one, structuredClone(one))).toEqual([])));
  });

  test('there and back: what one way grants the other way revokes, each fact once', () => {
    fc.assert(
      fc.property(engine, facts, facts, (type, a, b) => {
        const [there, back] = [diffPrivileges(type, a, b), diffPrivileges(type, b, a)];
        for (const [one, other] of [
          ['GRANT', 'REVOKE'],
          ['REVOKE', 'GRANT'],
        ]) {
          expect(told(there, one!).sort()).toEqual(told(back, other!).sort());
          expect(new Set(told(there, one!)).size).toBe(told(there, one!).length);
        }
        expect(told(there, 'GRANT').filter((one) => told(there, 'REVOKE').includes(one))).toEqual([]);
      }),
    );
  });

  test('one more grant is one more entry, whatever is there already; without it, one less (30-16)', () => {
    fc.assert(
      fc.property(engine, facts, (type, before) => {
        const extra = {
          scope: 'table',
          database: 'new',
          schema: 's',
          object: 't',
          privilege: 'DELETE',
          state: 'grant',
          grantable: false,
        } as Grant;
        const after = canonicalFacts({ ...before, grants: [...before.grants, extra] });
        const [granted, revoked] = [diffPrivileges(type, before, after), diffPrivileges(type, after, before)];
        expect([told(granted, 'GRANT').length, told(granted, 'REVOKE').length]).toEqual([1, 0]);
        expect([told(revoked, 'GRANT').length, told(revoked, 'REVOKE').length]).toEqual([0, 1]);
        expect(granted[0]!.permissions).toEqual(['DELETE']);
      }),
    );
  });

  test('of a new account everything is granted; the order does not hang on the order of reading (30-16)', () => {
    fc.assert(
      fc.property(engine, facts, facts, (type, a, b) => {
        expect(told(diffPrivileges(type, null, b), 'REVOKE')).toEqual([]);
        const shuffled = { ...b, grants: b.grants.toReversed(), memberships: b.memberships.toReversed(), owns: b.owns.toReversed() };
        expect(diffPrivileges(type, a, shuffled)).toEqual(diffPrivileges(type, a, b));
      }),
    );
  });
});

test('packed and unpacked, changes are what they were, and packing loses none in counting', () => {
  fc.assert(
    fc.property(engine, fc.option(facts), facts, (type, before, after) => {
      const packed = packChanges(privilegeChanges(type, before, after));
      const written = diffPrivileges(type, before, after);
      expect(unpackChanges(JSON.parse(JSON.stringify(packed)))).toEqual(written);
      // As it was stored before it was packed.
      expect(unpackChanges(written)).toEqual(written);
      for (const action of ['GRANT', 'REVOKE'] as const) expect(countChanges(packed, action)).toBe(told(written, action).length);
    }),
  );
});

describe('a database that could not be read', () => {
  test('takes nothing away: no REVOKE of what is there, whatever else changed', () => {
    fc.assert(
      fc.property(engine, facts, facts, fc.uniqueArray(word), (type, before, read, unread) => {
        const closed = new Set(unread);
        const visible = <T extends { database?: string | null }>(list: readonly T[]) => list.filter((one) => !closed.has(one.database!));
        const after = { ...read, grants: visible(read.grants), memberships: visible(read.memberships), owns: visible(read.owns) };
        const carried = carryUnread(before, after, closed);
        const lost = told(diffPrivileges(type, before, carried), 'REVOKE');
        const open = { ...before, grants: visible(before.grants), memberships: visible(before.memberships), owns: visible(before.owns) };
        // Exactly what would be lost if those databases did not exist at all, unless the same is still told elsewhere.
        const expected = told(diffPrivileges(type, open, after), 'REVOKE');
        expect(expected).toEqual(expect.arrayContaining(lost));
        for (const list of ['grants', 'memberships', 'owns'] as const)
          for (const fact of before[list] as { database?: string }[])
            if (closed.has(fact.database!)) expect(carried[list]).toContainEqual(fact);
      }),
    );
  });

  test('without an earlier read there is nothing to keep', () => {
    fc.assert(fc.property(facts, (one) => void expect(carryUnread(null, one, new Set(['a', 'b']))).toEqual(one)));
  });
});

describe('the accounts of an instance', () => {
  const NONE: PrivilegeFacts = { v: 1, grants: [], memberships: [], owns: [], unread: [], attributes: {} };
  const account = (username: string, more: Partial<AccountFact> = {}): AccountFact =>
    ({
      username,
      isSuperuser: false,
      isLocked: false,
      isRole: false,
      isPublic: false,
      typeSpecific: {},
      facts: NONE,
      ...more,
    }) as AccountFact;
  const select: Grant = { scope: 'server', privilege: 'SELECT', state: 'grant', grantable: false } as Grant;

  /** What a sync keeps of what it read. */
  function remember(read: readonly AccountFact[]): Stored[] {
    return diffAccounts('mysql', [], read, []).added.map((one, i) => ({
      accountId: i + 1,
      permissionId: i + 1,
      username: one.username,
      isActive: true,
      isSuperuser: one.isSuperuser,
      isLocked: one.isLocked,
      typeSpecific: one.typeSpecific,
      facts: one.facts,
      hash: one.hash,
      readState: one.facts ? ('ok' as const) : ('never' as const),
    }));
  }

  test('read again as they were: nothing is written and nothing is logged', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), facts), { selector: ([name]) => name, maxLength: 6 }), (people) => {
        const read = people.map(([name, one]) => account(name, { facts: one }));
        const plan = diffAccounts('mysql', remember(read), structuredClone(read), []);
        expect(plan).toMatchObject({ added: [], returned: [], rewritten: [], gone: [], unread: [], log: [], unchanged: people.length });
      }),
    );
  });

  test('each kind of change has its name, and only the one that changed is written', () => {
    const before = remember([account('stays'), account('gains'), account('locks'), account('goes')]);
    before.push({ ...before[0]!, accountId: 9, permissionId: 9, username: 'was away', isActive: false });
    const plan = diffAccounts(
      'mysql',
      before,
      [
        account('stays'),
        account('gains', { facts: { ...NONE, grants: [select] } }),
        account('locks', { isLocked: true }),
        account('was away'),
        account('new'),
      ],
      [],
    );
    expect(plan.log.map((entry) => [entry.username, entry.type])).toEqual([
      ['gains', 'modify_privilege'],
      ['locks', 'modify_other'],
      ['was away', 'return'],
      ['new', 'add'],
      ['goes', 'delete'],
    ]);
    expect([plan.added.length, plan.returned.length, plan.rewritten.length, plan.gone.length, plan.unchanged]).toEqual([1, 1, 2, 1, 1]);
    expect(plan.log[0]!.privileges).toEqual([
      expect.objectContaining({ field: 'global_privileges', action: 'GRANT', permissions: ['SELECT'] }),
    ]);
  });

  test('one that could not be read is neither changed nor gone, and its first good read after that is compared with the last good one', () => {
    const stored = remember([account('x', { facts: { ...NONE, grants: [select] } })]);
    const failed = diffAccounts('mysql', stored, [account('x', { error: { code: 'PRIVILEGE_MISSING', message: '' } } as never)], []);
    expect([failed.log, failed.gone, failed.rewritten, failed.unread.length]).toEqual([[], [], [], 1]);
    const later = diffAccounts(
      'mysql',
      [{ ...stored[0]!, readState: 'stale' }],
      [account('x', { facts: { ...NONE, grants: [select] } })],
      [],
    );
    expect([later.log, later.rewritten.length]).toEqual([[], 1]);
    const revoked = diffAccounts('mysql', [{ ...stored[0]!, readState: 'stale' }], [account('x')], []);
    expect(revoked.log[0]).toMatchObject({ type: 'modify_privilege', privileges: [{ action: 'REVOKE', permissions: ['SELECT'] }] });
  });

  test('names that differ by case only are two accounts', () => {
    const plan = diffAccounts('mysql', remember([account('App')]), [account('App'), account('app')], []);
    expect([plan.added.map((one) => one.username), plan.gone]).toEqual([['app'], []]);
  });
});
