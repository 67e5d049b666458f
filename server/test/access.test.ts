import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue, mayEnter, type Named, type Role, ROLES, type RouteDef } from '@whalefall/contract';
import { openHouse, type TestHouse } from './harness.ts';
import { makeUser, signedIn } from './people.ts';

let house: TestHouse;
const bearers: Record<string, string> = {};
beforeAll(async () => {
  house = await openHouse();
  for (const role of ROLES) bearers[role] = (await signedIn(house, (await makeUser(house, { role })).username)).access;
});
afterAll(() => house.close());

const routes = Object.values(catalogue).flatMap((file) => Object.values(file) as (RouteDef & Named)[]);
const urlOf = (route: RouteDef) => route.path.replace(/<int:[a-z_]+>/g, '2000000000').replace(/<[a-z_]+>/g, 'no-such-thing');
const isPage = (route: RouteDef) => route.kind === 'page' || route.kind === 'form';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('every route, in the order of checks (10-D14, 10-D19, 10-D22, 10-D23, 10-D24, 20-AUTH-1, 20-AUTH-2, 20-CSRF-1, 30-22, 40-D01, 40-D02, 40-D03, 40-D04, 40-D05)', () => {
  for (const route of routes) {
    const request = {
      method: route.method,
      url: urlOf(route),
      ...(route.method === 'GET' ? {} : { payload: '{}', headers: { 'content-type': 'application/json' } }),
    };
    if (route.access !== 'public' && route.access !== 'signedIn' && !isPage(route))
      test(`${route.id}: a bearer token opens it to the roles that may, and to no other`, async () => {
        for (const role of ROLES) {
          const reply = await house.app.inject({
            ...{ method: request.method, url: request.url, ...('payload' in request ? { payload: request.payload } : {}) },
            headers: { 'content-type': 'application/json', authorization: `Bearer ${bearers[role]}` },
          });
          if (mayEnter(role, route.access)) expect([401, 403], `${role}: ${reply.body}`).not.toContain(reply.statusCode);
          else expect([role, reply.statusCode]).toEqual([role, 403]);
        }
        const stranger = await house.app.inject({
          method: request.method,
          url: request.url,
          headers: { authorization: 'Bearer none-of-ours' },
        });
        expect(stranger.statusCode).toBe(401);
      });
    if (route.access !== 'public') {
      test(`${route.id}: nobody signed in is ${isPage(route) ? 'led to the sign-in page' : 'refused with 401'}`, async () => {
        const reply = await house.as(null).raw(request);
        if (isPage(route))
          expect([reply.statusCode, reply.headers.location]).toEqual([302, `/auth/login?next=${encodeURIComponent(urlOf(route))}`]);
        else expect([reply.statusCode, reply.json().message_code]).toEqual([401, 'AUTHENTICATION_REQUIRED']);
      });
      for (const role of ROLES.filter((one) => !mayEnter(one as Role, route.access)))
        test(`${route.id}: ${role} is refused with 403`, async () => {
          const reply = await house.as(role).raw(request);
          expect(reply.statusCode).toBe(403);
          if (!isPage(route))
            expect(reply.json()).toMatchObject({
              message_code: route.access === 'admin' ? 'ADMIN_PERMISSION_REQUIRED' : 'PERMISSION_REQUIRED',
              extra: { permission: route.access },
            });
          else expect(String(reply.headers['content-type'])).toContain('text/html');
        });
    }
    // Signing out ends the session that all tests share; a refresh is let in by its token alone.
    if (!['auth.logoutPost', 'auth.refresh'].includes(route.id))
      test(`${route.id}: who may enter gets in`, async () => {
        for (const role of [...(route.method === 'GET' ? [null] : []), ...ROLES].filter((one) => mayEnter(one, route.access))) {
          const { statusCode, headers } = await house.as(role).raw(request);
          expect([401, 403], `${role}: ${statusCode}`).not.toContain(statusCode);
          expect(statusCode).toBeLessThan(500);
          expect(String(headers.location)).not.toContain('/auth/login?next');
        }
      });
    if (route.method !== 'GET' && route.id !== 'auth.refresh')
      test(`${route.id}: without a CSRF token it is 403, with a wrong one too`, async () => {
        const cookie = { cookie: `whalefall_session=${house.as('admin').cookie}` };
        const none = await house.app.inject({
          method: route.method,
          url: urlOf(route),
          headers: { ...cookie, 'content-type': 'application/json' },
          payload: '{}',
        });
        expect(none.statusCode).toBe(403);
        const wrong = await house.app.inject({
          method: route.method,
          url: urlOf(route),
          headers: { ...cookie, ...form, 'x-csrftoken': 'wrong' },
          payload: 'a=b',
        });
        expect(wrong.statusCode).toBe(403);
        if (!isPage(route)) expect([none.json().message_code, wrong.json().message_code]).toEqual(['CSRF_MISSING', 'CSRF_INVALID']);
      });
  }
});

test('who may enter is not asked for a body: 401 and 403 come before a broken one', async () => {
  const broken = { method: 'POST', url: '/credentials/api/create', payload: '{', headers: { 'content-type': 'application/json' } };
  expect((await house.as(null).raw(broken)).statusCode).toBe(401);
  expect((await house.as('viewer').raw(broken)).statusCode).toBe(403);
  expect((await house.as('admin').raw(broken)).statusCode).toBe(400);
});

test('media type and size are refused after CSRF: 415 and 413', async () => {
  const xml = await house
    .as('admin')
    .raw({ method: 'POST', url: '/tags/api/create', payload: '<a/>', headers: { 'content-type': 'application/xml' } });
  expect([xml.statusCode, xml.json().message_code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  const large = await house.as('admin').raw({
    method: 'POST',
    url: '/tags/api/create',
    payload: JSON.stringify({ name: 'x'.repeat(1_200_000) }),
    headers: { 'content-type': 'application/json' },
  });
  expect([large.statusCode, large.json().message_code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
});

test('a page without the right is an HTML page that names the permission, not a sign-in form (10-D15, 20-AUTH-2, 20-AUTH-3)', async () => {
  const reply = await house.as('viewer').raw({ method: 'GET', url: '/instances/create' });
  expect(reply.statusCode).toBe(403);
  expect(reply.body).toContain('"permission":"create"');
});
