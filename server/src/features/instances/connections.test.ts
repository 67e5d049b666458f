import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import type { ErrorCode } from '@whalefall/engines';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeCredential, makeInstance, registerFake } from '../../../test/make.ts';

const world = fakeWorld(
  5,
  fakeFleet(5).filter((one) => one.dbType === 'mysql'),
);
let house: TestHouse;
beforeAll(async () => void (house = await openHouse({ world })));
afterEach(() => world.behaviours.clear());
afterAll(() => house.close());

const { testConnection, batchTestConnections, getConnectionStatus, validateConnectionParams } = catalogue.connections;
const who = (role: 'admin' | 'user' | 'viewer' = 'user') => house.as(role);
const run = async (id: number) => (await who().call(testConnection, { body: { instance_id: id } })).body.data.result;
const status = async (id: number) => (await who('viewer').call(getConnectionStatus, { params: { instance_id: id } })).body.data;
const connects = () => world.calls.filter((call) => call.operation === 'connect').length;

test('a test that reaches the server stores the version and when it was, and closes its connection', async () => {
  const fake = world.instances[0]!;
  const id = await registerFake(house, fake);
  expect(await status(id)).toMatchObject({ status: 'unknown', last_connected: null, last_test_ok: null });
  const result = await run(id);
  expect(result).toMatchObject({ success: true, main_version: fake.version.main, latency_ms: expect.any(Number), instance_id: id });
  expect(await status(id)).toMatchObject({ status: 'good', last_connected: '2025-12-15T04:00:00.000+00:00', last_test_ok: true });
  expect(world.open).toBe(0);
  for (const [hours, word] of [
    [2, 'warning'],
    [25, 'poor'],
  ] as const) {
    house.clock.set(new Date(Date.parse('2025-12-15T04:00:00Z') + hours * 3_600_000));
    expect(await status(id)).toMatchObject({ status: word, last_connected_age_seconds: hours * 3600 });
  }
  house.clock.set('2025-12-15T04:00:00Z');
});

describe('each way to fail has its code, is a 200 with a result, and moves neither last_connected nor the version (20-TEST-1, 20-TEST-3, 20-CONN-1, 20-TEST-2)', () => {
  const refused: ErrorCode[] = [
    'AUTH_FAILED',
    'ACCOUNT_LOCKED',
    'PASSWORD_EXPIRED',
    'DATABASE_NOT_FOUND',
    'PERMISSION_DENIED',
    'TOO_MANY_CONNECTIONS',
    'TLS_ERROR',
    'NETWORK_UNREACHABLE',
  ];
  test.each([
    ...refused.map((code) => [code, { refuse: code }, 'auth'] as const),
    ['CONNECTION_REFUSED', { cut: 'connect' as const }, 'connect'] as const,
    ['QUERY_FAILED', { cut: 'version' as const }, 'query'] as const,
  ])('%s', async (code, behaviour, stage) => {
    const fake = world.instances[1]!;
    const known = await house.deps.db.selectFrom('instances').select('id').where('name', '=', fake.name).executeTakeFirst();
    const id = known?.id ?? (await registerFake(house, fake));
    await run(id);
    const before = await status(id);
    house.clock.advance(60_000);
    world.behaviours.set(`${fake.host}:${fake.port}`, behaviour);
    const reply = await who().call(testConnection, { body: { instance_id: id } });
    expect(reply.status).toBe(200);
    const { result } = reply.body.data;
    expect(result).toMatchObject({ success: false, error_code: code, stage, latency_ms: null });
    expect(result.message.length * result.remedy!.length).toBeGreaterThan(0);
    expect(await status(id)).toMatchObject({
      last_connected: before.last_connected,
      last_test_ok: false,
      last_test_error_code: code,
      last_test_at: house.clock.now().toISOString().replace('Z', '+00:00'),
    });
    const shown = (await who().call(catalogue.instancesManage.getInstanceDetail, { params: { instance_id: id } })).body.data.instance;
    expect(shown.main_version).toBe(fake.version.main);
    expect(world.open).toBe(0);
  });

  test('no credential, a disabled one, one of another engine: nobody is connected to (20-CONN-4)', async () => {
    const fake = world.instances[2]!;
    const at = { db_type: 'mysql' as const, host: fake.host, port: fake.port };
    const before = connects();
    const cases = [
      [await makeInstance(house, at), 'CREDENTIAL_MISSING'],
      [
        await makeInstance(house, { ...at, credential_id: await makeCredential(house, { db_type: 'mysql', is_active: false }) }),
        'CREDENTIAL_INACTIVE',
      ],
      [await makeInstance(house, { ...at, credential_id: await makeCredential(house, { db_type: 'oracle' }) }), 'CREDENTIAL_MISSING'],
    ] as const;
    for (const [id, code] of cases) expect(await run(id)).toMatchObject({ success: false, error_code: code });
    expect(connects()).toBe(before);
  });

  test('an unknown host, a closed port, an address that is not allowed', async () => {
    const credential = await makeCredential(house, { db_type: 'mysql' });
    const fake = world.instances[2]!;
    for (const [host, port, code] of [
      ['nowhere.example.com', 3306, 'HOST_NOT_FOUND'],
      [fake.host, 1, 'CONNECTION_REFUSED'],
      ['169.254.169.254', 3306, 'TARGET_NOT_ALLOWED'],
    ] as const)
      expect(await run(await makeInstance(house, { db_type: 'mysql', host, port, credential_id: credential }))).toMatchObject({
        error_code: code,
      });
  });

  test('a server that never answers costs its own time and no more (20-TEST-4)', async () => {
    const fake = world.instances[3]!;
    const id = await registerFake(house, fake);
    world.behaviours.set(`${fake.host}:${fake.port}`, { hang: 'version' });
    const began = performance.now();
    expect(await run(id)).toMatchObject({ success: false, error_code: 'TIMEOUT' });
    expect(performance.now() - began).toBeLessThan(45_000);
    expect(world.open).toBe(0);
  });
});

describe('parameters that are typed in', () => {
  const typed = (more: object = {}) => ({
    db_type: 'mysql' as const,
    host: world.instances[0]!.host,
    port: world.instances[0]!.port,
    username: 'u',
    password: 'p',
    ...more,
  });

  test('may carry a stored password to any machine, so only who may create tests them (20-CONN-2)', async () => {
    const before = connects();
    const refused = await who('user').call(testConnection, { body: typed() });
    expect([refused.status, refused.body.message_code, refused.body.extra]).toEqual([403, 'PERMISSION_REQUIRED', { permission: 'create' }]);
    expect(connects()).toBe(before);
    const done = await who('admin').call(testConnection, { body: typed() });
    expect([done.status, done.body.data.result.success]).toEqual([200, true]);
    const event = await house.deps.db
      .selectFrom('audit_events')
      .select(['action', 'after'])
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({ action: 'test_connection', after: { host: world.instances[0]!.host, ok: true } });
  });

  test('leave nothing behind, and faulty ones are 400 and 404, not a failed test (20-CONN-5, 20-CONN-1)', async () => {
    const before = await house.deps.db.selectFrom('instances').select('id').execute();
    await who('admin').call(testConnection, { body: typed({ name: 'temp' }) });
    expect(await house.deps.db.selectFrom('instances').select('id').execute()).toEqual(before);
    const missing = await who('admin').call(testConnection, { body: {} });
    expect([missing.status, Object.keys(missing.body.extra!.fields!).sort()]).toEqual([400, ['credential_id', 'db_type', 'host', 'port']]);
    const unknown = await who('admin').call(testConnection, { body: typed({ username: undefined, credential_id: 999_999 }) });
    expect([unknown.status, unknown.body.extra]).toEqual([404, { resource: 'credential', id: 999_999 }]);
    expect((await who().call(testConnection, { body: { instance_id: 999_999 } })).status).toBe(404);
  });

  test('are checked without connecting, and told what else is at that address', async () => {
    await makeInstance(house, { name: 'already-there', db_type: 'mysql', host: 'same.example.com', port: 3306 });
    const before = connects();
    const reply = await who('admin').call(validateConnectionParams, { body: { db_type: 'mysql', host: 'SAME.example.com', port: 3306 } });
    expect(reply.body.data).toMatchObject({ valid: true, warnings: [{ code: 'SAME_ADDRESS', message: 'already-there' }] });
    expect(connects()).toBe(before);
  });
});

describe('many at once', () => {
  const batch = async (ids: number[]) => (await who().call(batchTestConnections, { body: { instance_ids: ids } })).body.data;

  test('each once, in the order asked, unknown ones among them; always 200 (20-CONN-3)', async () => {
    const [a, b] = [
      await registerFake(house, { ...world.instances[4]!, name: 'batch-a' }),
      await registerFake(house, { ...world.instances[5]!, name: 'batch-b' }),
    ];
    const { results, summary } = await batch([b, 999_999, a, b]);
    expect(results.map((result) => [result.instance_id, result.success])).toEqual([
      [b, true],
      [999_999, false],
      [a, true],
    ]);
    expect(summary).toEqual({ total: 3, success: 2, failed: 1 });
    for (const ids of [[], Array.from({ length: 51 }, (_, i) => i + 1), ['x']])
      expect((await who().call(batchTestConnections, { body: { instance_ids: ids as number[] } })).status).toBe(400);
  });

  test('ten at most at the same time', async () => {
    const credential = await makeCredential(house, { db_type: 'mysql' });
    const ids = [];
    for (const fake of world.instances) {
      world.behaviours.set(`${fake.host}:${fake.port}`, { slowMs: 30 });
      ids.push(await registerFake(house, { ...fake, name: `many-${fake.name}` }, credential));
    }
    expect(ids.length).toBeGreaterThan(15);
    world.peak = 0;
    const { summary } = await batch(ids);
    expect(summary.success).toBe(ids.length);
    expect(world.peak).toBeGreaterThan(1);
    expect(world.peak).toBeLessThanOrEqual(10);
    expect(world.open).toBe(0);
  });

  test('one refused login on a host is tried once for all who share it, and every one of them says so', async () => {
    const fake = world.instances[6]!;
    const credential = await makeCredential(house, { db_type: 'mysql' });
    const ids = [];
    for (let i = 0; i < 5; i++)
      ids.push(await makeInstance(house, { db_type: 'mysql', host: fake.host, port: fake.port, credential_id: credential }));
    const spared = await registerFake(house, { ...world.instances[7]!, name: 'spared' }, credential);
    world.behaviours.set(`${fake.host}:${fake.port}`, { refuse: 'AUTH_FAILED' });
    const before = connects();
    const { results } = await batch([...ids, spared]);
    expect(results.map((result) => result.error_code ?? 'ok')).toEqual([...Array(5).fill('AUTH_FAILED'), 'ok']);
    expect(connects() - before).toBe(2);
  });
});
