import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const PASSWORD = 'Correct-horse-9';
const LEFT_BYTES = 400_000;
const folder = mkdtempSync(join(tmpdir(), 'whalefall-full-'));
chmodSync(folder, 0o755);
/** 64 MiB; more where the program's own copy has to lie in it as well (root's checkout that nobody else may enter). */
const mount = (mib: number) => spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=755`, 'tmpfs', folder]).status === 0;
const mounted = process.platform === 'linux' && mount(64);
let child: ChildProcess | undefined;

afterAll(async () => {
  if (child && child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  if (mounted) spawnSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the product on the small disk. @returns its words when it did not start */
async function start(port: number): Promise<string | null> {
  let words = '';
  child = spawn(process.execPath, [MAIN, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...{
        NODE_ENV: 'test',
        WHALEFALL_DATA_DIR: folder,
        DATABASE_URL: '',
        ADMIN_PASSWORD: PASSWORD,
        API_RATE_LIMIT: '0',
        LOG_LEVEL: 'fatal',
      },
      ...{ HOST: '127.0.0.1', PORT: String(port), SECRET_KEY: 's'.repeat(40), JWT_SECRET_KEY: 'j'.repeat(40) },
      CREDENTIAL_KEY: Buffer.alloc(32, 7).toString('base64'),
    },
  });
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (words += chunk));
  const ended = once(child, 'exit');
  for (;;) {
    if (words.includes(`http://127.0.0.1:${port}`)) return null;
    if (child.exitCode !== null) {
      await ended;
      return words;
    }
    await wait(50);
  }
}

test.skipIf(!mounted)(
  `the data directory's disk is full: it says so, what was answered is there, and it goes on when there is room${mounted ? '' : ' (skipped: mounting a small disk is not allowed here)'}`,
  { timeout: 180_000 },
  async () => {
    const port = await freePort();
    const words = await start(port);
    if (words !== null) {
      // The copy of the program's own did not fit: that has to be said, and a larger disk is enough.
      expect(words).toMatch(/no space left|ENOSPC|disk/i);
      spawnSync('umount', ['-l', folder]);
      mount(320);
      expect(await start(port)).toBeNull();
    }
    const pid = child!.pid;
    let token = '';
    const ask = async (method: string, path: string, body?: unknown) => {
      const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      return {
        status: reply.status,
        body: (await reply.json()) as { message_code?: string; message: string; data: Record<string, never> },
      };
    };
    token = (await ask('POST', '/auth/api/login', { username: 'admin', password: PASSWORD })).body.data.access_token!;

    const ballast = join(folder, 'ballast');
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - LEFT_BYTES)));
    const kept: string[] = [];
    const refusals = new Map<string, string>();
    for (let i = 0; i < 400 && [...refusals.keys()].length < 1; i++) {
      const key = `k${i}`;
      // Incompressible, so that each takes its room.
      const reply = await ask('PUT', '/auth/api/preferences', { preferences: { [key]: randomBytes(20_000).toString('base64') } });
      if (reply.status === 200) kept.push(key);
      else refusals.set(`${reply.status} ${reply.body.message_code}`, reply.body.message);
    }
    // Some more while it is full: reads may still work, nothing is a failure without a name.
    for (let i = 0; i < 10; i++) {
      const reply = await ask('POST', '/tags/api/create', { name: `full-${i}`, display_name: 'x'.repeat(90), category: 'other' });
      if (reply.status === 201) kept.push(`tag full-${i}`);
      else refusals.set(`${reply.status} ${reply.body.message_code}`, reply.body.message);
    }
    console.log(`disk full: ${kept.length} writes kept, then ${[...refusals].map((one) => one.join(': ')).join('; ')}`);
    expect(refusals.size).toBeGreaterThan(0);
    for (const refusal of refusals.keys()) expect(['503 DATABASE_FULL', '503 DATABASE_UNAVAILABLE']).toContain(refusal);

    rmSync(ballast);
    const from = Date.now();
    for (;;) {
      const reply = await ask('POST', '/tags/api/create', { name: `room-${Date.now()}`, display_name: 'x', category: 'other' }).catch(
        () => null,
      );
      if (reply?.status === 201) break;
      expect(Date.now() - from, 'room again, and yet').toBeLessThan(30_000);
      await wait(200);
    }
    console.log(`writes again ${Date.now() - from} ms after there was room`);
    expect(child!.pid).toBe(pid);
    expect(child!.exitCode).toBeNull();
    const { preferences } = (await ask('GET', '/auth/api/me')).body.data as unknown as { preferences: Record<string, string> };
    for (const key of kept.filter((one) => !one.startsWith('tag '))) expect(preferences[key]).toHaveLength(26_668);
    for (const one of kept.filter((key) => key.startsWith('tag ')))
      expect((await ask('GET', `/tags/api/tags/${one.slice(4)}`)).status).toBe(200);
  },
);
