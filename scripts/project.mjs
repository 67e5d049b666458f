/*
 * What the scripts know about this folder: is it installed, is it built, with which Node is it run. Everything here works
 * on Node 20 with nothing installed: only node: imports.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const windows = process.platform === 'win32';

/** The first release that runs TypeScript sources without a flag, and the first that runs the bundle. */
export const nodeForSources = '22.18.0';
export const nodeForBundle = '22.12.0';

/**
 * How the server is run. By itself V8 lets the young part of the heap grow with the machine's memory, to 128 MB on a large
 * one, and the whole to several times of what lives in it. With these the read of a large server takes as long, and after
 * questions over a whole fleet the process holds 230 MB instead of 410.
 */
export const serverFlags = ['--enable-source-maps', '--max-semi-space-size=8', '--heap-growing-percent=20'];

export function atLeast(version, least) {
  const [a, b] = [version, least].map((text) => text.replace(/^v/, '').split('.').map(Number));
  const at = [0, 1, 2].find((i) => a[i] !== b[i]);
  return at === undefined || a[at] > b[at];
}

/**
 * The Node to run the product with: the machine's own when it is new enough, else the one among the dependencies.
 * Scripts that npm starts find the latter on their PATH anyway; this is for those that were started without npm.
 */
export function findNode(least = nodeForSources) {
  if (atLeast(process.version, least)) return process.execPath;
  const ours = join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node');
  if (existsSync(ours) && spawnSync(ours, ['--version'], { shell: windows }).status === 0) return ours;
  throw new Error(
    `WhaleFall needs Node ${least} or newer; this is ${process.version}, and there is no packaged Node for ${process.platform}-${process.arch}.`,
  );
}

/**
 * By itself glibc gives each thread that allocates a heap of its own, and after one large buffer keeps such buffers there for
 * good. With these the process is 15 MB smaller, and grows less while it answers requests of every kind.
 */
export const serverEnvironment = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

/** PATH with the dependencies' programs first. */
export const environment = () => ({
  ...serverEnvironment,
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH}`,
});

/**
 * Whether node_modules holds what package-lock.json says. npm writes its own lock file there, last of all, so an
 * interrupted installation does not count. Optional packages are left out: most of them are for other machines.
 */
export function isInstalled() {
  const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined);
  const wanted = read(join(root, 'package-lock.json'));
  const found = read(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !found) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.startsWith('node_modules/') ||
      entry.optional ||
      entry.devOptional ||
      (found[path] !== undefined && found[path].version === entry.version && found[path].integrity === entry.integrity),
  );
}

export async function install() {
  console.log('Installing the dependencies (once, about a minute)…');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--loglevel=error'];
  const code = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, ...args], { cwd: root })
    : await run(windows ? 'npm.cmd' : 'npm', args, { cwd: root, shell: windows });
  if (code !== 0) throw new Error(`npm ci ended with ${code}`);
}

/**
 * Runs `work` while no other start of this folder installs or builds: two npm ci at once destroy each other's tree. The
 * lock is a folder beside node_modules; one whose owner is dead is taken over.
 */
export async function alone(work) {
  const lock = join(root, '.install.lock');
  for (let told = false; ;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (takeAway(lock)) continue;
    if (!told) {
      console.log('Waiting for another start of this folder that installs or builds…');
      told = true;
    }
    await sleep(250);
  }
  writeFileSync(join(lock, 'pid'), String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Removes a lock whose owner is dead, or that has had none for ten seconds. */
function takeAway(lock) {
  try {
    if (!isAbandoned(lock)) return false;
    // Moved first and looked at again: of two that find it abandoned, one must not remove the other's new lock.
    const aside = `${lock}.${process.pid}`;
    renameSync(lock, aside);
    if (isAbandoned(aside)) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, lock);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return true;
    throw error;
  }
}

function isAbandoned(lock) {
  const file = join(lock, 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return pid ? !isAlive(pid) : Date.now() - statSync(lock).mtimeMs > 10_000;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** What each part of the build is made from. */
const sources = {
  server: ['contract/src', 'engines/src', 'server/src', 'scripts/build.mjs', 'package.json', 'package-lock.json'],
  web: ['contract/src', 'web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'scripts/build.mjs', 'package-lock.json'],
};

/** A hash over the contents of a part's sources; tests and recorded answers do not count. */
export function sourceHash(part) {
  const hash = createHash('sha256');
  for (const path of sources[part].flatMap(filesBelow)) {
    hash.update(`${relative(root, path)}\0`);
    hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  const start = join(root, path);
  if (!existsSync(start)) return [];
  if (path.includes('.')) return [start];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name) && !/[\\/]fixtures$/.test(entry.parentPath ?? entry.path))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

export const stampFile = join(root, 'dist', 'build.json');

/** The parts that must be built again, by what they were last built from. */
export function staleParts() {
  const stamp = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
  const result = { server: join(root, 'dist', 'main.js'), web: join(root, 'dist', 'web', 'index.html') };
  return Object.keys(sources).filter((part) => {
    if (part === 'web' && !existsSync(join(root, 'web', 'index.html'))) return false;
    return !existsSync(result[part]) || stamp[part] !== sourceHash(part);
  });
}

/** Installs and builds what is missing or stale. */
export async function prepare({ build = true } = {}) {
  if (isInstalled() && (!build || staleParts().length === 0)) return;
  await alone(async () => {
    if (!isInstalled()) await install();
    const stale = build ? staleParts() : [];
    if (stale.length === 0) return;
    const code = await run(findNode(), [join(root, 'scripts', 'build.mjs'), ...stale], { cwd: root, env: environment() });
    if (code !== 0) throw new Error(`the build ended with ${code}`);
  });
}

/** Runs a program in our terminal and gives its exit code. */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', ...options });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/**
 * Runs a program that lives as long as we do: signals are passed on, and when the process that started us is gone it is
 * ended. (npm hands SIGTERM to a shell; dash dies of it without telling anybody, and we would be orphaned and go on.)
 */
export function follow(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', ...options });
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, 500);
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    // In a terminal Ctrl-C has already reached the child, which shares our process group; a second one would hurry it.
    process.on('SIGINT', () => {
      if (!process.stdin.isTTY) child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      resolve(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1));
    });
  });
}
