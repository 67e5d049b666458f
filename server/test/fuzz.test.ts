import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { catalogue, pathParams } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import type { z } from 'zod';
import { openSession, SESSION_COOKIE } from '../src/http/session.ts';
import { arbitraryOf, hostile, hostileText } from './arbitrary.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { registerFake } from './make.ts';
import { csrfOf, freshAddress, makeUser } from './people.ts';
import { type Known, makeKnown, replyFault, type Route, routes, shapeOf, soundValue, workOf } from './sound.ts';

/**
 * Every route, asked with what its schemas would make and what they should refuse, all fields at once: no 500, no reply
 * outside its schema. FUZZ_RUNS is the number of cases for each route and seed; FUZZ_SEED repeats a seed that was printed.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 20);
const SEEDS = [20_251_121, Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31 - 1))];
vi.setConfig({ testTimeout: 30_000 + RUNS * 2000 });

const DB_TYPES = ['mysql', 'postgresql', 'sqlserver', 'oracle'] as const;
const fleet = fakeFleet(6);
const world = fakeWorld(
  6,
  DB_TYPES.map((dbType) => fleet.find((one) => one.dbType === dbType)!),
);
let house: TestHouse;
/** Two of everything: one that only this test made, and one of a fleet that was read. */
let known: Known[] = [];
let shared = '';
let asked = 0;
const answers = new Map<number, number>();

beforeAll(async () => {
  house = await openHouse({ world, worker: true });
  const admin = house.as('admin');
  const { accountsSync, databasesCapacitySync, capacityAggregations, historySessions } = catalogue;
  let instance_id = 0;
  let session_id = '';
  for (const fake of world.instances) {
    instance_id = await registerFake(house, fake);
    const sync = await admin.call(accountsSync.syncInstanceAccounts, { params: { instance_id } });
    await admin.call(databasesCapacitySync.syncInstanceCapacity, { params: { instance_id } });
    session_id = sync.body.data.result.session_id;
  }
  await admin.call(capacityAggregations.aggregateCurrent, { body: {} });
  const account = await house.deps.db
    .selectFrom('account_permission')
    .select('id')
    .where('instance_id', '=', instance_id)
    .where('is_role', '=', false)
    .executeTakeFirstOrThrow();
  await house.deps.sink.flush();
  const log = await house.deps.db.selectFrom('unified_logs').select('id').limit(1).executeTakeFirst();
  const made = await makeKnown(house);
  known = [made, { ...made, instance_id, account_id: account.id, session_id, job_id: 'cleanup_logs', log_id: log?.id ?? 1 }];
  shared = await ownSession();
  leaver = (await makeUser(house, { role: 'admin' })).id;
  for (let i = 0; i < 100; i++) {
    const { sessions } = (await admin.call(historySessions.listRunningSessions)).body.data;
    if (sessions.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}, 120_000);
afterAll(async () => {
  const by = [...answers].sort(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`);
  console.log(`fuzz: ${asked} cases over ${targets.length} routes, seeds ${SEEDS.join(' and ')} (${by.join(', ')})`);
  await house.close();
});

const ownSession = async (userId = house.as('admin').userId!) =>
  (await openSession(house.deps.db, { userId, remember: true, ip: '127.0.0.1', userAgent: null }, house.clock.now())).cookie;
/** Signing out (everywhere, even) and changing one's password end sessions: somebody else tries that. */
let leaver = 0;

const targets = routes.filter((route) => route.kind !== 'events');

interface Case {
  /** Which of the known rows the request is about. */
  about: 0 | 1;
  params: Record<string, string>;
  query: [key: string, value: string][];
  body: unknown;
}
/** The marks are put in when the request is made: the rows are not there yet when cases are thought of. */
const SOUND = '\u0001sound';
const mark = fc.constant(SOUND);

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const pathValue = (int: boolean): fc.Arbitrary<string> =>
  int
    ? fc.oneof(
        { weight: 6, arbitrary: mark },
        { weight: 1, arbitrary: fc.constantFrom('0', '2000000000', '2147483647', '2147483648', '-1', '1.5', 'abc', '9'.repeat(30)) },
        { weight: 1, arbitrary: hostileText },
      )
    : fc.oneof(
        { weight: 4, arbitrary: mark },
        { weight: 2, arbitrary: fc.constantFrom('mysql', 'oracle', 'MySQL', 'production', 'sync_accounts') },
        { weight: 1, arbitrary: hostileText },
      );
const queryOf = (schema: z.ZodObject | undefined): fc.Arbitrary<[string, string][]> => {
  const entries = Object.entries(schema?.shape ?? {}).map(([key, one]) =>
    fc
      .oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        { weight: 3, arbitrary: arbitraryOf(one as z.ZodType) },
        { weight: 1, arbitrary: mark },
        { weight: 1, arbitrary: hostile },
      )
      .map((value) =>
        (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined).map((one): [string, string] => [key, textOf(one)]),
      ),
  );
  const stray = fc.oneof(
    { weight: 9, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(hostileText, hostileText).map((one) => [one]) },
  );
  return fc.tuple(...entries, stray).map((lists) => lists.flat() as [string, string][]);
};
const bodyOf = (schema: z.ZodType | undefined): fc.Arbitrary<unknown> => {
  if (!schema) return fc.constant(undefined);
  const fields = Object.fromEntries(
    Object.entries(shapeOf(schema)).map(([field, one]) => [
      field,
      fc.oneof(
        { weight: 5, arbitrary: mark },
        { weight: 4, arbitrary: arbitraryOf(one) },
        { weight: 1, arbitrary: hostile },
        { weight: 1, arbitrary: fc.constant(undefined) },
      ),
    ]),
  );
  return fc.oneof({ weight: 12, arbitrary: fc.record(fields) }, { weight: 1, arbitrary: hostile });
};
const caseOf = (route: Route): fc.Arbitrary<Case> => {
  const work = workOf(route);
  return fc.record({
    about: fc.constantFrom(0 as const, 1 as const),
    params: fc.record(Object.fromEntries(pathParams(route.path).map(({ name, int }) => [name, pathValue(int)]))),
    query: queryOf(work.query),
    body: route.method === 'GET' ? fc.constant(undefined) : work.upload ? csv : bodyOf(work.body),
  }) as fc.Arbitrary<Case>;
};
const HEADER = 'name,db_type,host,port,database_name,description,credential_id,credential_name,tags,is_active';
const csv = fc
  .array(fc.array(fc.oneof(arbitraryOf(catalogue.instancesManage.createInstance.body.shape.name), hostileText), { maxLength: 11 }), {
    maxLength: 5,
  })
  .map((rows) => [HEADER, ...rows.map((row) => row.join(','))].join('\n'));

async function ask(route: Route, given: Case): Promise<{ fault: string | null; status: number }> {
  const facts = known[given.about]!;
  const work = workOf(route);
  const filled = (value: unknown, field: string, schema?: z.ZodType): unknown =>
    value === SOUND ? ((schema ? soundValue(field, schema, facts) : facts[field]) ?? 1) : value;
  const path = route.path.replace(/<(?:int:)?([a-z_]+)>/g, (_, name: string) =>
    encodeURIComponent(textOf(filled(given.params[name], name)).toWellFormed()),
  );
  const query = given.query
    .map(([key, value]) => [key, textOf(filled(value, key, (work.query?.shape as Record<string, z.ZodType> | undefined)?.[key]))])
    .map(([key, value]) => `${encodeURIComponent(key!.toWellFormed())}=${encodeURIComponent(value!.toWellFormed())}`)
    .join('&');
  const shape = work.body ? shapeOf(work.body) : {};
  const isRecord = typeof given.body === 'object' && given.body !== null && !Array.isArray(given.body);
  const body = isRecord
    ? Object.fromEntries(Object.entries(given.body as object).map(([key, value]) => [key, filled(value, key, shape[key])]))
    : given.body;
  const cookie = route.file === 'auth' ? await ownSession(leaver) : shared;
  const reply = await house.app.inject({
    method: route.method,
    url: `${path}${query ? `?${query}` : ''}`,
    remoteAddress: freshAddress(),
    headers: { cookie: `${SESSION_COOKIE}=${cookie}`, 'x-csrftoken': csrfOf(house, cookie), ...media(route, body) },
    ...payload(route, body),
  });
  asked++;
  answers.set(reply.statusCode, (answers.get(reply.statusCode) ?? 0) + 1);
  const { statusCode: status } = reply;
  if (route.file !== 'auth' && (status === 401 || (status === 403 && !/PERMISSION_DENIED/.test(reply.body))))
    return { status, fault: `${status} for an administrator: ${reply.body.slice(0, 200)}` };
  return { status, fault: replyFault(route, reply) };
}
function media(route: Route, body: unknown): Record<string, string> {
  if (body === undefined) return {};
  const upload = workOf(route).upload !== undefined;
  return {
    'content-type': upload
      ? 'multipart/form-data; boundary=b'
      : route.kind === 'form'
        ? 'application/x-www-form-urlencoded'
        : 'application/json',
  };
}
function payload(route: Route, body: unknown): { payload?: string } {
  if (body === undefined) return {};
  if (workOf(route).upload)
    return {
      payload: `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${String(body).toWellFormed()}\r\n--b--\r\n`,
    };
  if (route.kind !== 'form') return { payload: JSON.stringify(body) ?? 'null' };
  const values = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  return {
    payload: new URLSearchParams(
      values.flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, textOf(value).toWellFormed()]])),
    ).toString(),
  };
}

describe.each(SEEDS)('seed %i', (seed) => {
  test.each(targets.map((route) => [route.id, route] as const))('%s', async (_id, route) => {
    await fc.assert(
      fc.asyncProperty(caseOf(route), async (given) => {
        const { fault } = await ask(route, given);
        if (fault) throw new Error(fault);
      }),
      { seed: seed + targets.indexOf(route), numRuns: RUNS, endOnFailure: true },
    );
  });
});
