/** Grants of every kind, made on live servers, appear as the facts they are. */
import { afterAll, describe, expect, test } from 'vitest';
import { canonicalFacts, catalogueColumns, NO_FILTER, type AccountFact } from '../src/index.ts';
import { parseGrantLine } from '../src/mysql/show-grants.ts';
import { mariadbSubject, postgresSubject, withConnection, type Subject } from './subjects.ts';

const [postgres, mariadb] = [await postgresSubject(), await mariadbSubject()];
afterAll(async () => {
  await postgres?.end();
  await mariadb?.end();
});

const missing = (name: string): never => {
  throw new Error(`no account ${name}`);
};

async function read(s: Subject): Promise<(name: string) => AccountFact> {
  const { accounts, unread } = await withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
  expect(unread).toEqual([]);
  return (name) => accounts.find((account) => account.username === name) ?? missing(name);
}
const granted = { state: 'grant', grantable: false };

describe.skipIf(!postgres)('PostgreSQL', () => {
  test('every kind of grant, membership and ownership (30-23)', async () => {
    const s = postgres!;
    await s.run([
      'CREATE ROLE "Owner-1"',
      'CREATE ROLE grp NOLOGIN',
      "CREATE ROLE u LOGIN CREATEDB VALID UNTIL '2001-01-01' CONNECTION LIMIT 3",
      'CREATE DATABASE "we ird"',
      'ALTER DATABASE "we ird" OWNER TO "Owner-1"',
      'GRANT CREATE ON DATABASE "we ird" TO u WITH GRANT OPTION',
      'GRANT CREATE ON TABLESPACE pg_default TO u',
      'GRANT grp TO u WITH ADMIN OPTION',
    ]);
    const run = (...statements: string[]): Promise<void> => s.run(statements, 'we ird');
    await run(
      'CREATE SCHEMA "S x" AUTHORIZATION "Owner-1"',
      'GRANT USAGE ON SCHEMA "S x" TO u',
      'CREATE TABLE "S x".t(a int, "B" int)',
      'GRANT SELECT ON "S x".t TO u',
      'GRANT UPDATE("B") ON "S x".t TO u',
      'REVOKE TRUNCATE ON "S x".t FROM postgres',
    );
    await run(
      'CREATE VIEW v AS SELECT 1 AS one',
      'GRANT SELECT ON v TO PUBLIC',
      'CREATE SEQUENCE q',
      'GRANT USAGE ON SEQUENCE q TO u',
      "CREATE FUNCTION f(a int, VARIADIC b text[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
      'GRANT EXECUTE ON FUNCTION f(int, text[]) TO u',
    );
    await run(
      'CREATE DOMAIN d AS int',
      'REVOKE USAGE ON TYPE d FROM PUBLIC',
      'GRANT USAGE ON TYPE d TO u',
      'SELECT lo_create(77)',
      'GRANT SELECT ON LARGE OBJECT 77 TO u',
      'CREATE FOREIGN DATA WRAPPER w',
      'CREATE SERVER r FOREIGN DATA WRAPPER w',
      'GRANT USAGE ON FOREIGN SERVER r TO u',
    );
    await run(
      'ALTER DEFAULT PRIVILEGES FOR ROLE "Owner-1" IN SCHEMA "S x" GRANT SELECT ON TABLES TO u',
      'REVOKE EXECUTE ON FUNCTION pg_sleep(float8) FROM PUBLIC',
      'GRANT SELECT ON pg_catalog.pg_authid TO u',
    );
    if (s.version >= 150000) await run('GRANT SET ON PARAMETER work_mem TO u');
    const account = await read(s);
    const place = { database: 'we ird' };
    const expected = [
      { scope: 'column', ...place, schema: 'S x', object: 't', column: 'B', privilege: 'UPDATE', ...granted, grantor: 'postgres' },
      { scope: 'database', ...place, privilege: 'CREATE', state: 'grant', grantable: true, grantor: 'Owner-1' },
      { scope: 'default', ...place, schema: 'S x', object: 'TABLES', privilege: 'SELECT', ...granted, grantor: 'Owner-1' },
      { scope: 'other', kind: 'FOREIGN SERVER', ...place, object: 'r', privilege: 'USAGE', ...granted, grantor: 'postgres' },
      { scope: 'other', kind: 'LARGE OBJECT', ...place, object: '77', privilege: 'SELECT', ...granted, grantor: 'postgres' },
      ...(s.version >= 150000
        ? [{ scope: 'other', kind: 'PARAMETER', object: 'work_mem', privilege: 'SET', ...granted, grantor: 'postgres' }]
        : []),
      { scope: 'routine', ...place, schema: 'public', object: 'f(integer, text[])', privilege: 'EXECUTE', ...granted, grantor: 'postgres' },
      { scope: 'schema', ...place, schema: 'S x', privilege: 'USAGE', ...granted, grantor: 'Owner-1' },
      { scope: 'sequence', ...place, schema: 'public', object: 'q', privilege: 'USAGE', ...granted, grantor: 'postgres' },
      { scope: 'table', ...place, schema: 'S x', object: 't', privilege: 'SELECT', ...granted, grantor: 'postgres' },
      { scope: 'table', ...place, schema: 'pg_catalog', object: 'pg_authid', privilege: 'SELECT', ...granted, grantor: 'postgres' },
      { scope: 'tablespace', object: 'pg_default', privilege: 'CREATE', ...granted, grantor: 'postgres' },
      { scope: 'type', ...place, schema: 'public', object: 'd', privilege: 'USAGE', ...granted, grantor: 'postgres' },
    ];
    const u = account('u');
    expect(u.facts.grants).toEqual(expected);
    expect(u.facts.memberships).toMatchObject([{ role: 'grp', admin: true, inherit: true, set: true, grantor: 'postgres' }]);
    expect([
      u.isLocked,
      u.isRole,
      u.typeSpecific['expired'],
      u.facts.attributes['connection_limit'],
      u.facts.attributes['valid_until'],
    ]).toEqual([true, false, true, 3, '2001-01-01T00:00:00.000+00:00']);
    expect(account('Owner-1').facts.owns).toEqual([
      { scope: 'database', ...place },
      { scope: 'schema', ...place, schema: 'S x' },
    ]);
    expect(account('postgres').facts.grants).toContainEqual({
      scope: 'table',
      ...place,
      schema: 'S x',
      object: 't',
      privilege: 'TRUNCATE',
      state: 'revoke',
      grantable: false,
      grantor: 'postgres',
    });
    const everybody = account('public');
    expect(everybody.isPublic).toBe(true);
    expect(everybody.facts.grants).toContainEqual({
      scope: 'table',
      ...place,
      schema: 'public',
      object: 'v',
      privilege: 'SELECT',
      ...granted,
      grantor: 'postgres',
    });
    expect(everybody.facts.grants).toContainEqual({
      scope: 'routine',
      ...place,
      schema: 'pg_catalog',
      object: 'pg_sleep(double precision)',
      privilege: 'EXECUTE',
      state: 'revoke',
      grantable: false,
      grantor: 'postgres',
    });
    expect(everybody.facts.grants.filter((grant) => grant.object === 'd')).toEqual([]);
    expect(everybody.facts.grants.length).toBeLessThan(40);
    expect(catalogueColumns('postgresql', u)).toMatchObject({
      predefined_roles: ['grp'],
      database_privileges_pg: { 'we ird': ['CREATE'] },
      tablespace_privileges: { pg_default: ['CREATE'] },
      system_privileges: [],
      global_privileges: null,
    });
  });
});

describe.skipIf(!mariadb)('MariaDB', () => {
  test('every kind of grant, roles and PUBLIC (30-9)', async () => {
    const s = mariadb!;
    const u = "u@'10.%'";
    await s.run([
      'CREATE DATABASE `a-b`',
      'CREATE DATABASE Sales',
      'CREATE TABLE Sales.Orders(i int, J int)',
      'CREATE PROCEDURE Sales.p() SELECT 1',
      'CREATE FUNCTION Sales.p() RETURNS int RETURN 1',
      `CREATE USER ${u} IDENTIFIED BY 'x'`,
      "CREATE USER ''@'localhost'",
      'CREATE ROLE r1',
      'CREATE ROLE `odd@role`',
    ]);
    await s.run([
      `GRANT PROCESS, BINLOG ADMIN ON *.* TO ${u}`,
      `GRANT SELECT, INSERT ON \`a\\_b%\`.* TO ${u} WITH GRANT OPTION`,
      `GRANT SELECT, DELETE HISTORY ON Sales.Orders TO ${u}`,
      `GRANT UPDATE(J) ON Sales.Orders TO ${u}`,
      `GRANT EXECUTE ON PROCEDURE Sales.p TO ${u}`,
      `GRANT ALTER ROUTINE ON FUNCTION Sales.p TO ${u}`,
      `GRANT PROXY ON ''@'%' TO ${u}`,
    ]);
    await s.run([
      'GRANT SUPER ON *.* TO r1',
      `GRANT r1 TO ${u} WITH ADMIN OPTION`,
      `GRANT \`odd@role\` TO ${u}`,
      'GRANT r1 TO `odd@role`',
      `SET DEFAULT ROLE r1 FOR ${u}`,
      'GRANT SELECT ON Sales.* TO PUBLIC',
      `ALTER USER ${u} ACCOUNT LOCK`,
    ]);
    const account = await read(s);
    const found = account('u@10.%');
    expect(found.facts.grants).toEqual([
      { scope: 'column', database: 'Sales', object: 'Orders', column: 'J', privilege: 'UPDATE', ...granted },
      ...['GRANT OPTION', 'INSERT', 'SELECT'].map((privilege) => ({
        scope: 'database',
        database: 'a\\_b%',
        privilege,
        state: 'grant',
        grantable: true,
      })),
      { scope: 'proxy', object: '@%', privilege: 'PROXY', ...granted, grantor: 'keeper@127.0.0.1' },
      {
        scope: 'routine',
        kind: 'FUNCTION',
        database: 'Sales',
        object: 'p',
        privilege: 'ALTER ROUTINE',
        ...granted,
        grantor: 'keeper@127.0.0.1',
      },
      {
        scope: 'routine',
        kind: 'PROCEDURE',
        database: 'Sales',
        object: 'p',
        privilege: 'EXECUTE',
        ...granted,
        grantor: 'keeper@127.0.0.1',
      },
      ...['BINLOG ADMIN', 'PROCESS'].map((privilege) => ({ scope: 'server', privilege, ...granted })),
      ...['DELETE HISTORY', 'SELECT'].map((privilege) => ({
        scope: 'table',
        database: 'Sales',
        object: 'Orders',
        privilege,
        ...granted,
        grantor: 'keeper@127.0.0.1',
      })),
    ]);
    expect(found.facts.memberships).toMatchObject([
      { role: 'odd@role@', admin: false, default: false },
      { role: 'r1', admin: true, default: true },
    ]);
    expect([found.isLocked, found.displayName]).toEqual([true, 'u@10.%']);
    expect(found.passwordLastChanged).toMatch(/^20\d\d-/);
    expect(account('odd@role@')).toMatchObject({ isRole: true, displayName: 'odd@role', facts: { memberships: [{ role: 'r1' }] } });
    expect(account('r1')).toMatchObject({ isRole: true, isSuperuser: true });
    expect(account('PUBLIC')).toMatchObject({
      isPublic: true,
      facts: { grants: [{ scope: 'database', database: 'Sales', privilege: 'SELECT' }] },
    });
    expect(account('@localhost')).toMatchObject({ displayName: "''@localhost", typeSpecific: { is_anonymous: true } });
    expect(catalogueColumns('mysql', found)).toMatchObject({
      global_privileges: ['BINLOG ADMIN', 'PROCESS'],
      database_privileges: { 'a\\_b%': ['GRANT OPTION', 'INSERT', 'SELECT'] },
      server_roles: null,
    });
  });

  test('accounts that sign in otherwise: ed25519, and one way OR another', async () => {
    const s = mariadb!;
    const installed = await s.run("INSTALL SONAME 'auth_ed25519'").then(
      () => true,
      () => false,
    );
    await s.run([
      "CREATE USER two@'%' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('two-ways')",
      ...(installed ? ["CREATE USER curve@'%' IDENTIFIED VIA ed25519 USING PASSWORD('curved')"] : []),
    ]);
    const account = await read(s);
    expect(account('two@%').typeSpecific['plugin']).toBe('unix_socket OR mysql_native_password');
    if (!installed) return;
    expect(account('curve@%').typeSpecific['plugin']).toBe('ed25519');
    // The driver cannot sign in as such an account, and says so.
    await expect(withConnection(s, { username: 'curve', password: 'curved' }, (connection) => connection.version())).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
  });

  test('the grant tables and SHOW GRANTS, taken apart, say the same', async () => {
    const s = mariadb!;
    const privileges = (await s.rows<{ Privilege: string; Context: string }>('SHOW PRIVILEGES')).map((row) => row.Privilege);
    const global = privileges.filter((name) => !/^(Proxy|Usage|Grant option)$/i.test(name));
    await s.run([
      "CREATE USER every@'%'",
      ...global.map((name) => `GRANT ${name} ON *.* TO every@'%'`),
      "GRANT CREATE VIEW, REFERENCES ON Sales.Orders TO every@'%' WITH GRANT OPTION",
    ]);
    const account = await read(s);
    for (const [who, statement] of [
      ['every@%', "SHOW GRANTS FOR every@'%'"],
      ['u@10.%', "SHOW GRANTS FOR u@'10.%'"],
      ['r1', 'SHOW GRANTS FOR r1'],
      ['keeper@127.0.0.1', 'SHOW GRANTS'],
    ] as const) {
      const said = (await s.rows<Record<string, string>>(statement)).flatMap((row) => parseGrantLine(Object.values(row)[0]!).grants);
      const bare = (grants: AccountFact['facts']['grants']): unknown[] =>
        canonicalFacts({
          v: 1,
          memberships: [],
          owns: [],
          unread: [],
          attributes: {},
          grants: grants.map((grant) => ({ ...grant, grantor: null })),
        }).grants;
      const own = bare(account(who).facts.grants) as AccountFact['facts']['grants'];
      // ALL PRIVILEGES says the same in one word.
      const all = said.some((grant) => grant.privilege === 'ALL PRIVILEGES' && grant.scope === 'server');
      const every = [...new Set(global.map((name) => name.toUpperCase())), ...(who.startsWith('keeper') ? ['GRANT OPTION'] : [])].sort();
      const [ours, theirs] = all
        ? [own.filter((grant) => grant.scope === 'server').map((grant) => grant.privilege), every]
        : [own, bare(said)];
      expect(ours).toEqual(theirs);
    }
  });
});
