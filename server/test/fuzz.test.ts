import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openSession, SESSION_COOKIE } from '../src/http/session.ts';
import { type Case, caseOf, requestOf } from './cases.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { registerFake } from './make.ts';
import { csrfOf, freshAddress, makeUser } from './people.ts';
import { type Known, makeKnown, replyFault, type Route, routes } from './sound.ts';

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

async function ask(route: Route, given: Case): Promise<{ fault: string | null; status: number }> {
  const { headers, ...request } = requestOf(route, given, known[given.about]!);
  const cookie = route.file === 'auth' ? await ownSession(leaver) : shared;
  const reply = await house.app.inject({
    method: route.method,
    ...request,
    remoteAddress: freshAddress(),
    headers: { cookie: `${SESSION_COOKIE}=${cookie}`, 'x-csrftoken': csrfOf(house, cookie), ...headers },
  });
  asked++;
  answers.set(reply.statusCode, (answers.get(reply.statusCode) ?? 0) + 1);
  const { statusCode: status } = reply;
  if (route.file !== 'auth' && (status === 401 || (status === 403 && !/PERMISSION_DENIED/.test(reply.body))))
    return { status, fault: `${status} for an administrator: ${reply.body.slice(0, 200)}` };
  return { status, fault: replyFault(route, reply) };
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
