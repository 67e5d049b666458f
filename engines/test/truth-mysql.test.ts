/** Random users, roles and grants: what `effective` says must be what happens when the user really tries. */
import mysql from 'mysql2/promise';
import { afterAll, describe, expect, test } from 'vitest';
import { effectiveIndex, NO_FILTER, type Question } from '../src/index.ts';
import { random } from '../src/fake/random.ts';
import { mariadbSubject, mysql56Subject, withConnection, type Subject } from './subjects.ts';
import { QUESTIONS_PER_SEED, seeds, verdictOf, type Verdict } from './truth.ts';

const servers = [
  { name: 'MariaDB', subject: await mariadbSubject(), hasRoles: true },
  { name: 'MySQL 5.6', subject: await mysql56Subject(), hasRoles: false },
];
afterAll(async () => {
  for (const { subject } of servers) await subject?.end();
});

/** No right: to the database, a command on a table, a column, a global right, a routine. */
const DENIED = new Set([1044, 1142, 1143, 1227, 1370]);
/** Allowed, and then refused for another reason: the attempt is made so that it changes nothing. */
const POINTLESS = new Set([
  1050, // table exists
  1051, // unknown table
  1072, // key column does not exist
  1091, // nothing to drop
  1235, // a second trigger for the same event (MySQL 5.6)
  1304, // routine exists
  1359, // trigger exists
  1537, // event exists
  4092, // unknown view
]);

interface Attempt {
  statement: string;
  question: Question;
}
interface World {
  users: string[];
  /** By the account that signs in: the one with the most specific host. */
  rolesOf: Map<string, string[]>;
  databases: string[];
}

const COLUMN = ['SELECT', 'INSERT', 'UPDATE'];
const TABLE = [...COLUMN, 'DELETE', 'ALTER', 'INDEX', 'CREATE', 'DROP', 'TRIGGER', 'CREATE VIEW'];
const DATABASE = [...TABLE, 'EXECUTE', 'ALTER ROUTINE', 'CREATE ROUTINE', 'EVENT'];

/** Where we come from is inside each of them. Which of two hosts that are equally specific decides is not said: none are. */
const HOSTS = [['%'], ['127.0.0.1'], ['127.0.0.1', '%'], ['127.0.%', '127.%'], ['127.0.0.0/255.255.0.0', '%'], ['127.0.0.1', '127.%', '%']];

async function makeWorld(s: Subject, seed: number, hasRoles: boolean): Promise<World> {
  const dice = random(seed * 77);
  const databases = [`m${seed}_a`, `m${seed}_ab`, `m${seed}xb`];
  for (const database of databases) {
    await s.run(`CREATE DATABASE ${database}`);
    for (const table of ['t', 'u', 'w']) await s.run(`CREATE TABLE ${database}.${table}(x int, y int)`);
    await s.run(`CREATE FUNCTION ${database}.f() RETURNS int RETURN 1`);
    await s.run(`CREATE TRIGGER ${database}.tr BEFORE INSERT ON ${database}.t FOR EACH ROW SET @a = 1`);
    await s.run(`CREATE EVENT ${database}.e ON SCHEDULE EVERY 1 YEAR DISABLE DO SELECT 1`);
  }
  const users = Array.from({ length: 44 }, (_, i) => `m${seed}_u${i}`);
  const accounts = users.flatMap((user) => dice.pick(HOSTS).map((host) => `${user}@'${host}'`));
  const roles = hasRoles ? Array.from({ length: 12 }, (_, i) => `m${seed}_r${i}`) : [];
  for (const account of accounts) await s.run(`CREATE USER ${account} IDENTIFIED BY 'try-me'`);
  for (const role of roles) await s.run(`CREATE ROLE ${role}`);
  for (const [i, role] of roles.entries()) if (i > 0 && dice.chance(0.7)) await s.run(`GRANT ${role} TO ${roles[dice.int(0, i - 1)]}`);
  const rolesOf = new Map<string, string[]>();
  for (const account of hasRoles ? accounts : []) {
    const mine = dice.sample(roles, 2);
    rolesOf.set(account.replaceAll("'", ''), mine);
    for (const role of mine) await s.run(`GRANT ${role} TO ${account}`);
    if (dice.chance(0.6)) await s.run(`SET DEFAULT ROLE ${mine[0]} FOR ${account}`);
  }
  const anybody = (): string =>
    hasRoles && dice.chance(0.06) ? 'PUBLIC' : hasRoles && dice.chance(0.5) ? dice.pick(roles) : dice.pick(accounts);
  const places = [
    ...databases.map((database) => `${database}.*`),
    `\`m${seed}\\_a%\`.*`,
    `\`m${seed}_ab\`.*`,
    ...databases.flatMap((database) => [`${database}.t`, `${database}.u`, `${database}.w`]),
  ];
  const granted: { privilege: string; place: string; to: string }[] = [];
  for (let i = 0; i < 170; i += 1) {
    const everywhere = dice.int(0, 40) === 0;
    const place = everywhere ? '*.*' : dice.pick(places);
    const to = everywhere ? dice.pick(accounts) : anybody();
    const onTable = /\.[tuw]$/.test(place);
    const privilege =
      onTable && dice.chance(0.4) ? `${dice.pick(COLUMN)}(${dice.pick(['x', 'y'])})` : dice.pick(onTable ? TABLE : DATABASE);
    await s.run(`GRANT ${privilege} ON ${place} TO ${to}`);
    granted.push({ privilege, place, to });
  }
  for (const database of databases)
    for (const privilege of ['EXECUTE', 'ALTER ROUTINE']) await s.run(`GRANT ${privilege} ON FUNCTION ${database}.f TO ${anybody()}`);
  for (const { privilege, place, to } of granted)
    if (dice.chance(0.15)) await s.run(`REVOKE ${privilege} ON ${place} FROM ${to}`).catch(ignoreGone);
  // Rows without a name are everybody's. No statement makes them where there is no account without a name.
  for (const [host, database] of [
    ['%', databases[0]],
    ['%', `m${seed}\\_a%`],
    ['10.%', databases[2]],
  ])
    await s.run(
      `INSERT INTO mysql.db (Host, Db, User, ${dice.pick(['Select', 'Delete', 'Alter'])}_priv, ${dice.pick(['Insert', 'Execute', 'Event'])}_priv) VALUES ('${host}', '${database!.replaceAll('\\', '\\\\')}', '', 'Y', 'Y')`,
    );
  await s.run('FLUSH PRIVILEGES');
  return { users, rolesOf, databases };
}

/** The same grant drawn twice can be taken back once. */
function ignoreGone(error: { errno?: number }): void {
  if (error.errno !== 1141 && error.errno !== 1147 && error.errno !== 1269) throw error as Error;
}

function attemptsIn(databases: string[]): Attempt[] {
  return databases.flatMap((database) => {
    const list: Attempt[] = [];
    const add = (statement: string, question: Omit<Question, 'database'>): void =>
      void list.push({ statement, question: { ...question, database } });
    for (const object of ['t', 'u', 'w']) {
      const at = `${database}.${object}`;
      for (const column of ['x', 'y']) {
        const place = { scope: 'column', object, column } as const;
        add(`SELECT ${column} FROM ${at} LIMIT 0`, { ...place, privilege: 'SELECT' });
        add(`INSERT INTO ${at}(${column}) SELECT 1 FROM DUAL WHERE 1 = 0`, { ...place, privilege: 'INSERT' });
        add(`UPDATE ${at} SET ${column} = 1 LIMIT 0`, { ...place, privilege: 'UPDATE' });
      }
      const place = { scope: 'table', object } as const;
      add(`DELETE FROM ${at} LIMIT 0`, { ...place, privilege: 'DELETE' });
      add(`ALTER TABLE ${at} DROP COLUMN nowhere`, { ...place, privilege: 'ALTER' });
      add(`CREATE INDEX i ON ${at}(nowhere)`, { ...place, privilege: 'INDEX' });
      add(`CREATE TABLE ${at}(x int)`, { ...place, privilege: 'CREATE' });
      add(`CREATE VIEW ${at} AS SELECT 1 AS x`, { ...place, privilege: 'CREATE VIEW' });
    }
    add(`DROP TABLE ${database}.nothing`, { scope: 'table', object: 'nothing', privilege: 'DROP' });
    add(`CREATE TRIGGER ${database}.tr BEFORE INSERT ON ${database}.t FOR EACH ROW SET @a = 1`, {
      scope: 'table',
      object: 't',
      privilege: 'TRIGGER',
    });
    const routine = { scope: 'routine', kind: 'FUNCTION', object: 'f' } as const;
    add(`SELECT ${database}.f()`, { ...routine, privilege: 'EXECUTE' });
    add(`ALTER FUNCTION ${database}.f COMMENT 'tried'`, { ...routine, privilege: 'ALTER ROUTINE' });
    add(`CREATE FUNCTION ${database}.f() RETURNS int RETURN 1`, { scope: 'database', privilege: 'CREATE ROUTINE' });
    add(`CREATE EVENT ${database}.e ON SCHEDULE EVERY 1 YEAR DISABLE DO SELECT 1`, { scope: 'database', privilege: 'EVENT' });
    return list;
  });
}

describe.for(servers)('effective privileges agree with $name', ({ name, subject, hasRoles }) => {
  const s = subject!;

  test.skipIf(!subject).each(seeds())('seed %i', async (seed) => {
    const { users, rolesOf, databases } = await makeWorld(s, seed, hasRoles);
    const read = await withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
    const index = effectiveIndex('mysql', read.accounts);
    const wrong: string[] = [];
    let count = 0;
    for (const user of users) {
      const connection = await mysql.createConnection({ host: s.server.host, port: s.server.port, user, password: 'try-me' });
      const [[me]] = (await connection.query('SELECT CURRENT_USER() AS account')) as unknown as [[{ account: string }]];
      const allowed = (statement: string): Promise<boolean> =>
        connection.query(statement).then(
          () => true,
          (error: { errno: number; message: string }) => {
            if (DENIED.has(error.errno)) return false;
            if (POINTLESS.has(error.errno)) return true;
            throw new Error(`${statement}: ${error.errno} ${error.message}`);
          },
        );
      const attempts = attemptsIn(databases);
      const now: boolean[] = [];
      for (const { statement } of attempts) now.push(await allowed(statement));
      const later: boolean[] = attempts.map(() => false);
      for (const role of rolesOf.get(me.account) ?? []) {
        await connection.query(`SET ROLE ${role}`);
        for (const [at, { statement }] of attempts.entries()) if (!now[at] && !later[at]) later[at] = await allowed(statement);
      }
      attempts.forEach(({ statement, question }, at) => {
        count += 1;
        const expected: Verdict = now[at] ? 'now' : later[at] ? 'after SET ROLE' : 'no';
        const entry = index.can(me.account, question);
        if (verdictOf(entry) !== expected) wrong.push(`${me.account}: ${statement}: server ${expected}, we ${JSON.stringify(entry)}`);
      });
      await connection.end();
    }
    console.log(`${name}, seed ${seed}: ${count} questions, ${wrong.length} disagreements`);
    expect(count).toBeGreaterThanOrEqual(QUESTIONS_PER_SEED);
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
