import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import {
  type BodyInput,
  fillPath,
  type Named,
  type ParamsOf,
  type QueryInput,
  type Role,
  type RouteDef,
  type WireOf,
} from '@whalefall/contract';
import { type FakeWorld, fakeEngines, fakeWorld } from '@whalefall/engines/fake';
import { buildApp } from '../src/app.ts';
import { assemble, type Deps } from '../src/assemble.ts';
import type { Clock } from '../src/clock.ts';
import { type Config, loadConfig } from '../src/config.ts';
import { insertUser } from '../src/features/identity/queries.ts';
import { csrfToken, openSession, SESSION_COOKIE } from '../src/http/session.ts';
import { silentLog } from '../src/logbook/index.ts';
import type { Store } from '../src/store/open.ts';
import { hashPassword } from '../src/vault/passwords.ts';
import { startWorker } from '../src/worker.ts';
import { type TestDatabase, testDatabase } from './database.ts';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  set(at: string | Date): void;
  advance(ms: number): void;
}
export function testClock(at = '2025-12-15T04:00:00Z'): TestClock {
  let now = new Date(at);
  return {
    timeZone: 'Asia/Shanghai',
    now: () => new Date(now),
    set: (to) => void (now = new Date(to)),
    advance: (ms) => void (now = new Date(now.getTime() + ms)),
  };
}

export interface Reply<T> {
  status: number;
  body: {
    success: boolean;
    message: string;
    message_code?: string;
    data: T;
    meta?: Record<string, unknown>;
    extra?: Record<string, unknown> & { fields?: Record<string, { code: string; message: string }[]> };
  };
  headers: LightMyRequestResponse['headers'];
  text: string;
}
type CallArgs<R extends RouteDef> = { params?: ParamsOf<R['path']>; query?: QueryInput<R>; body?: BodyInput<R> };

export interface Caller {
  userId: number | null;
  cookie: string | null;
  csrf: string | null;
  /** Through the contract, as the browser does. */
  call<R extends RouteDef & Named>(route: R, args?: CallArgs<R>): Promise<Reply<WireOf<R>>>;
  /** Anything else. */
  raw(request: {
    method: string;
    url: string;
    headers?: Record<string, string>;
    payload?: string | Buffer;
  }): Promise<LightMyRequestResponse>;
}

export interface TestHouse {
  app: FastifyInstance;
  deps: Deps;
  world: FakeWorld;
  clock: TestClock;
  as(role: Role | null): Caller;
  close(): Promise<void>;
}
export const PASSWORD = 'Correct-horse-9';

interface Options {
  world?: FakeWorld;
  worker?: boolean;
  clock?: TestClock;
  config?: Partial<Config>;
  engines?: Deps['engines'];
  log?: Deps['log'];
  /** One that the test has made ready itself; it is dropped with the house. */
  database?: TestDatabase;
}

/** The whole server on a database of its own, with the fake engine at the outermost edge. */
export async function openHouse(options: Options = {}): Promise<TestHouse> {
  const database = options.database ?? (await testDatabase());
  const clock = options.clock ?? testClock();
  const config: Config = {
    ...loadConfig(
      {
        NODE_ENV: 'test',
        WHALEFALL_DATA_DIR: '/nonexistent',
        DATABASE_URL: database.url,
        SECRET_KEY: 's'.repeat(40),
        JWT_SECRET_KEY: 'j'.repeat(40),
        CREDENTIAL_KEY: Buffer.alloc(32, 7).toString('base64'),
        API_RATE_LIMIT: '0',
      },
      { keep: false },
    ),
    ...options.config,
  };
  const store: Store = { db: database.db, pool: database.pool, connection: database.connection, kind: 'outside', close: async () => {} };
  const world = options.world ?? fakeWorld(1, []);
  const deps = await assemble(config, {
    log: options.log ?? silentLog,
    clock,
    engines: options.engines ?? fakeEngines(world),
    store,
    worker: options.worker ?? false,
  });
  const worker = options.worker ? await startWorker(deps) : null;
  const app = await buildApp(deps);
  await app.ready();
  const hash = await hashPassword(PASSWORD);
  const callers = new Map<Role | null, Caller>([[null, caller(app, null, null, null)]]);
  for (const role of ['admin', 'user', 'viewer'] as const) {
    const user = await insertUser(deps.db, {
      username: `${role}_1`,
      role,
      password: hash,
      is_active: true,
      must_change_password: false,
      created_at: clock.now(),
    });
    const session = await openSession(deps.db, { userId: user.id, remember: true, ip: '127.0.0.1', userAgent: null }, clock.now());
    callers.set(
      role,
      caller(app, user.id, session.cookie, csrfToken(session.cookie, { secretKey: config.secretKey, jwtSecretKey: config.jwtSecretKey })),
    );
  }
  return {
    app,
    deps,
    world,
    clock,
    as: (role) => callers.get(role)!,
    async close() {
      await app.close();
      await worker?.stop();
      await deps.close();
      await database.drop();
    },
  };
}

/** Somebody with a session of their own. */
export function caller(app: FastifyInstance, userId: number | null, cookie: string | null, csrf: string | null): Caller {
  const auth: Record<string, string> = {
    ...(cookie ? { cookie: `${SESSION_COOKIE}=${cookie}` } : {}),
    ...(csrf ? { 'x-csrftoken': csrf } : {}),
  };
  return {
    userId,
    cookie,
    csrf,
    async call(route, args = {}) {
      const query = new URLSearchParams();
      for (const [key, value] of Object.entries((args.query ?? {}) as Record<string, unknown>)) {
        if (value === undefined) continue;
        for (const one of Array.isArray(value) ? value : [value]) query.append(key, String(one));
      }
      const url = `${fillPath(route.path, args.params as Record<string, unknown>)}${query.size > 0 ? `?${query}` : ''}`;
      const hasBody = route.method !== 'GET' && args.body !== undefined;
      const reply = await app.inject({
        method: route.method,
        url,
        headers: { ...auth, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
        ...(hasBody ? { payload: JSON.stringify(args.body) } : {}),
      });
      const isJson = String(reply.headers['content-type']).startsWith('application/json');
      return { status: reply.statusCode, body: isJson ? reply.json() : (null as never), headers: reply.headers, text: reply.body };
    },
    raw: ({ method, url, headers = {}, payload }) =>
      app.inject({ method: method as 'GET', url, headers: { ...auth, ...headers }, ...(payload === undefined ? {} : { payload }) }),
  };
}
