import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';

/** For the command line. */
export const listAdmins = (db: Kysely<DB>) => queries.usersByRole(db, 'admin');

/** A user by the name typed on the command line. */
export const findUser = (db: Kysely<DB>, username: string) => queries.userByName(db, username);
