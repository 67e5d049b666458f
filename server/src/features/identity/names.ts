import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';

/** @returns the names behind user ids, for lists that show who did something. */
export async function userNames(db: Kysely<DB>, ids: readonly (number | null)[]): Promise<Map<number, string>> {
  const wanted = [...new Set(ids.filter((id): id is number => id !== null))];
  if (wanted.length === 0) return new Map();
  return new Map((await queries.namesByIds(db, wanted)).map((row) => [row.id, row.username]));
}

/** For the command line. */
export const listAdmins = (db: Kysely<DB>) => queries.usersByRole(db, 'admin');

/** A user by the name typed on the command line. */
export const findUser = (db: Kysely<DB>, username: string) => queries.userByName(db, username);
