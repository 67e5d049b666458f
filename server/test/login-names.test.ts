import { catalogue } from '@whalefall/contract';
import { canonicalFacts, EngineError, ERROR_MESSAGES, explain, type Unread } from '@whalefall/engines';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { Writable } from 'node:stream';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openLog } from '../src/logbook/index.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeCredential, registerFake } from './make.ts';

const LOGIN = 'watcher_77';
const world = fakeWorld(
  9,
  fakeFleet(9).filter((one) => one.dbType === 'postgresql'),
);
const lines: string[] = [];
const log = openLog(
  'trace',
  pino({ level: 'trace' }, new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) })),
);
let house: TestHouse;
beforeAll(async () => void (house = await openHouse({ world, worker: true, log })));
afterEach(() => world.behaviours.clear());
afterAll(() => house.close());

const watched = async (at: number, behaviour: object) => {
  const fake = world.instances[at]!;
  world.behaviours.set(`${fake.host}:${fake.port}`, behaviour);
  const credential = await makeCredential(house, { db_type: 'postgresql', username: LOGIN, password: 'never-to-be-seen-78' });
  return { fake, id: await registerFake(house, fake, credential) };
};
const sync = async (id: number) =>
  (await house.as('user').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id }, query: { wait: 25 } })).body;
const as = (role: 'admin' | 'user' | 'viewer') => house.as(role);
const recordOf = async (role: 'admin' | 'user' | 'viewer', session_id: string) =>
  (await as(role).call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id } })).body.data.session.instance_records[0]!;

const closed: Unread = {
  scope: 'database',
  database: 'shop',
  code: 'PRIVILEGE_MISSING',
  needs: `GRANT CONNECT ON DATABASE "shop" TO "${LOGIN}"`,
};

test('what could not be read stands in the record and at the account; the statement that names the login only for those who may change instances', async () => {
  const { fake, id } = await watched(0, { unread: [closed] });
  fake.accounts = fake.accounts.map((one) => ({ ...one, facts: canonicalFacts({ ...one.facts, unread: [closed] }) }));
  const { session_id } = (await sync(id)).data.result;
  const account = (
    await as('admin').call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: id } })
  ).body.data.accounts.find((one) => !one.is_role)!;
  const permissions = async (role: 'admin' | 'user' | 'viewer') =>
    (await as(role).call(catalogue.account.getAccountPermissions, { params: { account_id: account.id } })).body.data;
  expect((await recordOf('admin', session_id)).sync_details!.unread).toEqual([closed]);
  expect((await permissions('admin')).extended_privileges!.unread).toEqual([closed]);
  for (const role of ['user', 'viewer'] as const) {
    const record = await recordOf(role, session_id);
    expect(record.sync_details!.unread).toEqual([{ ...closed, needs: null }]);
    const shown = await permissions(role);
    expect(shown.extended_privileges!.unread).toEqual([{ ...closed, needs: null }]);
    expect(shown.extended_privileges!.grants).toEqual((await permissions('admin')).extended_privileges!.grants);
    expect(JSON.stringify([record, shown])).not.toContain(LOGIN);
  }
});

test('a failed record names the missing right to those who may change instances', async () => {
  const { id } = await watched(1, { lacks: ['SELECT ON pg_roles'] });
  const { session_id } = (await sync(id)).extra as { session_id: string };
  expect((await recordOf('admin', session_id)).remedy).toContain(`TO ${LOGIN}`);
  for (const role of ['user', 'viewer'] as const) {
    const record = await recordOf(role, session_id);
    expect(record).toMatchObject({ error_code: 'PRIVILEGE_MISSING', remedy: expect.any(String) });
    const errors = await as(role).call(catalogue.historySessions.listSyncSessionErrors, { params: { session_id } });
    expect(errors.body.data.error_count).toBe(1);
    expect(JSON.stringify([record, errors.body])).not.toContain(LOGIN);
  }
});

test('what a server says of the login when it refuses it stays out of the log', async () => {
  const { fake, id } = await watched(2, {});
  const engine = house.deps.engines.postgresql;
  const connect = engine.connect;
  // As PostgreSQL says it.
  engine.connect = async () => {
    throw new EngineError('AUTH_FAILED', {
      stage: 'auth',
      number: 'SQLSTATE 28P01',
      detail: `password authentication failed for user "${LOGIN}" on ${fake.host}`,
    });
  };
  try {
    const { session_id } = (await sync(id)).extra as { session_id: string };
    const tested = (await as('user').call(catalogue.connections.testConnection, { body: { instance_id: id } })).body.data.result;
    const record = await recordOf('viewer', session_id);
    // The server's own number, and words that know more than the code.
    expect(tested).toMatchObject({ error_code: 'AUTH_FAILED', error_number: 'SQLSTATE 28P01' });
    expect(record).toMatchObject({ error_code: 'AUTH_FAILED', error_number: 'SQLSTATE 28P01', stage: 'auth' });
    const { cause, remedy } = explain({ code: 'AUTH_FAILED', number: 'SQLSTATE 28P01' }, 'zh');
    expect(remedy).not.toBe(ERROR_MESSAGES.AUTH_FAILED.zh.remedy);
    for (const said of [tested, record]) expect(said.remedy).toBe(remedy);
    expect([tested.error, record.error_message]).toEqual([cause, cause]);
  } finally {
    engine.connect = connect;
  }
  expect(lines.join('')).toContain('password authentication failed for user \\"…\\"');
  expect(lines.join('')).not.toContain(LOGIN);
});
