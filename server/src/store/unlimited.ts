import { type Kysely, sql } from 'kysely';
import { LIMIT_AGAIN, NO_LIMIT } from './client.ts';

/**
 * Runs `work` on one connection on which a statement may take as long as it takes: an index on a large table, or waiting for
 * somebody who makes one, may well outlast what a statement of the console is allowed to.
 */
export const withoutLimit = <DB, T>(db: Kysely<DB>, work: (db: Kysely<DB>) => Promise<T>): Promise<T> =>
  db.connection().execute(async (db) => {
    await sql.raw(NO_LIMIT).execute(db);
    try {
      return await work(db);
    } finally {
      await sql.raw(LIMIT_AGAIN).execute(db);
    }
  });
