/** A SQL Server's answers, made from a fixture, for the real driver over the TDS server of these tests. */
import fixture from '../src/sqlserver/fixtures/doc-sqlserver-2022.json' with { type: 'json' };
import * as queries from '../src/sqlserver/queries.ts';
import { engines } from '../src/index.ts';
import type { Subject } from './subjects.ts';
import { tdsServer, type Answer, type Cell, type Login, type ResultSet, type TdsBehaviour } from './tds.ts';

export interface ModelDatabase {
  id: number;
  name: string;
  quoted: string;
  owner: string | null;
  state: string;
  enterable: number;
  data: number;
  log: number;
  /** Bytes of data and log that only the database itself knows. */
  files?: number[];
  inside: Partial<Record<'P' | 'M' | 'S' | 'O' | 'G', Cell[][]>> | null;
  /** Reading it fails with this number and text. */
  error?: Cell[];
}

export interface Model {
  version: { banner: string; detailed: string; edition: number };
  rights: Record<string, Cell>;
  logins: Record<string, Cell>[];
  members: Record<string, Cell>[];
  permissions: Record<string, Cell>[];
  databases: ModelDatabase[];
  /** What a login's password must be, and the databases one may begin in. */
  password: string;
}

export const documented = (): Model => ({ ...structuredClone(fixture as unknown as Omit<Model, 'password'>), password: 'live-Test-0nly' });

/** A small server without anything odd: the one the laws are held against. */
export function ordinary(): Model {
  const model = documented();
  const named = (name: string): Record<string, Cell> => ({ ...structuredClone(model.logins[8]!), name, id: 300 + name.length, sid: name });
  model.logins = [...model.logins.slice(0, 4), named('app'), named('keeper'), { ...model.logins[12]!, name: 'staff', id: 399 }];
  model.members = [];
  model.permissions = [];
  const plain = model.databases[2]!;
  const system = ['master', 'tempdb', 'model', 'msdb'].map((name, at) => ({ ...plain, id: at + 1, name, quoted: `[${name}]` }));
  model.databases = [...system, { ...plain, id: 5, name: 'shop', quoted: '[shop]', data: 8_388_608 }];
  return model;
}

export function behaviourOf(model: Model, more: Partial<TdsBehaviour> = {}): TdsBehaviour {
  return { refuse: (login) => refusal(model, login), answer: (text, numbers) => answer(model, text, numbers), ...more };
}

/** 18456 alone for a wrong name or password; before it the reason, when there is one. */
function refusal(model: Model, login: Login): number[] | null {
  const known = model.logins.some((row) => row['name'] === login.username && row['type'] === 'S') && login.password === model.password;
  if (!known) return [18456];
  return model.databases.some((database) => database.name === login.database) ? null : [4060, 18456];
}

const table = (rows: Record<string, Cell>[]): ResultSet[] => [
  { columns: Object.keys(rows[0] ?? { none: null }), rows: rows.map((row) => Object.values(row)) },
];

function answer(model: Model, text: string, numbers: Record<string, number>): Answer {
  switch (text) {
    case queries.VERSION:
      return table([model.version]);
    case queries.RIGHTS:
      return table([model.rights]);
    case queries.SETTINGS:
      return [];
    case queries.LOGINS[1100]:
    case queries.LOGINS[1600]:
      return table(model.logins);
    case queries.SERVER_MEMBERS:
      return table(model.members);
    case queries.SERVER_PERMISSIONS:
      return table(model.permissions);
    case queries.DATABASES:
      return table(model.databases.map(({ id, name, quoted, owner, state, enterable }) => ({ id, name, quoted, owner, state, enterable })));
    case queries.EACH_DATABASE:
      return inEach(
        model,
        numbers,
        () => true,
        (database) =>
          Object.entries(database.inside ?? {}).map(([kind, rows]): ResultSet => ({
            columns: ['kind', 'db', ...(rows[0] ?? []).map((_, at) => `c${at}`)],
            rows: rows.map((row) => [kind, database.id, ...row]),
          })),
      );
    case queries.SIZES:
      return table(
        model.databases.map(({ id, name, data, log, files }) => ({
          id,
          name,
          system: id <= 4 ? 1 : 0,
          data_bytes: BigInt(data) as Cell,
          log_bytes: BigInt(log) as Cell,
          inside: files || id === 2 ? 1 : 0,
        })),
      );
    case queries.SIZES_INSIDE:
      return inEach(
        model,
        numbers,
        ({ id, files }) => id === 2 || files !== undefined,
        ({ id, data, log, files = [data, log] }) => [
          { columns: ['kind', 'db', 'data', 'log'], rows: [['F', id, BigInt(files[0]!), BigInt(files[1]!)]] },
        ],
      );
    default:
      return { error: 208, message: `the model has no answer to: ${text.slice(0, 80)}` };
  }
}

/** The loop of `inEachDatabase`, as the server would run it. */
function inEach(
  model: Model,
  { from = 0, many = 0 }: Record<string, number>,
  which: (database: ModelDatabase) => boolean,
  read: (database: ModelDatabase) => ResultSet[],
): ResultSet[] {
  const open = model.databases.filter(
    (database) => database.id >= from && database.state === 'ONLINE' && database.enterable === 1 && which(database),
  );
  const group = open.slice(0, many);
  const sets = group.flatMap((database) =>
    database.error
      ? [...read(database).slice(0, 1), { columns: ['kind', 'db', 'number', 'text'], rows: [['E', database.id, ...database.error]] }]
      : read(database),
  );
  const finished = group.length < many ? 1 : 0;
  return [...sets, { columns: ['kind', 'db', 'finished'], rows: [['Z', group.at(-1)?.id ?? from - 1, finished]] }];
}

/** The model as a server to connect to; without TLS, which has to be asked for. */
export async function sqlserverSubject(): Promise<{ subject: Subject; makeLogins(from: number, count: number): void }> {
  const model = ordinary();
  const server = await tdsServer(behaviourOf(model));
  const target = {
    host: '127.0.0.1',
    port: server.port,
    database: null,
    username: 'keeper',
    password: model.password,
    options: { tls_mode: 'disable' as const },
  };
  return {
    subject: {
      engine: engines.sqlserver,
      server: { ...target, stop: () => server.close() },
      target,
      version: 0,
      run: () => Promise.reject(new Error('the model runs no statements')),
      rows: () => Promise.reject(new Error('the model runs no statements')),
      end: () => server.close(),
    },
    makeLogins(from, count) {
      const app = model.logins.find((row) => row['name'] === 'app')!;
      for (let i = from; i < from + count; i += 1) model.logins.push({ ...app, id: 1_000 + i, name: `many_${i}`, sid: `many${i}` });
    },
  };
}
