/**
 * Laws that every engine obeys: PostgreSQL, MariaDB and MySQL 5.6 on servers that the test starts itself (or ENGINE_URL_POSTGRESQL,
 * ENGINE_URL_MARIADB), SQL Server with its real driver on a small server of ours, Oracle's connecting with its real
 * driver and its reading on documented rows.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  canonicalFacts,
  DEFAULT_DATABASE_FILTERS,
  monitoringScript,
  NO_FILTER,
  type AccountsRead,
  type EngineError,
} from '../src/index.ts';
import { freePort } from './live.ts';
import { oracleSubject } from './oracle-model.ts';
import { sqlserverSubject } from './sqlserver-model.ts';
import { mariadbSubject, mysql56Subject, options, postgresSubject, withConnection, type Subject } from './subjects.ts';
import { freezingLine, silentServer } from './wire.ts';

/** MySQL 5.6 takes 16 characters. */
const MONITOR = 'whalefall_eyes';
const SECRET = 'Plant3d-secret';

interface Case {
  name: string;
  subject: Subject | null;
  prepare(s: Subject): Promise<void>;
  makeAccounts(s: Subject, from: number, count: number): Promise<void>;
  /** Absent where no server can run it. */
  script?: (databases: string[]) => string[];
  database: string;
  /** A role's name there; null where there are none. */
  role: string | null;
  /** False: there is no server to sign in to, only one to fail to reach. */
  signsIn: boolean;
}

const sqlserver = await sqlserverSubject();
const oracle = oracleSubject();

const makeMysqlAccounts = (s: Subject, from: number, count: number): Promise<void> =>
  s.run(
    Array.from({ length: count }, (_, i) => [`CREATE USER many_${from + i}@'%'`, `GRANT SELECT ON shop.* TO many_${from + i}@'%'`]).flat(),
  );

const cases: Case[] = [
  {
    name: 'PostgreSQL',
    subject: await postgresSubject(),
    prepare: async (s: Subject) => {
      await s.run([
        'CREATE DATABASE shop',
        `CREATE ROLE app LOGIN PASSWORD '${SECRET}'`,
        'CREATE ROLE staff',
        'GRANT staff TO app',
        `CREATE ROLE closed_out LOGIN PASSWORD '${SECRET}'`,
      ]);
      await s.run('CREATE TABLE orders(id int, email text)', 'shop');
    },
    makeAccounts: (s: Subject, from: number, count: number) =>
      s.run(Array.from({ length: count }, (_, i) => [`CREATE ROLE many_${from + i} LOGIN`, `GRANT staff TO many_${from + i}`]).flat()),
    script: (databases: string[]) =>
      monitoringScript('postgresql', { username: MONITOR, password: SECRET, databases })
        .split('\n')
        .filter((line) => !line.startsWith('--')),
    database: 'shop',
    role: 'staff',
    signsIn: true,
  },
  {
    name: 'MariaDB',
    subject: await mariadbSubject(),
    prepare: async (s: Subject) => {
      await s.run([
        'CREATE DATABASE shop',
        'CREATE TABLE shop.orders(id int, email text)',
        'CREATE TABLE shop.old(id int) ENGINE=Aria',
        `CREATE USER app@'%' IDENTIFIED BY '${SECRET}'`,
        'CREATE ROLE staff',
        "GRANT staff TO app@'%'",
        'GRANT SELECT ON shop.* TO staff',
        `CREATE USER closed_out@'%' IDENTIFIED BY '${SECRET}'`,
      ]);
    },
    makeAccounts: makeMysqlAccounts,
    script: () =>
      monitoringScript('mysql', { username: MONITOR, password: SECRET, flavour: 'mariadb' })
        .split('\n')
        .filter((line) => !line.startsWith('--')),
    database: 'shop',
    role: 'staff',
    signsIn: true,
  },
  {
    name: 'MySQL 5.6',
    subject: await mysql56Subject(),
    prepare: async (s: Subject) => {
      await s.run([
        'CREATE DATABASE shop',
        'CREATE TABLE shop.orders(id int, email text)',
        'CREATE TABLE shop.old(id int) ENGINE=MyISAM',
        `CREATE USER app@'%' IDENTIFIED BY '${SECRET}'`,
        "CREATE USER staff@'10.0.0.0/255.0.0.0'",
        "GRANT SELECT ON shop.* TO staff@'10.0.0.0/255.0.0.0'",
        `CREATE USER closed_out@'%' IDENTIFIED BY '${SECRET}'`,
      ]);
    },
    makeAccounts: makeMysqlAccounts,
    script: () =>
      monitoringScript('mysql', { username: MONITOR, password: SECRET, flavour: 'mysql', version: '5.6' })
        .split('\n')
        .filter((line) => !line.startsWith('--')),
    database: 'shop',
    role: null,
    signsIn: true,
  },
  {
    name: 'SQL Server',
    subject: sqlserver.subject,
    prepare: () => Promise.resolve(),
    makeAccounts: (_s, from, count) => Promise.resolve(sqlserver.makeLogins(from, count)),
    database: 'shop',
    role: 'staff',
    signsIn: true,
  },
  {
    name: 'Oracle',
    subject: oracle.subject,
    prepare: () => Promise.resolve(),
    makeAccounts: (_s, from, count) => Promise.resolve(oracle.makeUsers(from, count)),
    database: 'SHOP',
    role: 'STAFF',
    signsIn: false,
  },
];

const failure = (work: Promise<unknown>): Promise<EngineError> =>
  work.then(
    () => expect.fail('it did not fail'),
    (error: EngineError) => error,
  );
const byName = (read: AccountsRead): Map<string, AccountsRead['accounts'][number]> =>
  new Map(read.accounts.map((account) => [account.username, account]));

afterAll(async () => {
  for (const { subject } of cases) await subject?.end();
});

for (const { name, subject, prepare, makeAccounts, script, database, role, signsIn } of cases) {
  describe.skipIf(!subject)(`laws: ${name}`, () => {
    const s = subject!;
    beforeAll(async () => {
      await prepare(s);
      if (script) await s.run(script([]));
    });
    const engine = s?.connecting ?? s?.engine;
    const connect = (target: object, more = {}): Promise<unknown> => engine.connect({ ...s.target, ...target }, options(more));

    test.runIf(signsIn)('a refused sign-in and a missing database have their code', async () => {
      expect((await failure(connect({ password: 'wrong' }))).code).toBe('AUTH_FAILED');
      expect((await failure(connect({ username: 'nobody_here' }))).code).toBe('AUTH_FAILED');
      expect((await failure(connect({ database: 'no_such_database' }))).code).toBe('DATABASE_NOT_FOUND');
      expect((await failure(connect({ options: { tls_mode: 'require' } }))).code).toBe('TLS_ERROR');
    });

    test('a closed port, an unknown host, a forbidden target each have their code', async () => {
      expect((await failure(connect({ port: await freePort() }))).code).toBe('CONNECTION_REFUSED');
      expect((await failure(connect({ host: 'no-such-host.invalid' }))).code).toBe('HOST_NOT_FOUND');
      expect((await failure(connect({}, { allow: () => false }))).code).toBe('TARGET_NOT_ALLOWED');
      expect((await failure(connect({ host: '/tmp' }))).code).toBe('TARGET_NOT_ALLOWED');
      expect((await failure(connect({ host: '169.254.169.254' }))).code).toBe('TARGET_NOT_ALLOWED');
    });

    test('no error tells the password', async () => {
      const error = await failure(connect({ password: 'wr0ng-and-secret' }));
      expect(JSON.stringify([error.message, error.detail, error.needs, error.stack])).not.toContain('wr0ng-and-secret');
    });

    test.runIf(signsIn)('localhost is reached whichever of its addresses listens', async () => {
      const version = await withConnection(s, { host: 'localhost' }, (connection) => connection.version());
      expect(version.main).not.toBeNull();
    });

    test('a server that accepts and never answers costs its timeout and leaves no socket', async () => {
      const silent = await silentServer();
      const started = performance.now();
      expect((await failure(connect({ port: silent.port }, { timeoutMs: 400 }))).code).toBe('TIMEOUT');
      expect(performance.now() - started).toBeLessThan(1_200);
      await expect.poll(() => silent.open()).toBe(0);
      await silent.close();
    });

    test('an abort while connecting ends it at once', async () => {
      const silent = await silentServer();
      const aborting = new AbortController();
      setTimeout(() => aborting.abort(), 100);
      const started = performance.now();
      expect((await failure(connect({ port: silent.port }, { timeoutMs: 30_000, signal: aborting.signal }))).code).toBe('CANCELLED');
      expect(performance.now() - started).toBeLessThan(1_000);
      await expect.poll(() => silent.open()).toBe(0);
      await silent.close();
    });

    test.runIf(signsIn)('a server that falls silent in the middle: timeout, abort, and closing are all bounded', async () => {
      for (const how of ['timeout', 'abort'] as const) {
        const line = await freezingLine(s.server.port);
        const aborting = new AbortController();
        const connection = await engine.connect(
          { ...s.target, port: line.port },
          options({ queryTimeoutMs: how === 'timeout' ? 400 : 30_000, signal: aborting.signal }),
        );
        await connection.version();
        line.freeze();
        const started = performance.now();
        if (how === 'abort') setTimeout(() => aborting.abort(), 100);
        expect((await failure(connection.accounts(NO_FILTER))).code).toBe(how === 'timeout' ? 'TIMEOUT' : 'CANCELLED');
        await connection.close();
        expect(performance.now() - started).toBeLessThan(2_500);
        await expect.poll(() => line.open()).toBe(0);
        await line.close();
      }
    });

    test('the version is taken apart', async () => {
      const version = await withConnection(s, {}, (connection) => connection.version());
      expect(version.banner).toContain(version.main);
      expect(version.detailed).toMatch(/^\d+(\.\d+)+$/);
    });

    test('accounts: names once, facts canonical, nothing secret', async () => {
      const read = await withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
      expect(new Set(read.accounts.map((account) => account.username)).size).toBe(read.accounts.length);
      for (const account of read.accounts) expect(JSON.stringify(canonicalFacts(account.facts))).toBe(JSON.stringify(account.facts));
      const everything = JSON.stringify(read);
      expect(everything).not.toContain(SECRET);
      expect(everything).not.toContain(s.target.password);
      expect(everything).not.toMatch(/SCRAM-SHA-256|md5[0-9a-f]{32}|\*[0-9A-F]{40}/);
    });

    test('the filter hides names and says how many, but no roles', async () => {
      const before = await withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
      const read = await withConnection(s, {}, (connection) =>
        connection.accounts({ exclude: [], patterns: ['app%', ...(role ? [`${role}%`] : [])] }),
      );
      expect(read.filteredOut).toBe(before.filteredOut + 1);
      if (role) expect(read.accounts.some((account) => account.username === role)).toBe(true);
    });

    test('sizes are whole bytes, system databases are said to be so, the filter is reported', async () => {
      const all = await withConnection(s, {}, (connection) => connection.databaseSizes(NO_FILTER));
      for (const size of all.databases) expect(Number.isSafeInteger(size.sizeBytes) && size.sizeBytes >= 0).toBe(true);
      expect(all.databases.find((size) => size.name === database)?.sizeBytes).toBeGreaterThan(0);
      expect(all.unmeasured).toEqual([]);
      const some = await withConnection(s, {}, (connection) => connection.databaseSizes(DEFAULT_DATABASE_FILTERS[s.engine.type]));
      expect(some.databases.map((size) => size.name)).toEqual([database]);
      expect(some.filtered.length).toBe(all.databases.length - 1);
    });

    test('the number of statements does not depend on the number of accounts', async () => {
      const count = (): Promise<AccountsRead> => withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
      const before = await count();
      await makeAccounts(s, 0, 60);
      const after = await count();
      expect(after.accounts.length).toBe(before.accounts.length + 60);
      expect(after.statements).toBe(before.statements);
    });

    test.runIf(script)('the monitoring account of the script sees what the administrator sees (30-25)', async () => {
      const mine = { username: MONITOR, password: SECRET };
      const [full, seen] = [
        await withConnection(s, {}, (c) => c.accounts(NO_FILTER)),
        await withConnection(s, mine, (c) => c.accounts(NO_FILTER)),
      ];
      expect(seen.unread).toEqual([]);
      expect(seen.accounts).toEqual(full.accounts);
      expect(byName(seen).has(s.engine.type === 'mysql' ? `${MONITOR}@%` : MONITOR)).toBe(true);
      const sizes = await withConnection(s, mine, (c) => c.databaseSizes(NO_FILTER));
      expect(sizes.unmeasured).toEqual([]);
      expect(sizes.databases.find((size) => size.name === database)?.sizeBytes).toBeGreaterThan(0);
      const capabilities = await withConnection(s, mine, (c) => c.capabilities());
      expect(capabilities.filter((capability) => !capability.has)).toEqual([]);
    });
  });
}

const [postgres = null, mariadb = null, mysql56 = null] = cases.map((entry) => entry.subject);

describe.each([
  ['MariaDB', mariadb, 'global_priv', 'PROCESS'],
  ['MySQL 5.6', mysql56, 'user', 'SHOW VIEW'],
])('without rights: %s', (_name, subject, table, sizing) => {
  test.skipIf(!subject)('accounts and sizes fail with what would help, they are not empty (40-D13, 30-1)', async () => {
    const bare = { username: 'closed_out', password: SECRET };
    const accounts = await failure(withConnection(subject!, bare, (c) => c.accounts(NO_FILTER)));
    expect([accounts.code, accounts.needs]).toEqual(['PRIVILEGE_MISSING', `GRANT SELECT ON mysql.${table} TO 'closed_out'@'%'`]);
    const sizes = await failure(withConnection(subject!, bare, (c) => c.databaseSizes(NO_FILTER)));
    expect([sizes.code, sizes.needs]).toEqual(['PRIVILEGE_MISSING', "GRANT SHOW DATABASES ON *.* TO 'closed_out'@'%'"]);
    await subject!.run("GRANT SHOW DATABASES ON *.* TO closed_out@'%'");
    expect((await failure(withConnection(subject!, bare, (c) => c.databaseSizes(NO_FILTER)))).needs).toBe(
      `GRANT ${sizing} ON *.* TO 'closed_out'@'%'`,
    );
  });
});

describe.skipIf(!postgres)('without rights: PostgreSQL', () => {
  test('a database that may not be entered is unread and unmeasured, with the GRANT that helps (40-D16)', async () => {
    await postgres!.run(['CREATE DATABASE vault', 'REVOKE CONNECT ON DATABASE vault FROM PUBLIC']);
    const bare = { username: 'closed_out', password: SECRET };
    const read = await withConnection(postgres!, bare, (c) => c.accounts(NO_FILTER));
    expect(read.unread).toEqual([
      { scope: 'database', database: 'vault', code: 'PRIVILEGE_MISSING', needs: 'GRANT CONNECT ON DATABASE "vault" TO "closed_out"' },
    ]);
    const sizes = await withConnection(postgres!, bare, (c) => c.databaseSizes(NO_FILTER));
    expect(sizes.unmeasured).toEqual([{ name: 'vault', code: 'PRIVILEGE_MISSING', needs: 'GRANT pg_read_all_stats TO "closed_out"' }]);
    await postgres!.run([read.unread[0]!.needs!, sizes.unmeasured[0]!.needs!]);
    expect((await withConnection(postgres!, bare, (c) => c.accounts(NO_FILTER))).unread).toEqual([]);
    expect((await withConnection(postgres!, bare, (c) => c.databaseSizes(NO_FILTER))).unmeasured).toEqual([]);
    await postgres!.run('DROP DATABASE vault');
  });
});
