import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openLog } from '../src/logbook/index.ts';
import { testDatabase } from './database.ts';
import { openHouse, type TestHouse, testClock } from './harness.ts';
import { type Line, openLine } from './line.ts';
import { makeCredential, registerFake } from './make.ts';

/** How long our own database is away; a minute in `npm run torture`. */
const AWAY_MS = Number(process.env.STORE_AWAY_MS ?? 10_000);
const BACK_MS = 10_000;
const SEED = 11;
const world = fakeWorld(SEED, fakeFleet(SEED).slice(0, 20));
for (const { host, port } of world.instances) world.behaviours.set(`${host}:${port}`, { slowMs: 400 });
let line: Line;
let house: TestHouse;

beforeAll(async () => {
  const clock = Object.assign(testClock(), { now: () => new Date() });
  const database = await testDatabase({
    async via({ host, port }) {
      line = await openLine(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
      return { host: '127.0.0.1', port: line.port };
    },
  });
  const log = openLog('silent');
  house = await openHouse({ database, world, worker: true, clock, log });
  const credentials = {
    mysql: await makeCredential(house, { db_type: 'mysql' }),
    postgresql: await makeCredential(house, { db_type: 'postgresql' }),
  };
  for (const fake of world.instances) await registerFake(house, fake, credentials[fake.dbType as 'mysql']);
});
afterAll(async () => {
  await house.close();
  await line.close();
});

const admin = () => house.as('admin');
async function until<T>(ms: number, ask: () => Promise<T | null | undefined | false>): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (performance.now() > end) throw new Error(`not within ${ms} ms`);
    await wait(100);
  }
}

test(
  `our own database away for ${AWAY_MS / 1000} s: pages and APIs say so, work waits, and all goes on by itself`,
  { timeout: AWAY_MS + 120_000 },
  async () => {
    const { session_id } = (await admin().call(catalogue.accountsSync.syncAllAccounts)).body.data;
    await wait(1000);
    line.down();
    // Due while nobody could see it.
    const dueAt = new Date(Date.now() + 2000);
    const from = performance.now();
    const answers = new Set<string>();
    let slowest = 0;
    while (performance.now() - from < AWAY_MS) {
      const asked = performance.now();
      const api = await admin().raw({ method: 'GET', url: '/instances/api' });
      const page = await admin().raw({ method: 'GET', url: '/instances/', headers: { 'accept-language': 'en' } });
      const write = await admin().raw({
        ...{ method: 'POST', url: '/tags/api/create', headers: { 'content-type': 'application/json' } },
        payload: '{"name":"while-away","display_name":"x","category":"other"}',
      });
      const basic = await house.as(null).raw({ method: 'GET', url: '/health/api/basic' });
      const ready = await house.as(null).raw({ method: 'GET', url: '/health/api/health' });
      slowest = Math.max(slowest, performance.now() - asked);
      answers.add(
        JSON.stringify([
          ...[api.statusCode, api.json().message_code, write.statusCode, write.json().message_code],
          ...[page.statusCode, String(page.headers['content-type']).split(';')[0], page.body.includes('DATABASE_UNAVAILABLE')],
          ...[basic.statusCode, ready.statusCode],
        ]),
      );
      await wait(500);
    }
    line.up();
    const back = performance.now();
    expect([...answers]).toEqual([
      JSON.stringify([503, 'DATABASE_UNAVAILABLE', 503, 'DATABASE_UNAVAILABLE', 503, 'text/html', true, 200, 503]),
    ]);
    expect(slowest).toBeLessThan(10_000);
    await until(BACK_MS, async () => (await admin().raw({ method: 'GET', url: '/instances/api' })).statusCode === 200);
    const answeredAfter = performance.now() - back;
    await house.deps.db.updateTable('scheduler_jobs').set({ next_run_time: dueAt }).where('id', '=', 'cleanup_logs').execute();
    const session = await until(60_000, async () => {
      const reply = await admin().call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id } });
      return reply.body.data.session.status !== 'running' && reply.body.data.session;
    });
    console.log(
      `away ${AWAY_MS} ms: slowest five answers ${slowest.toFixed(0)} ms, back after ${answeredAfter.toFixed(0)} ms, the run ended ${(performance.now() - back).toFixed(0)} ms after`,
    );
    expect([session.status, session.successful_instances, session.failed_instances]).toEqual(['completed', world.instances.length, 0]);
    const run = await until(30_000, () =>
      house.deps.db
        .selectFrom('scheduler_job_runs')
        .select(['status', 'scheduled_for'])
        .where('job_id', '=', 'cleanup_logs')
        .where('status', '!=', 'running')
        .executeTakeFirst(),
    );
    expect([run.status, run.scheduled_for]).toEqual(['success', dueAt]);
  },
);

test('a log line whose answer is lost on the way is sent again and kept once', async () => {
  const { db, log, sink } = house.deps;
  await sink.flush();
  line.loseAnswerTo('insert into "unified_logs"');
  for (let i = 0; i < 50; i++) log.info('tags', `only once ${i}`);
  await until(10_000, async () => {
    await sink.flush();
    return sink.depth() === 0;
  });
  const { n, kinds } = await db
    .selectFrom('unified_logs')
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.count<number>('message').distinct().as('kinds')])
    .where('message', 'like', 'only once %')
    .executeTakeFirstOrThrow();
  expect([n, kinds, sink.dropped()]).toEqual([50, 50, 0]);
});

test('a write whose answer is lost is 503, and is there or is not, whole', async () => {
  const create = (name: string) => admin().call(catalogue.tags.createTag, { body: { name, display_name: name, category: 'other' } });
  // The commit that is lost may be one of the worker's: then this one goes through.
  for (let i = 0; ; i++) {
    const name = `half-known-${i}`;
    line.loseAnswerTo('commit');
    const reply = await create(name);
    if (reply.status === 201 && i < 20) continue;
    expect([reply.status, reply.body.message_code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
    const tag = await house.deps.db.selectFrom('tags').select('id').where('name', '=', name).executeTakeFirst();
    const events = await house.deps.db
      .selectFrom('audit_events')
      .select('id')
      .where('resource', '=', 'tag')
      .where('resource_id', '=', String(tag?.id ?? ''))
      .execute();
    expect(events).toHaveLength(tag ? 1 : 0);
    expect((await create(name)).status).toBe(tag ? 409 : 201);
    return;
  }
});
