import { expect, test } from 'vitest';
import { DB_TYPES, engines, ERROR_CODES, ERROR_MESSAGES, monitoringScript, privilegeKind } from './index.ts';

test('names of the seed, in their numbers; what was added is marked', () => {
  const counts = Object.fromEntries(
    DB_TYPES.map((dbType) => {
      const perCategory: Record<string, number> = {};
      for (const { category, added } of engines[dbType].privileges) if (!added) perCategory[category] = (perCategory[category] ?? 0) + 1;
      return [dbType, perCategory];
    }),
  );
  expect(counts).toEqual({
    mysql: { global_privileges: 68, database_privileges: 17 },
    postgresql: { predefined_roles: 12, role_attributes: 8, database_privileges: 4, tablespace_privileges: 2 },
    sqlserver: { server_roles: 9, server_permissions: 19, database_roles: 9, database_privileges: 19 },
    oracle: { roles: 67, system_privileges: 199, tablespace_privileges: 21, tablespace_quotas: 25 },
  });
  for (const dbType of DB_TYPES) {
    const names = engines[dbType].privileges.map(({ category, name }) => `${category}/${name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { description_zh, description_en } of engines[dbType].privileges)
      expect(description_zh !== '' && description_en !== '').toBe(true);
  }
});

test('kinds', () => {
  expect([
    privilegeKind('postgresql', 'SELECT'),
    privilegeKind('mysql', 'DELETE'),
    privilegeKind('oracle', 'DROP ANY TABLE'),
    privilegeKind('sqlserver', 'CONTROL SERVER'),
    privilegeKind('postgresql', 'ALL'),
    privilegeKind('mysql', 'NO SUCH'),
  ]).toEqual(['read', 'write', 'define', 'admin', 'admin', null]);
});

test('every error code is explained in both languages', () => {
  expect(Object.keys(ERROR_MESSAGES).sort()).toEqual([...ERROR_CODES].sort());
});

test('scripts quote what they are given', () => {
  expect(monitoringScript('postgresql', { username: 'a"b', password: "x'y" })).toContain(
    `"a""b" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD 'x''y'`,
  );
  expect(monitoringScript('mysql', { username: "a'b", flavour: 'mysql', version: '8.0' })).toContain("'a''b'@'%'");
  expect(monitoringScript('mysql', { username: 'a', flavour: 'mysql', version: '5.6' })).not.toMatch(/account_locked|role_edges/);
  expect(monitoringScript('sqlserver', { username: 'a]b', version: '11.0' })).toContain('[a]]b]');
});
