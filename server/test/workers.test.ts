import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import pg from 'pg';
import { systemClock } from '../src/clock.ts';
import { silentLog } from '../src/logbook/index.ts';
import { installJobs, tick } from '../src/features/scheduler/index.ts';
import { builtInJobs } from '../src/schedule.ts';
import { openHouse, type TestHouse, testClock } from './harness.ts';
import { makeCredential, registerFake } from './make.ts';

const SEED = 11;
const COUNT = 30;
const world = fakeWorld(SEED, fakeFleet(SEED).slice(0, COUNT));
let house: TestHouse;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const clock = testClock();
  clock.now = () => new Date();
  house = await openHouse({ world, clock });
  const credentials = {
    mysql: await makeCredential(house, { db_type: 'mysql' }),
    postgresql: await makeCredential(house, { db_type: 'postgresql' }),
  };
  for (const fake of world.instances) await registerFake(house, fake, credentials[fake.dbType as 'mysql']);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});
afterAll(() => house.close());

async function startWorkers(n: number, slowMs: number): Promise<ChildProcess[]> {
  const started = await Promise.all(
    Array.from({ length: n }, async () => {
      const env = {
        ...process.env,
        NODE_ENV: 'test',
        WHALEFALL_DATA_DIR: '/nonexistent',
        DATABASE_URL: house.deps.config.databaseUrl,
        SECRET_KEY: 's'.repeat(40),
        JWT_SECRET_KEY: 'j'.repeat(40),
        CREDENTIAL_KEY: Buffer.alloc(32, 7).toString('base64'),
      };
      const child = fork(new URL('./fake-worker.ts', import.meta.url), [String(SEED), String(COUNT), String(slowMs)], {
        env,
        execArgv: [],
      });
      children.push(child);
      await once(child, 'message');
      return child;
    }),
  );
  return started;
}

async function ended(sessionId: string, withinMs: number) {
  const until = performance.now() + withinMs;
  for (;;) {
    const { session } = (
      await house.as('admin').call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: sessionId } })
    ).body.data;
    if (session.status !== 'running') return session;
    if (performance.now() > until)
      throw new Error(
        `still running after ${withinMs} ms: ${session.instance_records
          .filter((r) => r.status !== 'completed')
          .map((r) => `${r.instance_name} ${r.status}`)
          .join(', ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
const startAll = async () => (await house.as('admin').call(catalogue.accountsSync.syncAllAccounts)).body.data.session_id;
const attempts = (sessionId: string) =>
  house.deps.db.selectFrom('sync_instance_records').select(['attempts', 'status', 'worker']).where('session_id', '=', sessionId).execute();
const expectedAccounts = world.instances.reduce((n, fake) => n + fake.accounts.length, 0);

test('three workers share a run: each instance is read by exactly one, and stored once under its own record (30-3, 40-D27)', async () => {
  await startWorkers(3, 100);
  const sessionId = await startAll();
  const session = await ended(sessionId, 60_000);
  expect([session.status, session.successful_instances]).toEqual(['completed', COUNT]);
  const records = await attempts(sessionId);
  expect(records.every((record) => record.attempts === 1)).toBe(true);
  expect(new Set(records.map((record) => record.worker)).size).toBeGreaterThan(1);
  const { n } = await house.deps.db
    .selectFrom('account_change_log')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('change_type', '=', 'add')
    .executeTakeFirstOrThrow();
  expect(n).toBe(expectedAccounts);
});

test('a worker killed in the middle: its work is taken over within 30 s, nothing is lost or doubled, no session is left running (40-D49)', async () => {
  const [victim] = await startWorkers(2, 1500);
  const sessionId = await startAll();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  victim!.kill('SIGKILL');
  const killedAt = performance.now();
  const session = await ended(sessionId, 60_000);
  expect(session.status).toBe('completed');
  const records = await attempts(sessionId);
  const takenOver = records.filter((record) => record.attempts > 1);
  expect(takenOver.length).toBeGreaterThan(0);
  expect(performance.now() - killedAt).toBeLessThan(45_000);
  const { n } = await house.deps.db
    .selectFrom('account_change_log')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('change_type', '=', 'add')
    .executeTakeFirstOrThrow();
  expect(n).toBe(expectedAccounts);
});

test('our own database away for a moment: 503 with the reason, then everything goes on by itself', async () => {
  await startWorkers(1, 400);
  const sessionId = await startAll();
  const { database, ...server } = house.deps.store.connection as { database: string };
  const admin = new pg.Client({ ...server, database: 'postgres' });
  await admin.connect();
  await new Promise((resolve) => setTimeout(resolve, 800));
  await admin.query(`alter database ${database} allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [database]);
  const reply = await house.as('admin').raw({ method: 'GET', url: '/instances/api' });
  const health = await house.as(null).raw({ method: 'GET', url: '/health/api/health' });
  const basic = await house.as(null).raw({ method: 'GET', url: '/health/api/basic' });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await admin.query(`alter database ${database} allow_connections true`);
  await admin.end();
  expect([reply.statusCode, reply.json().message_code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
  expect([health.statusCode, health.json().message_code, basic.statusCode]).toEqual([503, 'SERVICE_UNHEALTHY', 200]);
  const session = await ended(sessionId, 60_000);
  expect([session.status, session.successful_instances + session.failed_instances]).toEqual(['completed', COUNT]);
});

test('a scheduler slot is run once, however many nodes tick at once (40-D09, 40-D47)', async () => {
  const { db, queue } = house.deps;
  const clock = systemClock('Asia/Shanghai');
  await installJobs(db, builtInJobs(house.deps), clock);
  await db
    .updateTable('scheduler_jobs')
    .set({ next_run_time: new Date(Date.now() - 1000) })
    .where('id', '=', 'cleanup_logs')
    .execute();
  const started = await Promise.all(Array.from({ length: 6 }, () => tick(db, queue, clock, silentLog)));
  expect(started.reduce((a, b) => a + b, 0)).toBe(1);
  const job = await db.selectFrom('scheduler_jobs').select('next_run_time').where('id', '=', 'cleanup_logs').executeTakeFirstOrThrow();
  expect(job.next_run_time!.getTime()).toBeGreaterThan(Date.now());
  await startWorkers(1, 0);
  const until = Date.now() + 20_000;
  let run;
  do {
    await new Promise((resolve) => setTimeout(resolve, 300));
    run = await db.selectFrom('scheduler_job_runs').select('status').where('job_id', '=', 'cleanup_logs').executeTakeFirst();
  } while (run?.status === 'running' && Date.now() < until);
  expect(run?.status).toBe('success');
});

test('a hung server costs only itself: every other record ends while it still hangs (40-D23)', async () => {
  const own = fakeWorld(SEED, fakeFleet(SEED).slice(0, COUNT));
  const hung = own.instances[3]!;
  own.behaviours.set(`${hung.host}:${hung.port}`, { hang: 'accounts' });
  const other = await openHouse({ world: own, worker: true, clock: Object.assign(testClock(), { now: () => new Date() }) });
  try {
    const credential = {
      mysql: await makeCredential(other, { db_type: 'mysql' }),
      postgresql: await makeCredential(other, { db_type: 'postgresql' }),
    };
    for (const fake of own.instances) await registerFake(other, fake, credential[fake.dbType as 'mysql']);
    const sessionId = (await other.as('admin').call(catalogue.accountsSync.syncAllAccounts)).body.data.session_id;
    const until = performance.now() + 30_000;
    let session;
    do {
      await new Promise((resolve) => setTimeout(resolve, 200));
      session = (await other.as('admin').call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: sessionId } })).body
        .data.session;
    } while (session.successful_instances < COUNT - 1 && performance.now() < until);
    expect([session.status, session.successful_instances]).toEqual(['running', COUNT - 1]);
    await other.as('admin').call(catalogue.historySessions.cancelSyncSession, { params: { session_id: sessionId } });
  } finally {
    await other.close();
  }
});
