import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue, fillPath } from '@whalefall/contract';
import { engines } from '@whalefall/engines';
import { mariadbSubject, postgresSubject, type Subject } from '../../engines/test/subjects.ts';
import { openHouse, type TestHouse, testClock } from './harness.ts';
import { makeCredential, makeInstance } from './make.ts';
import { freshAddress, makeUser, postLogin } from './people.ts';
import { apis, makeKnown, routes } from './sound.ts';

const SECRET_FILE = 'nobody-may-read-this';
const folder = mkdtempSync(join(tmpdir(), 'whalefall-web-'));
let house: TestHouse;
beforeAll(async () => {
  mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'web', 'assets', 'app.js'), 'the app');
  for (const icon of ['favicon.ico', 'favicon.png', 'apple-touch-icon.png', 'apple-touch-icon-precomposed.png'])
    writeFileSync(join(folder, 'web', icon), icon);
  writeFileSync(join(folder, 'secret.txt'), SECRET_FILE);
  writeFileSync(join(folder, 'web', 'secret.txt'), SECRET_FILE);
  house = await openHouse({
    worker: true,
    engines,
    clock: Object.assign(testClock(), { now: () => new Date() }),
    config: { webDir: join(folder, 'web') },
  });
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});
const admin = () => house.as('admin');

// ---------------------------------------------------------------- scripts

const SCRIPT = `<script>alert(1)</script>`;
const IMAGE = `"><img src=x onerror=alert(2)>`;
/** Nothing that a browser would take for an element of ours. */
const runs = (text: string): boolean => /<script>alert|<img src=x/i.test(text);

describe.each([
  ['PostgreSQL', postgresSubject],
  ['MariaDB', mariadbSubject],
] as const)('names that are scripts, planted on a live %s', (_name, open) => {
  let subject: Subject | null;
  let instance = 0;
  beforeAll(async () => {
    subject = await open();
    if (!subject) return;
    const type = subject.engine.type as 'postgresql' | 'mysql';
    await subject.run(
      type === 'postgresql'
        ? [
            `create role "${SCRIPT}" login`,
            `create role "=cmd|' /C calc'!A0" login`,
            `create database "${SCRIPT}" owner "${SCRIPT}"`,
            `create table "${SCRIPT}" (id int)`,
            `grant select on "${SCRIPT}" to "${SCRIPT}"`,
          ]
        : [
            `create user '${SCRIPT}'@'%' identified by 'x'`,
            `create user '=cmd|calc'@'%' identified by 'x'`,
            `create database \`<script>alert(1)\``,
            `create table \`<script>alert(1)\`.\`${SCRIPT.replace('/', '')}\` (id int)`,
            `grant select on \`<script>alert(1)\`.\`${SCRIPT.replace('/', '')}\` to '${SCRIPT}'@'%'`,
          ],
    );
    const credential = await makeCredential(house, { db_type: type, username: subject.server.username, password: subject.server.password });
    instance = await makeInstance(house, {
      ...{ name: `${IMAGE} ${type}`, db_type: type, host: subject.server.host, port: subject.server.port, credential_id: credential },
      description: SCRIPT,
    });
    await admin().call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: instance } });
    await admin().call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params: { instance_id: instance } });
  });
  afterAll(() => subject?.end());

  test('are data in JSON that no browser sniffs, text in CSV that no spreadsheet runs, and in no page', async () => {
    if (!subject) return;
    const list = await admin().raw({ method: 'GET', url: `/account/api/accounts?instance_id=${instance}&limit=100` });
    expect(list.body).toContain('alert(1)');
    const account = (list.json().data.items as { id: number; username: string }[]).find(({ username }) => username.includes('alert(1)'))!;
    const jsons = [
      `/account/api/accounts?instance_id=${instance}&limit=100`,
      `/account/api/${account.id}/permissions`,
      `/instances/api/${instance}`,
      `/instances/api/databases/${instance}/sizes?latest_only=true`,
      `/history/logs/api/search?search=alert&limit=50`,
    ];
    for (const url of jsons) {
      const reply = await admin().raw({ method: 'GET', url });
      if (reply.statusCode === 404) continue;
      expect([url, String(reply.headers['content-type']).split(';')[0], reply.headers['x-content-type-options']]).toEqual([
        ...[url, 'application/json', 'nosniff'],
      ]);
    }
    const csvs = [
      `/account/api/accounts?instance_id=${instance}&format=csv`,
      `/files/api/account-export?instance_id=${instance}`,
      `/files/api/instance-export`,
    ];
    for (const url of csvs) {
      const reply = await admin().raw({ method: 'GET', url });
      expect([url, reply.statusCode, String(reply.headers['content-type']).split(';')[0]]).toEqual([url, 200, 'text/csv']);
      expect(String(reply.headers['content-disposition'])).toMatch(/^attachment/);
      expect(reply.body, url).not.toMatch(/(^|,)"?=cmd/m);
    }
    for (const url of ['/', '/account/', `/instances/${instance}`, '/instances/', '/history/logs/', '/dashboard/']) {
      const reply = await admin().raw({ method: 'GET', url });
      expect(runs(reply.body), url).toBe(false);
    }
  });
});

test('what is asked comes back in no page as it was asked: path, query, header, form', async () => {
  for (const payload of [
    SCRIPT,
    IMAGE,
    `</script>${SCRIPT}`,
    `{{constructor.constructor('alert(1)')()}}${SCRIPT}`,
    `javascript:alert(1)${IMAGE}`,
  ])
    for (const who of ['admin', null] as const) {
      const ask = (url: string, headers: Record<string, string> = {}) => house.as(who).raw({ method: 'GET', url, headers });
      const coded = encodeURIComponent(payload);
      const replies = [
        await ask(`/nowhere/${coded}`),
        await ask(`/auth/login?next=${coded}&notice=${coded}&confirm=${coded}`),
        await ask(`/instances/?search=${coded}&sort=${coded}`),
        await ask('/instances/', {
          'accept-language': payload,
          'user-agent': payload,
          'x-request-id': payload,
          cookie: `whalefall_theme=${coded}; whalefall_locale=${coded}`,
        }),
        await house.as(who).raw({
          ...{ method: 'POST', url: '/auth/login', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
          payload: new URLSearchParams({ username: payload, password: payload, next: payload }).toString(),
        }),
      ];
      for (const reply of replies)
        if (String(reply.headers['content-type']).includes('html')) {
          expect(runs(reply.body), `${payload} of ${String(who)}`).toBe(false);
          expect(String(reply.headers['content-security-policy'])).toMatch(/default-src 'self'/);
        }
    }
});

// ---------------------------------------------------------------- headers, paths

const pages = routes.filter((route) => route.method === 'GET' && (route.kind === 'page' || route.kind === 'file' || route.query));
test('a line break in any parameter makes no header', async () => {
  const known = await makeKnown(house);
  const evil = 'x%0d%0aset-cookie:%20evil=1%0d%0ax-evil:%201';
  for (const route of pages) {
    const path = fillPath(route.path, known);
    const keys = [...Object.keys(route.query?.shape ?? {}), 'next', 'notice', 'filename', 'lang'];
    for (const key of keys) {
      const reply = await admin().raw({ method: 'GET', url: `${path}?${key}=${evil}` });
      expect([route.id, key, reply.statusCode < 500, reply.headers['x-evil']]).toEqual([route.id, key, true, undefined]);
      expect(JSON.stringify(reply.headers['set-cookie'] ?? '')).not.toContain('evil=1;');
      expect(String(reply.headers.location ?? '')).not.toMatch(/[\r\n]/);
    }
  }
  const path = await admin().raw({ method: 'GET', url: `/nowhere/${evil}` });
  expect(path.headers['x-evil']).toBeUndefined();
});

test('no path leads out of the built pages', async () => {
  const ways = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..\\', '..%5c', '....//', '%252e%252e%252f', '..%00/', '..;/', '%c0%ae%c0%ae/'];
  for (const way of ways)
    for (const depth of [1, 2, 6])
      for (const base of ['/assets/', '/', '/assets/x/', '/docs/', '/favicon.ico/'])
        for (const file of ['secret.txt', 'etc/passwd', 'package.json']) {
          const url = `${base}${way.repeat(depth)}${file}`;
          const reply = await house.as(null).raw({ method: 'GET', url });
          expect(reply.body, url).not.toContain(SECRET_FILE);
          expect(reply.body, url).not.toMatch(/root:x:0|"workspaces"/);
          expect(reply.statusCode, url).toBeLessThan(500);
        }
  expect((await house.as(null).raw({ method: 'GET', url: '/assets/app.js' })).body).toBe('the app');
});

// ---------------------------------------------------------------- statements

const INJECTED = [
  `' or '1'='1`,
  `') or 1=1 --`,
  `'; select pg_sleep(20); --`,
  `\\' or 1=1 --`,
  `%' or '%'='`,
  `" or ""="`,
  `1) union select password from users --`,
];
test('no filter and no order takes words for SQL: nothing more is found, nothing waits, nothing changes', async () => {
  const known = await makeKnown(house);
  const before = (
    await house.deps.db
      .selectFrom('users')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
  ).n;
  const nonsense = randomBytes(12).toString('hex');
  for (const route of apis.filter((one) => one.method === 'GET' && one.query)) {
    const path = fillPath(route.path, known);
    for (const key of [...Object.keys(route.query!.shape), 'sort', 'order', 'sort_by']) {
      const found = async (value: string) => {
        const asked = performance.now();
        const reply = await admin().raw({ method: 'GET', url: `${path}?${key}=${encodeURIComponent(value)}` });
        expect([route.id, key, value, reply.statusCode < 500, performance.now() - asked < 10_000]).toEqual([
          route.id,
          key,
          value,
          true,
          true,
        ]);
        if (reply.statusCode !== 200 || !String(reply.headers['content-type']).includes('json')) return reply.statusCode;
        const data = reply.json().data as { total?: number; items?: unknown[] } | unknown[] | null;
        return Array.isArray(data) ? data.length : (data?.total ?? data?.items?.length ?? 'no list');
      };
      const nothing = await found(nonsense);
      for (const value of INJECTED) {
        const more = await found(value);
        // What searches a text may find the words themselves (a log line of this test), never all there is.
        if (typeof nothing === 'number' && typeof more === 'number' && nothing < 200 && !/logs|audit|search/.test(route.path))
          expect([route.id, key, value, more === 400 ? nothing : more]).toEqual([route.id, key, value, nothing]);
      }
    }
  }
  expect(
    (
      await house.deps.db
        .selectFrom('users')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  ).toBe(before);
});

// ---------------------------------------------------------------- bombs

const upload = (bytes: Buffer, name = 'a.csv', headers: Record<string, string> = {}) =>
  admin().raw({
    ...{ method: 'POST', url: '/instances/batch/api/create' },
    headers: { 'content-type': 'multipart/form-data; boundary=b', ...headers },
    payload: Buffer.concat([
      Buffer.from(`--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`),
      bytes,
      Buffer.from('\r\n--b--\r\n'),
    ]),
  });
const HEAD = 'name,db_type,host,port\n';
const LARGE = 1_900_000;
const bombs: [string, Buffer][] = [
  ['one cell of 1.9 MB', Buffer.from(`${HEAD}${'x'.repeat(LARGE)},mysql,10.0.0.1,3306\n`)],
  ['an open quote and nothing else', Buffer.from(`${HEAD}"${'x'.repeat(LARGE)}`)],
  ['quotes only', Buffer.from(`${HEAD}${'"'.repeat(LARGE)}`)],
  ['600,000 columns in the header', Buffer.from(`${'a,'.repeat(600_000)}\n1,2\n`)],
  ['900,000 columns in a row', Buffer.from(`${HEAD}${','.repeat(900_000)}\n`)],
  ['1.9 million empty lines', Buffer.from(HEAD + '\n'.repeat(LARGE))],
  ['100,000 rows', Buffer.from(HEAD + 'a,mysql,h,1\n'.repeat(100_000))],
  ['nothing but zeros', Buffer.alloc(LARGE)],
  ['a zip', Buffer.concat([Buffer.from('PK\u0003\u0004'), randomBytes(200_000)])],
  ['a gzip', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), randomBytes(200_000)])],
  ['UTF-16', Buffer.from(`\ufeff${HEAD}`, 'utf16le')],
  ['more than 2 MB', Buffer.from(HEAD + 'x'.repeat(2_200_000))],
];
test.each(bombs)('a file that is a bomb: %s', async (_title, bytes) => {
  const asked = performance.now();
  const reply = await upload(bytes);
  // A row too long for anything is a row with a fault, a file that is none is refused whole.
  expect([200, 400, 413], reply.body.slice(0, 300)).toContain(reply.statusCode);
  if (reply.statusCode === 200) expect(reply.json().data).toMatchObject({ created_count: 0, updated_count: 0 });
  expect(reply.body.length).toBeLessThan(200_000);
  expect(performance.now() - asked).toBeLessThan(10_000);
});
test('a packed body is not unpacked', async () => {
  const reply = await upload(Buffer.from(HEAD), 'a.csv', { 'content-encoding': 'gzip' });
  expect([200, 400, 415]).toContain(reply.statusCode);
});

test('1,000 rows of which 200 are bad: the 800 are created, each of the 200 is told with its line and field', async () => {
  const bad = new Set(Array.from({ length: 200 }, (_, i) => 5 * i + 3));
  const faults = ['port,99999', 'port,0', 'db_type,db9', 'host,169.254.169.254', 'host,', 'port,abc', 'name,', 'credential_name,nobody'];
  const wrong = new Map<number, string>();
  const rows = Array.from({ length: 1000 }, (_, i) => {
    const row: Record<string, string> = {
      name: `many-${i}`,
      db_type: 'mysql',
      host: `10.88.${i % 250}.${Math.floor(i / 250) + 1}`,
      port: '3306',
      credential_name: '',
    };
    if (bad.has(i)) {
      const [field, value] = faults[i % faults.length]!.split(',') as [string, string];
      row[field] = value;
      wrong.set(i + 2, field);
    }
    return [row.name, row.db_type, row.host, row.port, row.credential_name].join(',');
  });
  const reply = await upload(Buffer.from(['name,db_type,host,port,credential_name', ...rows].join('\n')));
  expect(reply.statusCode).toBe(200);
  const { data } = reply.json();
  expect([data.total_rows, data.created_count]).toEqual([1000, 800]);
  const told = new Map((data.row_errors as { line: number; field: string }[]).map(({ line, field }) => [line, field]));
  expect([...told].sort(([a], [b]) => a - b)).toEqual([...wrong].sort(([a], [b]) => a - b));
  const { n } = await house.deps.db
    .selectFrom('instances')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('name', 'like', 'many-%')
    .executeTakeFirstOrThrow();
  expect(n).toBe(800);
});

// ---------------------------------------------------------------- where connections may go

/** The metadata service of a cloud, spelled in every way that something may take for an address. */
const FORBIDDEN = [
  ...['169.254.169.254', '2852039166', '0xA9FEA9FE', '0xa9.0xfe.0xa9.0xfe', '0251.0376.0251.0376', '025177524776', '169.254.43518'],
  ...['169.16689662', '169.254.169.254.', '[::ffff:169.254.169.254]', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe'],
  ...['[::ffff:a9fe:a9fe%25lo]', 'fe80::1', 'fe80::1%lo', '100.100.100.200', 'fd00:ec2::254', '0.0.0.0', '0', '::', '224.0.0.1'],
  ...['\uff11\uff16\uff19.254.169.254', '169。254。169。254', '169.254.169.254#@127.0.0.1', 'user@169.254.169.254', '/var/run/postgresql'],
];
test('no spelling of a forbidden address is connected to', async () => {
  for (const db_type of ['mysql', 'postgresql', 'sqlserver', 'oracle'] as const) {
    const credential_id = await makeCredential(house, { db_type });
    for (const host of FORBIDDEN) {
      const reply = await admin().raw({
        ...{ method: 'POST', url: '/connections/api/test', headers: { 'content-type': 'application/json' } },
        payload: JSON.stringify({ db_type, host, port: 3306, credential_id, database_name: 'x' }),
      });
      const { data, extra } = reply.json();
      const said = reply.statusCode === 400 ? 'REFUSED' : (data?.result?.error_code ?? extra?.error_code);
      expect(['REFUSED', 'TARGET_NOT_ALLOWED', 'HOST_NOT_FOUND'], `${db_type} ${host}: ${reply.body.slice(0, 300)}`).toContain(said);
    }
  }
});

// ---------------------------------------------------------------- sign-in

test(
  'a name that nobody has takes as long to refuse as one that somebody has: its password is checked as well',
  { timeout: 120_000 },
  async () => {
    const PAIRS = 100;
    const names: string[] = [];
    for (let i = 0; i < PAIRS; i++) names.push((await makeUser(house)).username);
    const times = { known: [] as number[], unknown: [] as number[] };
    for (const [i, name] of names.entries())
      for (const [kind, username] of i % 2 === 0
        ? ([
            ['known', name],
            ['unknown', `nobody_${i}`],
          ] as const)
        : ([
            ['unknown', `nobody_${i}`],
            ['known', name],
          ] as const)) {
        const from = freshAddress();
        const asked = performance.now();
        const reply = await postLogin(house, username, 'Wrong-horse-9', { from });
        times[kind].push(performance.now() - asked);
        expect(reply.statusCode).toBe(401);
      }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;
    const [known, unknown] = [median(times.known), median(times.unknown)];
    console.log(
      `sign-in: median of ${PAIRS} each: known ${known.toFixed(1)} ms, unknown ${unknown.toFixed(1)} ms, ${((100 * Math.abs(known - unknown)) / known).toFixed(1)} % apart`,
    );
    // Without the check it would be a twentieth. The 10 % that are promised are measured on an idle machine.
    expect(unknown).toBeGreaterThan(known / 3);
    expect(known).toBeGreaterThan(unknown / 3);
    if (process.env.SIGN_IN_TIMES) expect(Math.abs(known - unknown) / known).toBeLessThan(0.1);
  },
);
