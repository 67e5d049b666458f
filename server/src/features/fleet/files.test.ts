import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeInstance } from '../../../test/make.ts';
import { importInstances } from './import-instances.ts';

const { exportInstances, downloadInstancesTemplate } = catalogue.files;
let house: TestHouse;
beforeAll(async () => {
  house = await openHouse();
  const { db } = house.deps;
  await makeInstance(house, { name: 'db-10', db_type: 'mysql', description: '=1+1', tag_names: ['production', 'cluster'] });
  await makeInstance(house, { name: 'db-2', is_active: false, tag_names: ['production'] });
  await makeInstance(house, { name: '订单库', db_type: 'mysql', tag_names: ['staging'] });
  const gone = await makeInstance(house, { name: 'gone' });
  await db.updateTable('instances').set({ deleted_at: house.clock.now() }).where('id', '=', gone).execute();
  await db
    .updateTable('instances')
    .set({ last_connected: new Date('2025-12-14T20:00:00Z') })
    .where('name', '=', 'db-2')
    .execute();
});
afterAll(() => house.close());

async function lines(query: Record<string, unknown> = {}) {
  const reply = await house.as('viewer').call(exportInstances, { query });
  return {
    reply,
    lines: reply.text
      .replace(/^\ufeff/, '')
      .split('\r\n')
      .filter(Boolean),
  };
}
const namesOf = async (query: Record<string, unknown>) => (await lines(query)).lines.slice(1).map((line) => line.split(',')[1]);

test('10-D62: a file that Excel opens: BOM, CRLF, one charset, a dated name, nothing that runs', async () => {
  const { reply, lines: rows } = await lines();
  expect(reply.status).toBe(200);
  expect(reply.text.charCodeAt(0)).toBe(0xfeff);
  expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(reply.headers['content-disposition']).toMatch(/^attachment; filename="instances_export_20251215_120000\.csv"/);
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(rows[0]).toBe('ID,实例名称,数据库类型,主机地址,端口,数据库名,标签,状态,描述,凭据ID,同步次数,最后连接时间,创建时间,更新时间');
  expect(rows.find((row) => row.includes('db-10'))).toContain(",'=1+1,");
  expect(rows.find((row) => row.includes('db-2'))).toMatch(/,生产环境,禁用,,,0,2025-12-15 04:00:00,2025-12-15 12:00:00,/);
  expect(rows.find((row) => row.includes('db-10'))).toContain('"群集, 生产环境"');
});

test('10-D65: ordered by name, without deleted ones, `all` is no filter', async () => {
  expect(await namesOf({})).toEqual(['db-2', 'db-10', '订单库']);
  expect(await namesOf({ db_type: 'all' })).toHaveLength(3);
});

test('10-D65: the filters are the list’s (20-INST-11)', async () => {
  const list = catalogue.instancesManage.listInstancesData;
  for (const query of [
    { db_type: 'mysql' as const },
    { status: 'inactive' as const },
    { search: '订单' },
    { tags: ['production', 'staging'] },
    { tags: ['production', 'cluster'], tag_mode: 'all' as const },
    { test: 'never' as const },
  ]) {
    const listed = await house.as('viewer').call(list, { query: { ...query, sort: 'name', order: 'asc' } });
    expect(await namesOf(query)).toEqual(listed.body.data.items.map((item) => item.name));
  }
});

test('in English on demand; a wrong parameter is 400 and no file', async () => {
  const { lines: rows } = await lines({ lang: 'en', search: 'db-10' });
  expect(rows[0]).toMatch(/^ID,Name,Engine,Host,Port,Database,Tags,Status/);
  expect(rows[1]).toContain('"Cluster, Production",enabled');
  const wrong = await house.as('viewer').raw({ method: 'GET', url: `${exportInstances.path}?lang=fr` });
  expect([wrong.statusCode, wrong.json().extra.fields.lang[0].code]).toEqual([400, 'INVALID_VALUE']);
});

test('an empty fleet is a header', async () => {
  expect((await lines({ search: 'nothing is called this' })).lines).toHaveLength(1);
});

test('10-D67: the template’s samples are marked, name no credential, and import as nothing', async () => {
  const reply = await house.as('viewer').call(downloadInstancesTemplate);
  expect(reply.text.charCodeAt(0)).toBe(0xfeff);
  expect(reply.headers['content-disposition']).toContain('instances_import_template.csv');
  const [header, ...samples] = reply.text.slice(1).split('\r\n').filter(Boolean);
  expect(header).toBe('name,db_type,host,port,database_name,description,credential_id');
  expect(samples.map((row) => row.split(',')[1])).toEqual(['mysql', 'postgresql', 'sqlserver', 'oracle']);
  for (const sample of samples) expect(sample).toMatch(/^EXAMPLE-.*,$/);
  const filled = `${reply.text}real-one,mysql,10.0.0.77,3306,,,\r\n`;
  const options = { mode: 'skip', dryRun: true, locale: 'en', allow: () => true } as const;
  const actor = { user: null, now: house.clock.now() };
  const { report } = await importInstances(house.deps.db, house.deps.vault, actor, { name: 'a.csv', bytes: Buffer.from(filled) }, options);
  expect(report).toMatchObject({ total_rows: 1, created_count: 1, errors: [], rows: [{ line: 6, name: 'real-one' }] });
});
