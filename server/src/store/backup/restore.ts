import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { migrations } from '../migrations/index.ts';
import { openHandle } from '../open.ts';
import { ensurePartitions } from '../partitions.ts';
import { ArchiveBroken, readArchive } from './archive.ts';
import { type Ending, FORMAT, type Manifest } from './dump.ts';
import { appliedMigrations, copiedTables, OF_THIS_SERVER, quoted } from './tables.ts';

/** The backup cannot be restored here; nothing was changed. */
export class RestoreRefused extends Error {
  override name = 'RestoreRefused';
}

/** What a file says of itself, with the credential keys if it holds them. @throws RestoreRefused when this version cannot use it */
export async function inspect(file: string): Promise<{ manifest: Manifest; keys: string[] | undefined }> {
  let manifest: Manifest | undefined;
  try {
    for await (const { name, body } of readArchive(file)) {
      if (!manifest) {
        if (name !== 'manifest.json') throw new ArchiveBroken('the file is not a backup of WhaleFall');
        manifest = JSON.parse(body.toString('utf8')) as Manifest;
        checkLevel(manifest);
      } else return { manifest, keys: name === 'keys.json' ? JSON.parse(body.toString('utf8')).CREDENTIAL_KEY : undefined };
    }
    throw new ArchiveBroken('the file ends too early');
  } catch (error) {
    throw refused(error);
  }
}

function checkLevel(manifest: Manifest): void {
  const ours = Object.keys(migrations).sort();
  if (manifest.format !== FORMAT) throw new RestoreRefused(`the backup has format ${manifest.format}; this version reads ${FORMAT}`);
  if (manifest.migrations.join() !== ours.join())
    throw new RestoreRefused(
      `the backup was made by version ${manifest.version} at schema ${manifest.migrations.at(-1)}; this version's schema is ${ours.at(-1)}: ` +
        'restore it with the version that made it, then update',
    );
}

/**
 * Puts a backup into an empty database of the same schema, in one transaction: all of it, or nothing.
 * @returns the number of rows
 */
export async function restore(pool: pg.Pool, file: string): Promise<number> {
  const { manifest } = await inspect(file);
  const client = await pool.connect();
  try {
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    await checkEmpty(client);
    // Months of the past that a fresh database lacks. Empty ones harm nobody if the rest is refused.
    for (const table of new Set(manifest.partitions.map((one) => one.table)))
      await ensurePartitions(
        openHandle(pool),
        table,
        manifest.partitions.filter((one) => one.table === table).map((one) => one.from),
      );
    await client.query('begin');
    // Asked again when nobody else can write: a server may have been started meanwhile.
    await client.query('lock table users, instances, credentials in access exclusive mode');
    await checkEmpty(client);
    const total = await fill(client, file, manifest);
    await client.query('commit');
    client.release();
    return total;
  } catch (error) {
    // Ending the connection rolls back, whatever state the copy was in.
    client.release(true);
    throw refused(error);
  }
}

async function checkEmpty(client: pg.ClientBase): Promise<void> {
  if ((await appliedMigrations(client)).join() !== Object.keys(migrations).sort().join())
    throw new RestoreRefused('the database is not at the schema of this version');
  const { rows } = await client.query<{ used: boolean }>(
    'select exists (select from users) or exists (select from instances) or exists (select from credentials) or exists (select from unified_logs) as used',
  );
  if (rows[0]!.used) throw new RestoreRefused('the database is not empty: restore into a new one, before a server has been started on it');
}

async function fill(client: pg.ClientBase, file: string, manifest: Manifest): Promise<number> {
  const tables = await copiedTables(client);
  // Names from the file are never put into a statement: they must be those of the schema.
  if (JSON.stringify(tables) !== JSON.stringify(manifest.tables))
    throw new RestoreRefused('the tables of the backup are not those of this schema');
  await client.query(`truncate ${[...tables.map(({ name }) => name), ...OF_THIS_SERVER].map(quoted).join(', ')} restart identity`);
  const counted: Record<string, number> = Object.fromEntries(tables.map(({ name }) => [name, 0]));
  let current: { name: string; copy: ReturnType<typeof copyFrom>; done: Promise<void> } | undefined;
  const close = async () => {
    if (!current) return;
    current.copy.end();
    await current.done;
    counted[current.name] = current.copy.rowCount;
    current = undefined;
  };
  let ending: Ending | undefined;
  for await (const { name, body } of readArchive(file)) {
    if (ending) throw new ArchiveBroken('something follows the end of the backup');
    if (name === 'manifest.json' || name === 'keys.json') continue;
    if (name === 'end.json') {
      ending = JSON.parse(body.toString('utf8')) as Ending;
      continue;
    }
    const table = tables.find((one) => name.startsWith(`tables/${one.name}/`));
    if (!table) throw new ArchiveBroken(`the backup holds ${name}, which is nothing of ours`);
    if (current?.name !== table.name) {
      await close();
      const copy = client.query(copyFrom(`copy ${quoted(table.name)} (${table.columns.map(quoted).join(', ')}) from stdin`));
      const done = finished(copy);
      done.catch(() => {});
      current = { name: table.name, copy, done };
    }
    if (!current.copy.write(body)) await Promise.race([once(current.copy, 'drain'), current.done]);
  }
  await close();
  if (!ending) throw new ArchiveBroken('the file ends too early');
  for (const { name } of tables)
    if (counted[name] !== ending.rows[name])
      throw new ArchiveBroken(`the backup holds ${counted[name]} rows of ${name}; it says ${ending.rows[name]}`);
  const { rows } = await client.query<{ name: string }>(
    'select sequencename::text as name from pg_sequences where schemaname = current_schema()',
  );
  for (const { name } of rows) {
    const state = ending.sequences[name];
    if (state) await client.query('select setval($1::regclass, $2::bigint, $3)', [quoted(name), state.value, state.called]);
  }
  return Object.values(counted).reduce((total, n) => total + n, 0);
}

function refused(error: unknown): unknown {
  if (error instanceof SyntaxError) return new RestoreRefused('the file is damaged', { cause: error });
  return error instanceof ArchiveBroken ? new RestoreRefused(error.message, { cause: error }) : error;
}
