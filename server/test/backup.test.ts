import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dump, restore } from '../src/store/backup/index.ts';
import { copiedTables, quoted } from '../src/store/backup/tables.ts';
import { ensurePartitions } from '../src/store/partitions.ts';
import { openVault } from '../src/vault/secrets.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeCredential, makeInstance } from './make.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const folder = mkdtempSync(join(tmpdir(), 'whalefall-backup-'));
const file = join(folder, 'whole.backup');
let house: TestHouse;

beforeAll(async () => {
  house = await openHouse();
  const { db, pool } = { db: house.deps.db, pool: house.deps.store.pool };
  const instance = await makeInstance(house, {
    credential_id: await makeCredential(house),
    description: 'tab\there, \\N and \\., "quotes", 鲸落\nand a line',
  });
  // A month that a fresh database does not have, and more than one chunk of it.
  await ensurePartitions(db, 'database_size_stats', ['2024-02-10']);
  await pool.query(
    `insert into database_size_stats (instance_id, database_name, size_mb, collected_date)
     select $1, 'database ' || n || repeat('x', 150), n, date '2024-02-10' from generate_series(1, 15000) n`,
    [instance],
  );
  await pool.query(`insert into unified_logs (timestamp, level, module, message) values (now(), 'INFO', 'auth', 'hello')`);
  await dump(pool, file, { version: '0.1.0', keys: undefined });
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every row of every table as text, and the sequences. */
async function content(pool: pg.Pool): Promise<Record<string, string[]>> {
  const client = await pool.connect();
  try {
    const found: Record<string, string[]> = {};
    for (const { name } of await copiedTables(client))
      found[name] = (await client.query<{ row: string }>(`select t::text as row from ${quoted(name)} t order by 1`)).rows.map(
        ({ row }) => row,
      );
    found.sequences = (
      await client.query<{ row: string }>(
        `select sequencename || ' ' || coalesce(last_value::text, 'unused') as row from pg_sequences where schemaname = current_schema() order by 1`,
      )
    ).rows.map(({ row }) => row);
    return found;
  } finally {
    client.release();
  }
}
async function fresh(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await testDatabase();
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}
/** The archive with one entry's text changed for another of the same length. */
function forged(name: string, from: string, to: string): string {
  expect(from).toHaveLength(to.length);
  const bytes = gunzipSync(readFileSync(file));
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  bytes.write(to, at);
  const path = join(folder, name);
  writeFileSync(path, gzipSync(bytes));
  return path;
}

test('a backup restored into an empty database gives every table, row for row, and goes on counting where it was', () =>
  fresh(async ({ pool }) => {
    await restore(pool, file);
    const [before, after] = [await content(house.deps.store.pool), await content(pool)];
    expect(before.database_size_stats).toHaveLength(15000);
    expect(before.sequences!.length).toBeGreaterThan(10);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [name, rows] of Object.entries(before)) expect(after[name], name).toEqual(rows);
  }));

test('the file is for its owner alone, and holds neither a key nor a password in clear', async () => {
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const bytes = gunzipSync(readFileSync(file));
  for (const secret of [KEY, 'monitor-secret-1', 's'.repeat(40)]) expect(bytes.includes(secret)).toBe(false);
  const withKeys = join(folder, 'with-keys.backup');
  await dump(house.deps.store.pool, withKeys, { version: '0.1.0', keys: [KEY] });
  expect(gunzipSync(readFileSync(withKeys)).includes(KEY)).toBe(true);
  // What reads the sealed passwords of the backup is named in it.
  expect(bytes.includes(`"${openVault(KEY).keyId}"`)).toBe(true);
});

test('a file that is cut short, damaged, forged, newer or none of ours is refused, and nothing of it is written', () =>
  fresh(async ({ pool }) => {
    const before = await content(pool);
    const whole = readFileSync(file);
    const made = (name: string, bytes: Buffer) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const damaged = Buffer.from(whole);
    damaged.fill(0x5a, Math.floor(whole.length * 0.7), Math.floor(whole.length * 0.7) + 64);
    const tar = gunzipSync(whole);
    const bad = [
      made('cut', whole.subarray(0, Math.floor(whole.length * 0.8))),
      made('almost', whole.subarray(0, whole.length - 4)),
      made('damaged', damaged),
      made('no-end', gzipSync(tar.subarray(0, tar.indexOf('end.json')))),
      made('text', Buffer.from('this is no backup')),
      made('empty', Buffer.alloc(0)),
      forged('newer', '"0010-log-search"', '"9999-log-search"'),
      forged('other-format', '"format": 1', '"format": 2'),
      forged('rows', '"database_size_stats": 15000', '"database_size_stats": 15001'),
      forged('table', 'tables/database_size_stats/00000002.copy', 'tables/database_size_sta_s/00000002.copy'),
    ];
    for (const path of bad) {
      await expect(restore(pool, path), path.split('/').at(-1)).rejects.toMatchObject({ name: 'RestoreRefused' });
      expect(await content(pool), path.split('/').at(-1)).toEqual(before);
    }
  }));

test('a database that is in use is refused, and keeps what it has', async () => {
  const before = await content(house.deps.store.pool);
  await expect(restore(house.deps.store.pool, file)).rejects.toThrow('not empty');
  expect(await content(house.deps.store.pool)).toEqual(before);
});

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const command = (words: string[], databaseUrl: string, env: Record<string, string> = { CREDENTIAL_KEY: KEY }) =>
  spawn(process.execPath, [MAIN, ...words], {
    env: { ...process.env, NODE_ENV: 'test', WHALEFALL_DATA_DIR: join(folder, 'data'), DATABASE_URL: databaseUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const call = (...given: Parameters<typeof command>) =>
  new Promise<{ code: number | null; text: string }>((resolve) => {
    const child = command(...given);
    let text = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (text += chunk));
    child.on('close', (code) => resolve({ code, text }));
  });

test('whalefall backup and restore: from one database to another, the file never written over', () =>
  fresh(async ({ url, pool }) => {
    const path = join(folder, 'by-command.backup');
    const source = house.deps.config.databaseUrl!;
    expect(await call(['backup'], source)).toMatchObject({ code: 2 });
    expect(await call(['backup', path], source)).toMatchObject({ code: 0, text: expect.stringContaining('keys are not in it') });
    const made = readFileSync(path);
    expect(await call(['backup', path], source)).toMatchObject({ code: 1, text: expect.stringContaining('is there already') });
    expect(readFileSync(path).equals(made)).toBe(true);
    expect(existsSync(`${path}.partial`)).toBe(false);
    expect(await call(['restore', path], url)).toMatchObject({ code: 0 });
    expect(await content(pool)).toEqual(await content(house.deps.store.pool));
    expect(await call(['restore', path], url)).toMatchObject({ code: 1, text: expect.stringContaining('not empty') });
  }));

test('a backup killed in the middle leaves a partial file, which the next one to that name replaces; two at once are refused', async () => {
  const path = join(folder, 'killed.backup');
  const source = house.deps.config.databaseUrl!;
  const child = command(['backup', path], source);
  const ended = once(child, 'exit');
  while (!existsSync(`${path}.partial`) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill('SIGKILL');
  await ended;
  expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([false, true]);
  const two = await Promise.allSettled([1, 2].map(() => dump(house.deps.store.pool, path, { version: '0.1.0', keys: undefined })));
  expect(two.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(two.find((one) => one.status === 'rejected')!.reason).toMatchObject({ message: expect.stringContaining('another backup') });
  expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([true, false]);
  await fresh(async ({ pool }) => void expect(await restore(pool, path)).toBeGreaterThan(15000));
});

test('a backup with its keys opens on a machine that had others: they are added, and every stored password can be read again', () =>
  fresh(async ({ url }) => {
    const path = join(folder, 'keys.backup');
    const there = join(folder, 'elsewhere');
    mkdirSync(there);
    writeFileSync(join(there, 'credential-key'), `${Buffer.alloc(32, 9).toString('base64')}\n`, { mode: 0o600 });
    const elsewhere = { WHALEFALL_DATA_DIR: there, CREDENTIAL_KEY: '' };
    expect(await call(['backup', path, '--with-keys'], house.deps.config.databaseUrl!)).toMatchObject({
      ...{ code: 0, text: expect.stringContaining('with the credential keys') },
    });
    expect(await call(['restore', path], url, elsewhere)).toMatchObject({ code: 0, text: expect.stringContaining('were added to') });
    const keys = readFileSync(join(there, 'credential-key'), 'utf8').trim().split('\n');
    expect(keys).toEqual([Buffer.alloc(32, 9).toString('base64'), KEY]);
    expect(statSync(join(there, 'credential-key')).mode & 0o777).toBe(0o600);
    expect(await call(['credentials', 'rotate-key'], url, elsewhere)).toMatchObject({
      ...{ code: 0, text: expect.stringContaining('1 passwords') },
    });
  }));
