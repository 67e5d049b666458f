/** Random users, roles and grants: what `effective` says must be what happens when the user really tries. */
import mysql from 'mysql2/promise';
import { afterAll, describe, expect, test } from 'vitest';
import { effectiveIndex, NO_FILTER, type Question } from '../src/index.ts';
import { random } from '../src/fake/random.ts';
import { mariadbSubject, withConnection } from './subjects.ts';

const subject = await mariadbSubject();
afterAll(() => subject?.end());

const DENIED = new Set([1044, 1142, 1143, 1370]);

/** Three fixed seeds; TRUTH_SEEDS=n asks the first n. */
const SEEDS = Array.from({ length: Number(process.env['TRUTH_SEEDS'] ?? 3) }, (_, i) => i + 1);

describe.skipIf(!subject)('effective privileges agree with MariaDB', () => {
  const s = subject!;

  test.each(SEEDS)('seed %i', async (seed) => {
    const dice = random(seed * 77);
    const databases = [`m${seed}_a`, `m${seed}_ab`, `m${seed}xb`];
    for (const database of databases) {
      await s.run(`CREATE DATABASE ${database}`);
      for (const table of ['t', 'u']) await s.run(`CREATE TABLE ${database}.${table}(x int, y int)`);
      await s.run(`CREATE FUNCTION ${database}.f() RETURNS int RETURN 1`);
    }
    const users = Array.from({ length: 6 }, (_, i) => `m${seed}_u${i}`);
    const roles = Array.from({ length: 5 }, (_, i) => `m${seed}_r${i}`);
    for (const user of users) await s.run(`CREATE USER ${user}@'%' IDENTIFIED BY 'try-me'`);
    for (const role of roles) await s.run(`CREATE ROLE ${role}`);
    for (const [i, role] of roles.entries()) if (i > 0 && dice.chance(0.7)) await s.run(`GRANT ${role} TO ${roles[dice.int(0, i - 1)]}`);
    for (const user of users) {
      const mine = dice.sample(roles, 2);
      for (const role of mine) await s.run(`GRANT ${role} TO ${user}@'%'`);
      if (dice.chance(0.7)) await s.run(`SET DEFAULT ROLE ${mine[0]} FOR ${user}@'%'`);
    }
    const anybody = (): string => (dice.chance(0.1) ? 'PUBLIC' : dice.chance(0.5) ? dice.pick(roles) : `${dice.pick(users)}@'%'`);
    const places = [
      '*.*',
      ...databases.map((database) => `${database}.*`),
      `\`m${seed}\\_a%\`.*`,
      `\`m${seed}_ab\`.*`,
      ...databases.map((database) => `${database}.t`),
      ...databases.map((database) => `${database}.u`),
    ];
    for (let i = 0; i < 40; i += 1) {
      const place = dice.int(0, 30) === 0 ? '*.*' : dice.pick(places.slice(1));
      const to = place === '*.*' ? `${dice.pick(users)}@'%'` : anybody();
      const column = /\.[tu]$/.test(place) && dice.chance(0.5) ? `(${dice.pick(['x', 'y'])})` : '';
      await s.run(
        `GRANT ${dice.pick(column ? ['SELECT', 'INSERT', 'UPDATE'] : ['SELECT', 'INSERT', 'UPDATE', 'DELETE'])}${column} ON ${place} TO ${to}`,
      );
    }
    for (const database of databases) await s.run(`GRANT EXECUTE ON FUNCTION ${database}.f TO ${anybody()}`);

    const read = await withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
    const index = effectiveIndex('mysql', read.accounts);
    const wrong: string[] = [];
    let asked = 0;
    for (const user of users) {
      const connection = await mysql.createConnection({ host: s.server.host, port: s.server.port, user, password: 'try-me' });
      const attempt = async (statement: string, question: Question): Promise<void> => {
        asked += 1;
        const allowed = await connection.query(statement).then(
          () => true,
          (error: { errno: number }) => {
            if (!DENIED.has(error.errno)) throw error;
            return false;
          },
        );
        const entry = index.can(`${user}@%`, question);
        const ours = entry !== null && !entry.set_role && !entry.denied_by;
        if (ours !== allowed) wrong.push(`${user}: ${statement}: server ${allowed}, we ${JSON.stringify(entry)}`);
      };
      for (const database of databases) {
        for (const object of ['t', 'u']) {
          const at = `${database}.${object}`;
          for (const column of ['x', 'y']) {
            const question = { scope: 'column', database, object, column } as const;
            await attempt(`SELECT ${column} FROM ${at} LIMIT 0`, { ...question, privilege: 'SELECT' });
            await attempt(`INSERT INTO ${at}(${column}) SELECT 1 FROM DUAL WHERE 1 = 0`, { ...question, privilege: 'INSERT' });
            await attempt(`UPDATE ${at} SET ${column} = 1 LIMIT 0`, { ...question, privilege: 'UPDATE' });
          }
          await attempt(`DELETE FROM ${at} LIMIT 0`, { scope: 'table', database, object, privilege: 'DELETE' });
        }
        await attempt(`SELECT ${database}.f()`, { scope: 'routine', kind: 'FUNCTION', database, object: 'f', privilege: 'EXECUTE' });
      }
      await connection.end();
    }
    expect(asked).toBeGreaterThan(200);
    expect(wrong).toEqual([]);
  });
});
