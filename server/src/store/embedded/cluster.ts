import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, link, mkdir, open, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedError } from './error.ts';
import type { Place } from './place.ts';

export const superuser = 'whalefall';
const windows = process.platform === 'win32';
const program = (native: string, name: string) => join(native, 'bin', windows ? `${name}.exe` : name);
/** Nothing of our environment may reach the server: it holds secrets, and PG* variables would change what it does. */
const environment = windows ? undefined : { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * The superuser's password, made once and kept 0600 in the data directory. It is linked into place when complete, so of
 * two first starts one wins and both read the same.
 */
export async function password(dataDir: string, clusterExists: boolean): Promise<string> {
  const file = join(dataDir, 'postgres.password');
  if (!existsSync(file)) {
    if (clusterExists)
      throw new EmbeddedError(`${file} is missing: without it the database in ${dataDir} cannot be opened. Bring it back from a backup.`);
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    await writeFile(draft, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(draft);
  }
  return (await readFile(file, 'utf8')).trim();
}

/**
 * Makes the cluster when there is none. It is made beside its place and renamed, so nobody meets a half-made one.
 *
 * @returns whether it was made now, and by us
 */
export async function makeCluster(native: string, place: Place, secret: string): Promise<boolean> {
  if (existsSync(join(place.data, 'PG_VERSION'))) return false;
  const fresh = `${place.data}.new-${randomBytes(6).toString('hex')}`;
  const secretFile = `${fresh}.password`;
  try {
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(secretFile, secret, { mode: 0o600, flag: 'wx' });
    if (place.owner) for (const path of [fresh, secretFile]) await chown(path, place.owner.uid, place.owner.gid);
    // The built-in locale sorts the same on every machine; --no-sync only skips flushing what a crash would make us redo.
    await run(program(native, 'initdb'), place, [
      ...['--pgdata', fresh, '--username', superuser, '--pwfile', secretFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8'],
      ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--no-sync', '--no-instructions'],
    ]);
    await writeFile(join(fresh, 'pg_hba.conf'), windows ? 'host all all 127.0.0.1/32 scram-sha-256\n' : 'local all all scram-sha-256\n');
    return await rename(fresh, place.data).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        // Another first start was quicker: its cluster has the same password.
        if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return false;
        throw error;
      },
    );
  } finally {
    await rm(secretFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

/** @throws EmbeddedError when the data was made by another major version than the one we carry. */
export async function checkMajor(place: Place, packageVersion: string): Promise<void> {
  const made = (await readFile(join(place.data, 'PG_VERSION'), 'utf8')).trim();
  const ours = packageVersion.split('.')[0];
  if (made !== ours)
    throw new EmbeddedError(
      `The database in ${place.data} was made by PostgreSQL ${made}; this version brings PostgreSQL ${ours} and cannot open it. ` +
        `Dump it with the version that made it and restore the dump, or set DATABASE_URL to a PostgreSQL ${made} server.`,
    );
}

async function run(file: string, place: Place, args: string[]): Promise<void> {
  const child = spawn(file, args, {
    ...identity(place),
    cwd: windows ? undefined : '/',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (/could not look up effective user ID/.test(output))
    throw new EmbeddedError(
      `PostgreSQL needs a name for the user it runs as (id ${place.owner?.uid ?? process.getuid?.()}), and /etc/passwd has none: ` +
        'add one, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  if (code !== 0) throw new EmbeddedError(`${file} ended with ${code}: ${output.trim().slice(-2000)}`);
}

const identity = ({ owner }: Place) => (owner ? { uid: owner.uid, gid: owner.gid } : {});

/**
 * Starts the server and returns at once. It is detached, so that Ctrl-C in a terminal reaches us and not both, and its
 * output goes to files, because we may end before it does.
 *
 * @returns whether it has ended, and with what output; another process starting it at the same time is one such end.
 */
export async function launch(native: string, place: Place, port: number): Promise<{ ended(): Promise<string | undefined> }> {
  const startLog = join(place.root, 'postgres-start.log');
  const output = await open(startLog, 'w', 0o600);
  let over = false;
  const settings = {
    listen_addresses: windows ? '127.0.0.1' : '',
    ...(windows ? {} : { unix_socket_directories: place.socket, unix_socket_permissions: '0700' }),
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    max_connections: '150',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const child = spawn(
    program(native, 'postgres'),
    ['-D', place.data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...identity(place), cwd: windows ? undefined : '/', env: environment, detached: true, stdio: ['ignore', output.fd, output.fd] },
  );
  child.on('error', () => (over = true));
  child.on('exit', () => (over = true));
  child.unref();
  await output.close();
  return { ended: async () => (over ? (await readFile(startLog, 'utf8')).trim() : undefined) };
}

/**
 * The running server's process id, or undefined. Ids are used again after a crash, so on Linux the process must be a
 * postgres that stands in this very data directory; a lock file that names anything else is removed.
 */
export async function serverPid(place: Place): Promise<number | undefined> {
  const file = join(place.data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return undefined;
  if (!alive(pid)) return undefined;
  if (process.platform === 'linux') {
    const [exe, cwd] = await Promise.all([readlink(`/proc/${pid}/exe`).catch(() => ''), readlink(`/proc/${pid}/cwd`).catch(() => '')]);
    if (!/\/postgres( \(deleted\))?$/.test(exe) || cwd !== place.data) {
      await rm(file, { force: true });
      return undefined;
    }
  }
  return pid;
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
