/**
 * An engine that answers from a list instead of a server, for tests and the demo: same interface, same errors,
 * and behaviours that real servers show on bad days. It opens no connection.
 */
import { within } from '../deadline.ts';
import {
  DB_TYPES,
  EngineError,
  type AccountFact,
  type Capability,
  type ConnectOptions,
  type Connection,
  type DbType,
  type Engine,
  type ErrorCode,
  type Target,
} from '../engine.ts';
import type { Unread } from '../facts.ts';
import { filterAccounts, filterDatabases } from '../filters.ts';
import { engines } from '../index.ts';
import { fakeFleet, type FakeInstance } from './fleet.ts';
import { mutateFleet } from './mutate.ts';
import { bytesOn, dayNumber, logBytesOn, ORIGIN_DAY } from './sizes.ts';

export type Operation = 'connect' | 'version' | 'accounts' | 'sizes' | 'capabilities';

/** How a target behaves; each holds until it is taken back. */
export interface Behaviour {
  /** Accepts and never answers, from this operation on. */
  hang?: Operation;
  /** The connection breaks in the middle of this operation. */
  cut?: Operation;
  /** Each operation takes this much longer. */
  slowMs?: number;
  /** What the whole account read says it could not see. */
  unread?: Unread[];
  /** Signing in fails with this code. */
  refuse?: ErrorCode;
  /** Says it is of a version that is not supported. */
  wrongVersion?: boolean;
  /** The one password that is right; without it any is. */
  password?: string;
  /** Databases whose size may not be read, accounts whose privileges may not. */
  unmeasured?: string[];
  unreadAccounts?: string[];
  /** What the login lacks, as `needs` of the capability check names it (`NEEDED`). */
  lacks?: string[];
}

/** What a login needs here; the demo shows the words that real servers would have. */
const NEEDED: Record<DbType, readonly [feature: Capability['feature'], needs: string, right: string, required: boolean][]> = {
  mysql: [
    ['accounts', 'SELECT ON mysql.user', 'SELECT ON mysql.user', true],
    ['privileges', 'SELECT ON mysql.db', 'SELECT ON mysql.db', false],
    ['sizes', 'PROCESS', 'PROCESS ON *.*', true],
  ],
  postgresql: [
    ['accounts', 'SELECT ON pg_roles', 'SELECT ON pg_catalog.pg_roles', true],
    ['privileges', 'SELECT ON pg_auth_members', 'SELECT ON pg_catalog.pg_auth_members', true],
    ['sizes', 'pg_read_all_stats, or CONNECT ON every database', 'pg_read_all_stats', false],
  ],
  sqlserver: [
    ['accounts', 'VIEW ANY DEFINITION', 'VIEW ANY DEFINITION', true],
    ['privileges', 'CONNECT in every database', 'CONNECT ANY DATABASE', false],
    ['sizes', 'VIEW ANY DATABASE', 'VIEW ANY DATABASE', true],
  ],
  oracle: [
    ['accounts', 'SELECT ON SYS.DBA_USERS', 'SELECT ON SYS.DBA_USERS', true],
    ['privileges', 'SELECT ON SYS.DBA_TAB_PRIVS', 'SELECT ON SYS.DBA_TAB_PRIVS', false],
    ['sizes', 'SELECT ON SYS.DBA_FREE_SPACE', 'SELECT ON SYS.DBA_FREE_SPACE', false],
  ],
};

export interface FakeWorld {
  seed: number;
  instances: FakeInstance[];
  /** By `host` or `host:port`. */
  behaviours: Map<string, Behaviour>;
  /** Day that sizes are answered for, counted from 1970-01-01. */
  day: number;
  step: number;
  /** What was asked of whom, in order. */
  calls: { host: string; port: number; username: string; operation: Operation }[];
  /** Connections open now, and the most there ever were. */
  open: number;
  peak: number;
  /** Lets the fleet live on until `step`: accounts come, go, return, gain and lose privileges. */
  mutate(step: number): void;
  /** `2025-11-21` */
  setDay(date: string): void;
}

/** A world of the given instances, or of the whole made-up fleet. */
export function fakeWorld(seed: number, instances: FakeInstance[] = fakeFleet(seed)): FakeWorld {
  const gone = new Map<string, AccountFact[]>();
  const world: FakeWorld = {
    seed,
    instances,
    behaviours: new Map(),
    day: ORIGIN_DAY,
    step: 0,
    calls: [],
    open: 0,
    peak: 0,
    mutate(step) {
      for (let next = world.step + 1; next <= step; next += 1) mutateFleet(world.instances, seed, next, gone);
      world.step = Math.max(world.step, step);
    },
    setDay(date) {
      world.day = dayNumber(date);
    },
  };
  return world;
}

/** All four engines over one world. */
export function fakeEngines(world: FakeWorld): Record<DbType, Engine> {
  return Object.fromEntries(DB_TYPES.map((type) => [type, fakeEngine(type, world)])) as Record<DbType, Engine>;
}

export function fakeEngine(type: DbType, world: FakeWorld): Engine {
  const { label, defaultPort, defaultDatabase, privileges } = engines[type];
  return { type, label, defaultPort, defaultDatabase, privileges, connect: (target, options) => connect(type, world, target, options) };
}

async function connect(type: DbType, world: FakeWorld, target: Target, options: ConnectOptions): Promise<Connection> {
  const behaviour = (): Behaviour => world.behaviours.get(`${target.host}:${target.port}`) ?? world.behaviours.get(target.host) ?? {};
  const perform = <T>(operation: Operation, ms: number, answer: () => T): Promise<T> => {
    world.calls.push({ host: target.host, port: target.port, username: target.username, operation });
    let waiting: NodeJS.Timeout | undefined;
    const { hang, cut, slowMs = 0 } = behaviour();
    return within(
      { ms, signal: options.signal, stage: operation === 'connect' ? 'connect' : 'query', destroy: () => clearTimeout(waiting) },
      async () => {
        if (hang === operation) await new Promise(() => {});
        if (slowMs > 0) await new Promise((resolve) => (waiting = setTimeout(resolve, slowMs)));
        if (cut === operation)
          throw new EngineError(operation === 'connect' ? 'CONNECTION_REFUSED' : 'QUERY_FAILED', {
            stage: operation === 'connect' ? 'connect' : 'query',
            detail: 'the connection was cut',
          });
        return answer();
      },
    );
  };
  const queryMs = options.queryTimeoutMs ?? 300_000;

  const instance = await perform('connect', options.timeoutMs, () => {
    if (/^[\d.]+$|:/.test(target.host) && !options.allow(target.host)) throw new EngineError('TARGET_NOT_ALLOWED', { stage: 'resolve' });
    const found = world.instances.find(
      (candidate) => candidate.dbType === type && candidate.host === target.host && candidate.port === target.port,
    );
    if (!found)
      throw new EngineError(world.instances.some((candidate) => candidate.host === target.host) ? 'CONNECTION_REFUSED' : 'HOST_NOT_FOUND', {
        stage: 'connect',
      });
    const { refuse, password } = behaviour();
    if (refuse) throw new EngineError(refuse, { stage: 'auth' });
    if (password !== undefined && password !== target.password) throw new EngineError('AUTH_FAILED', { stage: 'auth' });
    return found;
  });
  world.open += 1;
  world.peak = Math.max(world.peak, world.open);
  let closed = false;
  const supported = (): void => {
    if (behaviour().wrongVersion) throw new EngineError('UNSUPPORTED_VERSION', { stage: 'query', detail: 'version 0.1' });
  };
  return {
    version: () =>
      perform('version', queryMs, () => (behaviour().wrongVersion ? { banner: '0.1', main: '0.1', detailed: '0.1' } : instance.version)),
    accounts: (filter) =>
      perform('accounts', queryMs, () => {
        supported();
        const closed = NEEDED[type].find(
          ([feature, needs, , required]) => feature === 'accounts' && required && behaviour().lacks?.includes(needs),
        );
        if (closed) throw new EngineError('PRIVILEGE_MISSING', { stage: 'query', needs: `GRANT ${closed[2]} TO ${target.username}` });
        const unreadable = new Set(behaviour().unreadAccounts ?? []);
        const accounts = instance.accounts.map((account) =>
          unreadable.has(account.username)
            ? { ...account, error: { code: 'PRIVILEGE_MISSING' as const, message: 'not readable' } }
            : account,
        );
        const { kept, filteredOut } = filterAccounts(type, structuredClone(accounts), filter);
        return { accounts: kept, filteredOut, unread: behaviour().unread ?? [], statements: 5 };
      }),
    databaseSizes: (filter) =>
      perform('sizes', queryMs, () => {
        supported();
        const { kept, filtered } = filterDatabases(
          instance.databases.map((database) => database.name),
          filter,
        );
        const closedOff = new Set(behaviour().unmeasured ?? []);
        const databases = instance.databases
          .filter((database) => kept.includes(database.name) && !closedOff.has(database.name))
          .map((database) => {
            const dataBytes = bytesOn(instance.name, database, world.day);
            const logBytes = logBytesOn(type, dataBytes, instance.name, database.name);
            return { name: database.name, sizeBytes: dataBytes + (logBytes ?? 0), dataBytes, logBytes, isSystem: database.isSystem };
          });
        const unmeasured = kept.filter((name) => closedOff.has(name)).map((name) => ({ name, code: 'PRIVILEGE_MISSING' as const }));
        return { databases, unmeasured, filtered, source: 'made up', statements: 2 };
      }),
    capabilities: () =>
      perform('capabilities', queryMs, () =>
        NEEDED[type].map(([feature, needs, right, required]) => {
          const has = !behaviour().lacks?.includes(needs);
          return { feature, needs, has, required, lacks: has ? null : needs, grant: has ? null : `GRANT ${right} TO ${target.username}` };
        }),
      ),
    close: () => {
      if (!closed) world.open -= 1;
      closed = true;
      return Promise.resolve();
    },
  };
}

export { fakeFleet, type FakeInstance } from './fleet.ts';
export { makeAccount } from './made.ts';
export { bytesOn, dayNumber, logBytesOn, type FakeDatabase } from './sizes.ts';
