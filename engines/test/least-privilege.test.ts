/** The monitoring account, made with exactly the script we give out: it sees everything, and needs each of its grants. */
import { afterAll, describe, expect, test } from 'vitest';
import { monitoringStatements, NO_FILTER, type Capability, type EngineError, type ScriptOptions } from '../src/index.ts';
import { mariadbSubject, mysql56Subject, postgresSubject, withConnection, type Subject } from './subjects.ts';

const MONITOR = 'least_of_all';
const SECRET = "Plant3d'secret\\";
const [postgres, mariadb, mysql56] = [await postgresSubject(), await mariadbSubject(), await mysql56Subject()];
afterAll(async () => {
  await postgres?.end();
  await mariadb?.end();
  await mysql56?.end();
});

interface Case {
  name: string;
  subject: Subject | null;
  options: ScriptOptions;
  account: string;
  prepare: string[];
  /** What stays closed on purpose, so that the right to its size alone can be seen to matter. */
  unread: string[];
}

const cases: Case[] = [
  {
    name: 'PostgreSQL',
    subject: postgres,
    options: { username: MONITOR, password: SECRET, databases: ['va"ult'] },
    account: MONITOR,
    prepare: [
      'CREATE DATABASE "va""ult"',
      'REVOKE CONNECT ON DATABASE "va""ult" FROM PUBLIC',
      'CREATE DATABASE attic',
      'REVOKE CONNECT ON DATABASE attic FROM PUBLIC',
      'CREATE ROLE reader LOGIN',
    ],
    unread: ['attic'],
  },
  {
    name: 'MariaDB',
    subject: mariadb,
    options: { username: MONITOR, password: SECRET, flavour: 'mariadb' },
    account: `${MONITOR}@%`,
    prepare: [
      'CREATE DATABASE shop',
      'CREATE TABLE shop.t(x int)',
      'CREATE PROCEDURE shop.p() SELECT 1',
      'CREATE ROLE r',
      "CREATE USER reader@'%'",
      "GRANT r TO reader@'%'",
      "GRANT SELECT ON shop.* TO reader@'%'",
      "GRANT SELECT ON shop.t TO reader@'%'",
      "GRANT UPDATE(x) ON shop.t TO reader@'%'",
      "GRANT EXECUTE ON PROCEDURE shop.p TO reader@'%'",
      "GRANT PROXY ON ''@'%' TO reader@'%'",
    ],
    unread: [],
  },
  {
    name: 'MySQL 5.6',
    subject: mysql56,
    options: { username: MONITOR, password: SECRET, flavour: 'mysql', version: '5.6' },
    account: `${MONITOR}@%`,
    prepare: [
      'CREATE DATABASE shop',
      'CREATE TABLE shop.t(x int)',
      'CREATE PROCEDURE shop.p() SELECT 1',
      "CREATE USER reader@'%'",
      "GRANT SELECT ON shop.* TO reader@'%'",
      "GRANT SELECT ON shop.t TO reader@'%'",
      "GRANT UPDATE(x) ON shop.t TO reader@'%'",
      "GRANT EXECUTE ON PROCEDURE shop.p TO reader@'%'",
      "GRANT PROXY ON ''@'' TO reader@'%'",
    ],
    unread: [],
  },
];

/** What the collectors say, without what changes by itself: bytes, and the monitoring account's own row. */
async function collected(
  s: Subject,
  target: object,
  account: string,
): Promise<{ accounts: string; sizes: string; capabilities: Capability[] }> {
  const said = (work: Promise<unknown>): Promise<string> =>
    work.then(
      (value) => JSON.stringify(value),
      ({ code, needs }: EngineError) => JSON.stringify({ code, needs }),
    );
  return withConnection(s, target, async (connection) => ({
    accounts: await said(
      connection
        .accounts(NO_FILTER)
        .then(({ accounts, unread }) => ({ accounts: accounts.filter((one) => one.username !== account), unread })),
    ),
    sizes: await said(
      connection
        .databaseSizes(NO_FILTER)
        .then(({ databases, unmeasured, source }) => ({ names: databases.map((one) => one.name), unmeasured, source })),
    ),
    capabilities: await connection.capabilities(),
  }));
}

for (const { name, subject, options, account, prepare, unread } of cases) {
  describe.skipIf(!subject)(`least privilege: ${name}`, () => {
    const s = subject!;
    const mine = { username: MONITOR, password: SECRET };

    test('with the script all collectors see what the administrator sees; without any one of its grants they do not', async () => {
      for (const statement of prepare) await s.run(statement);
      const statements = monitoringStatements(s.engine.type, options);
      for (const { sql } of statements) await s.run(sql.replace(/;$/, ''));
      const whole = await collected(s, mine, account);
      const closed = unread.map((database) => ({ scope: 'database', database, code: 'PRIVILEGE_MISSING' }));
      expect(JSON.parse(whole.accounts).unread).toMatchObject(closed);
      expect(JSON.parse(whole.accounts).unread).toHaveLength(closed.length);
      expect(JSON.parse(whole.sizes).unmeasured).toEqual([]);
      if (unread.length === 0) {
        const full = await collected(s, {}, account);
        expect([whole.accounts, whole.sizes]).toEqual([full.accounts, full.sizes]);
        expect(whole.capabilities.filter((capability) => !capability.has)).toEqual([]);
      }

      const grants = statements.filter((statement) => statement.undo);
      expect(grants.length).toBe(statements.length - 1);
      for (const { sql, undo } of grants) {
        await s.run(undo!.replace(/;$/, ''));
        const less = await collected(s, mine, account);
        expect([less.accounts, less.sizes], undo).not.toEqual([whole.accounts, whole.sizes]);
        expect(less.capabilities, undo).not.toEqual(whole.capabilities);
        await s.run(sql.replace(/;$/, ''));
      }
      expect(await collected(s, mine, account)).toEqual(whole);
    });
  });
}
