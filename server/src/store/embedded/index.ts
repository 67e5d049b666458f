/*
 * PostgreSQL for people who have none: the binaries of a package, started as a server of our own beside the data.
 * It is a real server with a real data directory, not a library: several processes share it, kill -9 does not hurt it.
 * Begin with `startEmbedded`; where it lies is decided in place.ts, how it is made and run in cluster.ts.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyBinaries, findPackage, makeLinks, type Package } from './binaries.ts';
import { alive, checkMajor, launch, makeCluster, password, serverPid, superuser } from './cluster.ts';
import { EmbeddedError } from './error.ts';
import { type EmbeddedLog, findPlace, mayEnter, type Place } from './place.ts';
import { type EmbeddedConnection, Presence } from './presence.ts';

export { EmbeddedError, type EmbeddedConnection, type EmbeddedLog, type Place };

export interface Embedded {
  connection: EmbeddedConnection;
  place: Place;
  /** Gives the server up; the last process to do so stops it. Close every other connection first. */
  leave(): Promise<void>;
}

const database = 'whalefall';
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;

/** Starts the embedded PostgreSQL of this data directory, or joins it when it runs already. */
export async function startEmbedded(dataDir: string, log: EmbeddedLog): Promise<Embedded> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const home = await realpath(dataDir);
  const bundle = await findPackage();
  const place = await findPlace(home, log);
  const port = await recordPlace(home, place, bundle);
  const secret = await password(home, (await clusterVersion(place)) !== undefined);
  const native = await runnable(bundle, place);
  if (await makeCluster(native, place, secret)) log.info(`made a PostgreSQL database in ${place.data}`);
  await checkMajor(place, bundle.version);

  const connection: EmbeddedConnection = {
    host: process.platform === 'win32' ? '127.0.0.1' : place.socket,
    port,
    user: superuser,
    password: secret,
    database,
  };
  const presence = await Presence.enter(connection, () => starter(native, place, port), startTimeoutMs);
  return { connection, place, leave: () => leave(presence, place, log) };
}

const clusterVersion = (place: Place) => readFile(join(place.data, 'PG_VERSION'), 'utf8').catch(() => undefined);

/** Writes `postgres.json` and finds a data directory that was moved or copied away from its database. */
async function recordPlace(home: string, place: Place, bundle: Package): Promise<number> {
  const file = join(home, 'postgres.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const before = text === undefined ? undefined : (JSON.parse(text) as { data: string; port: number });
  if (before && before.data !== place.data && (await clusterVersion({ ...place, data: before.data })) && !(await clusterVersion(place)))
    throw new EmbeddedError(
      `${file} says that the database lies in ${before.data}, but for ${home} it belongs in ${place.data}. ` +
        `If this data directory was moved, stop everything and move the database too; if it was copied, remove ${file} and postgres.password from the copy.`,
    );
  const port = before?.port ?? (process.platform === 'win32' ? await freePort() : 5432);
  const record = { data: place.data, socket: place.socket, port, package: bundle.version, owner: place.owner?.name };
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The folder to run the binaries from: where they lie, or a copy where the server's user can reach them. */
async function runnable(bundle: Package, place: Place): Promise<string> {
  const reachable = !place.owner || (!place.shared && (await mayEnter(bundle.native, place.owner)));
  if (reachable && (await makeLinks(bundle.native))) return bundle.native;
  await copyBinaries(bundle.native, place.binaries);
  return place.binaries;
}

/**
 * Gives a function that starts the server unless it runs. Failing because another process was quicker is no failure;
 * a server that ends again and again is one, and its own words are passed on.
 */
function starter(native: string, place: Place, port: number): () => Promise<void> {
  let launches = 0;
  let words: string | undefined;
  return async () => {
    if (await serverPid(place)) return;
    if (launches++ > 100) throw new EmbeddedError(`PostgreSQL does not stay up: ${words?.slice(-2000) || 'it says nothing'}`);
    const server = await launch(native, place, port);
    const until = Date.now() + startTimeoutMs;
    while (Date.now() < until) {
      words = await server.ended();
      if (await serverPid(place)) return;
      if (words !== undefined) {
        if (/lock file .* already exists|pre-existing shared memory block/.test(words)) return;
        throw new EmbeddedError(`PostgreSQL did not start: ${words.slice(-2000) || 'it said nothing'}`);
      }
      await sleep(10);
    }
    throw new EmbeddedError('PostgreSQL did not start in time.');
  };
}

async function leave(presence: Presence, place: Place, log: EmbeddedLog): Promise<void> {
  const alone = await presence.leave().catch(() => false);
  if (alone) {
    const pid = await serverPid(place);
    if (pid) {
      // SIGINT is PostgreSQL's fast shutdown: transactions are rolled back, nothing is lost, no recovery at the next start.
      process.kill(pid, 'SIGINT');
      const until = Date.now() + stopTimeoutMs;
      // The file goes last; a process that nobody reaps would still look alive.
      const running = () => alive(pid) && existsSync(join(place.data, 'postmaster.pid'));
      while (running() && Date.now() < until) await sleep(10);
      if (running()) log.warn(`PostgreSQL (process ${pid}) is still stopping.`);
    }
  }
  await presence.end();
}
