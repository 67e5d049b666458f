import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { installJobs, tick } from '../src/features/scheduler/index.ts';
import { silentLog } from '../src/logbook/index.ts';
import { builtInJobs } from '../src/schedule.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeCredential, makeInstance } from './make.ts';

const HOUR = 3_600_000;
/** Monday 2025-12-15 12:00 in Shanghai. */
const NOON = '2025-12-15T04:00:00Z';
/** A job that nothing hinders: it deletes old log rows. */
const JOB = 'cleanup_logs';
let house: TestHouse;
beforeAll(async () => void (house = await openHouse()));
beforeEach(async () => {
  house.clock.set(NOON);
  await house.deps.db.deleteFrom('scheduler_job_runs').execute();
  await house.deps.db.deleteFrom('scheduler_jobs').execute();
  await install();
});
afterAll(() => house.close());

const install = () => installJobs(house.deps.db, builtInJobs(house.deps), house.clock);
const turn = () => tick(house.deps.db, house.deps.queue, house.clock, silentLog);
const jobs = async () => (await house.as('viewer').call(catalogue.scheduler.getJobs)).body.data;
const job = async (id = JOB) => (await jobs()).find((one) => one.id === id)!;
const change = (values: object, id = JOB) => house.deps.db.updateTable('scheduler_jobs').set(values).where('id', '=', id).execute();
const runs = (id = JOB) => house.deps.db.selectFrom('scheduler_job_runs').selectAll().where('job_id', '=', id).orderBy('id').execute();
const run = (id = JOB, who: 'admin' | 'user' = 'admin') => house.as(who).call(catalogue.scheduler.runJob, { params: { job_id: id } });
const others = () => house.deps.db.updateTable('scheduler_jobs').set({ state: 'paused' }).where('id', '!=', JOB).execute();

test('the built-in jobs are there with their times of day, the next five shown', async () => {
  const list = await jobs();
  const times = Object.fromEntries(
    list.map((one) => [one.id, `${String(one.trigger_args.hour).padStart(2, '0')}:${String(one.trigger_args.minute).padStart(2, '0')}`]),
  );
  expect(times).toMatchObject({
    monitor_partition_health: '00:30',
    sync_accounts: '01:00',
    cleanup_logs: '02:00',
    collect_database_sizes: '03:00',
  });
  const one = await job();
  expect(one).toMatchObject({
    state: 'STATE_RUNNING',
    is_builtin: true,
    timezone: 'Asia/Shanghai',
    next_run_time: '2025-12-15T18:00:00.000+00:00',
  });
  expect(one.upcoming).toEqual([15, 16, 17, 18, 19].map((day) => `2025-12-${day}T18:00:00.000+00:00`));
});

test('installed once: what people changed stays, what is missing comes back (40-D48)', async () => {
  await change({
    name: 'changed',
    trigger_args: JSON.stringify({ hour: '5', minute: '5', second: '0' }),
    state: 'paused',
    next_run_time: null,
  });
  const before = await house.deps.db.selectFrom('scheduler_jobs').selectAll().orderBy('id').execute();
  house.clock.advance(HOUR);
  await Promise.all([install(), install(), install()]);
  expect(await house.deps.db.selectFrom('scheduler_jobs').selectAll().orderBy('id').execute()).toEqual(before);
  await house.deps.db.deleteFrom('scheduler_jobs').where('id', '=', 'sync_accounts').execute();
  await install();
  expect((await jobs()).length).toBe(before.length);
});

describe('what is due', () => {
  test('is run once, at its time and not before, and moves on to the next day', async () => {
    await others();
    house.clock.set('2025-12-15T17:59:59.999Z');
    expect([await turn(), await runs()]).toEqual([0, []]);
    house.clock.set('2025-12-15T18:00:00Z');
    expect(await turn()).toBe(1);
    expect(await turn()).toBe(0);
    expect(await runs()).toMatchObject([
      { status: 'running', trigger_kind: 'scheduled', scheduled_for: new Date('2025-12-15T18:00:00Z'), triggered_by: null },
    ]);
    expect(await job()).toMatchObject({ state: 'STATE_EXECUTING', is_executing: true, next_run_time: '2025-12-16T18:00:00.000+00:00' });
  });

  test.each([
    ['within its grace it simply runs', 4 / 60, 'running'],
    ['hours late it is caught up', 9, 'running'],
    ['many slots within a day are caught up once', 23, 'running'],
    ['more than a day late it is written down as misfired', 25, 'misfired'],
    ['six days late too, once', 24 * 6 + 1, 'misfired'],
  ])('nobody was there: %s (40-D50)', async (_title, hours, status) => {
    await others();
    await change({
      trigger_args: JSON.stringify({ second: '0', minute: '0', hour: '*', day: '*', month: '*', day_of_week: '*' }),
      next_run_time: new Date('2025-12-15T05:00:00Z'),
    });
    house.clock.set(new Date(Date.parse('2025-12-15T05:00:00Z') + hours * HOUR));
    expect(await turn()).toBe(status === 'running' ? 1 : 0);
    expect(await runs()).toMatchObject([{ status, scheduled_for: new Date('2025-12-15T05:00:00Z') }]);
    if (status === 'misfired')
      expect((await runs())[0]).toMatchObject({ finished_at: house.clock.now(), error: expect.stringMatching(/./) });
    expect(Date.parse((await job()).next_run_time!)).toBeGreaterThan(house.clock.now().getTime());
    expect(await turn()).toBe(0);
  });

  test('one whose run before still goes on is skipped, with a row that says so', async () => {
    await others();
    house.clock.set('2025-12-15T18:00:00Z');
    await turn();
    house.clock.set('2025-12-16T18:00:00Z');
    expect(await turn()).toBe(0);
    expect((await runs()).map((one) => one.status)).toEqual(['running', 'skipped']);
  });

  test('a paused job is not run, whenever its time was', async () => {
    await others();
    await change({ state: 'paused' });
    house.clock.set('2025-12-20T18:00:00Z');
    expect([await turn(), await runs()]).toEqual([0, []]);
    expect(await job()).toMatchObject({ state: 'STATE_PAUSED', upcoming: [] });
  });

  test('a date comes once and the job is finished', async () => {
    await others();
    await change({
      trigger_type: 'date',
      trigger_args: JSON.stringify({ run_date: '2025-12-15T05:00:00Z' }),
      next_run_time: new Date('2025-12-15T05:00:00Z'),
    });
    house.clock.set('2025-12-15T05:00:00Z');
    expect(await turn()).toBe(1);
    expect(await job()).toMatchObject({ next_run_time: null, upcoming: [] });
    house.clock.set('2025-12-17T05:00:00Z');
    expect(await turn()).toBe(0);
  });
});

describe('run now', () => {
  test('starts a run beside the schedule, noted with who asked; a second is 409 while it goes on (40-D54, 40-D25)', async () => {
    const first = await run();
    expect([first.status, first.body.data]).toMatchObject([200, { manual_job_id: `${JOB}_manual`, run_id: expect.any(Number) }]);
    expect(await runs()).toMatchObject([
      { id: first.body.data.run_id, trigger_kind: 'manual', status: 'running', triggered_by: house.as('admin').userId },
    ]);
    expect((await job()).next_run_time).toBe('2025-12-15T18:00:00.000+00:00');
    const second = await run();
    expect([second.status, second.body.message_code, second.body.extra!.run_id]).toEqual([409, 'SYNC_IN_PROGRESS', first.body.data.run_id]);
    const raced = await Promise.all(Array.from({ length: 5 }, () => run('sync_accounts')));
    expect(raced.map((reply) => reply.status).sort()).toEqual([200, 409, 409, 409, 409]);
  });

  test('of no job is 404, by no administrator 403, and neither leaves a run', async () => {
    const unknown = await run('no_such_job');
    expect([unknown.status, unknown.body.message_code]).toEqual([404, 'RESOURCE_NOT_FOUND']);
    expect((await run(JOB, 'user')).body.message_code).toBe('ADMIN_PERMISSION_REQUIRED');
    expect(await house.deps.db.selectFrom('scheduler_job_runs').select('id').execute()).toEqual([]);
  });
});

test('with hands: a run ends, its outcome and length are shown; with nothing to do it is skipped, with a session it is the session’s', async () => {
  const own = await openHouse({ worker: true });
  try {
    const ended = async (id: string, n: number) => {
      const until = performance.now() + 20_000;
      for (;;) {
        const rows = await own.deps.db.selectFrom('scheduler_job_runs').selectAll().where('job_id', '=', id).orderBy('id').execute();
        if (rows.length >= n && rows.every((row) => row.status !== 'running')) return rows;
        if (performance.now() > until) throw new Error(`${id} does not end: ${JSON.stringify(rows)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const start = (id: string) => own.as('admin').call(catalogue.scheduler.runJob, { params: { job_id: id } });
    await start(JOB);
    expect(await ended(JOB, 1)).toMatchObject([{ status: 'success', error: null, summary: { deleted: expect.any(Number) } }]);
    const shown = (await own.as('viewer').call(catalogue.scheduler.getJobs)).body.data.find((one) => one.id === JOB)!;
    expect(shown).toMatchObject({
      last_status: 'success',
      last_run_time: '2025-12-15T04:00:00.000+00:00',
      is_executing: false,
      last_duration_seconds: 0,
    });
    await start('sync_accounts');
    expect((await ended('sync_accounts', 1))[0]).toMatchObject({ status: 'skipped', session_id: null });
    // A server that nobody can reach: the session fails, and so does the run.
    await makeInstance(own, {
      db_type: 'mysql',
      host: 'nowhere.example.com',
      credential_id: await makeCredential(own, { db_type: 'mysql' }),
    });
    await start('sync_accounts');
    const last = (await ended('sync_accounts', 2))[1]!;
    expect(last).toMatchObject({
      status: 'failed',
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      summary: { instances: 1, succeeded: 0, failed: 1 },
    });
    const session = await own
      .as('viewer')
      .call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: last.session_id! } });
    expect(session.body.data.session).toMatchObject({ sync_type: 'manual_task', created_by: own.as('admin').userId });
  } finally {
    await own.close();
  }
});
