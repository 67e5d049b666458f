import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeInstance } from '../../../test/make.ts';

let house: TestHouse;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

const admin = () => house.as('admin');
const routes = catalogue.tags;
const create = (name: string, more: object = {}) =>
  admin().call(routes.createTag, { body: { name, display_name: `Tag ${name}`, category: 'other', ...more } });
const remove = (id: number, force?: boolean) =>
  admin().call(routes.delete, { params: { tag_id: id }, ...(force === undefined ? {} : { body: { force } }) });

test('the nine categories are there before any tag is, with their counts (20-TAG-4, 20-TAG-5)', async () => {
  await create('counted', { category: 'project' });
  const { categories, items } = (await admin().call(routes.listTagCategories)).body.data;
  expect(categories).toHaveLength(9);
  expect(categories.map(([value]) => value)).toEqual(items.map((item) => item.value));
  const counted = await house.deps.db.selectFrom('tags').select('id').where('category', '=', 'project').execute();
  expect(items.find((item) => item.value === 'project')!.tag_count).toBe(counted.length);
});

test('create fills in what is left out; an edit keeps what it does not name', async () => {
  const made = await create('made', { sort_order: -5 });
  expect([made.status, made.body.data.tag]).toMatchObject([201, { color: 'primary', sort_order: 0, is_active: true, description: null }]);
  const { id } = made.body.data.tag;
  const edited = await admin().call(routes.updateTag, { params: { tag_id: id }, body: { display_name: '新名字' } });
  expect(edited.body.data.tag).toMatchObject({ name: 'made', display_name: '新名字', category: 'other', is_active: true });
  expect((await admin().call(routes.getTagByName, { params: { tag_name: 'made' } })).body.data.tag.display_name).toBe('新名字');
});

test.each([
  ['name', { name: 'with space' }, 'TAG_NAME_INVALID'],
  ['name', { name: 'x'.repeat(51) }, 'TOO_LONG'],
  ['display_name', { display_name: ' ' }, 'REQUIRED'],
  ['category', { category: 'colour' }, 'INVALID_VALUE'],
  ['color', { color: '#ff0000' }, 'INVALID_VALUE'],
])('%s is refused in %j (20-TAG-3)', async (field, more, code) => {
  const reply = await create('wrong', more);
  expect([reply.status, Object.keys(reply.body.extra!.fields!), reply.body.extra!.fields![field]![0]!.code]).toEqual([400, [field], code]);
});

test('a taken name is 409 whatever its case, also raced and renamed', async () => {
  await create('Taken');
  const other = (await create('free')).body.data.tag;
  const renamed = await admin().call(routes.updateTag, { params: { tag_id: other.id }, body: { name: 'tAKEN' } });
  for (const reply of [await create('TAKEN'), renamed])
    expect([reply.status, reply.body.message_code, Object.keys(reply.body.extra!.fields!)]).toEqual([409, 'NAME_EXISTS', ['name']]);
  const raced = await Promise.all(Array.from({ length: 8 }, () => create('raced')));
  expect(raced.map((reply) => reply.status).sort()).toEqual([201, ...Array(7).fill(409)]);
});

describe('deleting', () => {
  test('a tag in use is 409 with the number of instances; forced, its links go with it (20-TAG-6)', async () => {
    const { id } = (await create('used')).body.data.tag;
    const instance = await makeInstance(house, { tag_names: ['used'] });
    await makeInstance(house, { tag_names: ['used'] });
    const refused = await remove(id);
    expect([refused.status, refused.body.message_code, refused.body.extra]).toEqual([409, 'TAG_IN_USE', { tag_id: id, instance_count: 2 }]);
    expect((await remove(id, true)).body.data).toEqual({ tag_id: id, deleted_links: 2 });
    const shown = await admin().call(catalogue.instancesManage.getInstanceDetail, { params: { instance_id: instance } });
    expect(shown.body.data.instance.tags).toEqual([]);
  });

  test('an unknown one is 404, not a failure (20-TAG-2), the second of two deletes too', async () => {
    expect((await remove(999_999)).body.extra).toEqual({ resource: 'tag', id: 999_999 });
    const { id } = (await create('twice')).body.data.tag;
    const both = await Promise.all([remove(id), remove(id)]);
    expect(both.map((reply) => reply.status).sort()).toEqual([200, 404]);
  });
});

test('without paging only active tags, in their order; with it also the others, counts and statistics (20-TAG-1)', async () => {
  const { id } = (await create('sleeping', { is_active: false, category: 'other', sort_order: 3 })).body.data.tag;
  const options = (await admin().call(routes.listTagOptions, { query: { category: 'other' } })).body.data;
  expect(options.category).toBe('other');
  expect(options.tags.every((tag) => tag.is_active && tag.category === 'other')).toBe(true);
  expect(options.tags.map((tag) => tag.sort_order)).toEqual(options.tags.map((tag) => tag.sort_order).toSorted((a, b) => a - b));
  const page = (await admin().call(routes.listTagOptions, { query: { status: 'inactive', page: 1 } })).body.data;
  expect(page.items!.map((tag) => tag.id)).toEqual([id]);
  expect([page.total, page.stats]).toEqual([1, { total: 1, active: 0, inactive: 1, category_count: 1 }]);
});

test('the English words of a tag that came with the product go when somebody writes their own (20-SEED-2)', async () => {
  const { db } = house.deps;
  const seeded = () =>
    db
      .selectFrom('tags')
      .select(['id', 'display_name', 'display_name_en', 'description', 'description_en'])
      .where('name', '=', 'edge')
      .executeTakeFirstOrThrow();
  const before = await seeded();
  expect([before.display_name_en, before.description_en]).toEqual(['Edge', 'On a node close to where it is used']);
  const update = (body: object) => house.as('admin').call(catalogue.tags.updateTag, { params: { tag_id: before.id }, body: body as never });
  await update({ name: 'edge', display_name: before.display_name, category: 'deployment', description: '现场节点' });
  expect(await seeded()).toMatchObject({ display_name_en: 'Edge', description: '现场节点', description_en: null });
  await update({ name: 'edge', display_name: '现场', category: 'deployment' });
  expect(await seeded()).toMatchObject({ display_name: '现场', display_name_en: null });
});

test('no tag that came with the product is without English words', async () => {
  const { rows } = await house.deps.store.pool.query(
    "select name from tags where description_en is null and display_name_en is not null and name <> 'edge'",
  );
  expect(rows).toEqual([]);
});
