import { describe, expect, it } from 'vitest';
import { type Effective, groupPrivileges, openGroups, unreadOf } from './group';

const entry = (rest: Partial<Effective> & Pick<Effective, 'scope' | 'privilege'>): Effective => ({ via: [], ...rest });
const FACTS: Effective[] = [
  entry({ scope: 'table', database: 'shop', schema: 'public', object: 'orders', privilege: 'SELECT', grantable: true }),
  entry({ scope: 'table', database: 'shop', schema: 'public', object: 'orders', privilege: 'INSERT' }),
  entry({ scope: 'table', database: 'shop', schema: 'public', object: 'orders', privilege: 'DELETE', via: [['member', 'writers']] }),
  entry({ scope: 'database', database: 'shop', privilege: 'CONNECT', via: [['public']] }),
  entry({ scope: 'server', privilege: 'CREATE DATABASE' }),
  entry({ scope: 'tablespace', object: 'ssd', privilege: 'CREATE' }),
  entry({ scope: 'table', database: 'audit', schema: 'dbo', object: 'log', privilege: 'SELECT', denied_by: [['deny', 'guests']] }),
  entry({ scope: 'table', schema: 'HR', object: 'EMP', privilege: 'SELECT' }),
];

describe('grouping privileges', () => {
  const groups = groupPrivileges(FACTS);
  it('goes from the server over what names no database to each database', () => {
    expect(groups.map((group) => [group.level, group.database, group.count])).toEqual([
      ['server', null, 2],
      ['anywhere', null, 1],
      ['database', 'audit', 1],
      ['database', 'shop', 4],
    ]);
  });
  it('puts the whole database before its objects and joins their names', () => {
    expect(groups[3]?.objects.map((row) => row.name)).toEqual([null, 'public.orders']);
  });
  it('keeps privileges that came the same way together, direct ones first', () => {
    const sources = groups[3]?.objects[1]?.sources ?? [];
    expect(sources.map((source) => [source.via.length, source.privileges.map((one) => one.name)])).toEqual([
      [0, ['SELECT', 'INSERT']],
      [1, ['DELETE']],
    ]);
    expect(sources[0]?.privileges[0]?.grantable).toBe(true);
  });
  it('keeps what a DENY takes away apart', () => {
    expect(groups[2]?.objects[0]?.sources[0]?.deniedBy).toEqual([['deny', 'guests']]);
  });
  it('loses nothing', () => {
    const total = groups.flatMap((group) => group.objects.flatMap((row) => row.sources.flatMap((source) => source.privileges))).length;
    expect(total).toBe(FACTS.length);
  });
  it('shows only direct grants when asked', () => {
    expect(groupPrivileges(FACTS, { direct: true }).find((group) => group.database === 'shop')?.count).toBe(2);
  });
  it('finds every word in object, privilege or role', () => {
    expect(groupPrivileges(FACTS, { search: 'ORDERS delete' }).map((group) => group.count)).toEqual([1]);
    expect(groupPrivileges(FACTS, { search: 'writers' })).toHaveLength(1);
    expect(groupPrivileges(FACTS, { search: 'nothing like it' })).toEqual([]);
  });
});

describe('the groups that stand open', () => {
  const everybody = Array.from({ length: 6 }, (_, i) =>
    entry({ scope: 'database', database: `db${i}`, privilege: 'CONNECT', via: [['public']] }),
  );
  it('are first those with something that not everybody has, wherever they stand', () => {
    const own = entry({ scope: 'table', database: 'zeta', schema: 's', object: 'o', privilege: 'SELECT', via: [['member', 'readers']] });
    expect(openGroups(groupPrivileges([...everybody, own]))).toEqual(new Set(['db:zeta', 'db:db0', 'db:db1', 'db:db2']));
  });
  it('are the first ones where everything comes from PUBLIC', () => {
    expect(openGroups(groupPrivileges(everybody))).toEqual(new Set(['db:db0', 'db:db1', 'db:db2', 'db:db3']));
  });
});

describe('what could not be read', () => {
  it('is taken from the facts', () => {
    expect(unreadOf({ unread: [{ scope: 'database', database: 'pay', code: 'PRIVILEGE_MISSING', needs: 'GRANT CONNECT …' }] })).toEqual([
      { scope: 'database', database: 'pay', code: 'PRIVILEGE_MISSING', needs: 'GRANT CONNECT …' },
    ]);
  });
  it('is nothing without facts', () => {
    expect(unreadOf(null)).toEqual([]);
    expect(unreadOf({ unread: 'odd' })).toEqual([]);
  });
});
