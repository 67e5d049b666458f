/** Oracle's answers, made from documented rows, behind the engine's session; connecting is the real driver's. */
import fixture from '../src/oracle/fixtures/doc-oracle-19c.json' with { type: 'json' };
import { EngineError, engines } from '../src/index.ts';
import type { Session } from '../src/oracle/client.ts';
import { connectionOver } from '../src/oracle/engine.ts';
import * as queries from '../src/oracle/queries.ts';
import type { Subject } from './subjects.ts';

type Rows = Record<string, unknown>[];

export interface OracleModel {
  version: string;
  banner: string;
  here: { container: string; login: string };
  data: Record<string, Rows>;
  /** Views that the login may read. */
  views: Set<string>;
  /** SELECT ANY DICTIONARY: views open that no list shows. */
  dictionary?: boolean;
  /** Whether DBA_USERS has PASSWORD_CHANGE_DATE. */
  changeDate: boolean;
  asked: string[];
}

export function documented(): OracleModel {
  const { source: _source, version, banner, here, ...data } = structuredClone(fixture);
  return {
    version,
    banner,
    here,
    data: data as unknown as Record<string, Rows>,
    views: new Set(queries.VIEWS),
    changeDate: true,
    asked: [],
  };
}

/** Statements to the view they read and the rows they give. */
const ANSWERS: [statement: string, view: queries.View, rows: string][] = [
  [queries.users(true), 'DBA_USERS', 'users'],
  [queries.users(false), 'DBA_USERS', 'users'],
  [queries.ROLES, 'DBA_ROLES', 'roles'],
  [queries.ROLE_PRIVILEGES, 'DBA_ROLE_PRIVS', 'memberships'],
  [queries.SYSTEM_PRIVILEGES, 'DBA_SYS_PRIVS', 'system'],
  [queries.SCHEMA_PRIVILEGES, 'DBA_SCHEMA_PRIVS', 'schemas'],
  [queries.OBJECT_PRIVILEGES, 'DBA_TAB_PRIVS', 'objects'],
  [queries.COLUMN_PRIVILEGES, 'DBA_COL_PRIVS', 'columns'],
  [queries.QUOTAS, 'DBA_TS_QUOTAS', 'quotas'],
  [queries.PASSWORD_FILE, 'V_$PWFILE_USERS', 'passwordFile'],
  [queries.TABLESPACES, 'DBA_TABLESPACES', 'tablespaces'],
  [queries.DATA_FILES, 'DBA_DATA_FILES', 'dataFiles'],
  [queries.TEMP_FILES, 'DBA_TEMP_FILES', 'tempFiles'],
  [queries.FREE_SPACE, 'DBA_FREE_SPACE', 'freeSpace'],
  [queries.TEMP_FREE_SPACE, 'DBA_TEMP_FREE_SPACE', 'tempFreeSpace'],
  [queries.PDBS, 'V_$PDBS', 'pdbs'],
];

export function sessionOf(model: OracleModel): Session {
  const answer = (text: string): Rows => {
    if (text === queries.BEGIN || text === queries.COMMIT) return [];
    if (text === queries.BANNER) return [{ banner: model.banner }];
    if (text === queries.CONTAINER) return [model.here];
    if (text === queries.READABLE_COLUMNS)
      return [...model.views].flatMap((view) =>
        ['NAME', ...(view === 'DBA_USERS' && model.changeDate ? ['PASSWORD_CHANGE_DATE'] : [])].map((column_name) => ({
          view_name: view,
          column_name,
        })),
      );
    const probed = queries.VIEWS.find((view) => text === queries.probe(view));
    if (probed && (model.views.has(probed) || model.dictionary)) return [];
    if (probed) throw new EngineError('PRIVILEGE_MISSING', { stage: 'query', detail: 'ORA-00942' });
    const [, view, rows] = ANSWERS.find(([statement]) => statement === text) ?? [];
    if (!view || !rows) throw new EngineError('QUERY_FAILED', { stage: 'query', detail: `ORA-00900: ${text}` });
    // ORA-00942, whatever the reason one may not see it.
    if (!model.views.has(view) && !model.dictionary) throw new EngineError('PRIVILEGE_MISSING', { stage: 'query', detail: 'ORA-00942' });
    return structuredClone(model.data[rows] ?? []);
  };
  const session: Session = {
    statements: 0,
    version: model.version,
    query<T>(text: string) {
      session.statements += 1;
      model.asked.push(text);
      return Promise.resolve().then(() => answer(text) as T[]);
    },
    close: () => Promise.resolve(),
  };
  return session;
}

/** A small database without anything odd: the one the laws are held against. */
export function oracleSubject(): { subject: Subject; makeUsers(from: number, count: number): void } {
  const model = documented();
  model.data['roles']!.push({ name: 'STAFF', common: 'NO', maintained: 'N', authentication: 'NONE' });
  model.data['tablespaces'] = [
    { name: 'SYSTEM', contents: 'PERMANENT' },
    { name: 'SHOP', contents: 'PERMANENT' },
  ];
  model.data['dataFiles'] = [
    { name: 'SYSTEM', bytes: 943_718_400 },
    { name: 'SHOP', bytes: 8_388_608 },
  ];
  const target = { host: '127.0.0.1', port: 1521, database: 'SHOP', username: 'KEEPER', password: 'live-Test-0nly', options: {} };
  const nothing = (): Promise<never> => Promise.reject(new Error('the model runs no statements'));
  return {
    subject: {
      engine: { ...engines.oracle, connect: () => Promise.resolve(connectionOver(sessionOf(model))) },
      connecting: engines.oracle,
      server: { ...target, stop: () => Promise.resolve() },
      target,
      version: 0,
      run: nothing,
      rows: nothing,
      end: () => Promise.resolve(),
    },
    makeUsers(from, count) {
      const app = model.data['users']!.find((row) => row['name'] === 'APP')!;
      for (let i = from; i < from + count; i += 1) model.data['users']!.push({ ...app, name: `MANY_${i}`, id: 1_000 + i });
    },
  };
}
