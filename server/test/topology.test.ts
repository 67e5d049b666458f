import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from './database.ts';

const HAPROXY = ['haproxy', '/usr/sbin/haproxy'].find((path) => spawnSync(path, ['-v']).status === 0);
const PASSWORD = 'Correct-horse-9';
const CLIENTS = 8;
const folder = mkdtempSync(join(tmpdir(), 'whalefall-topology-'));
const children = new Set<ChildProcess>();
let database: TestDatabase | undefined;

afterAll(async () => {
  await Promise.all([...children].map((child) => stop(child, 'SIGKILL')));
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
function start(file: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  children.add(child);
  return child;
}
/** @returns the exit code and how long it took */
async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; ms: number }> {
  const started = performance.now();
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  children.delete(child);
  return { code: child.exitCode, ms: performance.now() - started };
}
interface Asked {
  agent?: http.Agent;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}
function ask(port: number, path: string, { agent, method = 'GET', headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers, ...(agent ? { agent } : {}) }, (reply) => {
      let text = '';
      reply.on('data', (chunk) => (text += chunk));
      reply.on('end', () => resolve({ status: reply.statusCode!, text }));
      reply.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
async function ready(port: number): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    if ((await ask(port, '/health/api/health').catch(() => null))?.status === 200) return;
    if (Date.now() > until) throw new Error(`nothing is ready on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test.skipIf(!HAPROXY)(
  `two servers and two workers behind the proxy: restarted one after the other, no request of keep-alive clients fails${HAPROXY ? '' : ' (skipped: no haproxy)'}`,
  { timeout: 240_000 },
  async () => {
    database = await testDatabase();
    const env = {
      NODE_ENV: 'test',
      WHALEFALL_DATA_DIR: join(folder, 'data'),
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: '5',
      SECRET_KEY: 's'.repeat(40),
      JWT_SECRET_KEY: 'j'.repeat(40),
      CREDENTIAL_KEY: Buffer.alloc(32, 7).toString('base64'),
      ADMIN_PASSWORD: PASSWORD,
      TRUST_PROXY: '1',
      API_RATE_LIMIT: '0',
      HOST: '127.0.0.1',
    };
    const main = new URL('../src/main.ts', import.meta.url).pathname;
    const ports = [await freePort(), await freePort()];
    const serve = (port: number) => start(process.execPath, [main, 'serve', '--no-worker'], { ...env, PORT: String(port) });
    const servers = ports.map(serve);
    const workers = [1, 2].map(() => start(process.execPath, [main, 'worker'], env));
    await Promise.all(ports.map(ready));

    // The configuration that is shipped, with the addresses of this test.
    const proxyPort = await freePort();
    const shipped = readFileSync(new URL('../../docs/operations/haproxy.cfg', import.meta.url), 'utf8');
    const config = shipped
      .replace('bind :8080', `bind 127.0.0.1:${proxyPort}`)
      .replace('server-1:5001', `127.0.0.1:${ports[0]}`)
      .replace('server-2:5001', `127.0.0.1:${ports[1]}`);
    writeFileSync(join(folder, 'haproxy.cfg'), config);
    start(HAPROXY!, ['-db', '-f', join(folder, 'haproxy.cfg')]);
    await ready(proxyPort);

    const login = await ask(proxyPort, '/auth/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    });
    expect(login.status, login.text).toBe(200);
    const headers = { authorization: `Bearer ${JSON.parse(login.text).data.access_token as string}` };

    const failures: string[] = [];
    let answered = 0;
    let running = true;
    const clients = Array.from({ length: CLIENTS }, async () => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      while (running) {
        const reply = await ask(proxyPort, '/auth/api/me', { agent, headers }).catch((error: Error) => ({
          status: 0,
          text: error.message,
        }));
        if (reply.status === 200) answered += 1;
        else failures.push(`${reply.status} ${reply.text.slice(0, 200)}`);
        // Unlike a flood it lets connections lie idle now and then, which is when a stopping server closes them.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
      }
      agent.destroy();
    });
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await pause(500);
    for (const [i, port] of ports.entries()) {
      const before = answered;
      const { code, ms } = await stop(servers[i]!);
      expect([code, ms < 10_000]).toEqual([0, true]);
      await pause(1000);
      // The other one carries on alone.
      expect(answered).toBeGreaterThan(before);
      servers[i] = serve(port);
      await ready(port);
      // As long as the proxy takes to notice: whoever restarts the next one at once has none left.
      await pause(2500);
    }
    running = false;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    expect((await ask(proxyPort, '/metrics')).status).toBe(404);
    for (const worker of workers) {
      const { code, ms } = await stop(worker);
      expect([code, ms < 10_000]).toEqual([0, true]);
    }
  },
);
