/** Random roles, memberships, owners and grants: what `effective` says must be what the server says. */
import { afterAll, describe, expect, test } from 'vitest';
import { effectiveIndex, NO_FILTER, type Question } from '../src/index.ts';
import { random } from '../src/fake/random.ts';
import { postgresSubject, withConnection } from './subjects.ts';

const subject = await postgresSubject();
afterAll(() => subject?.end());

const TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];

/** Three fixed seeds; TRUTH_SEEDS=n asks the first n. */
const SEEDS = Array.from({ length: Number(process.env['TRUTH_SEEDS'] ?? 3) }, (_, i) => i + 1);

describe.skipIf(!subject)('effective privileges agree with PostgreSQL', () => {
  const s = subject!;

  test.each(SEEDS)('seed %i', async (seed) => {
    const dice = random(seed);
    const database = `truth${seed}`;
    const roles = Array.from({ length: 12 }, (_, i) => `t${seed}_r${i}`);
    const table = s.version >= 170000 ? [...TABLE, 'MAINTAIN'] : TABLE;
    await s.run(`CREATE DATABASE ${database}`);
    for (const [i, role] of roles.entries())
      await s.run(`CREATE ROLE ${role} ${dice.chance(0.3) ? 'NOINHERIT' : 'INHERIT'} ${i === 11 ? 'SUPERUSER' : ''}`);
    await s.run(`ALTER DATABASE ${database} OWNER TO ${dice.pick(roles)}`);
    // Only upwards, so that no membership goes in a circle.
    for (let i = 0; i < 16; i += 1) {
      const member = dice.int(0, 9);
      const role = roles[dice.int(member + 1, 10)]!;
      const how =
        s.version >= 160000
          ? ` WITH INHERIT ${dice.chance(0.6)}, SET ${dice.chance(0.7)}${dice.chance(0.2) ? ', ADMIN true' : ''}`
          : dice.chance(0.2)
            ? ' WITH ADMIN OPTION'
            : '';
      await s.run(`GRANT ${role} TO ${roles[member]}${how}`);
    }
    if (s.version >= 140000) await s.run([`GRANT pg_read_all_data TO ${roles[7]}`, `GRANT pg_write_all_data TO ${roles[8]}`]);
    if (s.version >= 170000) await s.run(`GRANT pg_maintain TO ${roles[6]}`);

    const run = (statement: string): Promise<void> => s.run(statement, database);
    const schemas = ['public', 'a', 'B"q'];
    const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
    for (const schema of schemas.slice(1)) await run(`CREATE SCHEMA ${quote(schema)} AUTHORIZATION ${dice.pick(roles)}`);
    await run(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${dice.pick(roles)}`);
    await run('ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC');
    const tables = schemas.flatMap((schema) => ['t', 'T2'].map((name) => ({ schema, name, sql: `${quote(schema)}.${quote(name)}` })));
    for (const { sql } of tables) await run(`CREATE TABLE ${sql}(x int, "Y" int)`);
    const functions = schemas.map((schema) => ({ schema, name: 'f(integer, text)', sql: `${quote(schema)}.f(integer, text)` }));
    for (const { sql } of functions)
      await run(`CREATE FUNCTION ${sql.replace('(integer, text)', '(n integer, t text)')} RETURNS int LANGUAGE sql AS 'SELECT 1'`);
    await run('ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC');
    const sequences = schemas.map((schema) => ({ schema, name: 's', sql: `${quote(schema)}.s` }));
    for (const { sql } of sequences) await run(`CREATE SEQUENCE ${sql}`);
    const types = schemas.map((schema) => ({ schema, name: 'mood', sql: `${quote(schema)}.mood` }));
    for (const { sql } of types) await run(`CREATE TYPE ${sql} AS ENUM ('x')`);
    const owned: [string, { sql: string }[]][] = [
      ['TABLE', tables],
      ['FUNCTION', functions],
      ['SEQUENCE', sequences],
      ['TYPE', types],
    ];
    for (const [kind, objects] of owned)
      for (const { sql } of objects) if (dice.chance(0.6)) await run(`ALTER ${kind} ${sql} OWNER TO ${dice.pick(roles)}`);

    const anybody = (): string => (dice.chance(0.12) ? 'PUBLIC' : dice.pick(roles));
    const grantable = (who: string): string => (who !== 'PUBLIC' && dice.chance(0.2) ? ' WITH GRANT OPTION' : '');
    const change = async (privilege: string, on: string): Promise<void> => {
      const who = anybody();
      await run(
        dice.chance(0.25) ? `REVOKE ${privilege} ON ${on} FROM ${who} CASCADE` : `GRANT ${privilege} ON ${on} TO ${who}${grantable(who)}`,
      );
    };
    for (let i = 0; i < 60; i += 1) {
      const object = dice.pick(tables);
      await (dice.chance(0.3)
        ? change(`${dice.pick(['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'])}(${dice.pick(['x', '"Y"'])})`, object.sql)
        : change(dice.pick([...table, 'ALL']), object.sql));
    }
    for (let i = 0; i < 12; i += 1) {
      await change(dice.pick(['EXECUTE', 'ALL']), `FUNCTION ${dice.pick(functions).sql}`);
      await change(dice.pick(['USAGE', 'SELECT', 'UPDATE']), `SEQUENCE ${dice.pick(sequences).sql}`);
      await change('USAGE', `TYPE ${dice.pick(types).sql}`);
      await change(dice.pick(['USAGE', 'CREATE']), `SCHEMA ${quote(dice.pick(schemas))}`);
      await change(dice.pick(['CONNECT', 'CREATE', 'TEMP']), `DATABASE ${database}`);
    }

    const questions: { role: string; ask: string; values: string[]; question: Question }[] = [];
    const ask = (ask: string, values: string[], question: Omit<Question, 'database'>): void => {
      for (const role of roles) questions.push({ role, ask, values, question: { ...question, database } });
    };
    for (const { schema, name, sql } of tables) {
      for (const privilege of table) ask('has_table_privilege', [sql, privilege], { scope: 'table', schema, object: name, privilege });
      for (const column of ['x', 'Y'])
        for (const privilege of ['SELECT', 'UPDATE'])
          ask('has_column_privilege', [sql, column, privilege], { scope: 'column', schema, object: name, column, privilege });
    }
    for (const { schema, name, sql } of functions)
      ask('has_function_privilege', [sql, 'EXECUTE'], { scope: 'routine', schema, object: name, privilege: 'EXECUTE' });
    for (const { schema, name, sql } of sequences)
      for (const privilege of ['USAGE', 'SELECT', 'UPDATE'])
        ask('has_sequence_privilege', [sql, privilege], { scope: 'sequence', schema, object: name, privilege });
    for (const { schema, name, sql } of types)
      ask('has_type_privilege', [sql, 'USAGE'], { scope: 'type', schema, object: name, privilege: 'USAGE' });
    for (const schema of schemas)
      for (const privilege of ['USAGE', 'CREATE']) ask('has_schema_privilege', [schema, privilege], { scope: 'schema', schema, privilege });
    for (const privilege of ['CONNECT', 'CREATE', 'TEMP'])
      ask('has_database_privilege', [database, privilege], { scope: 'database', privilege });

    const read = await withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
    const index = effectiveIndex('postgresql', read.accounts);
    const wrong: string[] = [];
    for (const ask of new Set(questions.map((question) => question.ask))) {
      const mine = questions.filter((question) => question.ask === ask);
      const columns = mine[0]!.values.map((_, at) => mine.map((question) => question.values[at]!));
      const names = ['r', ...columns.map((_, at) => `v${at}`)];
      const rows = await s.rows<{ answer: boolean }>(
        `SELECT ${ask}(${names.join(', ')}) AS answer FROM unnest(${names.map((_, at) => `$${at + 1}::text[]`).join(', ')}) AS u(${names.join(', ')})`,
        [mine.map((question) => question.role), ...columns],
        database,
      );
      mine.forEach(({ role, question }, at) => {
        const entry = index.can(role, question);
        const ours = entry !== null && !entry.set_role && !entry.denied_by;
        if (ours !== rows[at]!.answer)
          wrong.push(`${role} ${JSON.stringify(question)}: server ${rows[at]!.answer}, we ${JSON.stringify(entry)}`);
      });
    }
    expect(questions.length).toBeGreaterThan(700);
    expect(wrong.slice(0, 5)).toEqual([]);
    await s.run(`DROP DATABASE IF EXISTS never_there`);
  });
});
