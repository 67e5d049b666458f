/** Random roles, memberships, owners and grants: what `effective` says must be what the server says. */
import { afterAll, describe, expect, test } from 'vitest';
import { effectiveIndex, NO_FILTER, type Question } from '../src/index.ts';
import { random } from '../src/fake/random.ts';
import { postgresSubject, withConnection, type Subject } from './subjects.ts';
import { QUESTIONS_PER_SEED, seeds, verdictOf, type Verdict } from './truth.ts';

const subject = await postgresSubject();
afterAll(() => subject?.end());

const TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
const COLUMN = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'];
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

interface Thing {
  schema: string;
  name: string;
  sql: string;
}
interface World {
  database: string;
  roles: string[];
  /** Roles of the server that were handed out: they answer questions too, since one may become them. */
  predefined: string[];
  schemas: string[];
  tables: Thing[];
  functions: Thing[];
  sequences: Thing[];
  types: Thing[];
  tablePrivileges: string[];
}

async function makeWorld(s: Subject, seed: number): Promise<World> {
  const dice = random(seed);
  const database = `truth${seed}`;
  const roles = Array.from({ length: 26 }, (_, i) => `t${seed}_r${i}`);
  const last = roles.length - 1;
  const tablePrivileges = s.version >= 170000 ? [...TABLE, 'MAINTAIN'] : TABLE;
  await s.run(`CREATE DATABASE ${database}`);
  for (const [i, role] of roles.entries())
    await s.run(`CREATE ROLE ${role} ${dice.chance(0.3) ? 'NOINHERIT' : 'INHERIT'} ${i === last ? 'SUPERUSER' : ''}`);
  await s.run(`ALTER DATABASE ${database} OWNER TO ${dice.pick(roles)}`);
  // Only upwards, so that no membership goes in a circle.
  for (let i = 0; i < 40; i += 1) {
    const member = dice.int(0, last - 2);
    const role = roles[dice.int(member + 1, dice.chance(0.1) ? last : last - 1)]!;
    const how =
      s.version >= 160000
        ? ` WITH INHERIT ${dice.chance(0.6)}, SET ${dice.chance(0.7)}${dice.chance(0.2) ? ', ADMIN true' : ''}`
        : dice.chance(0.2)
          ? ' WITH ADMIN OPTION'
          : '';
    await s.run(`GRANT ${role} TO ${roles[member]}${how}`);
  }
  const predefined = [
    ...(s.version >= 140000 ? ['pg_read_all_data', 'pg_write_all_data'] : []),
    ...(s.version >= 170000 ? ['pg_maintain'] : []),
  ];
  for (const role of predefined) await s.run(`GRANT ${role} TO ${dice.pick(roles.slice(0, last))}`);

  const run = (statement: string): Promise<void> => s.run(statement, database);
  const schemas = ['public', 'a', 'B"q', 'näme'];
  for (const schema of schemas.slice(1)) await run(`CREATE SCHEMA ${quote(schema)} AUTHORIZATION ${dice.pick(roles)}`);
  await run(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${dice.pick(roles)} WITH GRANT OPTION`);
  await run(`ALTER DEFAULT PRIVILEGES IN SCHEMA a GRANT UPDATE ON TABLES TO ${dice.pick(roles)}`);
  await run('ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC');
  await run('ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC');
  const things = (names: string[], spell = quote): Thing[] =>
    schemas.flatMap((schema) => names.map((name) => ({ schema, name, sql: `${quote(schema)}.${spell(name)}` })));
  const tables = things(['t', 'T2', 'v']);
  for (const { sql, name } of tables)
    await run(name === 'v' ? `CREATE VIEW ${sql} AS SELECT 1 AS x, 2 AS "Y"` : `CREATE TABLE ${sql}(x int, "Y" int)`);
  const functions = things(['f(integer, text)'], (name) => name);
  for (const { sql } of functions)
    await run(`CREATE FUNCTION ${sql.replace('(integer, text)', '(n integer, t text)')} RETURNS int LANGUAGE sql AS 'SELECT 1'`);
  await run('ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC');
  const sequences = things(['s']);
  for (const { sql } of sequences) await run(`CREATE SEQUENCE ${sql}`);
  const types = things(['mood']);
  for (const { sql } of types) await run(`CREATE TYPE ${sql} AS ENUM ('x')`);
  const owned: [string, Thing[]][] = [
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
  for (let i = 0; i < 150; i += 1) {
    const object = dice.pick(tables);
    await (dice.chance(0.3)
      ? change(`${dice.pick(COLUMN)}(${dice.pick(['x', '"Y"'])})`, object.sql)
      : change(dice.pick([...tablePrivileges, 'ALL']), object.sql));
  }
  for (let i = 0; i < 24; i += 1) {
    await change(dice.pick(['EXECUTE', 'ALL']), `FUNCTION ${dice.pick(functions).sql}`);
    await change(dice.pick(['USAGE', 'SELECT', 'UPDATE']), `SEQUENCE ${dice.pick(sequences).sql}`);
    await change('USAGE', `TYPE ${dice.pick(types).sql}`);
    await change(dice.pick(['USAGE', 'CREATE']), `SCHEMA ${quote(dice.pick(schemas))}`);
    await change(dice.pick(['CONNECT', 'CREATE', 'TEMP']), `DATABASE ${database}`);
    await change('CREATE', 'TABLESPACE pg_default');
    await change('USAGE', 'LANGUAGE plpgsql');
  }
  return { database, roles, predefined, schemas, tables, functions, sequences, types, tablePrivileges };
}

interface Asked {
  /** `has_…_privilege` and its arguments after the role's name. */
  ask: string;
  values: string[];
  question: Question;
}

function questionsAbout(world: World): Asked[] {
  const { database } = world;
  const list: Asked[] = [];
  const add = (ask: string, values: string[], question: Question): void => void list.push({ ask, values, question });
  const inside = (thing: Thing): Pick<Question, 'database' | 'schema' | 'object'> => ({
    database,
    schema: thing.schema,
    object: thing.name,
  });
  for (const thing of world.tables) {
    for (const privilege of world.tablePrivileges)
      add('has_table_privilege', [thing.sql, privilege], { scope: 'table', ...inside(thing), privilege });
    for (const column of ['x', 'Y'])
      for (const privilege of COLUMN)
        add('has_column_privilege', [thing.sql, column, privilege], { scope: 'column', ...inside(thing), column, privilege });
  }
  for (const thing of world.functions)
    add('has_function_privilege', [thing.sql, 'EXECUTE'], { scope: 'routine', ...inside(thing), privilege: 'EXECUTE' });
  for (const thing of world.sequences)
    for (const privilege of ['USAGE', 'SELECT', 'UPDATE'])
      add('has_sequence_privilege', [thing.sql, privilege], { scope: 'sequence', ...inside(thing), privilege });
  for (const thing of world.types) add('has_type_privilege', [thing.sql, 'USAGE'], { scope: 'type', ...inside(thing), privilege: 'USAGE' });
  for (const schema of world.schemas)
    for (const privilege of ['USAGE', 'CREATE'])
      add('has_schema_privilege', [schema, privilege], { scope: 'schema', database, schema, privilege });
  for (const privilege of ['CONNECT', 'CREATE', 'TEMP'])
    add('has_database_privilege', [database, privilege], { scope: 'database', database, privilege });
  add('has_tablespace_privilege', ['pg_default', 'CREATE'], { scope: 'tablespace', object: 'pg_default', privilege: 'CREATE' });
  add('has_language_privilege', ['plpgsql', 'USAGE'], {
    scope: 'other',
    kind: 'LANGUAGE',
    database,
    object: 'plpgsql',
    privilege: 'USAGE',
  });
  return list;
}

/** For every role and every question: may it, and may it pass it on. */
async function answers(s: Subject, world: World, asked: Asked[], roles: string[]): Promise<Map<string, { may: boolean; pass: boolean }[]>> {
  const found = new Map<string, { may: boolean; pass: boolean }[]>(roles.map((role) => [role, Array(asked.length)]));
  for (const ask of new Set(asked.map((one) => one.ask))) {
    const mine = asked.flatMap((one, at) => (one.ask === ask ? roles.map((role) => ({ role, at, one })) : []));
    const width = mine[0]!.one.values.length;
    const names = Array.from({ length: width }, (_, at) => `v${at}`);
    const before = names
      .slice(0, -1)
      .map((name) => `${name}, `)
      .join('');
    const rows = await s.rows<{ may: boolean; pass: boolean }>(
      `SELECT ${ask}(r, ${names.join(', ')}) AS may, ${ask}(r, ${before}${names.at(-1)} || ' WITH GRANT OPTION') AS pass
         FROM unnest($1::text[], ${names.map((_, at) => `$${at + 2}::text[]`).join(', ')}) AS u(r, ${names.join(', ')})`,
      [mine.map(({ role }) => role), ...names.map((_, at) => mine.map(({ one }) => one.values[at]!))],
      world.database,
    );
    mine.forEach(({ role, at }, row) => (found.get(role)![at] = rows[row]!));
  }
  return found;
}

describe.skipIf(!subject)('effective privileges agree with PostgreSQL', () => {
  const s = subject!;

  test.each(seeds())('seed %i', async (seed) => {
    const world = await makeWorld(s, seed);
    const asked = questionsAbout(world);
    // pg_database_owner cannot be handed out: its one member is who owns the database one is in.
    const everybody = [...world.roles, ...world.predefined, ...(s.version >= 140000 ? ['pg_database_owner'] : []), 'postgres'];
    const server = await answers(s, world, asked, everybody);
    const become = s.version >= 160000 ? 'SET' : 'MEMBER';
    const settable = new Map<string, string[]>(world.roles.map((role) => [role, []]));
    for (const { member, role } of await s.rows<{ member: string; role: string }>(
      `SELECT m AS member, r AS role FROM unnest($1::text[]) m, unnest($2::text[]) r WHERE m <> r AND pg_has_role(m, r, '${become}')`,
      [world.roles.slice(0, -1), everybody],
      world.database,
    ))
      settable.get(member)!.push(role);

    const read = await withConnection(s, {}, (connection) => connection.accounts(NO_FILTER));
    const index = effectiveIndex('postgresql', read.accounts);
    const wrong: string[] = [];
    let count = 0;
    for (const role of world.roles)
      asked.forEach(({ question }, at) => {
        count += 1;
        const { may, pass } = server.get(role)![at]!;
        const expected: Verdict = may ? 'now' : settable.get(role)!.some((other) => server.get(other)![at]!.may) ? 'after SET ROLE' : 'no';
        const entry = index.can(role, question);
        const ours = verdictOf(entry);
        if (ours !== expected) wrong.push(`${role} ${JSON.stringify(question)}: server ${expected}, we ${JSON.stringify(entry)}`);
        else if (may && (entry?.grantable === true) !== pass)
          wrong.push(`${role} ${JSON.stringify(question)}: may pass it on: server ${pass}, we ${JSON.stringify(entry)}`);
      });
    console.log(`PostgreSQL ${s.version}, seed ${seed}: ${count} questions, ${wrong.length} disagreements`);
    expect(count).toBeGreaterThanOrEqual(QUESTIONS_PER_SEED);
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
