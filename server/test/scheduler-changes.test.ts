import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { installJobs, sweepRuns, tick } from '../src/features/scheduler/index.ts';
import { nextRun } from '../src/features/scheduler/next-run.ts';
import { silentLog } from '../src/logbook/index.ts';
import { builtInJobs } from '../src/schedule.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeUser, signedIn } from './people.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday 2025-12-15 12:00 in Shanghai. */
const NOON = '2025-12-15T04:00:00Z';
const JOB = 'cleanup_logs';
let house: TestHouse;
// No worker: the routes work on any node, the tables are the truth (40-D47).
beforeAll(async () => void (house = await openHouse()));
beforeEach(async () => {
  house.clock.set(NOON);
  await house.deps.db.deleteFrom('scheduler_jobs').execute();
  await installJobs(house.deps.db, builtInJobs(house.deps), house.clock);
});
afterAll(() => house.close());

const { scheduler } = catalogue;
const put = (body: Record<string, unknown>, id = JOB) =>
  house.as('admin').call(scheduler.updateJobTrigger, { params: { job_id: id }, body: body as never });
const codes = (reply: { body: { extra?: { fields?: Record<string, { code: string }[]> } } }) =>
  Object.fromEntries(Object.entries(reply.body.extra?.fields ?? {}).map(([field, faults]) => [field, faults[0]!.code]));
const job = async (id = JOB) => (await house.as('viewer').call(scheduler.getJob, { params: { job_id: id } })).body.data;
const turn = () => tick(house.deps.db, house.deps.queue, house.clock, silentLog);
const runs = () => house.deps.db.selectFrom('scheduler_job_runs').selectAll().orderBy('id').execute();
const alone = () => house.deps.db.updateTable('scheduler_jobs').set({ state: 'paused' }).where('id', '!=', JOB).execute();

describe('a new trigger', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['5 parts', { cron_expression: '30 6 * * *' }, ['2025-12-15T22:30', '2025-12-16T22:30']],
    ['6 parts, with seconds', { cron_expression: '15 30 6 * * *' }, ['2025-12-15T22:30', '2025-12-16T22:30']],
    ['7 parts, with a year', { cron_expression: '0 30 6 1 1 * 2027' }, ['2026-12-31T22:30']],
    ['weekday 0 is Monday', { cron_expression: '0 6 * * 0' }, ['2025-12-21T22:00', '2025-12-28T22:00']],
    ['weekday 6 is Sunday', { cron_expression: '0 6 * * 6' }, ['2025-12-20T22:00', '2025-12-27T22:00']],
    ['`?` is `*`', { cron_expression: '0 6 ? * ?' }, ['2025-12-15T22:00', '2025-12-16T22:00']],
    ['single fields win over the expression', { cron_expression: '0 6 * * *', cron_hour: '7' }, ['2025-12-15T23:00', '2025-12-16T23:00']],
    ['less significant fields take their least', { hour: '6' }, ['2025-12-15T22:00', '2025-12-16T22:00']],
    ['the last day of the month', { day: 'last', hour: 6 }, ['2025-12-30T22:00', '2026-01-30T22:00']],
    ['the second Friday', { day: '2nd fri', hour: 6 }, ['2026-01-08T22:00', '2026-02-12T22:00']],
    ['every 90 minutes', { trigger_type: 'interval', hours: 1, minutes: 30 }, ['2025-12-15T05:30', '2025-12-15T07:00']],
    ['the form’s spelling of an interval', { trigger_type: 'interval', interval_minutes: 90 }, ['2025-12-15T05:30', '2025-12-15T07:00']],
    ['a date in business time', { trigger_type: 'date', run_date: '2025-12-16 08:00' }, ['2025-12-16T00:00']],
  ])('%s', async (_title, body, times) => {
    const reply = await put({ trigger_type: 'cron', ...body });
    expect([reply.status, reply.body.message]).toEqual([200, '任务更新成功']);
    expect(reply.body.data.upcoming.slice(0, times.length).map((at) => at.slice(0, 16))).toEqual(times);
    // Counted from now, not fired once more at the old time (40-D52).
    expect(reply.body.data.next_run_time!.slice(0, 16)).toBe(times[0]);
  });

  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['nothing is no time, least of all every second (40-D51)', {}, { cron_expression: 'REQUIRED' }],
    ['4 parts are not passed over (40-D51)', { cron_expression: '0 6 * *' }, { cron_expression: 'CRON_PARTS' }],
    ['8 parts neither', { cron_expression: '0 0 6 * * * 2026 1' }, { cron_expression: 'CRON_PARTS' }],
    ['a field out of range is named', { cron_expression: '61 6 * * *' }, { minute: 'INVALID_FORMAT' }],
    ['words', { hour: 'noon' }, { hour: 'INVALID_FORMAT' }],
    ['a time that never comes again', { cron_expression: '0 0 6 1 1 * 2020' }, { cron_expression: 'NEVER' }],
    ['an interval of nothing', { trigger_type: 'interval' }, { minutes: 'REQUIRED' }],
    ['less than a minute', { trigger_type: 'interval', seconds: 59 }, { seconds: 'TOO_SMALL' }],
    ['half an hour as a fraction', { trigger_type: 'interval', hours: 0.5 }, { hours: 'INVALID_TYPE' }],
    ['a date that has passed', { trigger_type: 'date', run_date: '2025-12-15 11:59' }, { run_date: 'IN_THE_PAST' }],
    ['a date that is none', { trigger_type: 'date', run_date: '2025-02-30' }, { run_date: 'INVALID_FORMAT' }],
    ['no date', { trigger_type: 'date' }, { run_date: 'REQUIRED' }],
  ])('is refused with its field: %s', async (_title, body, expected) => {
    const before = await job();
    const reply = await put({ trigger_type: 'cron', ...body });
    expect([reply.status, codes(reply)]).toEqual([400, expected]);
    expect(await job()).toEqual(before);
  });

  test('leaves a paused job paused until it is resumed, then counts from then (40-D52)', async () => {
    await house.as('admin').call(scheduler.pauseJob, { params: { job_id: JOB } });
    expect((await put({ trigger_type: 'cron', hour: 6 })).body.data).toMatchObject({ state: 'STATE_PAUSED', next_run_time: null });
    house.clock.advance(DAY);
    const resumed = await house.as('admin').call(scheduler.resumeJob, { params: { job_id: JOB } });
    expect(resumed.body.data.next_run_time).toBe('2025-12-16T22:00:00.000+00:00');
  });

  test('of a date that came once: the job is finished, still listed, and lives again with another (40-D53)', async () => {
    await alone();
    await put({ trigger_type: 'date', run_date: '2025-12-15 13:00' });
    house.clock.advance(HOUR);
    expect(await turn()).toBe(1);
    await house.deps.db.updateTable('scheduler_job_runs').set({ status: 'success', finished_at: house.clock.now() }).execute();
    expect(await job()).toMatchObject({ state: 'STATE_FINISHED', next_run_time: null, upcoming: [] });
    const resumed = await house.as('admin').call(scheduler.resumeJob, { params: { job_id: JOB } });
    expect([resumed.status, codes(resumed)]).toEqual([400, { run_date: 'IN_THE_PAST' }]);
    expect((await put({ trigger_type: 'cron', hour: 6 })).body.data).toMatchObject({ state: 'STATE_RUNNING' });
  });
});

test('an unknown job is 404 everywhere (40-D74); pausing and resuming twice is no error', async () => {
  const params = { job_id: 'nobody' };
  const admin = house.as('admin');
  for (const reply of [
    await admin.call(scheduler.getJob, { params }),
    await admin.call(scheduler.listJobRuns, { params }),
    await admin.call(scheduler.pauseJob, { params }),
    await admin.call(scheduler.resumeJob, { params }),
    await admin.call(scheduler.runJob, { params }),
    await put({ trigger_type: 'cron', hour: 6 }, 'nobody'),
  ])
    expect([reply.status, reply.body.extra]).toEqual([404, { resource: 'scheduler_job', id: 'nobody' }]);
  for (const route of [scheduler.pauseJob, scheduler.pauseJob, scheduler.resumeJob, scheduler.resumeJob])
    expect((await admin.call(route, { params: { job_id: JOB } })).status).toBe(200);
});

test('only built-in jobs are changed: 403', async () => {
  const { db } = house.deps;
  await db
    .insertInto('scheduler_jobs')
    .values({ id: 'own', name: 'own', function: 'own', trigger_type: 'cron', trigger_args: '{}' })
    .execute();
  const reply = await put({ trigger_type: 'cron', hour: 6 }, 'own');
  expect([reply.status, reply.body.message_code]).toEqual([403, 'PERMISSION_DENIED']);
});

test('reload restores every built-in job, in one step and with its history (40-D48, 40-D55)', async () => {
  await put({ trigger_type: 'cron', hour: 6 });
  await house.as('admin').call(scheduler.pauseJob, { params: { job_id: 'sync_accounts' } });
  await house.as('admin').call(scheduler.runJob, { params: { job_id: JOB } });
  const reply = await house.as('admin').call(scheduler.reloadJobs);
  expect(reply.body.data).toMatchObject({ deleted_count: 7, reloaded_count: 7 });
  expect(reply.body.data.reloaded).toHaveLength(7);
  const list = (await house.as('viewer').call(scheduler.getJobs)).body.data;
  expect(list.map((one) => one.state)).not.toContain('STATE_PAUSED');
  expect(list.find((one) => one.id === JOB)!.trigger_args).toMatchObject({ hour: '2' });
  expect((await job()).recent_runs).toHaveLength(1);
});

test('a history of runs: counts, length, node and outcome, paged, by state; last run and outcome from there and nowhere else (40-D54, 40-D73)', async () => {
  const { db } = house.deps;
  const at = (minutes: number) => new Date(Date.parse(NOON) + minutes * 60_000);
  for (let i = 0; i < 25; i++)
    await db
      .insertInto('scheduler_job_runs')
      .values({
        ...{ job_id: JOB, trigger_kind: i % 5 === 0 ? 'manual' : 'scheduled', status: i % 2 ? 'failed' : 'success', node: `node-${i % 2}` },
        ...{
          scheduled_for: i % 5 === 0 ? null : at(i),
          started_at: at(i),
          finished_at: at(i + 2),
          triggered_by: i % 5 === 0 ? house.as('admin').userId : null,
        },
        summary: JSON.stringify({ deleted: i }),
      })
      .execute();
  const page = (query: object) => house.as('viewer').call(scheduler.listJobRuns, { params: { job_id: JOB }, query });
  const first = (await page({ limit: 10 })).body.data;
  expect(first).toMatchObject({ total: 25, pages: 3, page: 1, limit: 10 });
  expect(first.items[0]).toMatchObject({
    ...{
      status: 'success',
      trigger_kind: 'scheduled',
      duration_seconds: 120,
      node: 'node-0',
      summary: { deleted: 24 },
      triggered_by: null,
    },
  });
  expect(first.items[4]).toMatchObject({ trigger_kind: 'manual', triggered_by: 'admin_1' });
  expect((await page({ page: 3, limit: 10 })).body.data.items).toHaveLength(5);
  expect((await page({ status: 'failed' })).body.data.total).toBe(12);
  expect((await job()).last_duration_seconds).toBe(120);
});

describe('when clocks jump', () => {
  test('back by an hour, twice: no slot comes again', async () => {
    await alone();
    house.clock.set('2025-12-15T18:00:01Z');
    expect(await turn()).toBe(1);
    for (const back of ['2025-12-15T17:00:00Z', '2025-12-15T18:00:01Z', '2025-12-15T17:59:59Z', '2025-12-15T19:00:00Z']) {
      house.clock.set(back);
      expect(await turn()).toBe(0);
    }
    expect(await runs()).toHaveLength(1);
  });

  test('forward over a slot: it is run once, and the next is the day’s after', async () => {
    await alone();
    house.clock.set('2025-12-15T20:30:00Z');
    expect([await turn(), await turn()]).toEqual([1, 0]);
    expect((await job()).next_run_time).toBe('2025-12-16T18:00:00.000+00:00');
  });

  test('where summer time begins and ends, every day has its run and one only', async () => {
    await alone();
    const zone = 'America/New_York';
    const args = { second: '0', minute: '30', hour: '2', day: '*', month: '*', day_of_week: '*' };
    for (const [from, days] of [
      ['2026-03-06T12:00:00Z', 4],
      ['2026-10-30T12:00:00Z', 4],
    ] as const) {
      await house.deps.db.deleteFrom('scheduler_job_runs').execute();
      house.clock.set(from);
      const next_run_time = nextRun({ type: 'cron', args, timeZone: zone }, house.clock.now());
      await house.deps.db
        .updateTable('scheduler_jobs')
        .set({ trigger_args: JSON.stringify(args), timezone: zone, next_run_time })
        .where('id', '=', JOB)
        .execute();
      for (let minute = 0; minute <= days * 24 * 60; minute += 10) {
        house.clock.set(new Date(Date.parse(from) + minute * 60_000));
        if ((await turn()) > 0)
          await house.deps.db.updateTable('scheduler_job_runs').set({ status: 'success', finished_at: house.clock.now() }).execute();
      }
      const local = (await runs()).map((run) =>
        new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(run.scheduled_for!),
      );
      expect(new Set(local).size).toBe(local.length);
      expect(local).toHaveLength(days);
    }
  });
});

test('a run whose worker is gone ends as interrupted, and the next slot has its run (40-D49)', async () => {
  await alone();
  house.clock.set('2025-12-15T18:00:00Z');
  await turn();
  house.clock.advance(9 * 60_000);
  expect(await sweepRuns(house.deps.db, silentLog, house.clock.now())).toBe(0);
  house.clock.advance(2 * 60_000);
  expect(await sweepRuns(house.deps.db, silentLog, house.clock.now())).toBe(1);
  expect(await job()).toMatchObject({ state: 'STATE_RUNNING', last_status: 'interrupted' });
  house.clock.set('2025-12-16T18:00:00Z');
  expect(await turn()).toBe(1);
});

test('what is past its keeping goes with the old logs: sessions, runs, audit events, sign-ins; what is younger or still runs stays (40-D46)', async () => {
  const { db } = house.deps;
  const ago = (days: number) => new Date(Date.parse(NOON) - days * DAY);
  const session = (id: string, days: number, status: 'completed' | 'running') =>
    db
      .insertInto('sync_sessions')
      .values({
        session_id: id,
        sync_type: 'manual_task',
        status,
        started_at: ago(days),
        completed_at: status === 'running' ? null : ago(days),
      })
      .execute();
  await session('old', 31, 'completed');
  await session('young', 29, 'completed');
  await session('running', 400, 'running');
  await db.deleteFrom('scheduler_job_runs').execute();
  for (const days of [181, 179])
    await db
      .insertInto('scheduler_job_runs')
      .values({ job_id: JOB, trigger_kind: 'manual', status: 'success', started_at: ago(days), finished_at: ago(days) })
      .execute();
  await db.deleteFrom('audit_events').execute();
  for (const days of [731, 729])
    await db
      .insertInto('audit_events')
      .values({ time: ago(days), action: 'create', resource: 'tag', username: `${days}` })
      .execute();
  await db
    .insertInto('unified_logs')
    .values([31, 29].map((days) => ({ timestamp: ago(days), level: 'INFO' as const, module: 'retention', message: `${days}` })))
    .execute();
  const someone = await signedIn(house, (await makeUser(house)).username);
  const gone = await signedIn(house, (await makeUser(house)).username);
  await db
    .updateTable('user_sessions')
    .set({ revoked_at: ago(31) })
    .where('user_id', '=', gone.userId!)
    .execute();
  await db
    .updateTable('refresh_tokens')
    .set({ revoked_at: ago(31) })
    .where('user_id', '=', gone.userId!)
    .execute();
  const cleanup = builtInJobs(house.deps).find((one) => one.id === JOB)!;
  const { summary } = await cleanup.run({ actor: null, scheduled: true, now: house.clock.now(), begun: async () => {} });
  expect(summary).toEqual({ deleted: 1, sessions: 1, runs: 1, audit_events: 1, sign_ins: 1 });
  const left = async (table: 'sync_sessions', column: 'session_id') =>
    (await db.selectFrom(table).select(column).orderBy('id').execute()).map((row) => row[column]);
  expect(await left('sync_sessions', 'session_id')).toEqual(['young', 'running']);
  expect(
    (await db.selectFrom('audit_events').select('username').where('resource', '=', 'tag').execute()).map((row) => row.username),
  ).toEqual(['729']);
  expect((await someone.call(catalogue.auth.me)).status).toBe(200);
});
