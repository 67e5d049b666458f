import { catalogue } from '@whalefall/contract';
import { type AccountFact, canonicalFacts, emptyFacts, type Grant } from '@whalefall/engines';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { registerFake } from '../../../test/make.ts';

/** More than two batches of the largest size. */
const MANY = 450;
const TABLES = 12;
const select = (object: string): Grant => ({
  scope: 'table',
  database: 'shop',
  schema: 'public',
  object,
  privilege: 'SELECT',
  state: 'grant',
  grantable: false,
  grantor: 'postgres',
});
const person = (n: number, tables = TABLES): AccountFact => ({
  username: `person_${String(n).padStart(3, '0')}`,
  displayName: `person_${n}`,
  isSuperuser: false,
  isLocked: false,
  isRole: false,
  isPublic: false,
  passwordLastChanged: null,
  typeSpecific: { can_login: true },
  facts: canonicalFacts({
    ...emptyFacts(),
    grants: Array.from({ length: tables }, (_, t) => select(`t${t}`)),
    attributes: { can_login: true },
  }),
});

const [template] = fakeFleet(7).filter((one) => one.dbType === 'postgresql');
const many = { ...template!, name: 'many', host: 'many.demo.invalid', accounts: [] as AccountFact[] };
let house: TestHouse;
let id: number;
beforeAll(async () => {
  house = await openHouse({ world: fakeWorld(7, [many]), worker: true });
  id = await registerFake(house, many);
});
afterAll(() => house.close());

const sync = () =>
  house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id }, query: { wait: 25 } });
const rows = async () => {
  const count = async (table: string) =>
    (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)} where instance_id = ${id}`.execute(house.deps.db)).rows[0]!
      .n;
  return {
    accounts: await count('instance_accounts'),
    snapshots: await count('account_permission'),
    facts: await count('account_privileges'),
    log: await count('account_change_log'),
  };
};
/** The row versions of all snapshots: one that is written again has another. */
const versions = async () =>
  (
    await sql<{ username: string; version: string }>`
      select username, xmin::text as version from account_permission where instance_id = ${id} order by username`.execute(house.deps.db)
  ).rows;

test('a fault in a later batch leaves nothing of the earlier ones', async () => {
  many.accounts = [...Array.from({ length: MANY }, (_, n) => person(n)), person(MANY - 1)];
  const reply = await sync();
  expect(reply.status).toBe(502);
  expect(await rows()).toEqual({ accounts: 0, snapshots: 0, facts: 0, log: 0 });
});

test('accounts, facts and log entries of all batches, each once; the second time no row is written', async () => {
  many.accounts = Array.from({ length: MANY }, (_, n) => person(n));
  expect((await sync()).body.data.result).toMatchObject({ added_count: MANY, synced_count: MANY });
  expect(await rows()).toEqual({ accounts: MANY, snapshots: MANY, facts: MANY * TABLES, log: MANY });
  const before = await versions();
  expect((await sync()).body.data.result).toMatchObject({ added_count: 0, modified_count: 0, removed_count: 0 });
  expect(await versions()).toEqual(before);
  expect((await rows()).log).toBe(MANY);
});

test('what many grants alike are stored as, the history shows one by one', async () => {
  const { rows } = await sql<{ id: number; stored: unknown[] }>`
    select p.id, l.privilege_diff as stored from account_change_log l join account_permission p on p.instance_account_id = l.instance_account_id
    where l.instance_id = ${id} and l.username = 'person_007'`.execute(house.deps.db);
  expect(rows[0]!.stored.length).toBe(2);
  const history = await house
    .as('viewer')
    .call(catalogue.instancesDetail.getAccountChangeHistory, { params: { instance_id: id, account_id: rows[0]!.id } });
  const diff = history.body.data.history[0]!.privilege_diff;
  expect(diff.map(({ object, action, permissions }) => [object, action, permissions])).toEqual([
    ['角色属性', 'GRANT', ['can_login']],
    ...['t0', 't1', 't10', 't11', ...Array.from({ length: 8 }, (_, n) => `t${n + 2}`)].map((name) => [
      `表权限:shop.public.${name}`,
      'GRANT',
      ['SELECT'],
    ]),
  ]);
  expect(diff[1]).toMatchObject({ field: 'extended_privileges', label: '表权限', path: ['shop', 'public', 't0'] });
});

test('of every batch only what changed is written: granted, gone, new, back', async () => {
  const before = new Map((await versions()).map((row) => [row.username, row.version]));
  many.accounts = Array.from({ length: MANY }, (_, n) => person(n, n === 5 || n === 250 || n === 440 ? TABLES + 1 : TABLES)).filter(
    (_, n) => n !== 6 && n !== 251,
  );
  many.accounts.push(person(900));
  expect((await sync()).body.data.result).toMatchObject({ added_count: 1, modified_count: 3, removed_count: 2 });
  const after = await versions();
  expect(after.filter((row) => before.get(row.username) !== row.version).map((row) => row.username)).toEqual([
    'person_005',
    // Gone: their row says since when.
    'person_006',
    'person_250',
    'person_251',
    'person_440',
    'person_900',
  ]);
  expect((await rows()).facts).toBe(MANY * TABLES + 3 + TABLES);
  many.accounts.push(person(6, 1), person(251));
  expect((await sync()).body.data.result).toMatchObject({ added_count: 2, removed_count: 0 });
  const back = await sql<{ username: string; facts: number; diff: { action: string }[] }>`
    select l.username, l.privilege_diff as diff,
      (select count(*)::int from account_privileges f join account_permission p on p.id = f.account_id where p.instance_account_id = l.instance_account_id) as facts
    from account_change_log l where l.instance_id = ${id} and l.change_type = 'return' order by 1`.execute(house.deps.db);
  expect(back.rows.map((row) => [row.username, row.facts, row.diff.map((one) => one.action)])).toEqual([
    ['person_006', 1, ['REVOKE']],
    ['person_251', TABLES, []],
  ]);
});

test('a database that is closed takes nothing away, in whatever batch', async () => {
  const facts = (await rows()).facts;
  const log = (await rows()).log;
  many.accounts = many.accounts.map((one) => ({
    ...one,
    facts: canonicalFacts({
      ...one.facts,
      grants: [],
      unread: [{ scope: 'database', database: 'shop', code: 'PRIVILEGE_MISSING', needs: 'GRANT CONNECT ON DATABASE "shop" TO "monitor"' }],
    }),
  }));
  expect((await sync()).body.data.result).toMatchObject({ modified_count: 0, removed_count: 0 });
  expect(await rows()).toMatchObject({ facts, log });
});
