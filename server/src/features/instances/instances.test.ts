import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeCredential, makeInstance } from '../../../test/make.ts';
import { openVault } from '../../vault/secrets.ts';
import { targetOf } from './target-of.ts';
import { openOptions, resealWallets } from './wallets.ts';

let house: TestHouse;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const admin = () => house.as('admin');
let counter = 0;
const body = (more: object = {}) => ({
  name: `made-${++counter}`,
  db_type: 'mysql' as const,
  host: `10.8.0.${counter}`,
  port: 3306,
  ...more,
});
const create = (more: object = {}) => admin().call(catalogue.instancesManage.createInstance, { body: body(more) });
const edit = (id: number, change: object) =>
  admin().call(catalogue.instancesDetail.updateInstanceDetail, { params: { instance_id: id }, body: change as never });
const get = async (id: number, role: 'admin' | 'viewer' = 'admin') =>
  (await house.as(role).call(catalogue.instancesManage.getInstanceDetail, { params: { instance_id: id } })).body.data.instance;
const codes = (reply: { body: { extra?: { fields?: Record<string, { code: string }[]> } } }) =>
  Object.fromEntries(Object.entries(reply.body.extra?.fields ?? {}).map(([field, faults]) => [field, faults[0]!.code]));

test('one without a credential is registered; database and tags are kept as given (20-INST-2, 20-TEST-8)', async () => {
  const tags = (await house.deps.db.selectFrom('tags').select('name').orderBy('id').limit(2).execute()).map((tag) => tag.name);
  const made = await create({ database_name: 'orcl.example.com', tag_names: tags, description: ' <script>x</script> ' });
  expect([made.status, made.body.meta]).toEqual([201, undefined]);
  const { id } = made.body.data.instance;
  expect(await get(id)).toMatchObject({
    database_name: 'orcl.example.com',
    credential_id: null,
    description: '<script>x</script>',
    is_active: true,
    sync_enabled: true,
    status: 'active',
    last_connected: null,
    database_version: null,
  });
  expect((await get(id)).tags.map((tag) => tag.name).sort()).toEqual(tags.toSorted());
});

test.each([
  ['10.1.2.3', true],
  ['db.example.com', true],
  ['db_1.example.com', true],
  ['fd00::12', true],
  ['::1', true],
  ['256.1.1.1', false],
  ['1.2.3', false],
  ['-bad.example.com', false],
  ['a b', false],
  ['http://db', false],
  ['db:3306', false],
  ['(DESCRIPTION=(ADDRESS=x))', false],
])('%s is a host: %s (20-TEST-6)', async (host, fits) => {
  const reply = await create({ host });
  expect([reply.status, codes(reply)]).toEqual(fits ? [201, {}] : [400, { host: 'HOST_INVALID' }]);
});

test('every faulty field is told at once', async () => {
  const reply = await create({
    name: '<x>',
    db_type: 'sqlite',
    host: '',
    port: 70_000,
    database_name: 'a;b',
    credential_id: -1,
    tag_names: [5],
  });
  expect(Object.keys(codes(reply)).sort()).toEqual(['credential_id', 'database_name', 'db_type', 'host', 'name', 'port', 'tag_names.0']);
});

test('engine names are taken in any case, names with dots, blanks and Chinese (20-INST-6)', async () => {
  const made = await create({ name: ' 生产.订单 db-1 ', db_type: ' MySQL ' });
  expect(made.body.data.instance).toMatchObject({ name: '生产.订单 db-1', db_type: 'mysql' });
});

test('a taken name is 409 whatever its case; ten at once make one (20-INST-9)', async () => {
  await create({ name: 'Taken-Name' });
  const again = await create({ name: 'taken-NAME' });
  expect([again.status, again.body.message_code, codes(again)]).toEqual([409, 'NAME_EXISTS', { name: 'NAME_EXISTS' }]);
  const raced = await Promise.all(Array.from({ length: 10 }, () => create({ name: 'raced' })));
  expect(raced.map((reply) => reply.status).sort()).toEqual([201, ...Array(9).fill(409)]);
});

test('an unknown credential or tag is 400 and nothing is made; a doubtful one is a warning (20-INST-7)', async () => {
  const count = async () => (await house.deps.db.selectFrom('instances').select('id').execute()).length;
  const before = await count();
  expect(codes(await create({ credential_id: 999_999 }))).toEqual({ credential_id: 'CREDENTIAL_UNKNOWN' });
  const unknown = await create({ tag_names: ['no-such-tag'] });
  expect([codes(unknown), unknown.body.extra!.fields!.tag_names![0]!.message]).toEqual([
    { tag_names: 'TAG_UNKNOWN' },
    expect.stringContaining('no-such-tag'),
  ]);
  const ssh = await admin().call(catalogue.credentials.createCredential, {
    body: { name: 'ssh', credential_type: 'ssh', username: 'x', password: 'y' },
  });
  expect(codes(await create({ credential_id: ssh.body.data.credential.id }))).toEqual({ credential_id: 'CREDENTIAL_TYPE' });
  expect(await count()).toBe(before);
  const oracle = await makeCredential(house, { db_type: 'oracle', is_active: false });
  const first = await create({ credential_id: oracle });
  const second = await create({ credential_id: oracle, host: first.body.data.instance.host.toUpperCase() });
  const warned = (second.body.meta!.warnings as { code: string }[]).map((one) => one.code);
  expect(warned.sort()).toEqual(['CREDENTIAL_DB_TYPE', 'CREDENTIAL_INACTIVE', 'SAME_ADDRESS']);
});

describe('an edit', () => {
  test('keeps what it does not name, clears what is emptied (20-INST-5, 20-DET-1)', async () => {
    const credential = await makeCredential(house, { db_type: 'mysql' });
    const made = await create({
      credential_id: credential,
      database_name: 'app',
      description: 'x',
      is_active: false,
      connection_options: { tls_mode: 'require' },
    });
    const { id } = made.body.data.instance;
    house.clock.advance(1000);
    const { updated_at: _, ...kept } = await get(id);
    const { updated_at: __, ...after } = (await edit(id, { port: 3307 })).body.data.instance;
    expect(after).toEqual({ ...kept, port: 3307 });
    const cleared = (await edit(id, { credential_id: '', database_name: '', description: '', tag_names: [] })).body.data.instance;
    expect(cleared).toMatchObject({ credential_id: null, database_name: null, description: null, tags: [], is_active: false });
  });

  test('keeps the wallet, which is never shown, until another is given or it is emptied', async () => {
    const made = await create({ db_type: 'oracle', connection_options: { service_name: 'a', wallet: 'wallet-text' } });
    const { id, connection_options: shown } = made.body.data.instance;
    expect(shown).toEqual({ service_name: 'a', has_wallet: true });
    const stored = async () =>
      (await house.deps.db.selectFrom('instances').select('connection_options').where('id', '=', id).executeTakeFirstOrThrow())
        .connection_options;
    // As the form does: what was shown comes back.
    await edit(id, { connection_options: { ...shown, service_name: 'b' } });
    expect(await stored()).toEqual({ service_name: 'b', wallet: expect.stringMatching(/^v1:/) });
    expect(openOptions(house.deps.vault, id, await stored())).toEqual({ service_name: 'b', wallet: 'wallet-text' });
    await edit(id, { connection_options: { service_name: 'b', wallet: '' } });
    expect(await stored()).toEqual({ service_name: 'b' });
    expect((await get(id)).connection_options).toEqual({ service_name: 'b' });
  });

  test('a wallet is stored sealed to its row: a driver gets it open, another row never does', async () => {
    const { deps } = house;
    const made = await create({ db_type: 'oracle', connection_options: { service_name: 'a', wallet: 'wallet-text' } });
    const { id } = made.body.data.instance;
    const other = await makeInstance(house, { db_type: 'oracle' });
    const credential_id = await makeCredential(house, { db_type: 'oracle' });
    await deps.db.updateTable('instances').set({ credential_id }).where('id', 'in', [id, other]).execute();
    expect((await targetOf(deps.db, deps.vault, id)).target.options).toEqual({ service_name: 'a', wallet: 'wallet-text' });
    await sql`update instances o set connection_options = i.connection_options from instances i where i.id = ${id} and o.id = ${other}`.execute(
      deps.db,
    );
    await expect(targetOf(deps.db, deps.vault, other)).rejects.toMatchObject({ code: 'CREDENTIAL_DECRYPT_FAILED' });
    await deps.db.deleteFrom('instances').where('id', '=', other).execute();
  });

  test('wallets that an earlier version stored as they were are sealed once, and a new key takes the old one’s place', async () => {
    const { deps } = house;
    const [plain, sealed, foreign] = [await makeInstance(house), await makeInstance(house), await makeInstance(house)];
    const put = (id: number, wallet: string) =>
      deps.db
        .updateTable('instances')
        .set({ connection_options: JSON.stringify({ sid: 'x', wallet }) })
        .where('id', '=', id)
        .execute();
    await put(plain, 'as-it-was');
    await put(sealed, deps.vault.seal('under the old key', `instance:${sealed}:wallet`));
    await put(foreign, openVault('somebody else').seal('?', `instance:${foreign}:wallet`));
    const stored = async (id: number) =>
      (await deps.db.selectFrom('instances').select('connection_options').where('id', '=', id).executeTakeFirstOrThrow())
        .connection_options;
    const before = await stored(sealed);
    expect(await resealWallets(deps.db, deps.vault)).toMatchObject({ changed: 1, unreadable: [foreign] });
    expect(openOptions(deps.vault, plain, await stored(plain))).toEqual({ sid: 'x', wallet: 'as-it-was' });
    expect(JSON.stringify(await stored(plain))).not.toContain('as-it-was');
    expect(await stored(sealed)).toEqual(before);
    expect(await resealWallets(deps.db, deps.vault)).toEqual({ changed: 0, unreadable: [foreign] });
    const next = openVault('the next key', [deps.config.credentialKeys[0]!]);
    expect((await resealWallets(deps.db, next)).changed).toBeGreaterThanOrEqual(2);
    expect(openOptions(openVault('the next key'), sealed, await stored(sealed))).toEqual({ sid: 'x', wallet: 'under the old key' });
    await deps.db.deleteFrom('instances').where('id', 'in', [plain, sealed, foreign]).execute();
  });

  test('is refused for what does not exist, and for a name that is taken', async () => {
    const [one, other] = [await makeInstance(house), await makeInstance(house, { name: 'the-other' })];
    expect((await edit(2_000_000, { port: 1 })).body.extra).toEqual({ resource: 'instance', id: 2_000_000 });
    expect((await edit(one, { name: 'The-Other', port: 9 })).status).toBe(409);
    expect([(await get(one)).port, (await get(other)).name]).toEqual([5432, 'the-other']);
  });

  test('writes one audit event with what changed and nothing else', async () => {
    const id = await makeInstance(house, { name: 'audited' });
    await edit(id, { port: 6000, name: 'audited' });
    const event = await house.deps.db
      .selectFrom('audit_events')
      .selectAll()
      .where('resource', '=', 'instance')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(event).toMatchObject({
      action: 'update',
      resource_id: String(id),
      username: 'admin_1',
      before: { port: 5432 },
      after: { port: 6000 },
    });
  });
});

test('the old spelling of the edit route is the same route', async () => {
  const id = await makeInstance(house);
  const reply = await admin().raw({
    method: 'POST',
    url: `/instances/api/edit/${id}`,
    headers: { 'content-type': 'application/json' },
    payload: '{"port":1234}',
  });
  expect([reply.statusCode, (await get(id)).port]).toEqual([200, 1234]);
});

test('a viewer sees the instance without the login’s name', async () => {
  const id = await makeInstance(house, { credential_id: await makeCredential(house, { name: 'theirs', username: 'login_name' }) });
  expect((await get(id)).credential).toMatchObject({ name: 'theirs', username: 'login_name', password: '********' });
  expect((await get(id, 'viewer')).credential).toMatchObject({ name: 'theirs', username: null, password: '********' });
});

test('options: active instances in the order of their names, with the engine beside them', async () => {
  await makeInstance(house, { name: 'zz-off', is_active: false });
  await makeInstance(house, { name: 'zz-on', db_type: 'oracle' });
  const { instances } = (await admin().call(catalogue.common.getInstanceOptions, { query: { search: 'zz-' } })).body.data;
  expect(instances).toMatchObject([{ name: 'zz-on', db_type: 'oracle', display_name: 'zz-on (ORACLE)' }]);
  const { options } = (await admin().call(catalogue.common.getDatabaseTypeOptions)).body.data;
  expect(options.map((option) => [option.value, option.default_port])).toEqual(
    expect.arrayContaining([
      ['mysql', 3306],
      ['postgresql', 5432],
      ['sqlserver', 1433],
      ['oracle', 1521],
    ]),
  );
  const missing = await admin().call(catalogue.common.getDatabaseOptions, { query: { instance_id: 999_999 } });
  expect(missing.status).toBe(404);
});
