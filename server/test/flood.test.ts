import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openSession, SESSION_COOKIE } from '../src/http/session.ts';
import { caseOf, requestOf } from './cases.ts';
import { testDatabase } from './database.ts';
import { openHouse, type TestHouse, testClock } from './harness.ts';
import { registerFake } from './make.ts';
import { csrfOf, makeUser } from './people.ts';
import { type Known, makeKnown, type Route, routes } from './sound.ts';

/**
 * A server as a process of its own, asked for everything it has, over the wire: FUZZ_REQUESTS times (100,000 in the long run),
 * most from the schemas, every twentieth as raw bytes. FUZZ_SEED repeats the choices.
 */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 3000);
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const AT_ONCE = 8;
const LATE_MS = 10_000;
const FIRST = Math.min(10_000, Math.floor(REQUESTS / 3));
const GROWTH_MB = 20;
/** Fewer where a process may not open so many files; node raises its own limit as far as it may. */
const FILES = Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
const IDLE = Math.min(10_000, Math.floor((FILES - 1000) / 500) * 500);
const IDLE_MB = 400;

const world = fakeWorld(6, fakeFleet(6).slice(0, 4));
const folder = mkdtempSync(join(tmpdir(), 'whalefall-flood-'));
let house: TestHouse;
let child: ChildProcess;
let port = 0;
let known: Known[] = [];

const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
/** What it keeps when nothing is asked: the hash of one password takes 19 MB, for moments. */
async function kept(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 50; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    least = Math.min(least, rss());
  }
  return least;
}

beforeAll(async () => {
  const database = await testDatabase();
  const clock = Object.assign(testClock(), { now: () => new Date() });
  // Its worker does the work that is asked of the server.
  house = await openHouse({ database, world, worker: true, clock });
  let instance_id = 0;
  for (const fake of world.instances) instance_id = await registerFake(house, fake);
  const sync = await house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id } });
  const account = await house.deps.db
    .selectFrom('account_permission')
    .select('id')
    .where('instance_id', '=', instance_id)
    .where('is_role', '=', false)
    .executeTakeFirstOrThrow();
  const made = await makeKnown(house);
  known = [made, { ...made, instance_id, account_id: account.id, session_id: sync.body.data.result.session_id, job_id: 'cleanup_logs' }];
  port = await new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
  const { config } = house.deps;
  const { serverFlags, serverEnvironment } = (await import(new URL('../../scripts/project.mjs', import.meta.url).href)) as {
    serverFlags: string[];
    serverEnvironment: Record<string, string>;
  };
  child = spawn(
    process.execPath,
    [...serverFlags, new URL('../torture/process.ts', import.meta.url).pathname, 'server', '6', '/dev/null'],
    {
      stdio: 'ignore',
      env: {
        ...serverEnvironment,
        ...process.env,
        ...{ NODE_ENV: 'test', WHALEFALL_DATA_DIR: folder, DATABASE_URL: database.url, API_RATE_LIMIT: '0', TRUST_PROXY: '1' },
        ...{ SECRET_KEY: config.secretKey, JWT_SECRET_KEY: config.jwtSecretKey, CREDENTIAL_KEY: config.credentialKeys[0]! },
        ...{ HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'silent', ADMIN_PASSWORD: 'Correct-horse-9' },
      },
    },
  );
  const until = Date.now() + 60_000;
  while ((await send({ method: 'GET', url: '/health/api/health' })).status !== 200) {
    if (Date.now() > until) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}, 120_000);
afterAll(async () => {
  if (child && child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
interface Sent {
  method: string;
  url: string;
  headers?: Record<string, string>;
  payload?: string;
}
/** Status 0: no reply. */
const send = ({ method, url, headers = {}, payload }: Sent): Promise<{ status: number; ms: number; text: string }> =>
  new Promise((resolve) => {
    const started = performance.now();
    const done = (status: number, text: string) => resolve({ status, ms: performance.now() - started, text });
    const length = payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) };
    const request = http.request(
      { host: '127.0.0.1', port, path: url.slice(0, 15_000), method, agent, headers: { ...headers, ...length } },
      (reply) => {
        let text = '';
        reply.on('data', (chunk: Buffer) => (text.length < 2000 ? (text += chunk.toString()) : undefined));
        reply.on('end', () => done(reply.statusCode!, text)).on('error', () => done(0, 'broken off'));
      },
    );
    request.on('error', (error) => done(0, error.message));
    request.setTimeout(40_000, () => request.destroy(new Error('no reply')));
    request.end(payload);
  });

const LINES = [
  'GET / HTTP/1.1',
  'POST /tags/api/create HTTP/1.1',
  'GET /instances/api HTTP/9.9',
  'PUT * HTTP/1.1',
  'get / http/1.1',
  '\u0000',
  '',
];
const HEADS = [
  'Host: a',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked, gzip',
  'Expect: 100-continue',
  'Upgrade: websocket\r\nConnection: upgrade',
  `X-Long: ${'x'.repeat(20_000)}`,
  `Cookie: ${SESSION_COOKIE}=${'%00'.repeat(500)}`,
  'Authorization: Bearer \u0001\u0002',
  'No colon here',
  ': no name',
  'X-Forwarded-For: 999.1.1.1, \u00ff',
];
const rawBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...LINES), fc.array(fc.constantFrom(...HEADS), { maxLength: 4 }), fc.uint8Array({ maxLength: 300 }))
    .map(([line, heads, body]) => Buffer.concat([Buffer.from([line, ...heads, '', ''].join('\r\n'), 'latin1'), Buffer.from(body)])),
);
/** @returns the status lines that came back */
const sendRaw = (bytes: Buffer): Promise<string[]> =>
  new Promise((resolve) => {
    let text = '';
    const socket = net.connect(port, '127.0.0.1');
    const done = () => {
      socket.destroy();
      resolve([...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status!));
    };
    // What waits for the rest of a request waits; we do not.
    socket.setTimeout(200, done);
    socket
      .on('data', (chunk) => (text += chunk.toString('latin1')))
      .on('error', done)
      .on('close', done);
    socket.write(bytes);
  });

const ownSession = async (userId: number) =>
  (await openSession(house.deps.db, { userId, remember: true, ip: '127.0.0.1', userAgent: null }, new Date())).cookie;

test(
  `${IDLE} idle connections cost at most ${IDLE_MB} MB, and a request beside them is answered within a second`,
  { timeout: 180_000 },
  async () => {
    const sockets: net.Socket[] = [];
    try {
      for (let i = 0; i < IDLE; i += 500)
        await Promise.all(
          Array.from({ length: 500 }, async (_, j) => {
            // Addresses of their own: one has only so many ports.
            const socket = net.connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + ((i + j) % 4)}` });
            socket.on('error', () => undefined);
            sockets.push(socket);
            await once(socket, 'connect');
            // Half of them have begun a request and say no more.
            if (j % 2 === 0) socket.write('GET /health/api/basic HTTP/1.1\r\nHost: a\r\nX-Slow: ');
          }),
        );
      const asked: number[] = [];
      for (let i = 0; i < 20; i++) {
        const reply = await send({ method: 'GET', url: '/auth/api/csrf-token' });
        expect(reply.status).toBeLessThan(500);
        asked.push(reply.ms);
      }
      const used = rss();
      console.log(
        `idle: ${sockets.length} connections, RSS ${used.toFixed(0)} MB, slowest request beside them ${Math.max(...asked).toFixed(0)} ms`,
      );
      expect(sockets.filter((socket) => socket.destroyed)).toHaveLength(0);
      expect(used).toBeLessThan(IDLE_MB);
      expect(Math.max(...asked)).toBeLessThan(1000);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
);

test(
  `${REQUESTS} requests from the schemas and as raw bytes: no answer of ours is a failure, none is late, memory stays flat`,
  { timeout: 120_000 + REQUESTS * 60 },
  async () => {
    const leaver = (await makeUser(house, { role: 'admin' })).id;
    const asker = (await makeUser(house, { role: 'admin', username: 'asker_of_everything' })).id;
    let shared = await ownSession(asker);
    const targets = routes.filter((route) => route.kind !== 'events');
    const batch = new Map<Route, ReturnType<typeof fc.sample<unknown>>>();
    let drawn = 0;
    const next = (route: Route) => {
      let left = batch.get(route);
      if (!left || left.length === 0)
        batch.set(route, (left = fc.sample(caseOf(route) as fc.Arbitrary<unknown>, { numRuns: 40, seed: SEED + drawn })));
      return left.pop() as Parameters<typeof requestOf>[1];
    };
    const answers = new Map<number, number>();
    const faults: string[] = [];
    const lates: string[] = [];
    let slowest = 0;
    let first = 0;
    let raws: Buffer[] = [];

    async function one(n: number): Promise<void> {
      if (n % 20 === 19) {
        if (raws.length === 0) raws = fc.sample(rawBytes, { numRuns: 100, seed: SEED + n });
        const bytes = raws.pop()!;
        for (const status of await sendRaw(bytes)) {
          answers.set(Number(status), (answers.get(Number(status)) ?? 0) + 1);
          if (Number(status) >= 500) faults.push(`raw ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}: ${status}`);
        }
        return;
      }
      const route = targets[n % targets.length]!;
      drawn++;
      const given = next(route);
      const { headers, ...request } = requestOf(route, given, known[given.about]!);
      const cookie = route.file === 'auth' ? await ownSession(leaver) : shared;
      const reply = await send({
        method: route.method,
        ...request,
        headers: {
          ...{ cookie: `${SESSION_COOKIE}=${cookie}`, 'x-csrftoken': csrfOf(house, cookie), ...headers },
          'x-forwarded-for': `10.${n % 250}.${Math.floor(n / 250) % 250}.1`,
        },
      });
      answers.set(reply.status, (answers.get(reply.status) ?? 0) + 1);
      const what = `${route.id} ${request.url.slice(0, 200)} ${String(request.payload).slice(0, 200)}`;
      if (reply.status >= 500 && ![502, 504].includes(reply.status)) faults.push(`${what}: ${reply.status} ${reply.text.slice(0, 300)}`);
      if (reply.status === 0) faults.push(`${what}: no reply: ${reply.text}`);
      // Somebody was told to delete or demote the one who asks: that is what they asked for.
      if (reply.status === 401 && route.file !== 'auth') {
        await house.deps.db.updateTable('users').set({ is_active: true, role: 'admin' }).where('id', '=', asker).execute();
        shared = await ownSession(asker);
      }
      // A route that waits for a watched server says so with `wait`; the sign-in delays on purpose, up to 5 s.
      if (!/[?&]wait=/.test(request.url)) slowest = Math.max(slowest, reply.ms);
      if (reply.ms > LATE_MS && !/sync/.test(route.path)) lates.push(`${what}: after ${reply.ms.toFixed(0)} ms`);
    }
    let n = 0;
    const started = performance.now();
    for (const goal of [FIRST, REQUESTS]) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          while (n < goal) await one(n++);
        }),
      );
      if (goal === FIRST) first = await kept();
    }
    const seconds = (performance.now() - started) / 1000;
    const last = await kept();
    const by = [...answers].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    console.log(
      `flood: seed ${SEED}, ${n} requests in ${seconds.toFixed(0)} s (${by.join(', ')}); slowest ${slowest.toFixed(0)} ms; RSS ${first.toFixed(0)} MB after ${FIRST}, ${last.toFixed(0)} MB after ${n}`,
    );
    expect(faults.slice(0, 10), `seed ${SEED}`).toEqual([]);
    expect(lates.slice(0, 10), `seed ${SEED}`).toEqual([]);
    // A young process still grows into its heap: the figure is that of the long run.
    if (REQUESTS >= 100_000) expect(last - first).toBeLessThan(GROWTH_MB);
    expect(child.exitCode).toBeNull();
  },
);

test(
  'a body that comes drop by drop, or never, ends with an answer or a closed line, and holds up nobody',
  { timeout: 120_000 },
  async () => {
    const cookie = await ownSession((await makeUser(house, { role: 'admin' })).id);
    const head = [
      'POST /tags/api/create HTTP/1.1',
      `Host: 127.0.0.1\r\nCookie: ${SESSION_COOKIE}=${cookie}\r\nX-CSRFToken: ${csrfOf(house, cookie)}`,
      'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"name": "',
    ].join('\r\n');
    const slow = Array.from({ length: 200 }, () => {
      const socket = net.connect(port, '127.0.0.1');
      let text = '';
      const ended = new Promise<string>((resolve) => {
        socket
          .on('data', (chunk) => (text += chunk.toString()))
          .on('error', () => resolve(text))
          .on('close', () => resolve(text));
      });
      socket.write(head);
      const timer = setInterval(() => socket.write('x'), 5000);
      return { socket, ended: ended.finally(() => clearInterval(timer)) };
    });
    const beside: number[] = [];
    for (let i = 0; i < 10; i++) beside.push((await send({ method: 'GET', url: '/health/api/basic' })).ms);
    expect(Math.max(...beside)).toBeLessThan(1000);
    const from = performance.now();
    const endings = await Promise.all(slow.map(({ ended }) => ended));
    // The whole request has a minute; node looks every half a minute.
    expect(performance.now() - from).toBeLessThan(100_000);
    expect(new Set(endings.map((text) => text.split(' ')[1] ?? 'closed')).has('201')).toBe(false);
  },
);
