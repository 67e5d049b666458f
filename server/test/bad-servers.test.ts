import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { engines } from '@whalefall/engines';
import { mariadbSubject, postgresSubject, type Subject, withConnection } from '../../engines/test/subjects.ts';
import { openHouse, type TestHouse, testClock } from './harness.ts';
import { type Line, openLine } from './line.ts';
import { makeCredential, makeInstance } from './make.ts';

/** Real servers behind a line that misbehaves, read by the real engines through session, queue and worker. */
const FIRST = 'First-pass-1';
const SECOND = 'Second-pass-2';
/** Where in the conversation the line breaks: in the greeting, in the sign-in, in the answers. */
const PLACES = [0, 1, 30, 120, 400, 1000, 2500, 6000, 15_000];
/** What a login that is refused is told, in the protocol's own bytes. */
const REFUSED = { postgresql: 'C28P01', mysql: '#28000Access denied' } as const;
const DATABASES = 24;

async function openPostgres(): Promise<Subject | null> {
  const subject = await postgresSubject();
  await subject?.run([
    `create role watcher login superuser password '${FIRST}'`,
    `create role app_reader login`,
    ...Array.from({ length: DATABASES }, (_, i) => `create database many_${i}`),
  ]);
  return subject;
}
async function openMariadb(): Promise<Subject | null> {
  const subject = await mariadbSubject();
  await subject?.run([
    `create user 'watcher'@'127.0.0.1' identified by '${FIRST}'`,
    `grant all on *.* to 'watcher'@'127.0.0.1' with grant option`,
    `create user 'app_reader'@'10.%' identified by 'x'`,
  ]);
  return subject;
}

let house: TestHouse;
beforeAll(async () => {
  house = await openHouse({ worker: true, engines, clock: Object.assign(testClock(), { now: () => new Date() }) });
});
afterAll(() => house.close());
const admin = () => house.as('admin');

describe.each([
  ['PostgreSQL', openPostgres],
  ['MariaDB', openMariadb],
] as const)('%s', (_name, open) => {
  let watched: Subject | null;
  let line: Line;
  let credential = 0;
  let instance = 0;
  beforeAll(async () => {
    watched = await open();
    if (!watched) return;
    line = await openLine({ host: watched.server.host, port: watched.server.port });
    credential = await makeCredential(house, { db_type: dbType(), username: 'watcher', password: FIRST });
    instance = await register();
    await sync();
  });
  afterAll(async () => {
    await line?.close();
    await watched?.end();
  });
  const dbType = () => watched!.engine.type as keyof typeof REFUSED;
  const register = () => makeInstance(house, { db_type: dbType(), host: '127.0.0.1', port: line.port, credential_id: credential });
  const sync = () => admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: instance }, query: { wait: 25 } });
  const accounts = async () =>
    (await admin().call(catalogue.instancesManage.listInstanceAccounts, { params: { instance_id: instance }, query: { limit: 100 } })).body
      .data;
  const changes = async () =>
    (
      await house.deps.db
        .selectFrom('account_change_log')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('instance_id', '=', instance)
        .executeTakeFirstOrThrow()
    ).n;
  const codes = async (sessionId: string) =>
    house.deps.db
      .selectFrom('sync_instance_records')
      .select(['status', 'error_code', 'error_message'])
      .where('session_id', '=', sessionId)
      .execute();

  test.each(['cut', 'rubbish'] as const)(
    '%s anywhere in the conversation: an error with its code, and everything that was known stays',
    async (what) => {
      if (!watched) return;
      const [before, logged] = [await accounts(), await changes()];
      const found: string[] = [];
      for (const place of PLACES) {
        line.plain();
        line.after(place, what);
        const reply = await sync();
        if (reply.status === 200) {
          found.push('read');
          continue;
        }
        expect([502, 504], `${what} after ${place}: ${reply.text.slice(0, 300)}`).toContain(reply.status);
        const code = String(reply.body.extra!.error_code);
        expect(['UNKNOWN'], `${what} after ${place}`).not.toContain(code);
        found.push(code);
        const now = await accounts();
        expect(now.total).toBe(before.total);
        expect(now.accounts.every((one) => one.read_state === 'stale')).toBe(true);
      }
      expect(found.filter((code) => code !== 'read').length).toBeGreaterThan(3);
      line.plain();
      expect((await sync()).status).toBe(200);
      expect(await changes()).toBe(logged);
      expect((await accounts()).accounts.every((one) => one.read_state === 'ok')).toBe(true);
    },
  );

  test('in pieces of seven bytes: the same answer', async () => {
    if (!watched) return;
    line.plain();
    line.trickle();
    const [logged, reply] = [await changes(), await sync()];
    expect([reply.status, reply.body.data?.result]).toMatchObject([200, { added_count: 0, modified_count: 0, removed_count: 0 }]);
    expect(await changes()).toBe(logged);
    line.plain();
  });

  test('one that lets in no more connections: its own code or what was not read is said, nothing is taken for gone', async () => {
    if (!watched) return;
    const [before, logged] = [await accounts(), await changes()];
    if (dbType() === 'postgresql') {
      await watched.run('alter role watcher nosuperuser connection limit 2');
      const limited = await sync();
      expect(limited.status).toBe(200);
      const [record] = await codes(limited.body.data.result.session_id);
      expect(record!.status).toBe('completed');
      await watched.run('alter role watcher superuser connection limit -1');
    } else {
      await watched.run(`alter user 'watcher'@'127.0.0.1' with max_user_connections 1`);
      const limited = await withConnection(watched, { username: 'watcher', password: FIRST }, async (connection) => {
        await connection.version();
        return sync();
      });
      expect([limited.status, limited.body.extra?.error_code]).toEqual([502, 'TOO_MANY_CONNECTIONS']);
      await watched.run(`alter user 'watcher'@'127.0.0.1' with max_user_connections 0`);
    }
    line.plain();
    line.letThrough(0);
    const refused = await sync();
    expect([refused.status, refused.body.extra?.error_code]).toEqual([502, 'CONNECTION_REFUSED']);
    line.plain();
    const now = await accounts();
    expect(now.total).toBe(before.total);
    expect((await sync()).status).toBe(200);
    const removed = await house.deps.db
      .selectFrom('account_change_log')
      .select('id')
      .where('instance_id', '=', instance)
      .where('change_type', '=', 'delete')
      .execute();
    expect([removed.length, (await changes()) >= logged]).toEqual([0, true]);
  });

  test('a password that changes in the middle of a run is refused once, whoever else would have used it', async () => {
    if (!watched) return;
    line.plain();
    const more: number[] = [];
    // Several instances on one server share its login; a PostgreSQL is entered once for each of its databases.
    if (dbType() === 'mysql') for (let i = 0; i < 14; i++) more.push(await register());
    const refusals = line.listenFor(REFUSED[dbType()]);
    const change = async (password: string) =>
      watched!.run(
        dbType() === 'mysql' ? `alter user 'watcher'@'127.0.0.1' identified by '${password}'` : `alter role watcher password '${password}'`,
      );
    const { session_id } = (await admin().call(catalogue.accountsSync.syncAllAccounts)).body.data;
    while (line.came() < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    await change(SECOND);
    let session;
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      session = (await admin().call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id } })).body.data.session;
    } while (session.status === 'running');
    // Who had connected before goes on; the run may as well have been over by then.
    const records = await codes(session_id);
    expect(records.every((one) => one.status === 'completed' || one.error_code === 'AUTH_FAILED')).toBe(true);
    const first = refusals();
    expect(first).toBeLessThanOrEqual(1);
    // The next run asks once again, and only once.
    const again = (await admin().call(catalogue.accountsSync.syncAllAccounts)).body.data.session_id;
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      session = (await admin().call(catalogue.historySessions.getSyncSessionDetail, { params: { session_id: again } })).body.data.session;
    } while (session.status === 'running');
    expect(refusals() - first).toBe(1);
    expect((await codes(again)).filter((one) => one.error_code === 'AUTH_FAILED')).toHaveLength(1 + more.length);
    await change(FIRST);
    await house.deps.db.updateTable('instances').set({ sync_enabled: false }).execute();
  });

  test('none of all that left a connection open', async () => {
    if (watched) await expect.poll(() => line.open(), { timeout: 5000 }).toBe(0);
  });
});
