import { describe, expect, it } from 'vitest';
import { EMPTY, placeOf, readDraft, saysSomething, writeDraft } from './expression';

describe('a rule in the editor', () => {
  it('comes back as it was stored, spaces in names and all', () => {
    const stored = {
      type: 'mysql_permissions',
      operator: 'AND',
      global_privileges: ['CREATE USER', 'GRANT OPTION'],
      database_privileges: [{ name: 'DROP', database: 'sales*' }],
      grants: ['SELECT', { name: '*', grantable: true }],
      exclude: { kinds: ['write'] },
      flags: { is_locked: false },
      fallback: true,
    };
    expect(writeDraft('mysql', 'AND', readDraft(stored))).toEqual(stored);
  });
  it('leaves out empty groups, empty places and items without a name', () => {
    const draft = {
      ...EMPTY,
      groups: {
        roles: [],
        grants: [
          { name: '', database: 'x' },
          { name: 'DROP', database: '', schema: 'hr' },
        ],
      },
    };
    expect(writeDraft('oracle', 'OR', draft)).toEqual({
      type: 'oracle_permissions',
      operator: 'OR',
      grants: [{ name: 'DROP', schema: 'hr' }],
    });
  });
  it('says something only with an item, a flag or the fallback; an exception alone is no condition', () => {
    expect(saysSomething(EMPTY)).toBe(false);
    expect(saysSomething({ ...EMPTY, groups: { roles: [{ name: ' ' }] } })).toBe(false);
    expect(saysSomething({ ...EMPTY, exclude: { kinds: [{ name: 'write' }] } })).toBe(false);
    expect(saysSomething({ ...EMPTY, is_locked: false })).toBe(true);
    expect(saysSomething({ ...EMPTY, fallback: true })).toBe(true);
    expect(saysSomething({ ...EMPTY, groups: { roles: [{ name: 'DBA' }] } })).toBe(true);
  });
  it('names a place from the widest to the narrowest', () => {
    expect(placeOf({ name: 'SELECT', scope: 'table', database: 'shop', schema: 'public', object: 'orders' })).toBe(
      'table · shop.public.orders',
    );
    expect(placeOf({ name: 'SELECT' })).toBe('');
  });
});
