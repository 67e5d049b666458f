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
const REDIS = spawnSync('redis-server', ['--version']).status === 0;
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
  return new Promise<{ status: number; text: string; cookies: string[] }>((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, headers, ...(agent ? { agent } : {}) }, (reply) => {
      let text = '';
      reply.on('data', (chunk) => (text += chunk));
      reply.on('end', () => resolve({ status: reply.statusCode!, text, cookies: reply.headers['set-cookie'] ?? [] }));
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

test.skipIf(!HAPROXY || !REDIS)(
  `two servers and three workers over PostgreSQL and Redis behind the proxy: servers and workers restarted one after the other, no read, page or write of keep-alive clients fails${HAPROXY && REDIS ? '' : ' (skipped: no haproxy or redis)'}`,
  { timeout: 240_000 },
  async () => {
    database = await testDatabase();
    const redisPort = await freePort();
    start('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
    const env = {
      NODE_ENV: 'test',
      WHALEFALL_DATA_DIR: join(folder, 'data'),
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: '5',
      REDIS_URL: `redis://127.0.0.1:${redisPort}/0`,
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
    const work = () => start(process.execPath, [main, 'worker'], env);
    const workers = [1, 2, 3].map(work);
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
    const bearer = { authorization: `Bearer ${JSON.parse(login.text).data.access_token as string}` };
    const cookie = { cookie: String(login.cookies[0]).split(';')[0]! };
    const status = await ask(proxyPort, '/health/api/detailed', { headers: bearer });
    expect(JSON.parse(status.text).data.components.cache).toMatchObject({ status: 'connected' });

    const failures: string[] = [];
    const counts: Record<string, number> = {};
    const written: string[] = [];
    let turn = 0;
    type Turn = [what: string, wanted: number, reply: ReturnType<typeof ask>];
    const next = (agent: http.Agent): Turn => {
      turn += 1;
      if (turn % 4 === 0) return ['read', 200, ask(proxyPort, '/auth/api/me', { agent, headers: bearer })];
      if (turn % 4 === 1) return ['list', 200, ask(proxyPort, '/instances/api?limit=5', { agent, headers: bearer })];
      if (turn % 4 === 2) return ['page', 200, ask(proxyPort, '/instances/', { agent, headers: cookie })];
      const name = `kept-${turn}`;
      written.push(name);
      const body = JSON.stringify({ name, display_name: name, category: 'other' });
      const headers = { ...bearer, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
      return ['write', 201, ask(proxyPort, '/tags/api/create', { agent, method: 'POST', headers, body })];
    };
    let answered = 0;
    const leave = new AbortController();
    const clients = Array.from({ length: CLIENTS }, async () => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      while (!leave.signal.aborted) {
        const [what, wanted, asked] = next(agent);
        const reply = await asked.catch((error: Error) => ({ status: 0, text: error.message, cookies: [] }));
        counts[what] = (counts[what] ?? 0) + 1;
        if (reply.status === wanted) answered += 1;
        else failures.push(`${what}: ${reply.status} ${reply.text.slice(0, 200)}`);
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
    // Workers too: nobody who asks notices.
    for (const [i, worker] of workers.entries()) {
      expect((await stop(worker)).code).toBe(0);
      workers[i] = work();
    }
    leave.abort();
    await Promise.all(clients);
    console.log(
      `rolling restart: ${turn} requests (${Object.entries(counts)
        .map((one) => one.join(' '))
        .join(', ')}), ${failures.length} failed`,
    );
    expect(failures).toEqual([]);
    const { rows } = await database.pool.query<{ n: number }>('select count(*)::int as n from tags where name = any($1)', [written]);
    expect(rows[0]!.n).toBe(written.length);
    expect(answered).toBeGreaterThan(100);
    expect((await ask(proxyPort, '/metrics')).status).toBe(404);
    for (const worker of workers) {
      const { code, ms } = await stop(worker);
      expect([code, ms < 10_000]).toEqual([0, true]);
    }
  },
);
