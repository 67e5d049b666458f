import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { EngineError } from '@whalefall/engines';
import { fakeEngines, fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import type { LightMyRequestResponse } from 'fastify';
import { sql } from 'kysely';
import { pino } from 'pino';
import { openCredential, rotateKey } from '../src/features/credentials/index.ts';
import { openLog } from '../src/logbook/index.ts';
import { openVault } from '../src/vault/secrets.ts';
import { type Caller, openHouse, PASSWORD, type TestHouse } from './harness.ts';
import { makeCredential, makeInstance } from './make.ts';
import { asBearer, makeUser, postLogin, signedIn } from './people.ts';

/** Texts that may appear nowhere; each can be told by its name when it does. */
const PLANTED = {
  userPassword: 'Planted-User-Pw-71',
  userPasswordReset: 'Planted-Reset-Pw-72',
  userPasswordOwn: 'Planted-Own-Pw-73',
  passwordAsName: 'Planted_As_Name_74',
  credential: `Planted a&b<c>"'\\ 密码-75 `,
  credentialNew: 'Planted-Cred-New-76',
  credentialRefused: 'Planted-Cred-Refused-77',
  typedIn: 'Planted-Typed-In-78',
  wallet: 'Planted-Wallet-79',
  walletNew: 'Planted-Wallet-80',
  inError: 'Planted-In-Error-81',
  queryToken: 'Planted-In-Query-82',
} as const;
/** Made by the server; they leave in the one reply that hands them out, never again. */
const handed: Record<string, string> = {};

const lines: string[] = [];
const log = openLog(
  'trace',
  pino({ level: 'trace' }, new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) })),
);
const world = fakeWorld(
  3,
  fakeFleet(3).filter((one) => ['mysql', 'postgresql'].includes(one.dbType)),
);
const broken = world.instances.find((one) => one.dbType === 'mysql')!;
const fakes = fakeEngines(world);
/** As drivers do on a bad day: what they were given is in the text of their error. */
const engines = {
  ...fakes,
  mysql: {
    ...fakes.mysql,
    connect: async () => {
      const text = `cannot connect to mysql://monitor:${PLANTED.inError}@${broken.host}/x (password=${PLANTED.inError}) {"pwd":"${PLANTED.inError}"}`;
      throw new EngineError('UNKNOWN', { stage: 'connect', detail: text, cause: new Error(text) });
    },
  },
};

let house: TestHouse;
const replies: { title: string; reply: LightMyRequestResponse }[] = [];
const seen = async (title: string, reply: LightMyRequestResponse | Promise<LightMyRequestResponse>) => {
  replies.push({ title, reply: await reply });
  return reply;
};
const send = (who: Caller, method: string, url: string, body?: unknown) =>
  seen(
    `${method} ${url}`,
    who.raw({
      method,
      url,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }),
    }),
  );

beforeAll(async () => {
  house = await openHouse({ world, engines, log, worker: true });
  await play();
  await house.deps.sink.flush();
});
afterAll(() => house.close());

/** Everything that is done with secrets, the right way and wrong. */
async function play(): Promise<void> {
  const admin = house.as('admin');
  // users
  await send(admin, 'POST', '/users/api/users', { username: 'planted', role: 'admin', password: PLANTED.userPassword });
  await send(admin, 'POST', '/users/api/users', { username: 'planted', role: 'admin', password: PLANTED.userPassword });
  await send(admin, 'POST', '/users/api/users', { username: 'x', role: PLANTED.userPassword, password: [PLANTED.userPassword] });
  await seen('sign-in with a wrong password', postLogin(house, 'planted', PLANTED.userPasswordOwn));
  await seen('sign-in with the password as the name', postLogin(house, PLANTED.passwordAsName, 'x'));
  const user = await signedIn(house, 'planted', PLANTED.userPassword);
  Object.assign(handed, { cookie: user.cookie, csrf: user.csrf, access: user.access, refresh: user.refresh });
  const change = { old_password: PLANTED.userPassword, new_password: PLANTED.userPasswordOwn };
  await send(user, 'POST', '/auth/api/change-password', { ...change, confirm_password: 'Else-Pw-1' });
  await send(user, 'POST', '/auth/api/change-password', { ...change, confirm_password: PLANTED.userPasswordOwn });
  await send(admin, 'PUT', `/users/api/users/${user.userId}`, { password: PLANTED.userPasswordReset });
  await seen(
    'the change form on its page',
    user.raw({
      method: 'POST',
      url: '/auth/change-password',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...change, confirm_password: 'x' }).toString(),
    }),
  );
  // tokens
  const other = await signedIn(house, (await makeUser(house, { role: 'admin' })).username, PASSWORD);
  const made = await other.call(catalogue.users.createPersonalToken, { body: { name: 'planted' } });
  Object.assign(handed, {
    personal: made.body.data.token,
    cookie2: other.cookie!,
    csrf2: other.csrf!,
    access2: other.access,
    refresh2: other.refresh,
  });
  await other.call(catalogue.users.createPersonalToken, { body: { name: 'planted' } });
  for (const token of [handed.personal!, handed.access2!, `${handed.access2!}x`])
    for (const url of ['/users/api/tokens', '/instances/api/999999', '/nowhere/api'])
      await seen(url, house.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } }));
  for (const name of ['token', 'password', 'access_token', 'api_key', 'secret'])
    await seen(`?${name}=`, admin.raw({ method: 'GET', url: `/instances/api/99999?${name}=${PLANTED.queryToken}&page=x` }));
  await seen('a page with a token', admin.raw({ method: 'GET', url: `/nowhere?token=${PLANTED.queryToken}` }));
  await asBearer(house, handed.refresh2!, '/auth/api/refresh', 'POST');
  await asBearer(house, handed.refresh2!, '/auth/api/refresh', 'POST');
  // credentials
  const credential = { name: 'planted', credential_type: 'database', db_type: 'mysql', username: 'monitor', password: PLANTED.credential };
  const { id } = (await send(admin, 'POST', '/credentials/api/create', credential)).json().data.credential;
  await send(admin, 'POST', '/credentials/api/create', credential);
  await send(admin, 'POST', '/credentials/api/create', { ...credential, name: 5, password: { text: PLANTED.credentialRefused } });
  await send(admin, 'POST', '/credentials/api/create', { ...credential, password: PLANTED.credentialRefused.repeat(20) });
  await send(admin, 'POST', '/credentials/api/create', { ...credential, db_type: PLANTED.credentialRefused });
  await seen(
    'the form on its page',
    admin.raw({
      method: 'POST',
      url: '/credentials/create',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...credential, db_type: 'none', password: PLANTED.credentialRefused }).toString(),
    }),
  );
  await send(admin, 'POST', `/credentials/api/${id}/edit`, { description: 'changed' });
  // instances
  const instance = { name: 'planted', db_type: 'mysql', host: broken.host, port: broken.port, credential_id: id };
  const registered = (
    await send(admin, 'POST', '/instances/api/create', { ...instance, connection_options: { wallet: PLANTED.wallet } })
  ).json().data.instance.id;
  await send(admin, 'POST', `/instances/api/${registered}/edit`, { connection_options: { wallet: PLANTED.walletNew } });
  await send(admin, 'POST', '/instances/api/create', { ...instance, name: 'p2', connection_options: { wallet: [PLANTED.wallet] } });
  await send(admin, 'POST', '/connections/api/test', { instance_id: registered });
  await send(admin, 'POST', '/connections/api/test', {
    ...instance,
    credential_id: undefined,
    username: 'monitor',
    password: PLANTED.typedIn,
  });
  await send(admin, 'POST', '/connections/api/test', { ...instance, port: 'x', username: 'monitor', password: PLANTED.typedIn });
  await send(house.as('user'), 'POST', '/connections/api/test', {
    ...instance,
    credential_id: undefined,
    username: 'monitor',
    password: PLANTED.typedIn,
  });
  await send(admin, 'POST', '/connections/api/batch-test', { instance_ids: [registered] });
  const synced = await send(admin, 'POST', `/accounts/sync/api/instances/${registered}/sync`);
  const capacity = await send(admin, 'POST', `/databases/api/instances/${registered}/sync-capacity`);
  for (const { session_id } of [synced.json().extra, capacity.json().extra]) {
    await send(admin, 'GET', `/history/sessions/api/sessions/${session_id}`);
    await send(admin, 'GET', `/history/sessions/api/sessions/${session_id}/error-logs`);
  }
  await send(admin, 'POST', `/credentials/api/${id}/edit`, { password: PLANTED.credentialNew, username: 'other' });
  // everything that can be read or taken away
  for (const role of ['admin', 'viewer'] as const)
    for (const url of [
      '/credentials/api/credentials',
      '/credentials/api/credentials?format=csv',
      `/credentials/api/credentials/${id}`,
      '/instances/api?format=csv',
      `/instances/api/${registered}`,
      '/api/instance-export',
      '/files/api/account-export',
      '/users/api/users',
      '/users/api/users?format=csv',
      '/users/api/tokens',
      '/history/sessions/api/sessions?format=csv',
      '/scheduler/api/jobs',
      '/dashboard/api/overview',
      '/health/api/detailed',
      '/openapi.json',
      `/credentials/${id}`,
      `/instances/${registered}`,
    ])
      await send(house.as(role), 'GET', url);
}

/** As JSON, HTML, URLs and CSV would write it. */
const spellings = (secret: string): string[] => [
  ...new Set([
    secret,
    secret.trim(),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    secret.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`),
  ]),
];
function found(text: string, secrets: Record<string, string>): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => spellings(secret).some((one) => text.includes(one)))
    .map(([name]) => name);
}
const everything = () => ({ ...PLANTED, ...handed });

test('what was played really happened: successes and failures of each kind', () => {
  const statuses = new Set(replies.map(({ reply }) => reply.statusCode));
  for (const status of [200, 201, 400, 401, 403, 404, 409, 502]) expect([status, statuses.has(status)]).toEqual([status, true]);
  expect(replies.length).toBeGreaterThan(70);
  expect(lines.length).toBeGreaterThan(20);
  expect(Object.values(handed).every((secret) => secret.length > 20)).toBe(true);
});

test('no reply, header or page carries a secret back', () => {
  const leaks = replies.flatMap(({ title, reply }) => {
    const text = `${reply.body}\n${JSON.stringify(reply.headers)}`;
    return found(text, everything()).map((name) => `${title} ${reply.statusCode}: ${name}`);
  });
  expect(leaks).toEqual([]);
});

test('the log on stdout and in unified_logs carries none (10 §18.3, 10-D36, 10-D37, 20-ENC-1)', async () => {
  expect(found(lines.join('\n'), everything())).toEqual([]);
  const rows = await house.deps.db.selectFrom('unified_logs').selectAll().execute();
  expect(rows.length).toBeGreaterThan(20);
  expect(found(JSON.stringify(rows), everything())).toEqual([]);
  // It was there to be starred: a log that says nothing would pass as well.
  expect(lines.join('\n')).toContain('…:***@');
});

test('no table carries one in the clear, the queue’s neither; a wallet is sealed in its instance', async () => {
  const { rows } = await sql<{ schema: string; name: string }>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'pgboss') and c.relkind = 'r'`.execute(house.deps.db);
  const leaks: string[] = [];
  for (const { schema, name } of rows) {
    const { rows: content } = await sql<{
      all: string | null;
    }>`select string_agg(t::text, E'\n') as all from ${sql.table(`${schema}.${name}`)} t`.execute(house.deps.db);
    leaks.push(...found(content[0]!.all ?? '', everything()).map((secret) => `${name}: ${secret}`));
  }
  expect(leaks).toEqual([]);
});

test('the audit trail says that it happened and not what the secret was', async () => {
  const events = await house.deps.db.selectFrom('audit_events').selectAll().execute();
  expect(events.filter((event) => event.resource === 'credential').map((event) => event.action)).toEqual(['create', 'update', 'update']);
  expect(JSON.stringify(events)).toContain('new_login');
  expect(found(JSON.stringify(events), everything())).toEqual([]);
});

test('a stored password is shown as eight stars whatever its length (20-ENC-4), and only by its own route’s word', async () => {
  for (const password of ['x', 'x'.repeat(200)]) {
    const id = await makeCredential(house, { password });
    const { credential } = (await house.as('admin').call(catalogue.credentials.getCredential, { params: { credential_id: id } })).body.data;
    expect([credential.password, credential.has_password]).toEqual(['********', true]);
    const instance = await makeInstance(house, { credential_id: id });
    const shown = await house.as('admin').call(catalogue.instancesManage.getInstanceDetail, { params: { instance_id: instance } });
    expect(shown.body.data.instance.credential!.password).toBe('********');
  }
});

describe('the command line', () => {
  const env = () => ({
    PATH: process.env.PATH!,
    NODE_ENV: 'test',
    WHALEFALL_DATA_DIR: '/nonexistent',
    DATABASE_URL: house.deps.config.databaseUrl!,
    SECRET_KEY: `Planted-Secret-Key-${'s'.repeat(30)}`,
    JWT_SECRET_KEY: `Planted-Jwt-Key-${'j'.repeat(30)}`,
    CREDENTIAL_KEY: Buffer.alloc(32, 7).toString('base64'),
    METRICS_TOKEN: 'Planted-Metrics-Token-0123456789',
    HEALTH_TOKEN: 'Planted-Health-Token-0123456789',
    ADMIN_PASSWORD: 'Planted-Admin-Pw-91',
  });
  async function run(...args: string[]) {
    const child = spawn(process.execPath, [new URL('../src/main.ts', import.meta.url).pathname, ...args], {
      env: env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const commandLine = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (out += chunk));
    const [code] = await once(child, 'close');
    return { code: code as number, out, commandLine };
  }
  const secretsOf = () => {
    const { DATABASE_URL, SECRET_KEY, JWT_SECRET_KEY, CREDENTIAL_KEY, METRICS_TOKEN, HEALTH_TOKEN, ADMIN_PASSWORD } = env();
    return {
      SECRET_KEY,
      JWT_SECRET_KEY,
      CREDENTIAL_KEY,
      METRICS_TOKEN,
      HEALTH_TOKEN,
      ADMIN_PASSWORD,
      database: new URL(DATABASE_URL).password,
    };
  };

  test.each([
    [['config', 'check'], 0],
    [['admin', 'list'], 0],
    [['admin', 'create', '--username', 'from_env'], 0],
    [['admin', 'create', '--username', 'from_env'], 1],
  ])('%j says nothing of the secrets it was given (%i)', async (args, code) => {
    const done = await run(...args);
    expect([done.code, done.out]).toEqual([code, done.out]);
    expect(done.out.length).toBeGreaterThan(0);
    expect(found(done.out, { ...everything(), ...secretsOf() })).toEqual([]);
    expect(found(done.commandLine, { ...everything(), ...secretsOf() })).toEqual([]);
  });

  test('no command takes a password as an argument (10-D44)', async () => {
    const done = await run('admin', 'create', '--username', 'x', '--password', 'Given-Pw-92');
    expect(done.code).not.toBe(0);
    expect(await house.deps.db.selectFrom('users').select('id').where('username', '=', 'x').executeTakeFirst()).toBeUndefined();
  });
});

describe('changing the key', () => {
  test('every password that opens is sealed anew, the others are named and left; both keys read meanwhile (20-ENC-5)', async () => {
    const own = await openHouse();
    try {
      const { db, config } = own.deps;
      const ids: number[] = [];
      for (let i = 0; i < 5; i++) ids.push(await makeCredential(own, { db_type: 'mysql', password: `pw-${i}` }));
      const sealed = async (id: number) =>
        (await db.selectFrom('credentials').select('password').where('id', '=', id).executeTakeFirstOrThrow()).password;
      const [moved, foreign] = [ids[3]!, ids[4]!];
      await db
        .updateTable('credentials')
        .set({ password: await sealed(ids[0]!) })
        .where('id', '=', moved)
        .execute();
      await db
        .updateTable('credentials')
        .set({ password: openVault('another key').seal('x', `credential:${foreign}`) })
        .where('id', '=', foreign)
        .execute();
      const before = [await sealed(moved), await sealed(foreign)];
      const next = openVault('the next key', config.credentialKeys);
      const actor = { user: null, now: own.clock.now() };
      expect(await rotateKey(db, next, actor)).toEqual({ changed: 3, unreadable: [moved, foreign] });
      for (let i = 0; i < 3; i++) {
        expect((await openCredential(db, next, ids[i]!, 'mysql')).password).toBe(`pw-${i}`);
        expect((await openCredential(db, openVault('the next key'), ids[i]!, 'mysql')).password).toBe(`pw-${i}`);
        await expect(openCredential(db, own.deps.vault, ids[i]!, 'mysql')).rejects.toMatchObject({ code: 'CREDENTIAL_DECRYPT_FAILED' });
      }
      expect([await sealed(moved), await sealed(foreign)]).toEqual(before);
      expect(await rotateKey(db, next, actor)).toEqual({ changed: 0, unreadable: [moved, foreign] });
    } finally {
      await own.close();
    }
  });

  test('a password that does not open is CREDENTIAL_DECRYPT_FAILED and nobody is connected to (20-ENC-2)', async () => {
    const fake = world.instances.find((one) => one.dbType === 'postgresql')!;
    const credential = await makeCredential(house, { db_type: 'postgresql' });
    const id = await makeInstance(house, { db_type: 'postgresql', host: fake.host, port: fake.port, credential_id: credential });
    await house.deps.db.updateTable('credentials').set({ password: 'v1:damaged' }).where('id', '=', credential).execute();
    const calls = world.calls.length;
    const { result } = (await house.as('admin').call(catalogue.connections.testConnection, { body: { instance_id: id } })).body.data;
    expect(result).toMatchObject({ success: false, error_code: 'CREDENTIAL_DECRYPT_FAILED' });
    const sync = await house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
    expect([sync.status, sync.body.extra!.error_code]).toEqual([502, 'CREDENTIAL_DECRYPT_FAILED']);
    expect(world.calls.length).toBe(calls);
  });
});

test('one line that the table cannot take costs itself, not the lines after it', async () => {
  log.warning('test', `cut in the middle ${'x'.repeat(3981)}😀`, { half: `\ud83d ${'😀'.repeat(2001)}`, '\udc00': 'x', nul: '\u0000' });
  log.warning('test', 'the line after it');
  await house.deps.sink.flush();
  const rows = await house.deps.db.selectFrom('unified_logs').select('message').where('module', '=', 'test').orderBy('id').execute();
  expect(rows.map((row) => row.message.slice(0, 17))).toEqual(['cut in the middle', 'the line after it']);
  expect(house.deps.sink.depth()).toBe(0);
});
