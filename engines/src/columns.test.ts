import { expect, test } from 'vitest';
import { CATALOGUE_COLUMNS, catalogueColumns } from './columns.ts';
import { emptyFacts, type Grant } from './facts.ts';

const grant = (more: Partial<Grant> & { privilege: string; scope: Grant['scope'] }): Grant => ({
  state: 'grant',
  grantable: false,
  ...more,
});

test('thirteen columns; unread means all null', () => {
  expect(CATALOGUE_COLUMNS.length).toBe(13);
  expect(Object.values(catalogueColumns('mysql', { facts: null, isSuperuser: false })).every((value) => value === null)).toBe(true);
  expect(
    Object.values(catalogueColumns('mysql', { facts: emptyFacts(), isSuperuser: false, error: {} })).every((value) => value === null),
  ).toBe(true);
});

test('read and empty is [] and {}, of the own engine only', () => {
  expect(catalogueColumns('mysql', { facts: emptyFacts(), isSuperuser: false })).toMatchObject({
    global_privileges: [],
    database_privileges: {},
    server_roles: null,
    oracle_roles: null,
  });
  expect(catalogueColumns('postgresql', { facts: emptyFacts(), isSuperuser: true })).toMatchObject({
    system_privileges: ['SUPERUSER'],
    database_privileges_pg: {},
  });
});

test('SQL Server: DENY is no permission, databases keep their own shape, the owner is db_owner', () => {
  const facts = {
    ...emptyFacts(),
    memberships: [
      { role: 'securityadmin', admin: false, inherit: true, set: true, default: true },
      { role: 'db_datareader', database: 'Sales', admin: false, inherit: true, set: true, default: true },
    ],
    owns: [{ scope: 'database' as const, database: 'Sales' }],
    grants: [
      grant({ scope: 'server', privilege: 'VIEW SERVER STATE' }),
      grant({ scope: 'server', privilege: 'SHUTDOWN', state: 'deny' }),
      grant({ scope: 'database', database: 'Sales', privilege: 'CONNECT' }),
      grant({ scope: 'schema', database: 'Sales', schema: 'dbo', privilege: 'SELECT' }),
      grant({ scope: 'column', database: 'Sales', schema: 'dbo', object: 'Orders', column: 'Price', privilege: 'UPDATE' }),
    ],
  };
  expect(catalogueColumns('sqlserver', { facts, isSuperuser: false })).toMatchObject({
    server_roles: ['securityadmin'],
    server_permissions: ['VIEW SERVER STATE'],
    database_roles: { Sales: ['db_datareader', 'db_owner'] },
    database_permissions: {
      Sales: {
        database: ['CONNECT'],
        schema: { dbo: ['SELECT'] },
        table: { 'dbo.Orders': ['UPDATE'] },
        column: { 'dbo.Orders.Price': ['UPDATE'] },
      },
    },
  });
});

test('Oracle quotas', () => {
  const facts = {
    ...emptyFacts(),
    attributes: { quotas: { USERS: { max_bytes: -1, bytes: 13_107_200 }, DATA: { max_bytes: 104_857_600, bytes: 3_250_585 } } },
  };
  expect(catalogueColumns('oracle', { facts, isSuperuser: false })['tablespace_privileges_oracle']).toEqual({
    DATA: { quota: '100 MB', used_mb: 3.1 },
    USERS: { quota: 'UNLIMITED', used_mb: 12.5 },
  });
});
