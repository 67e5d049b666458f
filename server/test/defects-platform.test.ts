/** What the original got wrong and no other file looks at: the platform's modules (register 10 §17). */
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeEngines, fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { parse as parseCsv } from 'csv-parse/sync';
import { pino } from 'pino';
import { CODES } from '../src/http/codes.ts';
import { failureOf } from '../src/http/errors.ts';
import { openLog, silentLog } from '../src/logbook/index.ts';
import { buildApp } from '../src/app.ts';
import { assemble } from '../src/assemble.ts';
import { type Caller, caller, openHouse, type TestHouse } from './harness.ts';
import { registerFake } from './make.ts';
import { makeUser, postLogin, signedIn } from './people.ts';

const fleet = fakeFleet(11);
const mysql = { ...fleet.find((one) => one.dbType === 'mysql')!, tags: ['production', 'standalone'] };
const world = fakeWorld(11, [mysql]);
let house: TestHouse;
let instance_id = 0;
beforeAll(async () => {
  const log = openLog('info', pino({ level: 'info' }, new Writable({ write: (_chunk, _encoding, done) => done() })));
  house = await openHouse({ world, worker: true, log });
  instance_id = await registerFake(house, mysql);
  await house.deps.db.deleteFrom('instance_tags').execute();
  for (const name of mysql.tags)
    await house.deps.db
      .insertInto('instance_tags')
      .columns(['instance_id', 'tag_id'])
      .expression((eb) =>
        eb
          .selectFrom('tags')
          .select([eb.val(instance_id).as('instance_id'), 'id'])
          .where('name', '=', name),
      )
      .execute();
  await house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id } });
});
afterAll(() => house.close());

const admin = () => house.as('admin');
const logRows = async () => {
  await house.deps.sink.flush();
  return house.deps.db.selectFrom('unified_logs').selectAll().orderBy('id').execute();
};
const get = (url: string, headers: Record<string, string> = {}) => admin().raw({ method: 'GET', url, headers });

describe('errors', () => {
  test('carry the request’s id, which is echoed and in the log, and who asked (10-D02, 10-D38)', async () => {
    const reply = await get('/instances/api/2000000', { 'x-request-id': 'asked-by-a-test-1' });
    expect(reply.headers['x-request-id']).toBe('asked-by-a-test-1');
    expect(reply.json()).toMatchObject({
      context: { request_id: 'asked-by-a-test-1', user_id: admin().userId, method: 'GET' },
      extra: { resource: 'instance', id: 2_000_000 },
    });
    const row = (await logRows()).find((one) => (one.context as { request_id?: string }).request_id === 'asked-by-a-test-1')!;
    expect(row).toMatchObject({
      module: 'error_handler',
      context: { error_id: reply.json().error_id, url: '/instances/api/2000000', method: 'GET' },
    });
    expect((await get('/health/api/basic')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('are known by their kind, never by words of their text; status and category agree (10-D05)', () => {
    const asked = { locale: 'en', requestId: null, userId: null, url: 'http://h/x', method: 'GET', now: new Date() } as const;
    const failed = failureOf(new Error('connection timeout: permission denied, invalid password'), asked);
    expect([failed.status, failed.envelope.message_code, failed.envelope.category]).toEqual([500, 'INTERNAL_ERROR', 'system']);
    expect(JSON.stringify(failed.envelope)).not.toContain('permission denied');
    for (const [code, { status, category }] of Object.entries(CODES)) {
      if (status === 401) expect([code, category]).toEqual([code, 'authentication']);
      if (status === 400) expect([code, ['validation', 'business'].includes(category)]).toEqual([code, true]);
    }
  });

  test('too many is a matter of security (10-D06)', () =>
    expect([CODES.RATE_LIMIT_EXCEEDED.category, CODES.ACCOUNT_LOCKED.category]).toEqual(['security', 'security']));
});

test('the CSRF token is where the console asks for it and holds as long as its session (10-D20, 10-D21)', async () => {
  const someone = await signedIn(house, (await makeUser(house, { role: 'admin' })).username);
  const { csrf_token } = (await someone.call(catalogue.auth.getCsrfToken)).body.data;
  expect(csrf_token).toBe(someone.csrf);
  // Kept alive by asking, hour after hour: the token stays the same and stays good.
  for (let i = 0; i < 6; i++) {
    house.clock.advance(50 * 60_000);
    expect((await someone.call(catalogue.auth.me)).status).toBe(200);
  }
  expect((await someone.call(catalogue.tags.createTag, { body: { name: 'late', display_name: 'late', category: 'other' } })).status).toBe(
    201,
  );
  house.clock.set('2025-12-15T04:00:00Z');
});

test('days and times without a zone are business ones, everywhere alike (10-D35)', async () => {
  house.clock.set('2025-12-14T17:30:00Z');
  const made = await admin().call(catalogue.users.createUser, {
    body: { username: 'born_at_night', role: 'viewer', password: 'Night-horse-9' },
  });
  house.clock.set('2025-12-15T04:00:00Z');
  expect(made.body.data.user.created_at).toBe('2025-12-15');
  const at = new Date('2025-12-14T17:30:00.000Z');
  await house.deps.db.insertInto('unified_logs').values({ timestamp: at, level: 'INFO', module: 'night', message: 'at night' }).execute();
  const found = async (start_time: string, end_time: string) =>
    (await admin().call(catalogue.historyLogs.searchLogs, { query: { module: 'night', start_time, end_time } })).body.data;
  expect((await found('2025-12-15T01:30:00', '2025-12-15T01:30:00')).items).toMatchObject([{ timestamp_display: '2025-12-15 01:30:00' }]);
  expect((await found('2025-12-14T17:30:00Z', '2025-12-14T17:30:00Z')).total).toBe(1);
  expect((await found('2025-12-14T17:00:00', '2025-12-14T18:00:00')).total).toBe(0);
});

describe('the log', () => {
  test('reading writes nothing into it (10-D39, 20-DASH-6)', async () => {
    const before = (await logRows()).length;
    for (const url of [
      '/instances/api',
      '/account/api/accounts',
      '/dashboard/api/overview',
      '/dashboard/api/charts',
      '/dashboard/api/status',
      '/common/api/instances-options',
      '/health/api/health',
      '/health/api/detailed',
      '/history/logs/api/statistics',
      '/history/logs/api/search',
    ])
      expect([url, (await get(url)).statusCode]).toEqual([url, 200]);
    expect((await logRows()).length).toBe(before);
  });

  test('knows a failed sign-in under `auth`, with where it came from (10-D38)', async () => {
    const { username } = await makeUser(house);
    await postLogin(house, username, 'Wrong-horse-9', { from: '10.77.0.1', headers: { 'user-agent': 'a test' } });
    const row = (await logRows()).findLast((one) => one.module === 'auth')!;
    expect(row).toMatchObject({
      level: 'WARNING',
      context: { username, ip_address: '10.77.0.1', user_agent: 'a test', url: '/auth/api/login' },
    });
  });

  test('keeps who exported what: filters and rows (10-D40)', async () => {
    await get('/files/api/account-export?db_type=mysql');
    await get('/api/instance-export?status=active');
    await get('/api/log-export?level=ERROR');
    const rows = (await logRows()).filter((one) => one.module === 'files');
    expect(rows.map((one) => one.context)).toMatchObject([
      { user_id: admin().userId, filters: { db_type: 'mysql' }, rows: expect.any(Number) },
      { user_id: admin().userId, filters: { status: 'active' }, rows: 1 },
      { user_id: admin().userId, filters: expect.objectContaining({ format: 'json' }) },
    ]);
  });

  test('cards count what the rows below show; levels sort by severity; bad values are 400 and an unknown id 404 (10-D55, 10-D56)', async () => {
    const at = house.clock.now();
    const levels = ['INFO', 'CRITICAL', 'WARNING', 'ERROR', 'DEBUG'] as const;
    await house.deps.db
      .insertInto('unified_logs')
      .values(
        levels.map((level, i) => ({
          timestamp: at,
          level,
          module: `cards_${i % 2}`,
          message: `100% of ${level}`,
          context: JSON.stringify({ note: '鲸_落' }),
        })),
      )
      .execute();
    for (const query of [
      { module: 'cards' },
      { module: 'cards', level: 'error' },
      { search: '100%', module: 'cards' },
      { search: '鲸_落' },
      { search: '鲸%落' },
      { module: 'cards_1', hours: 1 },
    ]) {
      const search = (await admin().call(catalogue.historyLogs.searchLogs, { query: query as never })).body.data;
      const stats = (await admin().call(catalogue.historyLogs.getLogStats, { query: query as never })).body.data;
      expect([query, stats.total_logs]).toEqual([query, search.total]);
      expect(stats.error_logs).toBe(search.items.filter((one) => ['ERROR', 'CRITICAL'].includes(one.level)).length);
      expect(stats.modules_count).toBe(new Set(search.items.map((one) => one.module)).size);
    }
    const sorted = await admin().call(catalogue.historyLogs.searchLogs, { query: { module: 'cards', sort: 'level', order: 'desc' } });
    expect(sorted.body.data.items.map((one) => one.level)).toEqual(['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG']);
    for (const bad of [
      'level=loud',
      'start_time=yesterday',
      'hours=0',
      'page=0',
      'sort_by=secret',
      'start_time=2025-12-02T00:00:00&end_time=2025-12-01T00:00:00',
    ])
      expect([bad, (await get(`/history/logs/api/search?${bad}`)).statusCode]).toEqual([bad, 400]);
    expect((await get('/history/logs/api/detail/2000000000')).statusCode).toBe(404);
  });

  test('exported with the page’s filters, bounded, newest first, without what a role may not see (10-D66)', async () => {
    const at = (n: number) => new Date(house.clock.now().getTime() - n * 1000);
    await house.deps.db
      .insertInto('unified_logs')
      .values([
        {
          timestamp: at(2),
          level: 'ERROR' as const,
          module: 'exported',
          message: 'older',
          context: JSON.stringify({ ip_address: '10.1.1.1', word: 'kept' }),
          traceback: 'at line 1',
        },
        { timestamp: at(1), level: 'ERROR' as const, module: 'exported', message: 'newer' },
        { timestamp: at(1), level: 'ERROR' as const, module: 'credentials', message: 'exported secret matter' },
      ])
      .execute();
    const file = async (query: string, role: 'admin' | 'viewer' = 'admin') =>
      house.as(role).raw({ method: 'GET', url: `/api/log-export?${query}` });
    const json = (await file('q=exported')).json() as { logs: { message: string }[] };
    expect((await file('module=exported')).json().logs.map((one: { message: string }) => one.message)).toEqual(['newer', 'older']);
    expect(json.logs.map((one) => one.message)).toContain('exported secret matter');
    expect((await file('module=exported&limit=1')).json().logs).toHaveLength(1);
    for (const bad of ['limit=0', 'limit=-1', 'limit=100001', 'limit=x', 'format=xml'])
      expect([bad, (await file(bad)).statusCode]).toEqual([bad, 400]);
    const seen = (await file('hours=24', 'viewer')).body;
    expect(seen).toContain('older');
    for (const hidden of ['exported secret matter', 'at line 1', '10.1.1.1']) expect(seen).not.toContain(hidden);
    const rows = parseCsv((await file('module=exported&format=csv')).body, { bom: true, columns: true }) as Record<string, string>[];
    expect(rows.map((row) => [row['消息'], row['上下文']])).toEqual([
      ['newer', ''],
      ['older', 'word: kept'],
    ]);
    expect((await house.as(null).raw({ method: 'GET', url: '/api/log-export' })).statusCode).toBe(401);
  });
});

test('every reply carries the security headers, with nobody’s origin let in unasked (10-D42)', async () => {
  for (const url of ['/instances/api', '/instances/', '/nothing/here', '/files/api/account-export']) {
    const { headers } = await get(url, { origin: 'http://evil.example' });
    expect([url, headers]).toMatchObject([
      url,
      {
        'content-security-policy': expect.stringMatching(/default-src 'self'.*frame-ancestors 'none'/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cache-control': expect.stringContaining('no-store'),
      },
    ]);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('options: no deleted instance, an unknown engine is 400 (10-D49)', async () => {
  await house.deps.db
    .insertInto('instances')
    .values({ name: 'buried', db_type: 'mysql', host: 'h', port: 1, deleted_at: house.clock.now() })
    .execute();
  const options = await admin().call(catalogue.common.getInstanceOptions, { query: { db_type: 'MySQL' as never } });
  expect(options.body.data.instances.map((one) => one.name)).toEqual([mysql.name]);
  expect((await get('/common/api/instances-options?db_type=dbase')).json().extra.fields).toHaveProperty('db_type');
});

test('one version everywhere, from the package; the detail of the machine is not for everybody (10-D51, 10-D70)', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const nobody = house.as(null);
  expect((await nobody.call(catalogue.health.healthCheck)).body.data.version).toBe(version);
  expect((await nobody.call(catalogue.main.appInfo)).body.data.app_version).toBe(version);
  expect((await nobody.call(catalogue.health.getHealth)).body.data).toMatchObject({ status: 'healthy', database: 'connected' });
  expect((await nobody.raw({ method: 'GET', url: '/health/api/detailed' })).statusCode).toBe(401);
  const detailed = await house.as('viewer').call(catalogue.health.detailedHealthCheck);
  expect(detailed.body.data).toMatchObject({ version, components: { database: { healthy: true }, log_queue: { dropped: 0 } } });
  expect(detailed.body.data.components).not.toHaveProperty('system');
});

test('clearing a cache forgets what is in it and nothing else, and says how much (10-D52, 10-D53)', async () => {
  const { id } = await house.deps.db.selectFrom('account_permission').select('id').where('is_role', '=', false).executeTakeFirstOrThrow();
  const look = () => admin().call(catalogue.account.getAccountPermissions, { params: { account_id: id } });
  const stats = async () => (await house.as('viewer').call(catalogue.cache.getCacheStats)).body.data.stats;
  // What the tests before left there; what they asked stays counted.
  await admin().call(catalogue.cache.clearAllCache);
  const before = await stats();
  expect(before.entries).toBe(0);
  await look();
  await look();
  const [hits, misses] = [before.hits + 1, before.misses + 1];
  const hit_rate = Math.round((10_000 * hits) / (hits + misses)) / 100;
  expect(await stats()).toMatchObject({
    entries: 1,
    hits,
    misses,
    hit_rate,
    namespaces: { permissions: { entries: 1, hits: 1, misses: 1 } },
  });
  expect((await admin().call(catalogue.cache.clearInstanceCache, { body: { instance_id: 2_000_000 } })).status).toBe(404);
  const other = await admin().call(catalogue.cache.clearUserCache, { body: { instance_id, username: 'somebody else' } });
  expect(other.body.data).toMatchObject({ cleared_count: 0 });
  expect((await admin().call(catalogue.cache.clearInstanceCache, { body: { instance_id } })).body.data).toMatchObject({ cleared_count: 1 });
  expect((await stats()).entries).toBe(0);
  await look();
  expect((await admin().call(catalogue.cache.clearAllCache)).body.data).toMatchObject({ cleared_count: 1 });
  expect((await admin().call(catalogue.auth.me)).status).toBe(200);
  expect((await house.as(null).raw({ method: 'GET', url: '/cache/api/stats' })).statusCode).toBe(401);
});

test('what one node keeps is void after another node’s write: privileges and dashboard are those of now on both', async () => {
  const other = await assemble(house.deps.config, {
    log: silentLog,
    clock: house.clock,
    engines: fakeEngines(world),
    store: house.deps.store,
    worker: false,
  });
  const app = await buildApp(other);
  await app.ready();
  try {
    const there = caller(app, admin().userId, admin().cookie, admin().csrf);
    const person = mysql.accounts.find((one) => !one.isRole && !one.isSuperuser)!;
    const { id } = await house.deps.db
      .selectFrom('account_permission')
      .select('id')
      .where('username', '=', person.username)
      .executeTakeFirstOrThrow();
    const privileges = async (who: Caller) =>
      (await who.call(catalogue.account.getAccountPermissions, { params: { account_id: id } })).body.data.effective.map(
        (one) => one.privilege,
      );
    const locked = async (who: Caller) => (await who.call(catalogue.dashboard.getDashboardOverview)).body.data.accounts!.locked;
    const [before, lockedBefore] = [await privileges(there), await locked(there)];
    expect([await privileges(admin()), await locked(admin())]).toEqual([before, lockedBefore]);
    person.facts.grants.push({ scope: 'server', privilege: 'SHUTDOWN', state: 'grant', grantable: false });
    person.isLocked = !person.isLocked;
    house.clock.advance(1000);
    // Started on the other node, carried out by this one's worker.
    const sync = await there.call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id } });
    expect(sync.body.data.result).toMatchObject({ status: 'completed', modified_count: 1 });
    for (const who of [admin(), there]) {
      expect(await privileges(who)).toEqual(expect.arrayContaining([...before, 'SHUTDOWN']));
      expect(await locked(who)).toBe(lockedBefore + (person.isLocked ? 1 : -1));
    }
  } finally {
    await app.close();
    await other.close();
  }
});

test('settings: filters are shown with their defaults, changed by administrators, on record, and hold from the next read on (40-D20)', async () => {
  const read = async () => (await admin().call(catalogue.main.getSettings)).body.data;
  const before = await read();
  expect(before.settings).toEqual(before.defaults);
  const [hidden] = mysql.accounts.filter((one) => !one.isRole && !one.isPublic);
  const account_filters = { mysql: { exclude: [...before.settings.account_filters.mysql.exclude, hidden!.username], patterns: [] } };
  const saved = await admin().call(catalogue.main.updateSettings, { body: { account_filters } as never });
  expect([saved.status, saved.body.data.settings.account_filters.mysql.exclude]).toEqual([200, account_filters.mysql.exclude]);
  expect(saved.body.data).toMatchObject({ updated_by: 'admin_1', defaults: before.defaults });
  expect(saved.body.data.settings.account_filters.oracle).toEqual(before.settings.account_filters.oracle);
  const ledger = async () =>
    (await admin().call(catalogue.account.listAccountsData, { query: { search: hidden!.username } as never })).body.data.items.map(
      (one) => one.username,
    );
  expect(await ledger()).toContain(hidden!.username);
  await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id } });
  expect(await ledger()).not.toContain(hidden!.username);
  // A tablespace of users' data is hidden by default as in the original, but may be shown.
  expect(before.defaults.database_filters.oracle.exclude).toContain('USERS');
  const shown = { oracle: { ...before.defaults.database_filters.oracle, exclude: ['SYSTEM'] } };
  const changed = await admin().call(catalogue.main.updateSettings, { body: { database_filters: shown } as never });
  expect(changed.body.data.settings.database_filters.oracle.exclude).toEqual(['SYSTEM']);
  const events = await admin().call(catalogue.main.listAuditEvents, {
    query: { resource: 'setting', resource_id: 'account_filters' } as never,
  });
  expect(events.body.data.items).toMatchObject([{ action: 'update', resource_id: 'account_filters', username: 'admin_1' }]);
  expect((await house.as('user').call(catalogue.main.getSettings)).body.message_code).toBe('ADMIN_PERMISSION_REQUIRED');
});

test('the ledger’s export is the ledger: search with tags, classes, names as they are (10-D64, 30-18, 30-21)', async () => {
  const [tag] = mysql.tags;
  const ledger = async (query: object) =>
    (await admin().call(catalogue.account.listAccountsData, { query: { sort: 'username', order: 'asc', limit: 100, ...query } as never }))
      .body.data;
  const some = await ledger({ search: mysql.name, tags: mysql.tags.join(',') });
  // An instance with several of the tags is there once, and each account once.
  expect(some.total).toBe((await ledger({})).total);
  const classes = new Set(some.items.flatMap((item) => item.classifications.map((one) => one.id)));
  for (const query of [`search=${mysql.name}&tags=${tag}`, `classification=${[...classes][0]}`, 'is_superuser=', 'is_locked=true']) {
    const reply = await get(`/files/api/account-export?${query}`);
    const rows = parseCsv(reply.body, { bom: true, columns: true }) as Record<string, string>[];
    const shown = (await get(`/account/api/accounts?sort=username&order=asc&limit=100&${query}`)).json().data;
    expect([query, rows.map((row) => row['名称'])]).toEqual([query, shown.items.map((item: { username: string }) => item.username)]);
  }
  expect(some.items.every((item) => item.username.split('@').length === 2)).toBe(true);
});

test('the icons of the site are there, not empty (10-D69)', async () => {
  for (const [url, media] of [
    ['/favicon.ico', 'image/x-icon'],
    ['/apple-touch-icon.png', 'image/png'],
  ] as const) {
    const reply = await house.as(null).raw({ method: 'GET', url });
    expect([reply.statusCode, reply.headers['content-type'], reply.rawPayload.length > 100]).toEqual([200, media, true]);
    expect(reply.headers['cache-control']).toContain('max-age=86400');
  }
});
