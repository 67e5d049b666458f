import type { Kysely } from 'kysely';
import type { DB } from './tables.ts';
export async function seed(_db: Kysely<DB>): Promise<void> {}
