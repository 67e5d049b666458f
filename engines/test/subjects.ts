/** The live servers under test, with objects and grants of every kind made on them. */
import pg from 'pg';
import mysql from 'mysql2/promise';
import { engines, targetPolicy, type ConnectOptions, type Connection, type Engine, type Target } from '../src/index.ts';
import { orSkip, startMariadb, startPostgres, type LiveServer } from './live.ts';
import { startMysql56 } from './live-mysql56.ts';

export interface Subject {
  engine: Engine;
  /** Where reading and connecting are tested on different things, the one that connects. */
  connecting?: Engine;
  server: LiveServer;
  target: Target;
  /** Runs statements as an administrator, one after the other; in `database` where that matters. */
  run(statements: string | readonly string[], database?: string): Promise<void>;
  rows<T>(statement: string, values?: unknown[], database?: string): Promise<T[]>;
  version: number;
  end(): Promise<void>;
}

export const options = (more: Partial<ConnectOptions> = {}): ConnectOptions => ({ timeoutMs: 5_000, allow: targetPolicy(), ...more });

/** Opens, works, closes. */
export async function withConnection<T>(
  subject: Subject,
  target: Partial<Target>,
  work: (connection: Connection) => Promise<T>,
  more: Partial<ConnectOptions> = {},
): Promise<T> {
  const connection = await subject.engine.connect({ ...subject.target, ...target }, options(more));
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

export const postgresSubject = (): Promise<Subject | null> =>
  orSkip('PostgreSQL', async () => {
    const server = await startPostgres();
    const clients = new Map<string, pg.Client>();
    const client = async (database = 'postgres'): Promise<pg.Client> => {
      let known = clients.get(database);
      if (!known) {
        for (let attempt = 0; ; attempt += 1) {
          known = new pg.Client({ host: server.host, port: server.port, user: server.username, password: server.password, database });
          try {
            await known.connect();
            break;
          } catch (error) {
            // The port answers a moment before the server lets anybody in.
            if ((error as { code?: string }).code !== '57P03' || attempt > 50) throw error;
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        }
        clients.set(database, known);
      }
      return known;
    };
    return {
      engine: engines.postgresql,
      server,
      target: { host: server.host, port: server.port, database: null, username: server.username, password: server.password, options: {} },
      version: Number((await (await client()).query('SHOW server_version_num')).rows[0].server_version_num),
      async run(statements, database) {
        const c = await client(database);
        for (const statement of [statements].flat()) await c.query(statement);
      },
      rows: async <T>(statement: string, values?: unknown[], database?: string) =>
        (await (await client(database)).query(statement, values)).rows as T[],
      async end() {
        for (const c of clients.values()) await c.end();
        await server.stop();
      },
    };
  });

export const mariadbSubject = (): Promise<Subject | null> => orSkip('MariaDB', () => mysqlSubject(startMariadb));
export const mysql56Subject = (): Promise<Subject | null> => orSkip('MySQL 5.6', () => mysqlSubject(startMysql56));

async function mysqlSubject(start: () => Promise<LiveServer>): Promise<Subject> {
  const server = await start();
  const connection = await mysql.createConnection({
    host: server.host,
    port: server.port,
    user: server.username,
    password: server.password,
  });
  return {
    engine: engines.mysql,
    server,
    target: { host: server.host, port: server.port, database: null, username: server.username, password: server.password, options: {} },
    version: 0,
    async run(statements) {
      for (const statement of [statements].flat()) await connection.query(statement);
    },
    rows: async <T>(statement: string, values?: unknown[]) => (await connection.query(statement, values))[0] as T[],
    async end() {
      await connection.end();
      await server.stop();
    },
  };
}
