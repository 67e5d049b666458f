import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { types } from '../src/store/open.ts';

export const PASSWORD = 'Correct-horse-9';
const READY_MS = 60_000;
const RESTART_MS = 300;

export type Role = 'server' | 'worker';
interface Kept {
  role: Role;
  child: ChildProcess | null;
  ready: boolean;
  stopping: boolean;
  killed: boolean;
}

/** One server and two workers over an embedded PostgreSQL, each started again when it ends, as a service manager would. */
export interface House {
  folder: string;
  port: number;
  /** Where the rounds have come to: the processes' fleet follows. */
  setStep(step: number): void;
  /** Asks our own database until it answers, however often it is killed meanwhile. */
  ask<T = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
  /** The connection to another database of the same server. */
  connection(database: string): pg.ClientConfig & { url: string };
  kill(role: Role, dice: () => number): void;
  /** The postmaster, or one of its backends (after which all of them start anew). */
  killPostgres(dice: () => number): Promise<'postmaster' | 'backend'>;
  killed: Record<string, number>;
  /** When something was killed, in order. */
  kills: number[];
  /** Processes that ended without being killed, once they had been ready. */
  deaths: string[];
  allReady(): Promise<void>;
  /** SIGTERM to all. @returns the longest any took, and exit codes that are not 0 */
  stop(): Promise<{ ms: number; codes: (number | null)[] }>;
  remove(): void;
}

const LOST = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', '57P01', '57P02', '57P03', '57014', '53300']);
export const isLost = (error: unknown): boolean =>
  LOST.has((error as { code?: string }).code ?? '') || /Connection terminated|connection error|timeout/i.test(String(error));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function openTortureHouse(seed: number): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'whalefall-torture-'));
  // As root the database's own user must be able to enter.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  const stepFile = join(folder, 'step');
  writeFileSync(stepFile, '0');
  const port = await freePort();
  const env = {
    ...process.env,
    NODE_ENV: 'test',
    WHALEFALL_DATA_DIR: dataDir,
    DATABASE_URL: '',
    DATABASE_POOL_SIZE: '8',
    SECRET_KEY: 's'.repeat(40),
    JWT_SECRET_KEY: 'j'.repeat(40),
    CREDENTIAL_KEY: Buffer.alloc(32, 7).toString('base64'),
    ADMIN_PASSWORD: PASSWORD,
    API_RATE_LIMIT: '0',
    SYNC_CONCURRENCY: '4',
    HOST: '127.0.0.1',
    PORT: String(port),
  };
  const kept: Kept[] = [];
  const kills: number[] = [];
  const killed: Record<string, number> = {};
  const deaths: string[] = [];
  const note = (what: string) => {
    killed[what] = (killed[what] ?? 0) + 1;
    kills.push(Date.now());
  };

  function start(one: Kept): void {
    const file = createWriteStream(join(folder, `${one.role}.log`), { flags: 'a' });
    const child = spawn(process.execPath, [new URL('process.ts', import.meta.url).pathname, one.role, String(seed), stepFile], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    Object.assign(one, { child, ready: false, killed: false });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        file.write(chunk);
        if (/worker is running|http:\/\/127/.test(chunk.toString())) one.ready = true;
      });
    child.on('exit', (code, signal) => {
      file.end();
      one.child = null;
      if (one.ready && !one.killed && !one.stopping) deaths.push(`${one.role} ended with ${code ?? signal} although nobody killed it`);
      one.ready = false;
      if (!one.stopping) setTimeout(() => !one.stopping && start(one), RESTART_MS);
    });
  }
  async function allReady(): Promise<void> {
    const until = Date.now() + READY_MS;
    while (!kept.every((one) => one.ready)) {
      if (Date.now() > until) throw new Error(`not ready after ${READY_MS} ms; the logs are in ${folder}`);
      await wait(20);
    }
  }
  for (const role of ['server', 'worker', 'worker'] as const) {
    const one: Kept = { role, child: null, ready: false, stopping: false, killed: false };
    kept.push(one);
    start(one);
  }
  await allReady();

  const where = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as { data: string; socket: string; port: number };
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  const connection = (database: string) => ({
    ...{ host: where.socket, port: where.port, user: 'whalefall', password, database, types },
    url: `postgres://whalefall:${encodeURIComponent(password)}@localhost:${where.port}/${database}?host=${encodeURIComponent(where.socket)}`,
  });
  const pool = new pg.Pool({ ...connection('whalefall'), max: 4 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  const house: House = {
    folder,
    port,
    kills,
    killed,
    deaths,
    connection,
    allReady,
    setStep: (step) => writeFileSync(stepFile, String(step)),
    async ask<T>(sql: string, values: unknown[] = []) {
      const until = Date.now() + READY_MS;
      for (;;) {
        try {
          return (await pool.query(sql, values)).rows as T[];
        } catch (error) {
          if (!isLost(error) || Date.now() > until) throw error;
          await wait(50);
        }
      }
    },
    kill(role, dice) {
      const alive = kept.filter((one) => one.role === role && one.child);
      const victim = alive[Math.floor(dice() * alive.length)];
      if (!victim) return;
      victim.killed = true;
      victim.child!.kill('SIGKILL');
      note(role);
    },
    async killPostgres(dice) {
      // It may be on its way back from the blow before.
      await house.ask('select 1');
      const postmaster = Number(readFileSync(join(where.data, 'postmaster.pid'), 'utf8').split('\n')[0]);
      const { rows } = await pool
        .query<{ pid: number }>(
          `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name like 'whalefall%' order by pid`,
        )
        .catch(() => ({ rows: [] as { pid: number }[] }));
      const backend = dice() < 0.5 ? rows[Math.floor(dice() * rows.length)] : undefined;
      try {
        process.kill(backend?.pid ?? postmaster, 'SIGKILL');
      } catch {
        process.kill(postmaster, 'SIGKILL');
      }
      note(backend ? 'backend' : 'postmaster');
      return backend ? 'backend' : 'postmaster';
    },
    async stop() {
      const started = Date.now();
      for (const one of kept) one.stopping = true;
      const codes = await Promise.all(
        kept
          .filter((one) => one.child)
          .map(async ({ child }) => {
            const exit = once(child!, 'exit');
            child!.kill('SIGTERM');
            return ((await exit) as [number | null])[0];
          }),
      );
      const ms = Date.now() - started;
      await pool.end();
      return { ms, codes: codes.filter((code) => code !== 0) };
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
      // As root the database lies elsewhere when nobody else may enter the temporary folder.
      if (!where.data.startsWith(dataDir)) rmSync(join(where.data, '..'), { recursive: true, force: true });
    },
  };
  return house;
}
