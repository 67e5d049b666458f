import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openHouse, type TestHouse } from './harness.ts';
import { registerFake } from './make.ts';
import { makeUser, signedIn } from './people.ts';

const world = fakeWorld(
  9,
  fakeFleet(9)
    .filter((one) => one.dbType === 'mysql')
    .slice(0, 6),
);
let house: TestHouse;
let address: string;
const ids: number[] = [];
beforeAll(async () => {
  house = await openHouse({ world, worker: true });
  for (const fake of world.instances) ids.push(await registerFake(house, fake));
  address = await house.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => world.behaviours.clear());
afterAll(() => house.close());

const routes = catalogue.historySessions;
const viewer = () => house.as('viewer');
const detail = async (id: string) => (await viewer().call(routes.getSyncSessionDetail, { params: { session_id: id } })).body.data.session;
const running = async () => (await viewer().call(routes.listRunningSessions)).body.data.sessions;
async function ended(id: string) {
  const until = performance.now() + 30_000;
  for (;;) {
    const session = await detail(id);
    if (session.status !== 'running') return session;
    if (performance.now() > until) throw new Error(`session ${id} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const syncAll = async (who = house.as('user')) => (await who.call(catalogue.accountsSync.syncAllAccounts)).body.data.session_id;
const behave = (i: number, behaviour: object) => world.behaviours.set(`${world.instances[i]!.host}:${world.instances[i]!.port}`, behaviour);

interface Event {
  type: string;
  [key: string]: unknown;
}
/** Reads a stream of events to its end, or until `enough`. */
async function events(
  id: string,
  enough: (event: Event) => boolean = () => false,
): Promise<{ list: Event[]; closed: boolean; type: string | null }> {
  const abort = new AbortController();
  const reply = await fetch(`${address}/history/sessions/api/sessions/${id}/events`, {
    headers: { cookie: `whalefall_session=${viewer().cookie}` },
    signal: abort.signal,
  });
  const list: Event[] = [];
  let text = '';
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop()!;
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (!data) continue;
      const event = JSON.parse(data) as Event;
      expect(/^event: (.*)$/m.exec(part)![1]).toBe(event.type);
      list.push(event);
      if (enough(event)) {
        abort.abort();
        return { list, closed: false, type: reply.headers.get('content-type') };
      }
    }
  }
  return { list, closed: true, type: reply.headers.get('content-type') };
}

test('who started it is kept, a job’s session has nobody (40-D56); counts and records add up', async () => {
  const someone = await signedIn(house, (await makeUser(house, { role: 'user', username: 'starter' })).username);
  behave(1, { cut: 'accounts' });
  const session = await ended(await syncAll(someone));
  expect(session).toMatchObject({
    created_by: someone.userId,
    created_by_name: 'starter',
    sync_type: 'manual_task',
    sync_category: 'account',
    total_instances: 6,
    successful_instances: 5,
    failed_instances: 1,
    progress_percentage: 100,
  });
  expect(session.instance_records.map((record) => record.instance_id).sort((a, b) => a - b)).toEqual(ids);
  expect(session.instance_records.filter((record) => record.status === 'failed')).toMatchObject([
    { instance_id: ids[1], error_code: 'QUERY_FAILED', stage: 'query', remedy: expect.stringMatching(/./) },
  ]);
  const errors = (await viewer().call(routes.listSyncSessionErrors, { params: { session_id: session.session_id } })).body.data;
  expect([errors.error_count, errors.error_records.map((record) => record.instance_id)]).toEqual([1, [ids[1]]]);
});

describe('the list', () => {
  const list = async (query: object = {}) => (await viewer().call(routes.listSessions, { query: query as never })).body.data;

  test('filters by kind, state, day and instance; the statistics count what is filtered (40-D76, 40-D82)', async () => {
    const capacity = await house
      .as('user')
      .call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params: { instance_id: ids[0]! } });
    const one = capacity.body.data.result.session_id;
    expect((await list({ sync_category: 'capacity' })).items.map((item) => item.session_id)).toEqual([one]);
    expect((await list({ sync_type: 'manual_single' })).items.map((item) => item.session_id)).toEqual([one]);
    expect((await list({ instance_id: ids[0] })).total).toBe(2);
    expect((await list({ instance_id: ids[1] })).total).toBe(1);
    // The session failed for one of six: each instance sees how its own record ended.
    expect((await list({ instance_id: ids[1], sync_category: 'account' })).items[0]).toMatchObject({ record_status: 'failed' });
    expect((await list({ instance_id: ids[2], sync_category: 'account' })).items[0]).toMatchObject({ record_status: 'completed' });
    expect((await list()).items[0]!.record_status).toBeNull();
    expect((await list({ search: one.slice(0, 8) })).items.map((item) => item.session_id)).toEqual([one]);
    // It is 2025-12-15 12:00 in Shanghai.
    expect((await list({ date_from: '2025-12-15', date_to: '2025-12-15' })).total).toBe(2);
    expect((await list({ date_to: '2025-12-14' })).total).toBe(0);
    expect((await list({ date_from: '2025-12-16' })).total).toBe(0);
    const all = await list();
    const { total, ...states } = all.stats;
    expect([all.total, Object.values(states).reduce((a, b) => a + b, 0)]).toEqual([total, total]);
    expect((await list({ status: 'running' })).stats).toEqual({ total: 0, running: 0, completed: 0, failed: 0, cancelled: 0 });
  });

  test('sorted by its end while one runs: that one comes last either way (40-D76), and stands in the badge until it ends', async () => {
    behave(0, { hang: 'accounts' });
    house.clock.advance(60_000);
    const started = await house
      .as('user')
      .call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: ids[0]! }, query: { wait: 0 } });
    const id = started.body.data.result.session_id;
    expect((await running()).map((session) => session.session_id)).toEqual([id]);
    for (const order of ['asc', 'desc']) {
      const { items } = await list({ sort: 'completed_at', order });
      expect(items.at(-1)!.session_id).toBe(id);
      const rest = items.slice(0, -1).map((item) => item.completed_at!);
      expect(rest).toEqual(order === 'asc' ? rest.toSorted() : rest.toSorted().reverse());
    }
    await house.as('user').call(routes.cancelSyncSession, { params: { session_id: id } });
    expect((await ended(id)).status).toBe('cancelled');
    expect(await running()).toEqual([]);
  });
});

test.each(['00000000-0000-0000-0000-000000000000', 'no-uuid', '1'])(
  'session %s does not exist: 404 everywhere, no failure (40-D59)',
  async (id) => {
    for (const route of [routes.getSyncSessionDetail, routes.listSyncSessionErrors, routes.cancelSyncSession]) {
      const reply = await house.as('admin').call(route, { params: { session_id: id } });
      expect([reply.status, reply.body.message_code, reply.body.extra]).toEqual([
        404,
        'RESOURCE_NOT_FOUND',
        { resource: 'sync_session', id },
      ]);
    }
    const stream = await fetch(`${address}/history/sessions/api/sessions/${id}/events`, {
      headers: { cookie: `whalefall_session=${viewer().cookie}` },
    });
    expect([stream.status, ((await stream.json()) as { message_code: string }).message_code]).toEqual([404, 'RESOURCE_NOT_FOUND']);
  },
);

test('an ended session is not cancelled: 409; a viewer cancels nothing: 403', async () => {
  const id = await syncAll();
  await ended(id);
  const reply = await house.as('user').call(routes.cancelSyncSession, { params: { session_id: id } });
  expect([reply.status, reply.body.message_code]).toEqual([409, 'SESSION_ENDED']);
  expect((await viewer().call(routes.cancelSyncSession, { params: { session_id: id } })).status).toBe(403);
});

describe('the stream of a session', () => {
  test('tells every record, counts up, says how it ended, and closes', async () => {
    for (let i = 0; i < 6; i++) behave(i, i === 2 ? { cut: 'accounts' } : { slowMs: 150 });
    const id = await syncAll();
    const { list, closed, type } = await events(id);
    expect([closed, type]).toEqual([true, 'text/event-stream; charset=utf-8']);
    expect(list.at(-1)).toEqual({ type: 'end', status: 'failed' });
    expect(list.filter((event) => event.type === 'end')).toHaveLength(1);
    const progress = list.filter((event) => event.type === 'progress').map((event) => Number(event.done) + Number(event.failed));
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(list.filter((event) => event.type === 'progress').at(-1)).toMatchObject({ done: 5, failed: 1, total: 6 });
    const last = new Map(
      list.filter((event) => event.type === 'record').map((event) => [(event.record as { instance_id: number }).instance_id, event.record]),
    );
    expect([...last.keys()].sort((a, b) => a - b)).toEqual(ids);
    for (const [instance, record] of last) expect(record).toMatchObject({ status: instance === ids[2] ? 'failed' : 'completed' });
  });

  test('of one that has ended says so and closes at once: none stays open when nothing runs', async () => {
    const id = await syncAll();
    await ended(id);
    const { list, closed } = await events(id);
    expect(closed).toBe(true);
    expect(list.map((event) => event.type)).toEqual(['progress', 'end']);
  });

  test('goes on for others when one listener leaves, and a cancel reaches it', async () => {
    behave(0, { hang: 'accounts' });
    const started = await house
      .as('user')
      .call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: ids[0]! }, query: { wait: 0 } });
    const id = started.body.data.result.session_id;
    const stays = events(id);
    const leaves = await events(id, (event) => event.type === 'progress');
    expect(leaves.closed).toBe(false);
    await house.as('user').call(routes.cancelSyncSession, { params: { session_id: id } });
    const { list, closed } = await stays;
    expect([closed, list.at(-1)]).toEqual([true, { type: 'end', status: 'cancelled' }]);
  });

  test('nobody signed in gets a stream', async () => {
    const reply = await fetch(`${address}/history/sessions/api/sessions/x/events`);
    expect([reply.status, ((await reply.json()) as { message_code: string }).message_code]).toEqual([401, 'AUTHENTICATION_REQUIRED']);
  });
});
