import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import pg from 'pg';
import { inject } from 'vitest';
import { openHandle, quietClients, types } from '../src/store/open.ts';
import { storeClient } from '../src/store/client.ts';
import type { DB } from '../src/store/tables.ts';

export interface TestDatabase {
  db: Kysely<DB>;
  pool: pg.Pool;
  /** For code under test that opens connections of its own. */
  connection: pg.ClientConfig & { host: string; port: number; user: string; password: string; database: string };
  /** The same as a DATABASE_URL, for processes that a test starts. */
  url: string;
  /** Closes the handle and removes the database; call it in `afterAll`. */
  drop(): Promise<void>;
}

/** A database of one's own for a test file: migrated, with the seeds, otherwise empty. */
export async function testDatabase(
  options: { migrated?: boolean; via?: (server: { host: string; port: number }) => Promise<{ host: string; port: number }> } = {},
): Promise<TestDatabase> {
  const { connection: server, template } = inject('testServer');
  const database = `whalefall_test_${randomBytes(6).toString('hex')}`;
  const admin = async (statement: string) => {
    const client = new pg.Client({ ...server, database: 'postgres' });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await admin(`create database ${database} template ${options.migrated === false ? 'template0' : template}`);
  const reached = { ...server, ...(options.via ? await options.via(server) : {}) };
  const connection = { ...reached, database, types };
  const pool = new pg.Pool({ ...connection, Client: storeClient({}), max: 10 });
  // Dropping the database throws idle connections out; that is no news to anybody.
  pool.on('error', () => undefined);
  quietClients(pool);
  const { host, port } = reached;
  const socket = host.startsWith('/');
  const address = `${encodeURIComponent(server.user)}:${encodeURIComponent(server.password)}@${socket ? 'localhost' : host}:${port}`;
  return {
    db: openHandle(pool),
    pool,
    connection,
    url: `postgres://${address}/${database}${socket ? `?host=${encodeURIComponent(host)}` : ''}`,
    async drop() {
      await pool.end();
      await admin(`drop database if exists ${database} with (force)`);
    },
  };
}
