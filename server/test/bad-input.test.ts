import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { catalogue, type ErrorEnvelope, fillPath, pathParams } from '@whalefall/contract';
import type { LightMyRequestResponse } from 'fastify';
import { sql } from 'kysely';
import type { z } from 'zod';
import { openSession, SESSION_COOKIE } from '../src/http/session.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { csrfOf, freshAddress } from './people.ts';
import { apis, makeKnown, replyFault, type Route, routes, shapeOf, soundBody, soundValue, workOf } from './sound.ts';

// Hundreds of requests to a route: the machine may be busy.
vi.setConfig({ testTimeout: 180_000 });
let house: TestHouse;
let shared: string;
const known: Record<string, unknown> = {};
beforeAll(async () => {
  house = await openHouse();
  await watchWrites();
});
beforeEach(async () => {
  shared = await ownSession();
  Object.assign(known, await makeKnown(house));
});
afterAll(() => house.close());

const urlOf = (route: Route, params = known) => fillPath(route.path, params);

// ---------------------------------------------------------------- what may not change

/** Everything but what a request leaves behind by being asked at all. */
const FREE = ['user_sessions', 'refresh_tokens', 'login_failures', 'unified_logs', 'writes_seen'];
/** Every row that is written, changed or deleted leaves a row, if its transaction stands. */
async function watchWrites(): Promise<void> {
  const { db } = house.deps;
  await sql`create table writes_seen (id bigserial primary key, what text)`.execute(db);
  await sql`create function see_write() returns trigger language plpgsql as $$ begin insert into writes_seen(what) values (tg_op || ' ' || tg_table_name); return null; end $$`.execute(
    db,
  );
  const { rows } = await sql<{
    name: string;
  }>`select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`.execute(
    db,
  );
  for (const { name } of rows)
    if (!FREE.includes(name))
      await sql`create trigger see_write after insert or update or delete on ${sql.table(name)} for each row execute function see_write()`.execute(
        db,
      );
}
const writes = async () =>
  (await sql<{ n: number }>`select coalesce(max(id), 0)::int as n from writes_seen`.execute(house.deps.db)).rows[0]!.n;
let before = 0;

// ---------------------------------------------------------------- asking

/** These end the session that asks, or change it. */
const ownSession = async () =>
  (
    await openSession(
      house.deps.db,
      { userId: house.as('admin').userId!, remember: true, ip: '127.0.0.1', userAgent: null },
      house.clock.now(),
    )
  ).cookie;
async function ask(route: Route, request: { url?: string; headers?: Record<string, string>; payload?: string | Buffer }) {
  const cookie = route.file === 'auth' ? await ownSession() : shared;
  return house.app.inject({
    method: route.method,
    url: request.url ?? urlOf(route),
    remoteAddress: freshAddress(),
    headers: { cookie: `${SESSION_COOKIE}=${cookie}`, 'x-csrftoken': csrfOf(house, cookie), ...request.headers },
    ...(request.payload === undefined ? {} : { payload: request.payload }),
  });
}
const json = (body: unknown) => ({ headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) });
const form = (body: string) => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: body });

/** 400 without a field: refused for what is there, not for what was sent. */
const STATE_CODES = ['NO_ACTIVE_INSTANCES', 'LAST_ADMIN_REQUIRED', 'SELF_DELETE'];

/** @returns what is wrong with a reply to something wrong, null when nothing is. */
async function fault(route: Route, reply: LightMyRequestResponse, field?: string): Promise<string | null> {
  const { statusCode: status } = reply;
  const found = replyFault(route, reply);
  if (found) return found;
  if (status < 400) {
    before = await writes();
    return null;
  }
  if ((await writes()) !== before) {
    before = await writes();
    return `${status}, and yet something was written`;
  }
  const { message_code: code, extra } = reply.json() as ErrorEnvelope;
  if (status !== 400 || STATE_CODES.includes(code)) return null;
  const fields = Object.keys((extra?.fields ?? {}) as object);
  if (fields.length === 0) return `400 ${code} that names no field`;
  if (field && !fields.includes('file') && !fields.some((name) => name === field || name.startsWith(`${field}.`)))
    return `400 for ${field} that names ${fields.join()}`;
  return null;
}

async function expectSound(route: Route, cases: readonly { title: string; field?: string; request: Parameters<typeof ask>[1] }[]) {
  before = await writes();
  const faults: string[] = [];
  for (const { title, field, request } of cases) {
    const found = await fault(route, await ask(route, request), field);
    if (found) faults.push(`${title}: ${found}`);
  }
  expect(faults).toEqual([]);
}

// ---------------------------------------------------------------- bad and good values

const BAD: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2_147_483_648,
  2 ** 53,
  1e308,
  '',
  '  ',
  'x'.repeat(10_000),
  'nul\u0000inside',
  'half \ud83d of a pair',
  '\udc00',
  "'; drop table users; --",
  '<script>alert(1)</script>',
  '%_\\',
  '-5',
  '1e3',
  '鲸'.repeat(200),
  [],
  [null],
  [[]],
  ['x'.repeat(300), 1, null],
  Array(2000).fill(1),
  {},
  { a: { b: ['\u0000'] } },
  { constructor: 1, toString: 2 },
];
const title = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

// ---------------------------------------------------------------- bodies

const withBody = apis.filter((route) => route.body);

describe('each field of each body (10-D53, 20-ENV-2)', () => {
  for (const route of withBody)
    test(route.id, async () => {
      const fields = Object.keys(shapeOf(route.body!));
      await expectSound(
        route,
        fields.flatMap((field) => [
          { title: `${field} missing`, request: json({ ...soundBody(route.body!, known), [field]: undefined }) },
          ...BAD.map((value) => ({
            title: `${field} = ${title(value)}`,
            field,
            request: json({ ...soundBody(route.body!, known), [field]: value }),
          })),
        ]),
      );
    });
});

const DEEP = 20_000;
const wholes: [string, Parameters<typeof ask>[1]][] = [
  ['an array', json([])],
  ['an array of objects', json([{}])],
  ['a string', json('text')],
  ['a number', json(5)],
  ['null', json(null)],
  ['true', json(true)],
  ['{}', json({})],
  ['nothing', { headers: { 'content-type': 'application/json' }, payload: '' }],
  ['broken JSON', { headers: { 'content-type': 'application/json' }, payload: '{"name": ' }],
  ['two documents', { headers: { 'content-type': 'application/json' }, payload: '{}{}' }],
  [
    'bytes that are not UTF-8',
    { headers: { 'content-type': 'application/json' }, payload: Buffer.from([0x7b, 0x22, 0xc4, 0xe3, 0x22, 0x3a, 0x31, 0x7d]) },
  ],
  ['a byte order mark', { headers: { 'content-type': 'application/json' }, payload: '\ufeff{}' }],
  ['20,000 arrays deep', { headers: { 'content-type': 'application/json' }, payload: '['.repeat(DEEP) + ']'.repeat(DEEP) }],
  [
    'a prototype',
    { headers: { 'content-type': 'application/json' }, payload: '{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}' },
  ],
  ['a key with U+0000', { headers: { 'content-type': 'application/json' }, payload: '{"a\\u0000b":1}' }],
  ['form keys of objects', form('constructor=1&toString=2&__proto__=3&hasOwnProperty=4')],
  ['a broken form', form('%E0%A4%A&=&&=x&a[b]=c&%00=%00')],
];

describe('bodies that are none', () => {
  for (const route of withBody)
    test(route.id, async () => {
      const fields = Object.keys(shapeOf(route.body!));
      const deep = (field: string) => `{${JSON.stringify(field)}:${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`;
      await expectSound(route, [
        ...wholes.map(([name, request]) => ({ title: name, request })),
        ...fields.map((field) => ({
          title: `${field} 20,000 objects deep`,
          request: { headers: { 'content-type': 'application/json' }, payload: deep(field) },
        })),
        ...fields.map((field) => ({ title: `${field} twice in a form`, request: form(`${field}=a&${field}=b`) })),
      ]);
    });

  test('what is no object is refused by every route that takes a body (10-D58, 20-ENV-3)', async () => {
    for (const route of withBody)
      for (const whole of [[], 'text', 5, null, true]) {
        const reply = await ask(route, json(whole));
        expect([route.id, whole, reply.statusCode]).toEqual([route.id, whole, 400]);
      }
  });

  test('preferences are the one free-form body: deep, with halves of characters, with reserved names', async () => {
    const route = catalogue.auth.updatePreferences as Route;
    await expectSound(route, [
      { title: 'half a pair', request: json({ preferences: { a: '\ud800' } }) },
      { title: 'half a pair as the key', request: json({ preferences: { '\ud800': 1 } }) },
      { title: 'U+0000 deep inside', request: json({ preferences: { a: [{ b: 'x\u0000' }] } }) },
      {
        title: 'reserved names',
        request: { headers: { 'content-type': 'application/json' }, payload: '{"preferences":{"__proto__":1,"constructor":2}}' },
      },
      {
        title: 'large numbers',
        request: { headers: { 'content-type': 'application/json' }, payload: '{"preferences":{"a":1e999,"b":-0}}' },
      },
    ]);
  });
});

// ---------------------------------------------------------------- queries

const BAD_TEXT = [
  '',
  '0',
  '-1',
  '1.5',
  '101',
  '2147483648',
  '99999999999999999999',
  'x',
  'NaN',
  '1e3',
  '%20%20',
  '%00',
  'a%00b',
  '%ED%A0%80',
  '%FF',
  '%',
  '%25_%5C',
  "'%20or%201=1--",
  '%3Cscript%3E',
  '2025-02-30',
  '9999-99-99',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '2025-11-21T25:00:00Z',
  'true',
  'constructor',
  '__proto__',
  'x'.repeat(2000),
  '%E8%B4%A2'.repeat(100),
];
const SPELLINGS = ['per_page', 'q', 'sort_by', 'sort_order', 'constructor', '__proto__', 'nothing_known'];

describe('each word of each query (10-D33, 10-D50, 10-D55, 10-D63, 20-DET-2, 40-D67)', () => {
  for (const route of apis.filter((one) => one.query))
    test(route.id, async () => {
      const keys = [...Object.keys(route.query!.shape), ...SPELLINGS];
      // Needed ones stand beside the one that is tried.
      const needed = Object.entries(route.query!.shape).flatMap(([key, schema]) => {
        const accepts = (schema as z.ZodType).safeParse(undefined).success;
        return accepts ? [] : [`${key}=${String(soundValue(key, schema as z.ZodType, known) ?? 1)}`];
      });
      const others = (key: string) => needed.filter((one) => !one.startsWith(`${key}=`));
      const body = route.body ? json({}) : {};
      await expectSound(
        route,
        keys.flatMap((key) => [
          ...(SPELLINGS.includes(key) ? BAD_TEXT.filter((_, i) => i % 6 === 0) : BAD_TEXT).map((value) => ({
            title: `${key}=${value.slice(0, 40)}`,
            ...(SPELLINGS.includes(key) ? {} : { field: key }),
            request: { ...body, url: `${urlOf(route)}?${[...others(key), `${key}=${value}`].join('&')}` },
          })),
          { title: `${key} twice`, request: { ...body, url: `${urlOf(route)}?${[...others(key), `${key}=1`, `${key}=x`].join('&')}` } },
          {
            title: `${key}[] and ${key}[a]`,
            request: { ...body, url: `${urlOf(route)}?${[...others(key), `${key}[]=1`, `${key}[a]=x`].join('&')}` },
          },
        ]),
      );
    });
});

// ---------------------------------------------------------------- paths

const BAD_IDS = ['0', '2000000000', '2147483648', '99999999999999999999', '-1', '1.5', '1e3', '0x10', 'abc', '%31', '%00', '%FF', '１'];
const BAD_WORDS = [
  "'--",
  '%00',
  '%FF',
  '%ED%A0%80',
  '..%2F..',
  '%2F',
  '<b>',
  'x'.repeat(199),
  'x'.repeat(300),
  '__proto__',
  '00000000-0000-0000-0000-000000000000',
];

describe('each part of each path', () => {
  for (const route of apis.filter((one) => one.path.includes('<')))
    test(route.id, async () => {
      before = await writes();
      const wrong: string[] = [];
      for (const { name, int } of pathParams(route.path))
        for (const value of int ? BAD_IDS : BAD_WORDS) {
          const url = route.path.replace(/<(?:int:)?([a-z_]+)>/g, (_, one: string) => (one === name ? value : String(known[one])));
          const body = route.body ? json(soundBody(route.body, known)) : {};
          const reply = await ask(route, { url, ...body });
          // `%31` is the digit 1 and `..%2F` a word like any other: anything but a failure of ours and a success is an answer.
          const good = value === '%31' || (reply.statusCode >= 400 && reply.statusCode < 500);
          if (!good || reply.statusCode >= 500) wrong.push(`${value.slice(0, 40)}: ${reply.statusCode} ${reply.body.slice(0, 120)}`);
          else if (int && value !== '%31' && reply.statusCode !== 404 && reply.statusCode !== 400)
            wrong.push(`${value}: ${reply.statusCode}`);
          else if (value !== '%31' && (await writes()) !== before) wrong.push(`${value}: something was written`);
          before = await writes();
        }
      expect(wrong).toEqual([]);
    });

  test('an id that nobody has is 404 with its resource, one that no column could hold too (10-D04, 20-ENV-1, 40-D59, 40-D74)', async () => {
    for (const route of apis.filter((one) => /<int:[a-z_]+>/.test(one.path))) {
      if (route.upload) continue;
      const { name } = pathParams(route.path).find((param) => param.int)!;
      for (const value of [2_000_000_000, 2_147_483_648]) {
        const reply = await ask(route, {
          url: urlOf(route, { ...known, [name]: value }),
          ...(route.body ? json(soundBody(route.body, known)) : {}),
        });
        expect([route.id, value, reply.statusCode, reply.json().message_code]).toEqual([route.id, value, 404, 'RESOURCE_NOT_FOUND']);
        if (value === 2_000_000_000 && pathParams(route.path).length === 1)
          expect([route.id, reply.json().extra.id]).toEqual([route.id, value]);
      }
    }
  });
});

// ---------------------------------------------------------------- forms and files

describe('form posts on page paths', () => {
  for (const route of routes.filter((one) => one.kind === 'form'))
    test(route.id, async () => {
      const work = workOf(route);
      const fields = Object.keys(shapeOf(work.body!));
      before = await writes();
      const wrong: string[] = [];
      for (const payload of [
        '',
        'constructor=1&__proto__=2',
        '%E0%A4%A',
        ...fields.flatMap((field) => [
          `${field}=%00`,
          `${field}=${'x'.repeat(9000)}`,
          `${field}=%7B%22a%22`,
          `${field}=1&${field}=2`,
          `${field}=%ED%A0%80`,
        ]),
      ]) {
        const reply = await ask(route, form(payload));
        const sound = reply.statusCode < 500 && (reply.statusCode === 303 || String(reply.headers['content-type']).startsWith('text/html'));
        if (!sound) wrong.push(`${payload.slice(0, 60)}: ${reply.statusCode} ${reply.body.slice(0, 200)}`);
        else if (reply.statusCode >= 400 && (await writes()) !== before) wrong.push(`${payload.slice(0, 60)}: something was written`);
        before = await writes();
      }
      expect(wrong).toEqual([]);
    });
});

describe('multipart that is none', () => {
  const route = catalogue.instancesManage.createInstancesBatch as Route;
  const part = (name: string, file: string | null, content: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"${file === null ? '' : `; filename="${file}"`}\r\n\r\n${content}\r\n`;
  test.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['not one part', 'multipart/form-data; boundary=b', ''],
    ['cut off', 'multipart/form-data; boundary=b', part('file', 'a.csv', 'name,db_type\r\na')],
    ['no file', 'multipart/form-data; boundary=b', `${part('x', null, '1')}--b--\r\n`],
    ['a file under another name', 'multipart/form-data; boundary=b', `${part('other', 'a.csv', 'x')}--b--\r\n`],
    ['two files', 'multipart/form-data; boundary=b', `${part('file', 'a.csv', 'x')}${part('file', 'b.csv', 'y')}--b--\r\n`],
    ['an empty file', 'multipart/form-data; boundary=b', `${part('file', 'a.csv', '')}--b--\r\n`],
    ['zeros', 'multipart/form-data; boundary=b', `${part('file', 'a.csv', '\u0000\u0000')}--b--\r\n`],
    ['reserved names', 'multipart/form-data; boundary=b', `${part('__proto__', null, '1')}${part('constructor', null, '1')}--b--\r\n`],
  ])('%s', async (_title, type, payload) => {
    before = await writes();
    const reply = await ask(route, { headers: { 'content-type': type }, payload });
    expect(await fault(route, reply)).toBeNull();
    expect(reply.statusCode).toBeGreaterThanOrEqual(400);
  });

  test('two uploads that break off leave the server as it was', async () => {
    expect((await ask(catalogue.tags.listTagOptions as Route, {})).statusCode).toBe(200);
  });
});
