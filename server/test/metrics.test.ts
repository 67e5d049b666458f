import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { ensurePartitions, monthsFrom } from '../src/store/partitions.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeInstance } from './make.ts';

const TOKEN = 'metrics-token-0123456789';
let house: TestHouse;
beforeAll(async () => {
  const world = fakeWorld(5, fakeFleet(5).slice(0, 1));
  house = await openHouse({ world, config: { metricsToken: TOKEN } });
});
afterAll(() => house.close());

const scrape = (of: TestHouse, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
  of.as(null).raw({ method: 'GET', url: '/metrics', headers });
/** The value of the one series with this name and these labels. */
function value(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test('/metrics does not exist without METRICS_TOKEN, whoever asks', async () => {
  const off = await openHouse();
  try {
    expect((await scrape(off)).statusCode).toBe(404);
    expect((await off.as('admin').raw({ method: 'GET', url: '/metrics' })).statusCode).toBe(404);
  } finally {
    await off.close();
  }
});

test('/metrics answers the token alone: not nobody, not a shorter or longer one, not an administrator', async () => {
  const wrong = [{}, { authorization: TOKEN }, { authorization: `Bearer ${TOKEN}x` }, { authorization: `Bearer ${TOKEN.slice(0, -1)}` }];
  for (const headers of wrong) {
    const reply = await scrape(house, headers as Record<string, string>);
    expect([reply.statusCode, reply.body.includes('whalefall_')]).toEqual([401, false]);
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer/);
  }
  expect((await house.as('admin').raw({ method: 'GET', url: '/metrics' })).statusCode).toBe(401);
  const reply = await scrape(house);
  expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
});

test('requests are counted by route id, method and status class, and made-up paths make no series', async () => {
  const read = async () => (await scrape(house)).body;
  const id = catalogue.instancesManage.listInstancesData.id;
  const series = `whalefall_http_requests_total{route="${id}",method="GET",status="2xx"}`;
  const before = value(await read(), series) ?? 0;
  await house.as('viewer').call(catalogue.instancesManage.listInstancesData);
  await house.as(null).call(catalogue.instancesManage.listInstancesData);
  for (const n of [1, 2, 3]) await house.as(null).raw({ method: 'GET', url: `/made-up-${n}` });
  const text = await read();
  expect(value(text, series)).toBe(before + 1);
  expect(value(text, `whalefall_http_requests_total{route="${id}",method="GET",status="4xx"}`)).toBe(1);
  expect(value(text, `whalefall_http_request_duration_seconds_count{route="${id}",method="GET",status="2xx"}`)).toBe(before + 1);
  expect(text).not.toContain('made-up');
});

test('what stands in the database is told as it stands: lag, queue, syncs, ages, horizon', async () => {
  const own = await openHouse({ config: { metricsToken: TOKEN } });
  try {
    const { db } = own.deps;
    const now = own.clock.now();
    const read = await makeInstance(own, { name: 'read "once"' });
    const unread = await makeInstance(own, { name: 'never' });
    const hidden = await makeInstance(own, { name: 'paused', is_active: false });
    const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
    await db
      .updateTable('instances')
      .set({ accounts_synced_at: ago(90) })
      .where('id', 'in', [read, hidden])
      .execute();
    await sql`insert into scheduler_jobs (id, name, function, trigger_type, trigger_args, state, next_run_time) values
      ('late', 'late', 'x', 'cron', '{}', 'active', ${ago(42)}), ('paused', 'paused', 'x', 'cron', '{}', 'paused', ${ago(4000)})`.execute(
      db,
    );
    await sql`insert into sync_sessions (session_id, sync_type, status, started_at) values ('s', 'manual_batch', 'running', ${now})`.execute(
      db,
    );
    await sql`insert into sync_instance_records (session_id, instance_id, sync_category, status, started_at, completed_at, created_at) values
      ('s', ${read}, 'account', 'completed', ${ago(10)}, ${ago(7)}, ${ago(10)}),
      ('s', ${unread}, 'account', 'failed', ${ago(10)}, ${ago(9)}, ${ago(10)}),
      ('s', ${hidden}, 'account', 'failed', ${ago(99_999)}, ${ago(99_998)}, ${ago(99_999)})`.execute(db);
    await ensurePartitions(db, 'instance_size_stats', monthsFrom('2025-12-15', 6));
    const text = (await scrape(own)).body;
    expect(value(text, 'whalefall_scheduler_lag_seconds')).toBe(42);
    expect(value(text, 'whalefall_sync_records_24h{db_type="postgresql",category="account",status="completed"}')).toBe(1);
    expect(value(text, 'whalefall_sync_records_24h{db_type="postgresql",category="account",status="failed"}')).toBe(1);
    expect(value(text, 'whalefall_sync_duration_seconds_24h{db_type="postgresql",category="account",quantile="0.5"}')).toBe(3);
    const label = `instance_id="${read}",name="read \\"once\\"",db_type="postgresql"`;
    expect(value(text, `whalefall_last_success_age_seconds{${label},category="account"}`)).toBe(90);
    expect(text.match(/^whalefall_last_success_age_seconds/gm)).toHaveLength(1);
    expect(value(text, 'whalefall_instances_never_read{category="account"}')).toBe(1);
    expect(value(text, 'whalefall_instances_never_read{category="capacity"}')).toBe(2);
    // Made to the end of March 2026, this one to the end of May: from 15 December 107 and 168 days.
    expect(value(text, 'whalefall_partition_horizon_days{table="database_size_stats"}')).toBe(107);
    expect(value(text, 'whalefall_partition_horizon_days{table="instance_size_stats"}')).toBe(168);
    expect(text).toMatch(/^whalefall_queue_jobs\{queue="[a-z_-]+",state="created"\} 0$/m);
    expect(value(text, 'whalefall_database_pool_connections{state="waiting"}')).toBe(0);
    expect(value(text, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  } finally {
    await own.close();
  }
});

test('a part that cannot be read is said, and takes neither the others nor the scrape with it', async () => {
  const own = await openHouse({ config: { metricsToken: TOKEN } });
  try {
    await sql`alter table scheduler_jobs rename to scheduler_jobs_away`.execute(own.deps.db);
    const reply = await scrape(own);
    expect(reply.statusCode).toBe(200);
    expect(value(reply.body, 'whalefall_scrape_failed{part="scheduler"}')).toBe(1);
    // Not 0, which would say that all is well.
    expect(reply.body).not.toMatch(/^whalefall_scheduler_lag_seconds /m);
    expect(value(reply.body, 'whalefall_scrape_failed{part="partitions"}')).toBe(0);
    expect(value(reply.body, 'whalefall_partition_horizon_days{table="database_size_stats"}')).toBe(107);
  } finally {
    await own.close();
  }
});
