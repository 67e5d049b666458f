import { expect, test } from 'vitest';
import type { Locale } from '@whalefall/contract';
import { candidatesOf } from './candidates.ts';
import { importReport, type Known, planImport } from './import-plan.ts';

const NOTHING: Known = { instances: new Map(), credentials: [], tags: new Set(), busy: new Set() };
const SHOP = {
  ...{ id: 7, name: 'Shop', db_type: 'mysql' as const, host: '10.0.0.1', port: 3306, database_name: null },
  ...{ description: 'old', credential_id: 3, is_active: true, tags: ['staging', 'it_department'] },
};
const KNOWN: Known = {
  instances: new Map([['shop', SHOP]]),
  credentials: [
    { id: 3, name: 'Reader', credential_type: 'database' },
    { id: 4, name: 'Host login', credential_type: 'ssh' },
    { id: 5, name: 'Domain', credential_type: 'windows' },
  ],
  tags: new Set(['staging', 'production', 'it_department']),
  busy: new Set(),
};
const good = { name: 'a', db_type: 'mysql', host: 'db.example.com', port: '3306' };
interface Options {
  known?: Known;
  mode?: 'skip' | 'upsert';
  locale?: Locale;
}
function plan(cells: Record<string, string>[], { known = KNOWN, mode = 'skip', locale = 'en' }: Options = {}) {
  const rows = cells.map((one, i) => ({ line: i + 2, cells: one, overlong: false }));
  const planned = planImport(
    candidatesOf(rows, locale, (address) => !address.startsWith('169.254.')),
    known,
    mode,
    locale,
  );
  return { planned, report: importReport(planned, false, locale) };
}
const codes = (cells: Record<string, string>, options?: Options) =>
  plan([cells], options).planned[0]!.faults.map(({ field, code }) => [field, code]);

test('a row becomes what the API would take', () => {
  const cells = {
    ...good,
    name: ' 订单 1.a ',
    db_type: ' MySQL',
    is_active: '否',
    tags: 'staging； production;',
    credential_name: 'READER',
  };
  expect(plan([cells]).planned[0]).toMatchObject({
    outcome: 'create',
    given: { name: '订单 1.a', db_type: 'mysql', port: 3306, is_active: false, tag_names: ['staging', 'production'], credential_id: 3 },
  });
});

test('all faults of a row are told at once, by the file’s columns', () => {
  expect(codes({ name: 'a!', db_type: 'sybase', host: '300.1.1.1', port: '70000', is_active: 'perhaps', credential_id: 'x' })).toEqual(
    expect.arrayContaining([
      ['name', 'NAME_INVALID'],
      ['db_type', 'INVALID_VALUE'],
      ['host', 'HOST_INVALID'],
      ['port', 'TOO_BIG'],
      ['is_active', 'INVALID_TYPE'],
    ]),
  );
  expect(codes({ description: 'x' })).toEqual(['name', 'db_type', 'host', 'port'].map((field) => [field, 'REQUIRED']));
  expect(codes({ ...good, port: '33a' })).toEqual([['port', 'INVALID_TYPE']]);
  expect(codes({ ...good, tags: 'x'.repeat(60) }).map(([field]) => field)).toContain('tags');
});

test('20-BATCH-1: credentials and tags must be there, and fit', () => {
  expect(codes({ ...good, credential_id: '99' })).toEqual([['credential_id', 'CREDENTIAL_UNKNOWN']]);
  expect(codes({ ...good, credential_name: 'nobody' })).toEqual([['credential_name', 'CREDENTIAL_UNKNOWN']]);
  expect(codes({ ...good, credential_id: '3', credential_name: 'domain' })).toEqual([['credential_name', 'CREDENTIAL_MISMATCH']]);
  expect(codes({ ...good, credential_id: '4' })).toEqual([['credential_id', 'CREDENTIAL_TYPE']]);
  expect(codes({ ...good, credential_name: 'Domain' })).toEqual([['credential_name', 'CREDENTIAL_TYPE']]);
  expect(codes({ ...good, db_type: 'sqlserver', credential_name: 'Domain' })).toEqual([]);
  expect(codes({ ...good, tags: 'staging;nowhere' })).toEqual([['tags', 'TAG_UNKNOWN']]);
});

test('an address where no connection may go is refused, a name is not resolved', () => {
  expect(codes({ ...good, host: '169.254.169.254' })).toEqual([['host', 'TARGET_NOT_ALLOWED']]);
  expect(codes({ ...good, host: 'metadata.internal' })).toEqual([]);
});

test('rows that share a name are all refused, whatever their case and however wrong they are', () => {
  const { planned, report } = plan([good, { ...good, name: 'b' }, { ...good, name: 'A', port: '0' }]);
  expect(planned.map((row) => row.outcome)).toEqual(['error', 'create', 'error']);
  expect(report.duplicate_names).toEqual(['a', 'A']);
  expect(report.row_errors.map(({ line, code }) => [line, code])).toEqual([
    [2, 'DUPLICATE_IN_FILE'],
    [4, 'TOO_SMALL'],
    [4, 'DUPLICATE_IN_FILE'],
  ]);
  expect(report.errors).toEqual(['Line 4: port: Must be at least 1', 'More than once in the file: a, A']);
});

test('names that are taken are passed over, or changed where they differ', () => {
  const row = { ...good, name: 'SHOP', host: '10.0.0.1', description: 'new', is_active: '0', tags: 'production;it_department' };
  const skipped = plan([row]);
  expect(skipped.report).toMatchObject({ created_count: 0, skipped_count: 1, skipped_existing_names: ['SHOP'] });
  const changed = plan([row], { mode: 'upsert' }).planned[0]!;
  expect(changed).toMatchObject({ outcome: 'update', id: 7, given: { name: 'Shop' } });
  expect(changed.changes).toEqual([
    { field: 'description', before: 'old', after: 'new' },
    { field: 'is_active', before: 'true', after: 'false' },
    { field: 'tags', before: 'it_department;staging', after: 'it_department;production' },
  ]);
  const same = plan([{ ...good, name: 'Shop', host: '10.0.0.1', tags: 'it_department;staging' }], { mode: 'upsert' });
  expect(same.planned[0]).toMatchObject({ outcome: 'unchanged', changes: [], given: null });
  expect(same.report).toMatchObject({ updated_count: 0, skipped_count: 0, errors: [] });
});

test('20-BATCH-8: an instance that is being synced is not changed', () => {
  const known = { ...KNOWN, busy: new Set([7]) };
  const row = { ...good, name: 'Shop', host: '10.9.9.9' };
  expect(codes(row, { known, mode: 'upsert' })).toEqual([['row', 'SYNC_IN_PROGRESS']]);
  expect(plan([{ ...row, host: '10.0.0.1' }], { known, mode: 'upsert' }).planned[0]!.outcome).toBe('unchanged');
});

test('20-BATCH-2: errors speak the caller’s language and name the file’s line', () => {
  const rows = [{ ...good, port: 'x' }];
  expect(plan(rows, { known: NOTHING, locale: 'zh-CN' }).report.errors[0]).toMatch(/^第 2 行：port: /);
  expect(plan(rows, { known: NOTHING, locale: 'en' }).report.errors[0]).toMatch(/^Line 2: port: Wrong type/);
});
