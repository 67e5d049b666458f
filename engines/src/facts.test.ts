import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalFacts, emptyFacts, type Grant, type PrivilegeFacts } from './facts.ts';

const name = fc.constantFrom('a', 'b', 'A', 'a b', '数据');
const anyGrant: fc.Arbitrary<Grant> = fc.record({
  scope: fc.constantFrom('server', 'database', 'table'),
  database: fc.option(name),
  object: fc.option(name, { nil: undefined }),
  privilege: fc.constantFrom('SELECT', 'INSERT'),
  state: fc.constantFrom('grant', 'deny'),
  grantable: fc.boolean(),
});
const anyFacts: fc.Arbitrary<PrivilegeFacts> = fc.record({
  v: fc.constant(1 as const),
  grants: fc.array(anyGrant),
  memberships: fc.array(fc.record({ role: name, admin: fc.boolean(), inherit: fc.boolean(), set: fc.boolean(), default: fc.boolean() })),
  owns: fc.array(fc.record({ scope: fc.constantFrom('schema', 'table'), schema: name })),
  unread: fc.constant([]),
  attributes: fc.dictionary(name, fc.oneof(fc.boolean(), fc.constant(null), fc.dictionary(name, fc.integer()))),
});

test('canonical form: idempotent, order does not matter, each entry once, no nulls', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const once = canonicalFacts(facts);
      expect(JSON.stringify(canonicalFacts(once))).toBe(JSON.stringify(once));
      const shuffled = {
        ...facts,
        grants: [...facts.grants].reverse().concat(facts.grants),
        memberships: [...facts.memberships].reverse(),
      };
      expect(JSON.stringify(canonicalFacts(shuffled))).toBe(JSON.stringify(once));
      expect(JSON.stringify(once)).not.toContain('null');
    }),
  );
});

test('keys in the stored order, sorted by all of them', () => {
  const facts = canonicalFacts({
    ...emptyFacts(),
    grants: [
      { privilege: 'SELECT', scope: 'table', grantor: 'x', grantable: false, state: 'grant', object: 't', schema: 's', database: 'd' },
      { privilege: 'CONNECT', scope: 'database', grantable: true, state: 'grant', database: 'd', grantor: null },
    ],
  });
  expect(JSON.stringify(facts.grants)).toBe(
    '[{"scope":"database","database":"d","privilege":"CONNECT","state":"grant","grantable":true},{"scope":"table","database":"d","schema":"s","object":"t","privilege":"SELECT","state":"grant","grantable":false,"grantor":"x"}]',
  );
});
