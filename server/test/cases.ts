/** Requests made from the contract: about what each route takes, mixed with all it should refuse. */
import fc from 'fast-check';
import { catalogue, pathParams } from '@whalefall/contract';
import type { z } from 'zod';
import { arbitraryOf, hostile, hostileText } from './arbitrary.ts';
import { type Known, type Route, shapeOf, soundValue, workOf } from './sound.ts';

export interface Case {
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
export const caseOf = (route: Route): fc.Arbitrary<Case> => {
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

/** The request itself, without who asks. */
export function requestOf(route: Route, given: Case, facts: Known): { url: string; headers: Record<string, string>; payload?: string } {
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
  return { url: `${path}${query ? `?${query}` : ''}`, headers: media(route, body), ...payload(route, body) };
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
