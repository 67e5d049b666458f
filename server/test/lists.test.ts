import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Readable } from 'node:stream';
import { catalogue, fillPath, type Named, type RouteDef } from '@whalefall/contract';
import { z } from 'zod';
import { installJobs } from '../src/features/scheduler/index.ts';
import { csvOfPages } from '../src/http/csv.ts';
import { builtInJobs } from '../src/schedule.ts';
import { parse as parseCsv } from 'csv-parse/sync';
import { openHouse, type TestHouse } from './harness.ts';
import { makeCredential, makeInstance } from './make.ts';
import { makeUser } from './people.ts';

const COUNT = 23;
let house: TestHouse;
let tags: string[];
beforeAll(async () => {
  house = await openHouse();
  tags = (await house.deps.db.selectFrom('tags').select('name').orderBy('id').limit(3).execute()).map((tag) => tag.name);
  for (let i = 0; i < COUNT; i++) {
    await makeInstance(house, { name: `list-${String(i).padStart(2, '0')}`, port: 5000 + (i % 3), description: i % 2 ? '财务系统' : '' });
    await makeCredential(house, { name: `list-${String(i).padStart(2, '0')}`, db_type: i % 2 ? 'mysql' : 'oracle' });
    await makeUser(house, { username: `list_${String(i).padStart(2, '0')}`, role: i % 2 ? 'user' : 'viewer' });
    if (i < 21)
      await house.as('admin').call(catalogue.tags.createTag, { body: { name: `list-${i}`, display_name: `清单 ${i}`, category: 'other' } });
  }
});
afterAll(() => house.close());

const LISTS = [
  {
    url: '/instances/api',
    search: 'list-',
    total: COUNT,
    sorts: ['port', 'db_type', 'name', 'total_size_mb', 'last_sync_time', 'created_at'],
  },
  {
    url: '/credentials/api/credentials',
    search: 'list-',
    total: COUNT,
    sorts: ['db_type', 'name', 'instance_count', 'created_at', 'is_active'],
  },
  { url: '/users/api/users', search: 'list_', total: COUNT, sorts: ['role', 'username', 'last_login', 'created_at'] },
  { url: '/tags/api/tags', search: 'list-', total: 21, sorts: ['category', 'instance_count', 'sort_order', 'display_name'] },
];
interface Page {
  items: { id: number; name?: string; username?: string }[];
  total: number;
  page: number;
  pages: number;
  limit: number;
}
const ask = (url: string, query: Record<string, string | number>) =>
  house.as('admin').raw({ method: 'GET', url: `${url}?${new URLSearchParams(query as Record<string, string>)}` });
const page = async (url: string, query: Record<string, string | number>): Promise<Page> => {
  const reply = await ask(url, query);
  if (reply.statusCode !== 200) throw new Error(`${url} ${JSON.stringify(query)}: ${reply.body}`);
  return reply.json().data;
};
const ids = (one: Page) => one.items.map((item) => item.id);

describe.each(LISTS)('$url', ({ url, search, total, sorts }) => {
  test('pages join to the whole, the limit is counted, a page past the end is empty', async () => {
    const whole = await page(url, { search, limit: 100 });
    expect(whole).toMatchObject({ total, page: 1, pages: 1, limit: 100 });
    const parts = [
      await page(url, { search, limit: 10 }),
      await page(url, { search, limit: 10, page: 2 }),
      await page(url, { search, limit: 10, page: 3 }),
    ];
    expect(parts.flatMap(ids)).toEqual(ids(whole));
    expect(parts[1]).toMatchObject({ total, page: 2, pages: 3, limit: 10 });
    expect(await page(url, { search, limit: 10, page: 4 })).toMatchObject({ items: [], total, page: 4, pages: 3 });
    expect(await page(url, { search: 'nothing has this', page: 1 })).toMatchObject({ items: [], total: 0, pages: 0 });
  });

  test('per_page is another word for limit, which wins', async () => {
    expect((await page(url, { search, per_page: 7 })).items).toHaveLength(7);
    expect((await page(url, { search, per_page: 7, limit: 5 })).items).toHaveLength(5);
  });

  test.each([
    ['page', '0'],
    ['page', '-1'],
    ['page', 'x'],
    ['page', '1.5'],
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'x'],
    ['per_page', '101'],
    ['sort', 'password'],
    ['order', 'sideways'],
    ['format', 'xml'],
  ])('%s=%s is 400 with its name (10-D33)', async (key, value) => {
    const reply = await ask(url, { [key]: value });
    expect(reply.statusCode).toBe(400);
    expect(Object.keys(reply.json().extra.fields)).toEqual([key === 'per_page' ? 'limit' : key]);
  });

  test.each(sorts)(
    'sorted by %s each row comes once, ties in the order of their ids, and the other way round (20-LIST-2, 20-INST-4)',
    async (sort) => {
      for (const order of ['asc', 'desc']) {
        const parts = [];
        for (let i = 1; i <= 5; i++) parts.push(...ids(await page(url, { search, sort, order, limit: 5, page: i })));
        expect([...parts].sort((a, b) => a - b)).toEqual(
          ids(await page(url, { search, sort: url === '/tags/api/tags' ? 'name' : 'id', limit: 100 })).sort((a, b) => a - b),
        );
        // The same question has the same answer.
        expect(parts).toEqual(ids(await page(url, { search, sort, order, limit: 100 })));
      }
    },
  );

  test('format=csv has the rows of the list, all of them, in its order', async () => {
    const reply = await ask(url, { search, format: 'csv', limit: 5 });
    expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(reply.headers['content-disposition']).toMatch(/^attachment; filename="[\w.]+\.csv"/);
    expect(reply.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(
      reply.body
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith('\r')),
    ).toBe(true);
    const rows = parseCsv(reply.body, { bom: true, columns: true }) as { id: string }[];
    expect(rows.map((row) => Number(row.id))).toEqual(ids(await page(url, { search, limit: 100 })));
    expect(
      parseCsv((await ask(url, { search: 'nothing has this', format: 'csv' })).body, {
        bom: true,
        columns: true,
        relax_column_count: true,
      }),
    ).toEqual([]);
  });
});

describe('as CSV', () => {
  const routes = Object.values(catalogue).flatMap((file) => Object.values(file) as (RouteDef & Named)[]);
  const lists = routes.filter((route) => route.query && 'format' in route.query.shape && route.kind !== 'file');
  const replyShape = (route: RouteDef) => (route.reply as z.ZodObject).shape as Record<string, z.ZodType>;

  const neededOf = (route: RouteDef) =>
    Object.entries(route.query!.shape)
      .filter(([, schema]) => !(schema as z.ZodType).safeParse(undefined).success)
      .map(([key]) => `${key}=SELECT&`)
      .join('');

  test('every paged list is to be had, with the columns that the contract promises and no others', async () => {
    expect(lists.map((route) => route.id).sort()).toEqual(
      routes
        .filter((route) => route.reply && 'items' in (replyShape(route) ?? {}) && 'pages' in replyShape(route))
        .map((route) => route.id)
        .sort(),
    );
    const instance_id = await makeInstance(house, { name: 'csv-one' });
    await installJobs(house.deps.db, builtInJobs(house.deps), house.clock);
    for (const route of lists) {
      const reply = await house
        .as('admin')
        .raw({ method: 'GET', url: `${fillPath(route.path, { instance_id, job_id: 'cleanup_logs' })}?${neededOf(route)}format=csv` });
      expect([route.id, reply.statusCode, reply.headers['content-type']]).toEqual([route.id, 200, 'text/csv; charset=utf-8']);
      const [header] = parseCsv(reply.body, { bom: true, to_line: 1 }) as string[][];
      const items = replyShape(route).items!;
      const item = ((items instanceof z.ZodOptional ? items.unwrap() : items) as z.ZodArray<z.ZodObject>).element;
      expect([route.id, header]).toEqual([route.id, Object.keys(item.shape)]);
    }
  });

  test('what is refused is refused before there is a file: the server lives on', async () => {
    const reply = await house.as('viewer').raw({ method: 'GET', url: '/instances/api/2000000000/accounts?format=csv' });
    expect([reply.statusCode, reply.json().extra]).toEqual([404, { resource: 'instance', id: 2_000_000_000 }]);
  });

  test('a read that fails on the way breaks the download off, it does not end it', async () => {
    const source = catalogue.tags.listTagOptions as RouteDef & Named;
    const full = Array.from({ length: 1000 }, (_, id) => ({ id }));
    const file = await csvOfPages(
      source,
      async ({ page }) => {
        if (page === 2) throw new Error('the store went away');
        return { items: full };
      },
      {},
      house.clock.now(),
      'UTC',
    );
    await expect((file.body as Readable).toArray()).rejects.toThrow('the store went away');
  });
});

describe('search', () => {
  const names = async (search: string) =>
    (await page('/instances/api', { search, sort: 'name', order: 'asc', limit: 100 })).items.map((item) => item.name);

  test('takes %, _ and \\ as they are, any case, and the two characters of a Chinese word (20-LIST-1, 40-D71)', async () => {
    for (const [name, description] of [
      ['s-percent', '100% full'],
      ['s-under', 'snake_case'],
      ['s-back', 'C:\\data'],
      ['s-Upper', 'ÄÖÜ'],
      ['s-chinese', '生产订单库'],
    ] as const)
      await makeInstance(house, { name, description });
    expect(await names('0%')).toEqual(['s-percent']);
    expect(await names('%')).toEqual(['s-percent']);
    expect(await names('e_c')).toEqual(['s-under']);
    expect(await names('_')).toEqual(['s-under']);
    expect(await names('\\')).toEqual(['s-back']);
    expect(await names('S-UPPER')).toEqual(['s-Upper']);
    expect(await names('äöü')).toEqual(['s-Upper']);
    expect(await names('订单')).toEqual(['s-chinese']);
    expect(await names('库')).toEqual(['s-chinese']);
    expect(await names('订库')).toEqual([]);
    expect((await names('财务')).length).toBe(Math.floor(COUNT / 2));
    expect(await names("' or 1=1 --")).toEqual([]);
  });
});

test('filtered by two tags an instance that has both is there once, and counted once (20-INST-3, 20-LIST-3)', async () => {
  const both = await makeInstance(house, { name: 'tags-both', tag_names: tags.slice(0, 2) });
  const one = await makeInstance(house, { name: 'tags-one', tag_names: tags.slice(0, 1) });
  const query = `tags=${tags[0]}&tags=${tags[1]}`;
  const any = await house.as('admin').raw({ method: 'GET', url: `/instances/api?${query}&sort=id&order=asc` });
  expect([ids(any.json().data), any.json().data.total]).toEqual([[both, one], 2]);
  const all = await house.as('admin').raw({ method: 'GET', url: `/instances/api?tags=${tags[0]},${tags[1]}&tag_mode=all` });
  expect([ids(all.json().data), all.json().data.total]).toEqual([[both], 1]);
  const none = await house.as('admin').raw({ method: 'GET', url: `/instances/api?${query}&tags=${tags[2]}&tag_mode=all` });
  expect(none.json().data).toMatchObject({ items: [], total: 0 });
});

test('a cell that a spreadsheet would run is led by an apostrophe; quotes, lines and commas stay in their cell (10-D62, 30-21)', async () => {
  const cells = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '-5', '-5.25', 'a,"b"', 'line\nbreak', '=HYPERLINK("http://x","y")'];
  for (const [i, description] of cells.entries()) {
    const id = await makeInstance(house, { name: `cell-${i}` });
    await house.deps.db.updateTable('instances').set({ description }).where('id', '=', id).execute();
  }
  const reply = await ask('/instances/api', { search: 'cell-', sort: 'id', order: 'asc', format: 'csv' });
  const rows = parseCsv(reply.body, { bom: true, columns: true }) as { description: string }[];
  expect(rows.map((row) => row.description)).toEqual(cells.map((cell) => (/^[=+@\t]/.test(cell) || cell === '-1+1' ? `'${cell}` : cell)));
});

test('more rows than one reading: 2,345 of them, each once', async () => {
  const now = house.clock.now();
  await house.deps.db
    .insertInto('tags')
    .values(
      Array.from({ length: 2345 }, (_, i) => ({
        name: `bulk-${i}`,
        display_name: `bulk ${i}`,
        category: 'other',
        color: 'info',
        created_at: now,
        updated_at: now,
      })),
    )
    .execute();
  const rows = parseCsv((await ask('/tags/api/tags', { search: 'bulk-', format: 'csv' })).body, { bom: true, columns: true }) as {
    name: string;
  }[];
  expect(new Set(rows.map((row) => row.name)).size).toBe(2345);
  expect(rows).toHaveLength(2345);
});
