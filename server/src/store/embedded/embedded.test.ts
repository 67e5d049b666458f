import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { copyBinaries, findPackage } from './binaries.ts';
import { alive } from './cluster.ts';
import { type Embedded, startEmbedded } from './index.ts';
import { mayEnter } from './place.ts';

const silent = { info() {}, warn() {} };
const asRoot = process.getuid?.() === 0;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A data directory; as root, 0755 keeps the database in it and 0700 sends it to /var/lib/whalefall. */
async function makeDataDir(mode = 0o755): Promise<string> {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'whalefall-embedded-')));
  await chmod(dataDir, mode);
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(dataDir: string): Promise<Embedded> {
  const embedded = await startEmbedded(dataDir, silent);
  cleanups.push(() => embedded.leave());
  return embedded;
}

async function query<T extends pg.QueryResultRow>({ connection }: Embedded, text: string): Promise<T[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

const pidOf = async ({ place }: Embedded) => Number((await readFile(join(place.data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
const gone = async (pid: number) => {
  for (let i = 0; i < 500 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return !alive(pid);
};

/** Another process that uses the same data directory until it is told to leave. */
async function otherProcess(dataDir: string): Promise<{ child: ChildProcess; leave(): Promise<void>; kill(): Promise<void> }> {
  const program = `
    import { startEmbedded } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const embedded = await startEmbedded(${JSON.stringify(dataDir)}, { info() {}, warn() {} });
    process.stdout.write('ready');
    process.stdin.once('data', async () => { await embedded.leave(); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('close', () => reject(new Error('the other process ended before it was ready')));
  });
  const leave = async () => {
    child.stdin?.write('leave');
    await closed;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  return { child, leave, kill };
}

describe('embedded PostgreSQL', () => {
  test('starts, keeps its data, answers only to the password on its own socket, and is stopped by the last to leave', async () => {
    const dataDir = await makeDataDir();
    const first = await startEmbedded(dataDir, silent);
    expect(await query(first, `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync`)).toEqual([
      { encoding: 'UTF8', fsync: 'on' },
    ]);
    expect(await query(first, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    await query(first, 'create table kept (n int)');
    await expect(query({ ...first, connection: { ...first.connection, password: 'wrong' } }, 'select 1')).rejects.toThrow('password');
    for (const file of ['postgres.password', 'postgres.json']) expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600);
    expect((await stat(first.place.socket)).mode & 0o777).toBe(0o700);
    expect((await stat(first.place.data)).mode & 0o777).toBe(0o700);
    const pid = await pidOf(first);
    await first.leave();
    expect(await gone(pid)).toBe(true);
    expect(existsSync(join(first.place.data, 'postmaster.pid'))).toBe(false);

    const again = await start(dataDir);
    expect(await query(again, 'select count(*)::int from kept')).toEqual([{ count: 0 }]);
  });

  test('whoever leaves last stops it: the starter first, then the joiner', async () => {
    const dataDir = await makeDataDir();
    const starter = await otherProcess(dataDir);
    const joiner = await start(dataDir);
    const pid = await pidOf(joiner);
    await starter.leave();
    expect(await query(joiner, 'select 1 as one')).toEqual([{ one: 1 }]);
    await joiner.leave();
    expect(await gone(pid)).toBe(true);
  });

  test('and the joiner first, then the starter', async () => {
    const dataDir = await makeDataDir();
    const starter = await start(dataDir);
    const joiner = await otherProcess(dataDir);
    const pid = await pidOf(starter);
    await joiner.leave();
    expect(await query(starter, 'select 1 as one')).toEqual([{ one: 1 }]);
    await starter.leave();
    expect(await gone(pid)).toBe(true);
  });

  test('three first starts at once make one database', async () => {
    const dataDir = await makeDataDir();
    const all = await Promise.all([start(dataDir), start(dataDir), start(dataDir)]);
    const pids = await Promise.all(all.map(pidOf));
    expect(new Set(pids).size).toBe(1);
    const [one, two, three] = all as [Embedded, Embedded, Embedded];
    await one.leave();
    await two.leave();
    expect(await query(three, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('leaving and starting at the same moment never leaves anybody without a server', async () => {
    const dataDir = await makeDataDir();
    let current = await startEmbedded(dataDir, silent);
    for (let round = 0; round < 5; round++) {
      const [next] = await Promise.all([startEmbedded(dataDir, silent), current.leave()]);
      expect(await query(next, 'select 1 as one')).toEqual([{ one: 1 }]);
      current = next;
    }
    await current.leave();
  });

  test('recovers after kill -9 of the starter, and of the server', async () => {
    const dataDir = await makeDataDir();
    const starter = await otherProcess(dataDir);
    await starter.kill();
    const joined = await startEmbedded(dataDir, silent);
    await query(joined, 'create table survived (n int); insert into survived values (1)');
    const pid = await pidOf(joined);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    // The one that is still there brings it back by itself.
    let rows: unknown;
    for (let i = 0; i < 300 && !rows; i++) {
      rows = await query(joined, 'select n from survived').catch(() => undefined);
      if (!rows) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(rows).toEqual([{ n: 1 }]);
    const second = await pidOf(joined);
    expect(second).not.toBe(pid);
    await joined.leave();
    expect(await gone(second)).toBe(true);
  });

  test('a lock file that names a stranger does not stop it', async () => {
    const dataDir = await makeDataDir();
    const first = await startEmbedded(dataDir, silent);
    await first.leave();
    await writeFile(join(first.place.data, 'postmaster.pid'), `${process.pid}\n${first.place.data}\n`);
    const again = await start(dataDir);
    expect(await query(again, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('data of another major version is refused with its number', async () => {
    const dataDir = await makeDataDir();
    const first = await startEmbedded(dataDir, silent);
    await first.leave();
    await writeFile(join(first.place.data, 'PG_VERSION'), '16\n');
    await expect(startEmbedded(dataDir, silent)).rejects.toThrow('was made by PostgreSQL 16');
  });

  test('a path too long for a socket puts only the socket elsewhere', async () => {
    const dataDir = join(await makeDataDir(), 'x'.repeat(90));
    await mkdir(dataDir, { mode: 0o755 });
    const embedded = await start(dataDir);
    cleanups.unshift(() => rm(embedded.place.socket, { recursive: true, force: true }));
    expect(Buffer.byteLength(embedded.place.socket)).toBeLessThan(90);
    expect(embedded.place.data.startsWith(dataDir)).toBe(true);
    expect(await query(embedded, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a data directory whose password was lost says so', async () => {
    const dataDir = await makeDataDir();
    const first = await startEmbedded(dataDir, silent);
    await first.leave();
    await rm(join(dataDir, 'postgres.password'));
    await expect(startEmbedded(dataDir, silent)).rejects.toThrow('postgres.password is missing');
  });
});

describe('the binaries', () => {
  test('a copy is mended when a file in it was changed, and links in it are relative', async () => {
    const target = join(await makeDataDir(), 'binaries');
    const { native } = await findPackage();
    await copyBinaries(native, target);
    const postgres = join(target, 'bin', 'postgres');
    const size = (await stat(postgres)).size;
    await writeFile(postgres, 'something else');
    await copyBinaries(native, target);
    expect((await stat(postgres)).size).toBe(size);
    const before = (await stat(target)).ino;
    await copyBinaries(native, target);
    expect((await stat(target)).ino).toBe(before);
    expect((await lstat(join(target, 'lib', 'libpq.so.5'))).isSymbolicLink()).toBe(true);
    const moved = join(await makeDataDir(), 'elsewhere');
    await cp(target, moved, { recursive: true, verbatimSymlinks: true });
    expect(await realpath(join(moved, 'lib', 'libpq.so.5'))).toContain(moved);
  });
});

describe.skipIf(!asRoot)('as root', () => {
  test('a data directory that the server cannot enter sends the database to /var/lib/whalefall', async () => {
    const dataDir = await makeDataDir(0o700);
    const warnings: string[] = [];
    const embedded = await startEmbedded(dataDir, { info() {}, warn: (message) => warnings.push(message) });
    cleanups.push(() => rm(embedded.place.root, { recursive: true, force: true }));
    cleanups.push(() => embedded.leave());
    expect(embedded.place.root).toMatch(/^\/var\/lib\/whalefall\/[0-9a-f]{12}$/);
    expect((await stat(embedded.place.root)).mode & 0o777).toBe(0o711);
    expect((await stat(embedded.place.data)).uid).toBe(embedded.place.owner?.uid);
    expect((await stat(join(embedded.place.binaries, 'bin', 'postgres'))).uid).toBe(0);
    // Without a system user of its own the server runs as nobody, and that is said.
    expect(warnings.join().includes('65534')).toBe(embedded.place.owner?.uid === 65534);
    expect(JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'))).toMatchObject({ data: embedded.place.data });
    expect(await query(embedded, 'select 1 as one')).toEqual([{ one: 1 }]);
    await embedded.leave();

    await chmod(embedded.place.root, 0o777);
    await expect(startEmbedded(dataDir, silent)).rejects.toThrow('can be written by others');
    await chmod(embedded.place.root, 0o711);
    await chown(embedded.place.root, 65534, 65534);
    await expect(startEmbedded(dataDir, silent)).rejects.toThrow('belongs to user 65534');
    await chown(embedded.place.root, 0, 0);

    // A copy of the data directory is another clone: it does not get this database.
    const copied = await makeDataDir(0o700);
    await cp(join(dataDir, 'postgres.json'), join(copied, 'postgres.json'));
    const itsPlace = join('/var/lib/whalefall', createHash('sha256').update(copied).digest('hex').slice(0, 12));
    cleanups.push(() => rm(itsPlace, { recursive: true, force: true }));
    await expect(startEmbedded(copied, silent)).rejects.toThrow('If this data directory was moved');
  });

  test('works where ordinary users cannot enter', async () => {
    const folder = await makeDataDir(0o700);
    const inner = join(folder, 'a');
    await mkdir(inner, { mode: 0o755 });
    expect(await mayEnter(inner, { uid: 65534, gid: 65534 })).toBe(false);
    await chmod(folder, 0o711);
    expect(await mayEnter(inner, { uid: 65534, gid: 65534 })).toBe(true);
  });
});
