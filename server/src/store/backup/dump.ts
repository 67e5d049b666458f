import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { listPartitions, type PartitionedTable } from '../partitions.ts';
import { openHandle } from '../open.ts';
import { createArchive } from './archive.ts';
import { appliedMigrations, type CopiedTable, copiedTables, quoted } from './tables.ts';

export const FORMAT = 1;
const CHUNK = 1024 * 1024;
/** Held together with the file's name while it is written: a partial file without it was left by a backup that was killed. */
const LOCK = 748;

/** The first entry, `manifest.json`: whether the rest can be used is decided by it alone. */
export interface Manifest {
  format: number;
  version: string;
  made_at: string;
  migrations: string[];
  tables: CopiedTable[];
  partitions: { table: PartitionedTable; from: string }[];
  /** With which keys the credentials and wallets are sealed: ids, not keys. */
  key_ids: string[];
}
/** The last entry, `end.json`: without it the file is not whole. */
export interface Ending {
  rows: Record<string, number>;
  sequences: Record<string, { value: string; called: boolean }>;
}

/**
 * Writes everything of ours as one moment saw it: one snapshot, table after table, streamed. Nobody has to stop for it.
 * @param keys the credential keys, to be put into the file as well; undefined leaves them out
 * @returns the number of rows
 */
export async function dump(pool: pg.Pool, file: string, about: { version: string; keys: readonly string[] | undefined }): Promise<number> {
  const partial = `${file}.partial`;
  const now = new Date();
  const client = await pool.connect();
  const held = [LOCK, resolve(file)];
  const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as alone', held);
  if (!rows[0]!.alone) {
    client.release();
    throw new Error(`another backup is writing ${file}`);
  }
  await rm(partial, { force: true });
  const archive = createArchive(partial);
  const json = (name: string, value: unknown) => archive.add(name, Buffer.from(`${JSON.stringify(value, null, 2)}\n`), now);
  try {
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    const partitions = await listPartitions(openHandle(pool));
    await client.query('begin isolation level repeatable read read only');
    const tables = await copiedTables(client);
    const manifest: Manifest = {
      format: FORMAT,
      version: about.version,
      made_at: now.toISOString(),
      migrations: await appliedMigrations(client),
      tables,
      partitions: partitions.map(({ table, from }) => ({ table, from })),
      key_ids: await sealedWith(client),
    };
    await json('manifest.json', manifest);
    if (about.keys) await json('keys.json', { CREDENTIAL_KEY: about.keys });
    const ending: Ending = { rows: {}, sequences: {} };
    for (const { name, columns } of tables) {
      const stream = client.query(copyTo(`copy (select ${columns.map(quoted).join(', ')} from ${quoted(name)}) to stdout`));
      let number = 0;
      let piece: Buffer[] = [];
      let size = 0;
      const flush = async () => {
        if (size === 0) return;
        await archive.add(`tables/${name}/${String(++number).padStart(8, '0')}.copy`, Buffer.concat(piece), now);
        piece = [];
        size = 0;
      };
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        piece.push(chunk);
        size += chunk.length;
        if (size >= CHUNK) await flush();
      }
      await flush();
      ending.rows[name] = stream.rowCount;
    }
    ending.sequences = await sequences(client);
    await json('end.json', ending);
    await client.query('commit');
    await archive.end();
    await rename(partial, file);
    await client.query('select pg_advisory_unlock($1, hashtext($2))', held);
    client.release();
    return Object.values(ending.rows).reduce((total, n) => total + n, 0);
  } catch (error) {
    client.release(true);
    await archive.abandon();
    await rm(partial, { force: true });
    throw error;
  }
}

async function sealedWith(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(`
    select distinct match[1] as id from (
      select regexp_matches(password, '^v1:([0-9a-f]{8}):') as match from credentials
      union all select regexp_matches(connection_options::text, '"v1:([0-9a-f]{8}):', 'g') from instances
    ) as sealed order by 1`);
  return rows.map(({ id }) => id);
}

async function sequences(client: pg.ClientBase): Promise<Ending['sequences']> {
  const { rows } = await client.query<{ name: string }>(
    'select sequencename::text as name from pg_sequences where schemaname = current_schema() order by 1',
  );
  const found: Ending['sequences'] = {};
  for (const { name } of rows) {
    const state = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${quoted(name)}`,
    );
    found[name] = state.rows[0]!;
  }
  return found;
}
