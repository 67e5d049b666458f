import { catalogue } from '@whalefall/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, call, urlOf } from './api';
import { onSignedOut } from './http';
import { answer, refusal, stubFetch, success } from './testing/stub-fetch';

const instance = { params: { instance_id: 7 } };
afterEach(() => onSignedOut(null));

describe('the address of a route', () => {
  it('fills the path and leaves empty filters out', () => {
    expect(urlOf(catalogue.instancesManage.listInstanceAccounts, { ...instance, query: { search: '', page: 2, superuser: true } })).toBe(
      '/instances/api/7/accounts?page=2&superuser=true',
    );
  });
  it('repeats the key of a list', () => {
    expect(urlOf(catalogue.instancesManage.listInstancesData, { query: { tags: ['a', 'b'] } })).toBe('/instances/api?tags=a&tags=b');
  });
});

describe('a call', () => {
  it('gives the data of the envelope', async () => {
    stubFetch(answer(catalogue.auth.getCsrfToken, { csrf_token: 'x' }));
    expect((await call(catalogue.auth.getCsrfToken, {})).data).toEqual({ csrf_token: 'x' });
  });

  it('fetches a new CSRF token once and repeats the request', async () => {
    let tries = 0;
    const log = stubFetch(
      answer(catalogue.auth.getCsrfToken, { csrf_token: 'fresh' }),
      answer(catalogue.tags.delete, () => {
        tries += 1;
        return tries === 1 ? refusal(403, 'CSRF_INVALID') : success({ tag_id: 3, deleted_links: 0 });
      }),
    );
    await call(catalogue.tags.delete, { params: { tag_id: 3 }, body: {} });
    expect(log.map((one) => one.path)).toEqual(['/tags/api/delete/3', '/auth/api/csrf-token', '/tags/api/delete/3']);
    expect(log[2]?.headers.get('X-CSRFToken')).toBe('fresh');
  });

  it('does not ask for tokens for ever', async () => {
    const log = stubFetch(
      answer(catalogue.auth.getCsrfToken, { csrf_token: 'fresh' }),
      answer(catalogue.tags.delete, () => refusal(403, 'CSRF_INVALID')),
    );
    await expect(call(catalogue.tags.delete, { params: { tag_id: 3 }, body: {} })).rejects.toMatchObject({ code: 'CSRF_INVALID' });
    expect(log).toHaveLength(3);
  });

  it('tells a refusal with its fields, id and delay', async () => {
    stubFetch(
      answer(catalogue.tags.createTag, () =>
        refusal(409, 'NAME_EXISTS', { fields: { name: [{ code: 'NAME_EXISTS', message: 'taken' }] } }, { 'Retry-After': '9' }),
      ),
    );
    const error = await call(catalogue.tags.createTag, { body: { name: 'a', display_name: 'A', category: 'other' } }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 409,
      code: 'NAME_EXISTS',
      errorId: 'e-1',
      retryAfter: 9,
      fields: { name: [{ message: 'taken' }] },
    });
  });

  it('calls an unreachable server offline, and an answer that is no JSON an internal error', async () => {
    stubFetch(answer(catalogue.auth.me, () => new Response('<html>', { status: 502 })));
    await expect(call(catalogue.auth.me, {})).rejects.toMatchObject({ status: 502, code: 'INTERNAL_ERROR' });
    stubFetch(
      answer(catalogue.auth.me, () => {
        throw new TypeError('Failed to fetch');
      }),
    );
    await expect(call(catalogue.auth.me, {})).rejects.toMatchObject({ status: 0, code: 'OFFLINE' });
  });

  it('signs in again in place and repeats what was asked', async () => {
    let signedIn = false;
    stubFetch(
      answer(catalogue.auth.getCsrfToken, () => (signedIn ? success({ csrf_token: 'x' }) : refusal(401, 'AUTHENTICATION_REQUIRED'))),
    );
    onSignedOut(() => {
      signedIn = true;
      return Promise.resolve();
    });
    expect((await call(catalogue.auth.getCsrfToken, {})).data.csrf_token).toBe('x');
  });

  it('does not take a wrong old password for the end of the session', async () => {
    onSignedOut(() => Promise.reject(new Error('asked to sign in')));
    stubFetch(answer(catalogue.auth.submitChangePassword, () => refusal(401, 'INVALID_OLD_PASSWORD')));
    const body = { old_password: 'a', new_password: 'Abcdefg1x', confirm_password: 'Abcdefg1x' };
    await expect(call(catalogue.auth.submitChangePassword, { body })).rejects.toMatchObject({ code: 'INVALID_OLD_PASSWORD' });
  });
});
