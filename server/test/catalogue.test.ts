import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue, ERROR_CODES, MESSAGE_CODES, type Named, type RouteDef } from '@whalefall/contract';
import { ERROR_CODES as ENGINE_CODES } from '@whalefall/engines';
import { CODES } from '../src/http/codes.ts';
import { openHouse, type TestHouse } from './harness.ts';

interface Pair {
  module: number;
  contract: string;
  method: string;
  path: string;
  handler: string;
  access: string;
}
const pairs = JSON.parse(readFileSync(new URL('../../docs/catalogue/routes.json', import.meta.url), 'utf8')) as Pair[];
const routes = Object.values(catalogue).flatMap((file) => Object.values(file) as (RouteDef & Named)[]);
const camel = (name: string) => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());
const found = (pair: Pair) => routes.find((route) => route.method === pair.method && route.path === pair.path);

/** Pairs whose module comes with a later issue. This number may only go down. */
const MISSING = 0;

let house: TestHouse;
beforeAll(async () => void (house = await openHouse()));
afterAll(() => house.close());

test('the catalogue has 161 pairs; those not served yet are named and grow fewer', () => {
  expect(pairs).toHaveLength(161);
  const missing = pairs.filter((pair) => !found(pair));
  expect(missing.length, missing.map((pair) => `§${pair.module} ${pair.method} ${pair.path}`).join('\n')).toBe(MISSING);
});

test('each pair stands in the contract file of its name, under its handler, with its access', () => {
  for (const pair of pairs) {
    const route = found(pair);
    if (!route) continue;
    expect([pair.path, route.file, route.handler, route.access]).toEqual([pair.path, pair.contract, camel(pair.handler), pair.access]);
    const key = route.id.split('.')[1]!;
    expect(key === route.handler || key.startsWith(route.handler), `${route.id} carries its handler's name`).toBe(true);
  }
});

test('modules of this issue are complete', () => {
  const done = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];
  expect(pairs.filter((pair) => done.includes(pair.module) && !found(pair))).toEqual([]);
});

test('what is beyond the catalogue says so', () => {
  for (const route of routes) {
    const listed = pairs.some((pair) => pair.method === route.method && pair.path === route.path);
    expect([route.id, Boolean(route.extra)]).toEqual([route.id, !listed]);
  }
});

test('every route is mounted: none answers 404 or 405 for its own path (10-D01, 20-INST-1, 20-INST-10, 20-CRED-8, 20-CRED-10, 20-CRED-11, 20-TAG-7, 20-DET-6, 20-BULK-1)', async () => {
  for (const route of routes) {
    const url = route.path.replace(/<int:[a-z_]+>/g, '999999').replace(/<[a-z_]+>/g, 'mysql');
    expect([
      route.id,
      house.app.hasRoute({
        method: route.method,
        url: route.path.replace(/<int:([a-z_]+)>/g, ':$1(^\\d+$)').replace(/<([a-z_]+)>/g, ':$1'),
      }),
    ]).toEqual([route.id, true]);
    expect(url).not.toContain('<');
  }
});

test('a known path with another method is 405 with Allow, an unknown one 404, as JSON below /api and as a page elsewhere (10-D03, 10-D04, 10-D61, 20-AUTH-3)', async () => {
  const wrong = await house.as(null).raw({ method: 'DELETE', url: '/health/api/basic' });
  expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET, OPTIONS']);
  const api = await house.as(null).raw({ method: 'GET', url: '/nothing/api/here' });
  expect([api.statusCode, api.json().message_code]).toEqual([404, 'RESOURCE_NOT_FOUND']);
  // Form pages of users were never in the catalogue, and are not there half-made.
  expect((await house.as('admin').raw({ method: 'GET', url: '/users/create' })).statusCode).toBe(404);
  const page = await house.as(null).raw({ method: 'GET', url: '/nothing' });
  expect([page.statusCode, String(page.headers['content-type']).split(';')[0]]).toEqual([404, 'text/html']);
});

test('a path whose escapes are none, or that is longer than anything, is 404 in the envelope or as a page', async () => {
  for (const url of ['/tags/api/tags/%FF', '/tags/api/tags/%', '/instances/api/%ZZ', `/tags/api/tags/${'x'.repeat(5000)}`]) {
    const reply = await house.as('admin').raw({ method: 'GET', url });
    expect([url.slice(0, 30), reply.statusCode, reply.json().message_code]).toEqual([url.slice(0, 30), 404, 'RESOURCE_NOT_FOUND']);
  }
  for (const url of ['/instances/%FF', '/%', `/instances/${'9'.repeat(5000)}`]) {
    const reply = await house.as('admin').raw({ method: 'GET', url });
    expect([reply.statusCode, String(reply.headers['content-type'])]).toEqual([404, 'text/html; charset=utf-8']);
  }
});

test('one vocabulary: message codes and engine error codes are the contract’s (10-D07)', () => {
  expect(Object.keys(CODES).sort()).toEqual([...MESSAGE_CODES].sort());
  expect([...ENGINE_CODES].sort()).toEqual([...ERROR_CODES].sort());
});

test('OpenAPI lists exactly the mounted API routes in both languages, without the original’s spellings', async () => {
  expect((await house.as(null).raw({ method: 'GET', url: '/openapi.json' })).statusCode).toBe(401);
  const document = (await house.as('viewer').raw({ method: 'GET', url: '/openapi.json' })).json() as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string; summary: string; 'x-summary-zh': string }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  const listed = Object.values(document.paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId));
  const apis = routes
    .filter((route) => route.kind !== 'page' && route.kind !== 'form' && route.path.split('/').includes('api'))
    .map((route) => route.id);
  expect(listed.sort()).toEqual(apis.sort());
  const spellings = new Set(Object.keys(document.paths).map((path) => path.replace(/{[a-z_]+}/g, '<>')));
  for (const route of routes)
    for (const other of route.also ?? []) expect(spellings.has(other.replace(/<[a-z_:]+>/g, '<>')), other).toBe(false);
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
    expect(operation['x-summary-zh'], operation.operationId).toMatch(/[\u4e00-\u9fff]/);
    expect(operation.summary, operation.operationId).toMatch(/^[A-Z][\x20-\x7e’“”–…]+$/);
  }
});
