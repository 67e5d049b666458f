import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeCredential, makeInstance } from '../../../test/make.ts';
import { openCredential } from './index.ts';

let house: TestHouse;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const admin = () => house.as('admin');
const { createCredential, updateCredential, getCredential, listCredentials, delete: deleteCredential } = catalogue.credentials;
const body = (more: object = {}) => ({
  name: 'created',
  credential_type: 'database' as const,
  db_type: 'mysql' as const,
  username: 'monitor',
  password: 'Secret-1',
  ...more,
});
const edit = (id: number, change: object) => admin().call(updateCredential, { params: { credential_id: id }, body: change as never });
const get = async (id: number) => (await admin().call(getCredential, { params: { credential_id: id } })).body.data.credential;
const opened = async (id: number) => (await openCredential(house.deps.db, house.deps.vault, id, 'mysql')).password;

describe('a password (20-CRED-3, 20-SAN-1, 20-DB-3, 10-D34)', () => {
  test.each([`a&b<c>"'\\ 密码 `, ' ', 'x', '密'.repeat(85)])(
    '%j is kept as it is, also through an edit that leaves it blank (20-CRED-3)',
    async (password) => {
      const made = await admin().call(createCredential, {
        body: body({ name: `round ${password.length} ${password.charCodeAt(0)}`, password }),
      });
      expect(made.status).toBe(201);
      const { id } = made.body.data.credential;
      expect(await opened(id)).toBe(password);
      for (const blank of ['', null, undefined]) {
        house.clock.advance(1000);
        expect((await edit(id, { password: blank, description: 'x' })).status).toBe(200);
        expect(await opened(id)).toBe(password);
      }
      const [row, stored] = [
        await get(id),
        await house.deps.db.selectFrom('credentials').select('password').where('id', '=', id).executeTakeFirstOrThrow(),
      ];
      expect(row.password_updated_at).toBe(row.created_at);
      expect(stored.password).toMatch(/^v1:/);
      await edit(id, { password: 'Another-1' });
      expect(await opened(id)).toBe('Another-1');
      expect((await get(id)).password_updated_at).not.toBe(row.created_at);
    },
  );

  test('more than 256 bytes is refused by bytes, not by characters', async () => {
    const reply = await admin().call(createCredential, { body: body({ password: '密'.repeat(86) }) });
    expect([reply.status, reply.body.extra!.fields!.password![0]!.code]).toEqual([400, 'TOO_LONG']);
  });
});

test('an edit keeps what it does not name: neither disabled nor its description erased (20-CRED-1)', async () => {
  const id = await makeCredential(house, { name: 'kept', db_type: 'mysql' });
  await edit(id, { description: 'who asked for it' });
  const before = await get(id);
  expect((await edit(id, { username: 'other' })).body.data.credential).toMatchObject({
    ...before,
    username: 'other',
    updated_at: expect.any(String),
    password_updated_at: expect.any(String),
  });
  expect((await edit(id, { description: '' })).body.data.credential.description).toBeNull();
  expect((await edit(id, { is_active: false })).body.data.credential).toMatchObject({ is_active: false, username: 'other', name: 'kept' });
});

test.each(['sa', 'C##MONITOR', 'DOMAIN\\user', 'user@tenant', 'sys/x', '用户', 'a'.repeat(255)])(
  'the user name %j is one (20-CRED-2)',
  async (username) => {
    const made = await admin().call(createCredential, { body: body({ name: `name ${username.slice(0, 20)}`, username }) });
    expect([made.status, made.body.data?.credential.username]).toEqual([201, username]);
  },
);

test('kinds are kept in lower case (20-CRED-6); a database login needs an engine, others have none (20-CRED-7)', async () => {
  const made = await admin().call(createCredential, {
    body: body({ name: 'cased', credential_type: ' Database ' as never, db_type: 'MySQL' as never }),
  });
  expect(made.body.data.credential).toMatchObject({ credential_type: 'database', db_type: 'mysql' });
  const without = await admin().call(createCredential, { body: body({ name: 'none', db_type: undefined }) });
  expect([without.status, Object.keys(without.body.extra!.fields!)]).toEqual([400, ['db_type']]);
  const ssh = await admin().call(createCredential, { body: body({ name: 'ssh', credential_type: 'ssh' }) });
  expect(ssh.body.data.credential.db_type).toBeNull();
  const back = await edit(ssh.body.data.credential.id, { credential_type: 'database' });
  expect([back.status, Object.keys(back.body.extra!.fields!)]).toEqual([400, ['db_type']]);
});

test('a taken name is 409 whatever its case, on create, on edit and when ten ask at once (20-CRED-9)', async () => {
  await makeCredential(house, { name: 'Taken' });
  const other = await makeCredential(house, { name: 'other one' });
  for (const reply of [await admin().call(createCredential, { body: body({ name: ' taken ' }) }), await edit(other, { name: 'TAKEN' })])
    expect([reply.status, reply.body.message_code, reply.body.extra!.fields!.name![0]!.code]).toEqual([409, 'NAME_EXISTS', 'NAME_EXISTS']);
  expect((await get(other)).name).toBe('other one');
  const raced = await Promise.all(Array.from({ length: 10 }, () => admin().call(createCredential, { body: body({ name: 'raced' }) })));
  expect(raced.map((reply) => reply.status).sort()).toEqual([201, ...Array(9).fill(409)]);
});

describe('deleting', () => {
  test('one in use is 409 with the instances, and nothing is changed (20-CRED-5)', async () => {
    const id = await makeCredential(house, { db_type: 'mysql' });
    const instances = [];
    for (let i = 0; i < 22; i++)
      instances.push(await makeInstance(house, { name: `uses-it-${String(i).padStart(2, '0')}`, db_type: 'mysql', credential_id: id }));
    const reply = await admin().call(deleteCredential, { params: { credential_id: id } });
    expect([reply.status, reply.body.message_code]).toEqual([409, 'CREDENTIAL_IN_USE']);
    expect(reply.body.extra).toMatchObject({
      instance_count: 22,
      instances: instances.slice(0, 20).map((one, i) => ({ id: one, name: `uses-it-${String(i).padStart(2, '0')}` })),
    });
    expect((await get(id)).instance_ids).toEqual(instances);
  });

  test('another of the same kind may take its place, all or nothing', async () => {
    const [id, same, different] = [
      await makeCredential(house, { db_type: 'mysql' }),
      await makeCredential(house, { db_type: 'mysql' }),
      await makeCredential(house, { db_type: 'oracle' }),
    ];
    const instance = await makeInstance(house, { db_type: 'mysql', credential_id: id });
    for (const wrong of [different, id, 999_999]) {
      const reply = await admin().call(deleteCredential, { params: { credential_id: id }, body: { replace_with: wrong } });
      expect([reply.status, Object.keys(reply.body.extra!.fields!)]).toEqual([400, ['replace_with']]);
    }
    expect((await get(id)).instance_ids).toEqual([instance]);
    const done = await admin().call(deleteCredential, { params: { credential_id: id }, body: { replace_with: same } });
    expect(done.body.data).toEqual({ credential_id: id, replaced_instances: 1 });
    expect((await get(same)).instance_ids).toEqual([instance]);
    expect((await admin().call(getCredential, { params: { credential_id: id } })).status).toBe(404);
  });

  test('of a delete and a registration at once no instance is left without its credential', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await makeCredential(house, { db_type: 'mysql' });
      const [gone, made] = await Promise.all([
        admin().call(deleteCredential, { params: { credential_id: id } }),
        admin().call(catalogue.instancesManage.createInstance, {
          body: { name: `race-${round}`, db_type: 'mysql', host: `10.7.0.${round + 1}`, port: 3306, credential_id: id },
        }),
      ]);
      expect([
        [200, 400],
        [409, 201],
      ]).toContainEqual([gone.status, made.status]);
    }
  });
});

test('who may not update sees no user name, cannot search or sort by it', async () => {
  await makeCredential(house, { name: 'hidden name', username: 'findable_login' });
  const list = async (role: 'admin' | 'user' | 'viewer') =>
    (await house.as(role).call(listCredentials, { query: { search: 'findable' } })).body.data;
  expect((await list('admin')).items.map((item) => item.username)).toEqual(['findable_login']);
  for (const role of ['user', 'viewer'] as const) {
    expect((await list(role)).total).toBe(0);
    const [item] = (await house.as(role).call(listCredentials, { query: { search: 'hidden name' } })).body.data.items;
    expect(item).toMatchObject({ name: 'hidden name', username: null, password: '********' });
    expect((await house.as(role).call(listCredentials, { query: { sort: 'username' } })).status).toBe(403);
    const csv = await house.as(role).raw({ method: 'GET', url: '/credentials/api/credentials?format=csv' });
    expect(csv.body).not.toContain('findable_login');
  }
});

test('the tags filter means the tags of the instances that use it (20-CRED-4)', async () => {
  const [{ name: tag }] = (await house.deps.db.selectFrom('tags').select('name').orderBy('id').limit(1).execute()) as [{ name: string }];
  const id = await makeCredential(house, { db_type: 'mysql' });
  await makeInstance(house, { db_type: 'mysql', credential_id: id, tag_names: [tag] });
  await makeInstance(house, { db_type: 'mysql', credential_id: id, tag_names: [tag] });
  const { items, total } = (await admin().call(listCredentials, { query: { tags: [tag] } })).body.data;
  expect([items.map((item) => item.id), total]).toEqual([[id], 1]);
});
