import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue, type WireOf } from '@whalefall/contract';
import type { DB } from '../../store/tables.ts';
import { openHouse, type TestHouse } from '../../../test/harness.ts';
import { makeCredential, makeInstance } from '../../../test/make.ts';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { importInstances, type ImportOptions } from './import-instances.ts';

const { createInstancesBatch, getInstanceDetail } = catalogue.instancesManage;
type Report = WireOf<typeof createInstancesBatch>;
let house: TestHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** As the browser sends it. */
async function upload(content: string | Buffer, options: { name?: string; query?: string; role?: 'admin' | 'user' } = {}) {
  const boundary = 'x-boundary-x';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${options.name ?? 'servers.csv'}"\r\nContent-Type: text/csv\r\n\r\n`;
  const payload = Buffer.concat([Buffer.from(head), Buffer.from(content as string), Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const reply = await house.as(options.role ?? 'admin').raw({
    method: 'POST',
    url: `${createInstancesBatch.path}${options.query ?? ''}`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'accept-language': 'en' },
    payload,
  });
  return {
    status: reply.statusCode,
    body: reply.json() as { data: Report; message: string; message_code: string; extra?: never; meta?: never },
  };
}
const HEADER = 'name,db_type,host,port,database_name,description,credential_id,credential_name,tags,is_active';
const csv = (...rows: string[]) => [HEADER, ...rows].join('\n');
const direct = (content: string, options: Partial<ImportOptions> = {}) =>
  importInstances(
    house.deps.db,
    house.deps.vault,
    { user: null, now: house.clock.now() },
    { name: 'a.csv', bytes: Buffer.from(content) },
    { mode: 'skip', dryRun: false, locale: 'en', allow: () => true, ...options },
  );
const byName = (name: string) => house.deps.db.selectFrom('instances').selectAll().where('name', '=', name).executeTakeFirst();
const names = async () => (await house.deps.db.selectFrom('instances').select('name').orderBy('id').execute()).map((row) => row.name);

test('a mixed file: good rows are created, every other is told with its line (20-BATCH-1, 20-BATCH-2)', async () => {
  await makeInstance(house, { name: 'taken' });
  await makeCredential(house, { name: 'reader', db_type: 'mysql' });
  const reply = await upload(
    csv(
      'good,MySQL,10.1.0.1,3306,shop,"two\nlines",,READER,production;staging,no',
      'bad-port,mysql,10.1.0.2,99999,,,,,,',
      'twin,mysql,10.1.0.3,3306,,,,,,',
      'Twin,mysql,10.1.0.4,3306,,,,,,',
      'TAKEN,mysql,10.1.0.5,3306,,,,,,',
      'no-credential,mysql,10.1.0.6,3306,,,424242,,,',
      'metadata,mysql,169.254.169.254,3306,,,,,,',
      'EXAMPLE-mysql-01,mysql,192.0.2.1,3306,,,,,,',
      'second,postgresql,pg.example.com,5432,,,,,,',
    ),
  );
  expect(reply.status).toBe(200);
  const { data } = reply.body;
  expect(data).toMatchObject({ created_count: 2, updated_count: 0, skipped_count: 1, total_rows: 8, dry_run: false });
  expect(data).toMatchObject({ duplicate_names: ['twin', 'Twin'], skipped_existing_names: ['TAKEN'] });
  expect(data.row_errors.map(({ line, field, code }) => [line, field, code])).toEqual([
    [4, 'port', 'TOO_BIG'],
    [5, 'name', 'DUPLICATE_IN_FILE'],
    [6, 'name', 'DUPLICATE_IN_FILE'],
    [8, 'credential_id', 'CREDENTIAL_UNKNOWN'],
    [9, 'host', 'TARGET_NOT_ALLOWED'],
  ]);
  expect(data.errors).toEqual([
    'Line 4: port: Must be at most 65535',
    'Line 8: credential_id: No such credential',
    'Line 9: host: Connections to this address are not allowed',
    'More than once in the file: twin, Twin',
    'Already there, passed over: TAKEN',
  ]);
  expect(await names()).toEqual(['taken', 'good', 'second']);
  const { id } = (await byName('good'))!;
  const { instance } = (await house.as('admin').call(getInstanceDetail, { params: { instance_id: id } })).body.data;
  expect(instance).toMatchObject({ db_type: 'mysql', database_name: 'shop', description: 'two\nlines', is_active: false });
  expect(instance.tags.map((tag) => tag.name).sort()).toEqual(['production', 'staging']);
  expect(instance.credential?.name).toBe('reader');
});

test('20-BATCH-4: GBK from a Chinese Excel, in the sender’s language', async () => {
  const gbk = Buffer.concat([
    Buffer.from('name,db_type,host,port\r\n'),
    Buffer.from([0xb6, 0xa9, 0xb5, 0xa5]),
    Buffer.from(',mysql,10.2.0.1,3306\r\n'),
  ]);
  expect((await upload(gbk, { name: 'SERVERS.CSV' })).body.data.created_count).toBe(1);
  expect(await byName('订单')).toMatchObject({ host: '10.2.0.1', is_active: true, sync_enabled: true });
});

test('a file that cannot be read is 400 with fields.file, and nobody but an admin may import', async () => {
  for (const [content, name] of [
    ['', 'a.csv'],
    ['name,host\na,b', 'a.csv'],
    [`${HEADER}\n"open`, 'a.csv'],
    [csv('a,mysql,h,1,,,,,,'), 'a.txt'],
    [Buffer.from([0xff, 0xff, 0x80, 0xff]), 'a.csv'],
  ] as const) {
    const reply = await upload(content as string, { name });
    expect([reply.status, reply.body.message_code, Object.keys((reply.body.extra as never as { fields: object }).fields)]).toEqual([
      ...[400, 'VALIDATION_ERROR', ['file']],
    ]);
  }
  expect((await upload(csv('a,mysql,h,1,,,,,,'), { role: 'user' })).status).toBe(403);
  expect((await upload('x'.repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
});

test('a dry run says what would happen and writes nothing', async () => {
  const before = [await names(), (await house.deps.db.selectFrom('audit_events').select('id').execute()).length];
  const rows = csv('taken,postgresql,10.3.0.9,5432,,,,,,', 'fresh,mysql,10.3.0.1,3306,,,,,,', 'wrong,mysql,,3306,,,,,,');
  const { data } = (await upload(rows, { query: '?dry_run=1&mode=upsert' })).body;
  expect(data).toMatchObject({ dry_run: true, created_count: 1, updated_count: 1, skipped_count: 0, total_rows: 3 });
  expect(data.rows.map(({ line, outcome }) => [line, outcome])).toEqual([
    [2, 'update'],
    [3, 'create'],
    [4, 'error'],
  ]);
  expect(data.rows[0]!.changes).toEqual([{ field: 'host', before: expect.any(String), after: '10.3.0.9' }]);
  expect([await names(), (await house.deps.db.selectFrom('audit_events').select('id').execute()).length]).toEqual(before);
});

test('an upsert changes what differs, keeps what the file does not say, and does nothing the second time', async () => {
  const id = await makeInstance(house, {
    name: 'Kept',
    db_type: 'mysql',
    host: '10.4.0.1',
    port: 3306,
    description: 'stays',
    tag_names: ['demo'],
  });
  const rows = csv('kept,mysql,10.4.0.2,3306,,,,,staging,', 'brand-new,mysql,10.4.0.3,3306,,,,,,');
  const { report, written } = await direct(rows, { mode: 'upsert' });
  expect(report).toMatchObject({ created_count: 1, updated_count: 1 });
  expect(written.map((row) => row.outcome)).toEqual(['update', 'create']);
  expect(await byName('Kept')).toMatchObject({ id, host: '10.4.0.2', description: 'stays', is_active: true });
  const events = await house.deps.db
    .selectFrom('audit_events')
    .select(['action', 'after'])
    .where('resource_id', '=', String(id))
    .orderBy('id')
    .execute();
  expect(events.map((event) => event.action)).toEqual(['create', 'update']);
  expect(events[1]!.after).toEqual({ host: '10.4.0.2', tag_names: ['staging'] });
  const again = await direct(rows, { mode: 'upsert' });
  expect(again.report).toMatchObject({ created_count: 0, updated_count: 0, errors: [] });
  expect(again.report.rows.map((row) => row.outcome)).toEqual(['unchanged', 'unchanged']);
});

test('20-BATCH-8: an upsert leaves an instance alone that is being synced, and does the others', async () => {
  const { db } = house.deps;
  const id = await makeInstance(house, { name: 'syncing', db_type: 'mysql', port: 3306 });
  await db.insertInto('sync_sessions').values({ session_id: 'open-1', sync_type: 'manual_single' }).execute();
  await db.insertInto('sync_instance_records').values({ session_id: 'open-1', instance_id: id, status: 'running' }).execute();
  const { report } = await direct(csv('syncing,mysql,10.5.0.1,3306,,,,,,', 'beside,mysql,10.5.0.2,3306,,,,,,'), { mode: 'upsert' });
  expect(report).toMatchObject({ created_count: 1, updated_count: 0, row_errors: [{ line: 2, code: 'SYNC_IN_PROGRESS' }] });
});

test('20-BATCH-3: an error in the middle writes nothing, neither rows nor audit', async () => {
  const { pool } = house.deps.store;
  await pool.query(
    `create function refuse_row() returns trigger language plpgsql as 'begin if new.name = ''third'' then raise exception ''no''; end if; return new; end'`,
  );
  await pool.query('create trigger refuse_row before insert on instances for each row execute function refuse_row()');
  const rows = ['first', 'other', 'third'].map((name) => `${name},mysql,10.6.0.1,3306,,,,,,`);
  await expect(direct(csv(...rows))).rejects.toThrow('no');
  await pool.query('drop trigger refuse_row on instances');
  expect(await byName('first')).toBeUndefined();
  const { rows: events } = await pool.query(`select 1 from audit_events where after->>'name' in ('first', 'other')`);
  expect(events).toEqual([]);
});

test('two imports of one file at once: one creates, the other finds them there', async () => {
  const rows = csv(...Array.from({ length: 20 }, (_, i) => `race-${i},mysql,10.7.0.${i + 1},3306,,,,,,`));
  const both = await Promise.all([direct(rows), direct(rows)]);
  expect(both.map(({ report }) => report.created_count).sort((a, b) => a - b)).toEqual([0, 20]);
  expect(both.map(({ report }) => report.skipped_count).sort((a, b) => a - b)).toEqual([0, 20]);
});

test('what the API warns of is told with its line', async () => {
  const { warnings } = await direct(csv('one-address,mysql,10.8.0.1,3306,,,,,,', 'same-address,mysql,10.8.0.1,3306,,,,,,'));
  expect(warnings).toEqual([{ line: 3, code: 'SAME_ADDRESS', message: expect.stringContaining('one-address') }]);
});

test('1,000 rows in one go, created and then changed, in as many statements as ten', async () => {
  const rows = (many: number, word: string, port: number) =>
    csv(...Array.from({ length: many }, (_, i) => `${word}-${i},mysql,10.${20 + Math.floor(i / 250)}.0.${i % 250},${port},,,,,staging,`));
  const seen: string[] = [];
  const log = (event: { query: { sql: string } }) => void seen.push(event.query.sql);
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: house.deps.store.pool }), log });
  const statements = async (content: string) => {
    seen.length = 0;
    const { report } = await importInstances(
      db,
      house.deps.vault,
      { user: null, now: house.clock.now() },
      { name: 'a.csv', bytes: Buffer.from(content) },
      { mode: 'upsert', dryRun: false, locale: 'en', allow: () => true },
    );
    return { created: report.created_count, updated: report.updated_count, errors: report.errors, statements: seen.length };
  };
  const ten = [await statements(rows(10, 'few', 3306)), await statements(rows(10, 'few', 3307))];
  const thousand = [await statements(rows(1000, 'many', 3306)), await statements(rows(1000, 'many', 3307))];
  expect(ten).toMatchObject([
    { created: 10, errors: [] },
    { updated: 10, errors: [] },
  ]);
  expect(thousand).toMatchObject([
    { created: 1000, errors: [] },
    { updated: 1000, errors: [] },
  ]);
  expect(thousand.map((one) => one.statements)).toEqual(ten.map((one) => one.statements));
  const events = await house.deps.db
    .selectFrom('audit_events')
    .select((eb) => ['action', eb.fn.countAll<number>().as('n')])
    .where(sql<boolean>`after->>'port' = '3307' or after->>'name' like 'many-%'`)
    .groupBy('action')
    .orderBy('action')
    .execute();
  expect(events).toEqual([
    { action: 'create', n: 1000 },
    { action: 'update', n: 1010 },
  ]);
});
