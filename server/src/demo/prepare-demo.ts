import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_DATABASE_FILTERS, filterDatabases } from '@whalefall/engines';
import { bytesOn, dayNumber, type FakeWorld, fakeEngines, fakeWorld, logBytesOn } from '@whalefall/engines/fake';
import type { Deps } from '../assemble.ts';
import { addDays, type Clock, startOfDay, today } from '../clock.ts';
import type { Config } from '../config.ts';
import { accountSync } from '../features/accounts/index.ts';
import { aggregate, capacitySync, keepSizes, periodOf, PERIOD_TYPES } from '../features/capacity/index.ts';
import { createCredential } from '../features/credentials/index.ts';
import { createUser } from '../features/identity/index.ts';
import { createInstancesIn, loginOf, syncTargets } from '../features/instances/index.ts';
import { openBeats, runRecord, startSession } from '../features/sync-sessions/index.ts';
import { transaction } from '../store/transaction.ts';

/** Marks a data directory as a demo's: it always starts as one, and nothing else does. */
const MARK = 'this-is-a-demo';
const SEED = 20_251_121;
const DAYS = 180;
/** Days ago at which the fleet was read; between them it lived on. */
const READS = [120, 45, 7, 4, 2, 1, 0];
/** Days ago with bad servers: one that passed, and today. */
const BAD_DAYS = [4, 0];
const HOUR_MS = 3_600_000;
export const DEMO_USERS = [
  { username: 'admin', role: 'admin', password: 'Demo-whale-1' },
  { username: 'operator', role: 'user', password: 'Demo-whale-1' },
  { username: 'viewer', role: 'viewer', password: 'Demo-whale-1' },
] as const;

export const isDemoDirectory = (dataDir: string): boolean => existsSync(join(dataDir, MARK));

/** @throws when the directory holds something that is not a demo */
export function prepareDemo(config: Config): { engines: Deps['engines']; fill(deps: Deps): Promise<void> } {
  if (existsSync(config.dataDir) && readdirSync(config.dataDir).length > 0 && !isDemoDirectory(config.dataDir)) {
    // Keys are kept before anything else is: a directory with nothing but them is new.
    const others = readdirSync(config.dataDir).filter((name) => !/key|secret/i.test(name));
    if (others.length > 0)
      throw new Error(`${config.dataDir} holds an installation that is not a demo: set WHALEFALL_DATA_DIR to another directory`);
  }
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(config.dataDir, MARK), 'A demo lives here: made-up servers, nothing of value.\n');
  const world = fakeWorld(SEED);
  return { engines: fakeEngines(world), fill: (deps) => fill(deps, world) };
}

async function fill(deps: Deps, world: FakeWorld): Promise<void> {
  const { db, clock } = deps;
  const now = today(clock);
  if ((await syncTargets(db)).length === 0) {
    console.log('Making the demo fleet: 60 instances, about 8,000 accounts, 180 days of sizes. This takes a while, once.');
    await register(deps, world, startOfDay(addDays(now, -DAYS), clock.timeZone));
    await liveOn(deps, world, now);
  } else world.mutate(READS.length);
  world.setDay(now);
  misbehave(world);
  console.log(`\n  Demo users: ${DEMO_USERS.map((user) => user.username).join(', ')} · password ${DEMO_USERS[0].password}`);
}

/** Bad days, so that failures can be looked at: one server refuses us, one hangs, one is too old. */
function misbehave(world: FakeWorld): void {
  const [a, b, c] = [world.instances[7]!, world.instances[23]!, world.instances[44]!];
  world.behaviours.set(`${a.host}:${a.port}`, { refuse: 'AUTH_FAILED' });
  world.behaviours.set(`${b.host}:${b.port}`, { cut: 'accounts' });
  world.behaviours.set(`${c.host}:${c.port}`, { wrongVersion: true });
}

async function register({ db, vault }: Deps, world: FakeWorld, since: Date): Promise<void> {
  const actor = { user: null, now: since };
  for (const user of DEMO_USERS) await createUser(db, actor, { ...user, is_active: true, must_change_password: false });
  const credentials = new Map<string, number>();
  for (const dbType of ['mysql', 'postgresql', 'sqlserver', 'oracle'] as const)
    credentials.set(
      dbType,
      await createCredential(db, vault, actor, {
        name: `${dbType}-monitor`,
        credential_type: 'database',
        db_type: dbType,
        username: 'whalefall',
        password: 'made-up-for-the-demo',
        description: 'Read-only monitoring login',
        is_active: true,
      }),
    );
  await transaction(db, (db) =>
    createInstancesIn(
      db,
      vault,
      actor,
      world.instances.map((fake) => ({
        name: fake.name,
        db_type: fake.dbType,
        host: fake.host,
        port: fake.port,
        database_name: fake.database,
        description: fake.description,
        credential_id: credentials.get(fake.dbType)!,
        tag_names: fake.tags,
      })),
    ),
  );
}

/** Half a year in a moment: sizes of every day, and the accounts as they were at each read. */
async function liveOn(deps: Deps, world: FakeWorld, now: string): Promise<void> {
  const targets = await syncTargets(deps.db);
  const byName = new Map(targets.map((target) => [target.name, target.id]));
  for (const fake of world.instances) await keepSizes(deps, byName.get(fake.name)!, sizesOf(fake, now));
  for (const [step, daysAgo] of READS.entries()) {
    world.mutate(step);
    world.setDay(addDays(now, -daysAgo));
    if (BAD_DAYS.includes(daysAgo)) misbehave(world);
    else world.behaviours.clear();
    const midnight = startOfDay(addDays(now, -daysAgo), deps.clock.timeZone).getTime();
    // At the hours of the night at which the schedule reads, if today's have come already.
    const at = (hour: number) => new Date(Math.min(deps.clock.now().getTime() - 60_000, midnight + hour * HOUR_MS));
    await readFleet(deps, 'account', at(1));
    if (daysAgo <= 1) await readFleet(deps, 'capacity', at(3));
  }
  // What the nights in between would have computed.
  const since = addDays(now, -DAYS);
  const spans = PERIOD_TYPES.map((type) => ({ type, first: periodOf(type, since), last: periodOf(type, now) }));
  await aggregate(
    deps,
    spans,
    'all',
    targets.map((target) => target.id),
  );
}

/** What the collectors would have kept on each of those days: the same filter, logs included. */
function sizesOf(fake: FakeWorld['instances'][number], now: string) {
  const kept = new Set(
    filterDatabases(
      fake.databases.map((database) => database.name),
      DEFAULT_DATABASE_FILTERS[fake.dbType],
    ).kept,
  );
  const databases = fake.databases.filter((database) => kept.has(database.name));
  return Array.from({ length: DAYS }, (_, i) => addDays(now, i - DAYS)).map((date) => ({
    date,
    databases: databases.map((database) => {
      const data = bytesOn(fake.name, database, dayNumber(date));
      return { name: database.name, bytes: data + (logBytesOn(fake.dbType, data, fake.name, database.name) ?? 0) };
    }),
  }));
}

/** A real session with real records, run here and now under the clock of that day. */
async function readFleet(deps: Deps, category: 'account' | 'capacity', at: Date): Promise<void> {
  const started = Date.now();
  const clock: Clock = { timeZone: deps.clock.timeZone, now: () => new Date(Math.min(Date.now(), at.getTime() + Date.now() - started)) };
  const then: Deps = { ...deps, clock };
  const targets = await syncTargets(deps.db);
  const { recordIds } = await transaction(deps.db, (db) =>
    startSession(db, deps.queue, { type: 'scheduled_task', category, targets, actor: null, now: at }),
  );
  const beats = openBeats(deps.db, clock);
  const runner = {
    db: deps.db,
    clock,
    log: deps.log,
    beats,
    worker: deps.node,
    loginOf,
    works: { account: accountSync(then), capacity: capacitySync(then) },
    deadlineMs: 60_000,
  };
  // Its log lines are of that day too.
  const { sink } = deps.log;
  if (sink) deps.log.sink = (row) => sink({ ...row, timestamp: clock.now() });
  const waiting = [...recordIds];
  const never = new AbortController().signal;
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await runRecord(runner, id, never);
    }),
  );
  beats.stop();
  if (sink) deps.log.sink = sink;
}
