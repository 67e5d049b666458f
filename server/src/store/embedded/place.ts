import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedError } from './error.ts';

/** Where the embedded server lies and whose it is. `owner` is absent when it is our own user. */
export interface Place {
  root: string;
  data: string;
  socket: string;
  /** A copy of the binaries when they cannot run where they lie. */
  binaries: string;
  /** Outside the data directory, in the folder that all of root's servers share: only copied binaries run there. */
  shared: boolean;
  owner?: { uid: number; gid: number; name: string };
}

export interface EmbeddedLog {
  info(message: string): void;
  warn(message: string): void;
}

const sharedRoot = '/var/lib/whalefall';
/** sun_path holds 104 bytes on the narrowest system; the socket's own name takes 15 of them. */
const longestSocketFolder = 89;

/**
 * Decides where the server of this data directory lives. PostgreSQL refuses to run as root, so root gives it to another
 * user; that user can often not enter root's folders, so the place is then outside of them, named after the real path of
 * the data directory: two clones never share a server.
 */
export async function findPlace(dataDir: string, log: EmbeddedLog): Promise<Place> {
  const asRoot = process.getuid?.() === 0;
  if (!asRoot) return place(dataDir, await socketFolder(dataDir, undefined));

  const owner = await serverUser(log);
  if (await mayEnter(dataDir, owner)) {
    const info = await stat(dataDir);
    if (info.uid === 0 && (info.mode & 0o022) === 0) return place(dataDir, await socketFolder(dataDir, owner), owner);
  }
  const root = join(sharedRoot, sha(dataDir));
  await makeRootFolder(sharedRoot);
  await makeRootFolder(root);
  return {
    root,
    data: join(root, 'data'),
    socket: await makeOwned(join(root, 'run'), owner),
    binaries: join(root, 'binaries'),
    shared: true,
    owner,
  };
}

function place(dataDir: string, socket: string, owner?: Place['owner']): Place {
  return { root: dataDir, data: join(dataDir, 'postgres'), socket, binaries: join(dataDir, 'postgres-binaries'), shared: false, owner };
}

const sha = (path: string) => createHash('sha256').update(path).digest('hex').slice(0, 12);

/** The socket's folder beside the data, or, when that path is too long for a socket, in the temporary folder. */
async function socketFolder(dataDir: string, owner: Place['owner']): Promise<string> {
  const beside = join(dataDir, 'postgres-run');
  if (Buffer.byteLength(beside) <= longestSocketFolder) return makeOwned(beside, owner);
  // Not os.tmpdir(): every process must come to the same path, whatever its TMPDIR says.
  const short = join('/tmp', `whalefall-${sha(dataDir)}`);
  if (Buffer.byteLength(short) > longestSocketFolder)
    throw new EmbeddedError(`No folder for the database's socket has a short enough path: ${beside} and ${short} are too long.`);
  return makeOwned(short, owner);
}

/** Makes a folder that only the server's user may enter, or refuses one that somebody else prepared. */
async function makeOwned(path: string, owner: Place['owner']): Promise<string> {
  const made = await mkdir(path, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  const uid = owner?.uid ?? process.getuid?.();
  if (made && owner) await chown(path, owner.uid, owner.gid);
  const info = await lstat(path);
  if (!info.isDirectory()) throw new EmbeddedError(`${path} is not a folder: remove it and start again.`);
  if (uid === undefined) return path;
  if (info.uid !== uid) {
    // The one other owner we accept is ourselves, root, in the moment between making the folder and giving it away.
    if (!owner || info.uid !== 0) throw new EmbeddedError(`${path} belongs to user ${info.uid}, not to ${uid}: remove it and start again.`);
    await chown(path, owner.uid, owner.gid);
  }
  if ((info.mode & 0o077) !== 0) await chmod(path, 0o700);
  return path;
}

/** A folder of root's into which nobody else can put anything, else a refusal that says why. */
async function makeRootFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw new EmbeddedError(`Cannot make ${path}: ${error.message}`);
  });
  const info = await lstat(path);
  const wrong = info.isSymbolicLink()
    ? 'is a symbolic link'
    : !info.isDirectory()
      ? 'is not a folder'
      : info.uid !== 0
        ? `belongs to user ${info.uid}, not to root`
        : (info.mode & 0o022) !== 0
          ? 'can be written by others than root'
          : undefined;
  if (wrong) throw new EmbeddedError(`${path} ${wrong}: the database will not be started from it. Remove it or mend it, then start again.`);
  // A umask may have taken the x bits that let the server's user through.
  if ((info.mode & 0o777) !== 0o711) await chmod(path, 0o711);
}

/** Whether that user gets through every folder on the way to (and including) the path. Access lists are not looked at. */
export async function mayEnter(path: string, user: { uid: number; gid: number }): Promise<boolean> {
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    const info = await stat(folder);
    const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
    if ((info.mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function serverUser(log: EmbeddedLog): Promise<NonNullable<Place['owner']>> {
  const passwd = existsSync('/etc/passwd') ? await readFile('/etc/passwd', 'utf8') : '';
  for (const line of passwd.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === 'whalefall' && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid), name };
  }
  log.warn('PostgreSQL does not run as root and there is no system user "whalefall": it runs as uid 65534 (nobody).');
  return { uid: 65534, gid: 65534, name: 'uid 65534' };
}
