/** The built server as a child process, with a data directory of its own that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../engines/test/live.ts';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const START_MS = 90_000;
const STOP_MS = 15_000;

export interface WhaleFall {
  url: string;
  dataDir: string;
  /** What it wrote so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Installs and builds what is missing or stale. */
export async function build(): Promise<void> {
  const project = (await import(new URL('../scripts/project.mjs', import.meta.url).href)) as { prepare(): Promise<void> };
  await project.prepare();
}

/** What must not reach the server from the machine: it would be another installation then. */
const OURS = /^(DATABASE_URL|REDIS_URL|HOST|PORT|WHALEFALL_|SECRET_KEY|JWT_SECRET_KEY|CREDENTIAL_KEY|ADMIN_|NODE_ENV|CONNECTION_TARGET_)/;

export async function startWhaleFall(command: 'serve' | 'demo'): Promise<WhaleFall> {
  const folder = mkdtempSync(join(tmpdir(), `whalefall-e2e-${command}-`));
  const dataDir = join(folder, 'data');
  // PostgreSQL runs as another user when we are root: where that user may enter, everything stays below this folder.
  mkdirSync(dataDir, { mode: 0o755 });
  for (const path of [folder, dataDir]) chmodSync(path, 0o755);
  const port = await freePort();
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist', 'main.js'), command], {
    cwd: folder,
    env: { ...env, PORT: String(port), WHALEFALL_DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  const stop = () => end(child, folder);
  for (const until = Date.now() + START_MS; ;) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`\`${command}\` does not answer (exit code ${child.exitCode}):\n${output}`);
    }
    const answer = await fetch(`${url}/health/api/basic`).catch(() => null);
    if (answer?.ok) break;
    await sleep(150);
  }
  return { url, dataDir, output: () => output, stop };
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const hurry = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(hurry);
  }
  // Whoever leaves last stops the embedded database; a server that had to be killed could not.
  for (const place of databasesOf(join(folder, 'data'))) {
    const file = join(place, 'postmaster.pid');
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
    if (pid > 1) {
      try {
        process.kill(pid, 'SIGINT');
        await sleep(1000);
      } catch {
        // Gone already.
      }
    }
    if (place.startsWith('/var/lib/whalefall/')) rmSync(dirname(place), { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Where the server keeps its database: below its data directory, or where its user may enter. */
function databasesOf(dataDir: string): string[] {
  const note = join(dataDir, 'postgres.json');
  return existsSync(note) ? [(JSON.parse(readFileSync(note, 'utf8')) as { data: string }).data] : [];
}

/** A server that accepts every connection and never says a word. */
export async function startSilent(): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
