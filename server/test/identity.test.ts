import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { hashSync } from 'bcryptjs';
import { type Caller, openHouse, PASSWORD, type TestHouse } from './harness.ts';
import { asBearer, csrfOf, freshAddress, makeUser, postLogin, sessionCookie, signedIn } from './people.ts';

const START = '2025-12-15T04:00:00Z';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let house: TestHouse;
beforeAll(async () => void (house = await openHouse()));
beforeEach(() => house.clock.set(START));
afterAll(() => house.close());

const rowOf = (id: number) => house.deps.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const admin = () => house.as('admin');
const me = (cookie: string) => house.app.inject({ method: 'GET', url: '/auth/api/me', headers: { cookie: `whalefall_session=${cookie}` } });
const coded = (reply: { statusCode: number; json(): { message_code?: string } }) => [reply.statusCode, reply.json().message_code];

describe('sign-in', () => {
  test('gives a cookie that scripts and other sites cannot use, ends with the browser, and is noted as last_login (10-D17)', async () => {
    const user = await makeUser(house);
    const reply = await postLogin(house, `  ${user.username} `);
    expect(reply.statusCode).toBe(200);
    const cookie = sessionCookie(reply)!;
    expect(cookie).toMatchObject({ path: '/', httpOnly: true, sameSite: 'Lax' });
    expect([cookie.maxAge, cookie.expires, cookie.secure]).toEqual([undefined, undefined, undefined]);
    expect(reply.json().data).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      must_change_password: false,
      user: { id: user.id, username: user.username, role: 'viewer', is_active: true },
    });
    expect((await rowOf(user.id)).last_login).toEqual(new Date(START));
    expect((await me(cookie.value)).json().data).toMatchObject({ id: user.id, last_login: '2025-12-15T04:00:00.000+00:00' });
  });

  test('over https the cookie is Secure; only a proxy of ours may say that it is https (10-D09)', async () => {
    const user = await makeUser(house);
    const forwarded = { 'x-forwarded-proto': 'https' };
    expect(sessionCookie(await postLogin(house, user.username, PASSWORD, { headers: forwarded }))!.secure).toBeUndefined();
    const behind = await openHouse({ config: { trustProxy: 1 } });
    try {
      const other = await makeUser(behind);
      expect(sessionCookie(await postLogin(behind, other.username, PASSWORD, { headers: forwarded }))!.secure).toBe(true);
    } finally {
      await behind.close();
    }
  });

  test('the cookie in hand before is not the session afterwards (fixation), and is stored only as a hash', async () => {
    const user = await makeUser(house);
    const anonymous = sessionCookie(await house.app.inject({ method: 'GET', url: '/auth/api/csrf-token' }))!.value;
    const reply = await house.app.inject({
      method: 'POST',
      url: '/auth/api/login',
      remoteAddress: freshAddress(),
      headers: { cookie: `whalefall_session=${anonymous}`, 'x-csrftoken': csrfOf(house, anonymous), 'content-type': 'application/json' },
      payload: JSON.stringify({ username: user.username, password: PASSWORD }),
    });
    const fresh = sessionCookie(reply)!.value;
    expect(fresh).not.toBe(anonymous);
    expect((await me(anonymous)).statusCode).toBe(401);
    expect((await me(fresh)).statusCode).toBe(200);
    const stored = await house.deps.db.selectFrom('user_sessions').select('id_hash').where('user_id', '=', user.id).execute();
    expect(stored.map((row) => row.id_hash)).not.toContain(fresh);
    expect(stored).toHaveLength(1);
  });

  test('remembered, it lasts seven days and not a minute more (10-D08)', async () => {
    const user = await makeUser(house);
    const cookie = sessionCookie(await postLogin(house, user.username, PASSWORD, { remember: true }))!;
    expect(cookie.maxAge).toBe(7 * 86_400);
    house.clock.advance(7 * DAY - MINUTE);
    expect((await me(cookie.value)).statusCode).toBe(200);
    house.clock.advance(2 * MINUTE);
    expect((await me(cookie.value)).statusCode).toBe(401);
  });

  test('wrong password and unknown name are told apart by nobody; a disabled user learns it only with the right password', async () => {
    const [user, disabled] = [await makeUser(house), await makeUser(house, { is_active: false })];
    const wrong = await postLogin(house, user.username, 'Wrong-horse-9');
    const unknown = await postLogin(house, 'nobody_here', 'Wrong-horse-9');
    const strip = (body: Record<string, unknown>) => ({ ...body, error_id: null, context: null });
    expect(strip(wrong.json())).toEqual(strip(unknown.json()));
    expect(coded(wrong)).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(coded(await postLogin(house, disabled.username, 'Wrong-horse-9'))).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(coded(await postLogin(house, disabled.username))).toEqual([403, 'ACCOUNT_DISABLED']);
  });

  test.each([
    [{}, ['username', 'password']],
    [{ username: ['a'], password: { b: 1 } }, ['username', 'password']],
    [{ username: 5, password: 'x' }, ['username']],
  ])('a body that is none (%j) is 400 with every faulty field (10-D71)', async (body, fields) => {
    const reply = await house.app.inject({
      method: 'POST',
      url: '/auth/api/login',
      remoteAddress: freshAddress(),
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    });
    expect(coded(reply)).toEqual([400, 'VALIDATION_ERROR']);
    expect(Object.keys(reply.json().extra.fields)).toEqual(fields);
  });

  test('a failed sign-in logs the name only if it exists: it may be a password in the wrong field', async () => {
    const user = await makeUser(house);
    const lines: string[] = [];
    const { log } = house.deps;
    const before = log.sink;
    log.sink = (row) => void lines.push(JSON.stringify(row));
    try {
      await postLogin(house, 'MySecret_Pw1', 'Wrong-horse-9');
      await postLogin(house, user.username, 'Wrong-horse-9');
    } finally {
      if (before) log.sink = before;
      else delete log.sink;
    }
    expect(lines.filter((line) => line.includes('sign-in failed'))).toHaveLength(2);
    expect(lines.join()).not.toContain('MySecret_Pw1');
    expect(lines.join()).not.toContain('Wrong-horse-9');
    expect(lines.join()).toContain(user.username);
  });
});

describe('where sign-in leads', () => {
  const table: [string, string][] = [
    ['/instances/', '/instances/'],
    ['/instances/?page=2#x', '/instances/?page=2#x'],
    ['/account/5', '/account/5'],
    ['https://evil.example/', '/dashboard/'],
    ['//evil.example', '/dashboard/'],
    ['/\\evil.example', '/dashboard/'],
    ['\\\\evil.example', '/dashboard/'],
    ['/a\\..\\b', '/dashboard/'],
    ['/\t/evil.example', '/dashboard/'],
    ['/\n/evil.example', '/dashboard/'],
    ['javascript:alert(1)', '/dashboard/'],
    ['/auth/api/logout', '/dashboard/'],
    ['/auth/login', '/dashboard/'],
    ['/instances/api/1', '/dashboard/'],
    ['/api/instance-export', '/dashboard/'],
    ['evil', '/dashboard/'],
    ['', '/dashboard/'],
  ];
  const form = async (username: string, next: string) => {
    const page = await house.app.inject({ method: 'GET', url: '/auth/login' });
    const cookie = sessionCookie(page)!.value;
    const token = /name="csrf-token" content="([^"]+)"/.exec(page.body)![1]!;
    return house.app.inject({
      method: 'POST',
      url: `/auth/login?next=${encodeURIComponent(next)}`,
      remoteAddress: freshAddress(),
      headers: { cookie: `whalefall_session=${cookie}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ username, password: PASSWORD, remember: 'on', csrf_token: token }).toString(),
    });
  };

  test.each(table)('next=%j → %s, after signing in and when signed in already (10-D16)', async (next, target) => {
    const user = await makeUser(house);
    const posted = await form(user.username, next);
    expect([posted.statusCode, posted.headers.location]).toEqual([303, target]);
    const shown = await house.as('viewer').raw({ method: 'GET', url: `/auth/login?next=${encodeURIComponent(next)}` });
    expect([shown.statusCode, shown.headers.location]).toEqual([302, target]);
  });

  test('a page with Chinese words in its address is gone back to', async () => {
    const user = await makeUser(house);
    const posted = await form(user.username, '/instances/?search=财务');
    expect(posted.statusCode).toBe(303);
    expect(decodeURI(String(posted.headers.location))).toBe('/instances/?search=财务');
  });

  test('a refused form is the page again with its status and the name, never the password', async () => {
    const page = await house.app.inject({ method: 'GET', url: '/auth/login' });
    const cookie = sessionCookie(page)!.value;
    const reply = await house.app.inject({
      method: 'POST',
      url: '/auth/login',
      remoteAddress: freshAddress(),
      headers: {
        cookie: `whalefall_session=${cookie}`,
        'content-type': 'application/x-www-form-urlencoded',
        'x-csrftoken': csrfOf(house, cookie),
      },
      payload: new URLSearchParams({ username: 'nobody_here', password: 'Very-secret-77' }).toString(),
    });
    expect([reply.statusCode, reply.headers['content-type']]).toEqual([401, 'text/html; charset=utf-8']);
    expect(reply.body).toContain('nobody_here');
    expect(reply.body).not.toContain('Very-secret-77');
  });
});

describe('the first password must be changed', () => {
  test('APIs answer 403 PASSWORD_CHANGE_REQUIRED, pages lead to the change, no tokens are given; the rest opens after it', async () => {
    const user = await makeUser(house, { role: 'admin', must_change_password: true });
    const login = await postLogin(house, user.username);
    expect(login.json().data).toMatchObject({ access_token: null, refresh_token: null, must_change_password: true });
    const someone = await signedIn(house, user.username);
    const status = async (url: string) => (await someone.raw({ method: 'GET', url })).statusCode;
    for (const url of ['/instances/api', '/users/api/users', '/users/api/tokens', '/dashboard/api/overview', '/openapi.json']) {
      const reply = await someone.raw({ method: 'GET', url });
      expect([url, ...coded(reply)]).toEqual([url, 403, 'PASSWORD_CHANGE_REQUIRED']);
    }
    for (const url of ['/dashboard/', '/instances/', '/users/', '/docs']) {
      const reply = await someone.raw({ method: 'GET', url });
      expect([url, reply.statusCode, reply.headers.location]).toEqual([url, 303, '/auth/change-password']);
    }
    for (const url of ['/auth/change-password', '/auth/api/me', '/auth/api/csrf-token', '/about', '/admin/api/app-info'])
      expect([url, await status(url)]).toEqual([url, 200]);
    const changed = await someone.call(catalogue.auth.submitChangePassword, {
      body: { old_password: PASSWORD, new_password: 'Another-horse-9', confirm_password: 'Another-horse-9' },
    });
    expect(changed.status).toBe(200);
    expect([await status('/instances/api'), await status('/dashboard/')]).toEqual([200, 200]);
    expect((await postLogin(house, user.username, 'Another-horse-9')).json().data.access_token).toEqual(expect.any(String));
  });

  test('an administrator’s reset demands it, and ends the sessions of the one who was reset', async () => {
    const user = await makeUser(house);
    const someone = await signedIn(house, user.username);
    await admin().call(catalogue.users.updateUser, { params: { user_id: user.id }, body: { password: 'Given-horse-9' } });
    expect((await me(someone.cookie!)).statusCode).toBe(401);
    expect((await postLogin(house, user.username, 'Given-horse-9')).json().data.must_change_password).toBe(true);
  });
});

describe('changing the own password', () => {
  const change = (someone: Pick<Caller, 'call'>, body: Record<string, string>) =>
    someone.call(catalogue.auth.submitChangePassword, { body: body as never });
  const body = (old: string, fresh: string, confirm = fresh) => ({ old_password: old, new_password: fresh, confirm_password: confirm });

  test.each([
    ['nothing', {}, 400, { old_password: 'REQUIRED', new_password: 'REQUIRED', confirm_password: 'REQUIRED' }],
    ['too short (10-D30)', body(PASSWORD, 'Ab1'), 400, { new_password: 'PASSWORD_LENGTH' }],
    ['no upper case (10-D30)', body(PASSWORD, 'abcdefgh1'), 400, { new_password: 'PASSWORD_UPPER' }],
    ['too common', body(PASSWORD, 'Password123'), 400, { new_password: 'PASSWORD_COMMON' }],
    [
      'confirm differs, and the old one is wrong',
      body('Wrong-horse-9', 'Other-horse-9', 'Else-horse-9'),
      400,
      { confirm_password: 'PASSWORD_MISMATCH' },
    ],
    ['the old one is wrong, and the new one is it', body('Wrong-horse-9', 'Wrong-horse-9'), 401, { old_password: 'INVALID_OLD_PASSWORD' }],
    ['the same as before', body(PASSWORD, PASSWORD), 400, { new_password: 'PASSWORD_DUPLICATED' }],
  ])('%s', async (_title, given, status, fields) => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    const reply = await change(someone, given as never);
    expect(reply.status).toBe(status);
    expect(reply.body.message_code).toBe(status === 401 ? 'INVALID_OLD_PASSWORD' : 'VALIDATION_ERROR');
    expect(Object.fromEntries(Object.entries(reply.body.extra!.fields!).map(([field, faults]) => [field, faults[0]!.code]))).toEqual(
      fields,
    );
  });

  test('the own name is no password', async () => {
    const user = await makeUser(house, { username: 'Horse_name_9' });
    const reply = await change(await signedIn(house, user.username), body(PASSWORD, 'horse_NAME_9'));
    expect([reply.status, reply.body.extra!.fields!.new_password![0]!.code]).toEqual([400, 'PASSWORD_INVALID']);
  });

  test('every other session and refresh token ends, this one stays (10-D10)', async () => {
    const user = await makeUser(house);
    const [here, there] = [await signedIn(house, user.username), await signedIn(house, user.username)];
    expect((await change(here, body(PASSWORD, 'Another-horse-9'))).status).toBe(200);
    expect((await me(here.cookie!)).statusCode).toBe(200);
    expect((await me(there.cookie!)).statusCode).toBe(401);
    expect((await asBearer(house, there.access)).body.message_code).toBe('TOKEN_INVALID');
    expect((await asBearer(house, there.refresh, '/auth/api/refresh', 'POST')).body.message_code).toBe('TOKEN_INVALID');
    expect(coded(await postLogin(house, user.username))).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await postLogin(house, user.username, 'Another-horse-9')).statusCode).toBe(200);
  });

  test('ten wrong old passwords close it for this user only, and sign-in has nothing to do with it (10-D26)', async () => {
    const user = await makeUser(house);
    const someone = await signedIn(house, user.username);
    for (let i = 0; i < 10; i++) expect((await change(someone, body('Wrong-horse-9', 'Other-horse-9'))).status).toBe(401);
    const refused = await change(someone, body(PASSWORD, 'Other-horse-9'));
    expect([refused.status, refused.body.message_code, Number(refused.headers['retry-after'])]).toEqual([429, 'RATE_LIMIT_EXCEEDED', 900]);
    expect((await postLogin(house, user.username)).statusCode).toBe(200);
    const other = await signedIn(house, (await makeUser(house)).username);
    expect((await change(other, body(PASSWORD, 'Other-horse-9'))).status).toBe(200);
    house.clock.advance(15 * MINUTE + 1000);
    expect((await change(someone, body(PASSWORD, 'Other-horse-9'))).status).toBe(200);
  });

  test('the form on the page does the same: 303 with a notice, or the page again without what was typed', async () => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    const post = (given: Record<string, string>) =>
      someone.raw({
        method: 'POST',
        url: '/auth/change-password',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(given).toString(),
      });
    const wrong = await post(body(PASSWORD, 'Other-horse-9', 'Else-horse-9'));
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).toContain('PASSWORD_MISMATCH');
    for (const secret of [PASSWORD, 'Other-horse-9', 'Else-horse-9']) expect(wrong.body).not.toContain(secret);
    const done = await post(body(PASSWORD, 'Other-horse-9'));
    expect([done.statusCode, done.headers.location]).toEqual([303, '/dashboard/?notice=password_changed']);
  });
});

describe('how long a session lasts', () => {
  test('an hour of silence ends it; who keeps asking stays, twelve hours at most (10-D08)', async () => {
    const quiet = await signedIn(house, (await makeUser(house)).username);
    const busy = await signedIn(house, (await makeUser(house)).username);
    for (let minutes = 50; minutes < 12 * 60; minutes += 50) {
      house.clock.set(new Date(Date.parse(START) + minutes * MINUTE));
      expect([minutes, (await me(busy.cookie!)).statusCode]).toEqual([minutes, 200]);
      if (minutes === 100) expect((await me(quiet.cookie!)).statusCode).toBe(401);
    }
    house.clock.set(new Date(Date.parse(START) + 12 * HOUR + 1000));
    expect((await me(busy.cookie!)).statusCode).toBe(401);
  });

  test('logout, disabling, a new role: each acts at the next request', async () => {
    const user = await makeUser(house, { role: 'user' });
    const left = await signedIn(house, user.username);
    expect((await left.call(catalogue.auth.logoutPost)).status).toBe(200);
    expect((await me(left.cookie!)).statusCode).toBe(401);
    expect((await asBearer(house, left.access)).status).toBe(401);

    const demoted = await signedIn(house, user.username);
    await admin().call(catalogue.users.updateUser, { params: { user_id: user.id }, body: { role: 'viewer' } });
    expect((await asBearer(house, demoted.access)).status).toBe(401);
    const again = await signedIn(house, user.username);
    expect((await again.call(catalogue.auth.me)).body.data.role).toBe('viewer');

    await admin().call(catalogue.users.updateUser, { params: { user_id: user.id }, body: { is_active: false } });
    expect((await me(again.cookie!)).statusCode).toBe(401);
    expect((await asBearer(house, again.access)).status).toBe(401);
    expect((await asBearer(house, again.refresh, '/auth/api/refresh', 'POST')).status).toBeGreaterThanOrEqual(401);
    await admin().call(catalogue.users.updateUser, { params: { user_id: user.id }, body: { is_active: true } });
    expect((await me(again.cookie!)).statusCode).toBe(401);
  });

  test('signing out everywhere ends all of one’s sessions and nobody else’s', async () => {
    const user = await makeUser(house);
    const [here, there] = [await signedIn(house, user.username), await signedIn(house, user.username)];
    const other = await signedIn(house, (await makeUser(house)).username);
    await here.call(catalogue.auth.logoutPost, { body: { everywhere: true } });
    expect(await Promise.all([here, there, other].map(async (one) => (await me(one.cookie!)).statusCode))).toEqual([401, 401, 200]);
  });
});

describe('signing out by GET (10-D18)', () => {
  const get = (someone: Pick<Caller, 'raw'>, headers: Record<string, string>) =>
    someone.raw({ method: 'GET', url: '/auth/api/logout', headers });
  const navigate = (site?: string) => ({ 'sec-fetch-mode': 'navigate', ...(site ? { 'sec-fetch-site': site } : {}) });
  test.each([
    ['a navigation of our own', navigate('same-origin'), 303, '/auth/login', false],
    ['an address typed in', navigate('none'), 303, '/auth/login', false],
    ['a link on another site', navigate('cross-site'), 303, '/auth/login?confirm=logout', true],
    ['a navigation that does not say from where', navigate(), 303, '/auth/login?confirm=logout', true],
    ['no Sec-Fetch header at all', {}, 303, '/auth/login?confirm=logout', true],
    ['an image on another site', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' }, 200, undefined, true],
    ['a script of our own', { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }, 200, undefined, true],
  ])('%s', async (_title, headers, status, location, stays) => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    const reply = await get(someone, headers as Record<string, string>);
    expect([reply.statusCode, reply.headers.location]).toEqual([status, location]);
    expect((await me(someone.cookie!)).statusCode).toBe(stays ? 200 : 401);
  });

  test('with a bearer token it is JSON and done; with nothing it is JSON and nothing', async () => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    expect(await asBearer(house, someone.access, '/auth/api/logout')).toMatchObject({ status: 200, body: { success: true } });
    expect((await asBearer(house, someone.access)).status).toBe(401);
    expect((await house.app.inject({ method: 'GET', url: '/auth/api/logout' })).statusCode).toBe(200);
    expect((await house.as(null).raw({ method: 'GET', url: '/auth/api/logout', headers: navigate('cross-site') })).headers.location).toBe(
      '/auth/login?confirm=logout',
    );
  });
});

describe('users', () => {
  const create = (username: string, password = PASSWORD) =>
    admin().call(catalogue.users.createUser, { body: { username, role: 'viewer', password } });

  test('a name is unique whatever its case, also when eight ask at once: one 201, the others 409', async () => {
    expect((await create('Case_Name')).status).toBe(201);
    const taken = await create('cASE_nAME');
    expect([taken.status, taken.body.message_code]).toEqual([409, 'USERNAME_EXISTS']);
    expect(taken.body.extra!.fields!.username![0]!.code).toBe('USERNAME_EXISTS');
    const raced = await Promise.all(Array.from({ length: 8 }, (_, i) => create(i % 2 ? 'raced_name' : 'RACED_name')));
    expect(raced.map((reply) => reply.status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect(raced.filter((reply) => reply.status === 409).every((reply) => reply.body.message_code === 'USERNAME_EXISTS')).toBe(true);
  });

  test('renaming to a taken name is 409, and nothing of the change is kept', async () => {
    const [a, b] = [await makeUser(house), await makeUser(house)];
    const reply = await admin().call(catalogue.users.updateUser, {
      params: { user_id: a.id },
      body: { username: b.username.toUpperCase(), role: 'user' },
    });
    expect([reply.status, reply.body.message_code]).toEqual([409, 'USERNAME_EXISTS']);
    expect(await rowOf(a.id)).toMatchObject({ username: a.username, role: 'viewer' });
  });

  test.each([`Horse&<b>"quoted"'9`, '  Leading and trailing 9  ', 'javascript:Onload=9', `${'é'.repeat(100)}Aa9`, '密码Horse-9'])(
    'the password %j signs in as it was set (10-D31, 10-D32)',
    async (password) => {
      const username = `pw_${Buffer.from(password).toString('hex').slice(0, 10)}`;
      expect((await create(username, password)).status).toBe(201);
      expect((await postLogin(house, username, password)).statusCode).toBe(200);
      for (const other of [password.trim(), password.slice(0, -1), password.replaceAll('&', '&amp;')].filter((one) => one !== password))
        expect((await postLogin(house, username, other)).statusCode).toBe(401);
    },
  );

  test('a bcrypt hash of an existing installation signs in, and is made anew as argon2id at once', async () => {
    const user = await makeUser(house, { hash: hashSync('Imported-horse-9', 10) });
    expect((await postLogin(house, user.username, 'Imported-horse-8')).statusCode).toBe(401);
    expect((await rowOf(user.id)).password).toMatch(/^\$2/);
    expect((await postLogin(house, user.username, 'Imported-horse-9')).statusCode).toBe(200);
    expect((await rowOf(user.id)).password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await postLogin(house, user.username, 'Imported-horse-9')).statusCode).toBe(200);
  });

  test('an existing viewer is edited without changing the role (10-D46), an empty password keeps the old one', async () => {
    const user = await makeUser(house);
    const reply = await admin().call(catalogue.users.updateUser, {
      params: { user_id: user.id },
      body: { username: `${user.username}_x`, password: '' },
    });
    expect([reply.status, reply.body.data.user.role]).toEqual([200, 'viewer']);
    expect((await postLogin(house, `${user.username}_x`)).statusCode).toBe(200);
  });

  test('one administrator always remains: not demoted, disabled or deleted; of two demotions at once exactly one is refused', async () => {
    const own = await openHouse();
    try {
      const first = own.as('admin');
      const other = await makeUser(own, { role: 'admin' });
      const second = await signedIn(own, other.username);
      const demote = (who: typeof first, id: number) =>
        who.call(catalogue.users.updateUser, { params: { user_id: id }, body: { role: 'viewer' } });
      for (let round = 0; round < 3; round++) {
        const replies = await Promise.all([demote(first, other.id), demote(first, first.userId!)]);
        // The second is refused for what it would leave behind, or, coming later, because the first has made its asker a viewer.
        const codes = replies.map((reply) => reply.body.message_code ?? reply.status);
        expect([['LAST_ADMIN_REQUIRED'], ['ADMIN_PERMISSION_REQUIRED']]).toContainEqual(codes.filter((code) => code !== 200));
        await own.deps.db.updateTable('users').set({ role: 'admin' }).where('id', 'in', [first.userId!, other.id]).execute();
      }
      const seconds = await signedIn(own, second.userId === other.id ? other.username : '');
      expect((await demote(seconds, first.userId!)).status).toBe(200);
      const refused = await Promise.all([
        demote(seconds, other.id),
        seconds.call(catalogue.users.updateUser, { params: { user_id: other.id }, body: { is_active: false } }),
        seconds.call(catalogue.users.deleteUser, { params: { user_id: other.id } }),
      ]);
      expect(refused.map((reply) => [reply.status, reply.body.message_code])).toEqual([
        [400, 'LAST_ADMIN_REQUIRED'],
        [400, 'LAST_ADMIN_REQUIRED'],
        [400, 'SELF_DELETE'],
      ]);
    } finally {
      await own.close();
    }
  });

  test('a deleted user’s sessions and tokens stop, what they did keeps the name (10-D59)', async () => {
    const user = await makeUser(house, { role: 'admin' });
    const someone = await signedIn(house, user.username);
    await someone.call(catalogue.tags.createTag, { body: { name: 'by_the_deleted', display_name: 'x', category: 'other' } });
    expect((await admin().call(catalogue.users.deleteUser, { params: { user_id: user.id } })).status).toBe(200);
    expect([(await me(someone.cookie!)).statusCode, (await asBearer(house, someone.access)).status]).toEqual([401, 401]);
    const event = await house.deps.db
      .selectFrom('audit_events')
      .select(['username', 'user_id'])
      .where('resource', '=', 'tag')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(event.username).toBe(user.username);
    const gone = await admin().call(catalogue.users.getUser, { params: { user_id: user.id } });
    expect([gone.status, gone.body.message_code, gone.body.extra]).toEqual([404, 'RESOURCE_NOT_FOUND', { resource: 'user', id: user.id }]);
  });

  test('last sign-in and lock state are for administrators, the statistics count every role once (10-D60)', async () => {
    const user = await makeUser(house);
    const from = freshAddress();
    await signedIn(house, user.username);
    for (let i = 0; i < 5; i++) await postLogin(house, user.username, 'Wrong-horse-9', { from });
    const seen = async (role: 'admin' | 'viewer') =>
      (await house.as(role).call(catalogue.users.getUser, { params: { user_id: user.id } })).body.data.user;
    expect(await seen('admin')).toMatchObject({
      last_login: '2025-12-15T04:00:00.000+00:00',
      locked_until: '2025-12-15T04:15:00.000+00:00',
    });
    expect(await seen('viewer')).toMatchObject({ last_login: null, locked_until: null });
    const stats = (await admin().call(catalogue.users.getUserStats)).body.data;
    expect(stats.admin + stats.user + stats.viewer).toBe(stats.total);
    expect(stats.active + stats.inactive).toBe(stats.total);
    expect(stats.locked).toBeGreaterThanOrEqual(1);
    expect((await house.as('viewer').call(catalogue.users.getUserStats)).body.data.locked).toBeNull();
  });
});

describe('too many failures', () => {
  const fail = (username: string, from: string) => postLogin(house, username, 'Wrong-horse-9', { from });

  test('the fifth locks (name, client network) for 15 minutes, the next time for 30; unknown names alike (10-D29)', async () => {
    const user = await makeUser(house);
    for (const name of [user.username, 'no_such_name_1']) {
      house.clock.set(START);
      const from = freshAddress();
      const neighbour = from.replace(/\d+$/, '77');
      for (let i = 0; i < 5; i++) expect(coded(await fail(name, from))).toEqual([401, 'INVALID_CREDENTIALS']);
      const locked = await postLogin(house, name.toUpperCase(), PASSWORD, { from: neighbour });
      expect([...coded(locked), locked.headers['retry-after']]).toEqual([429, 'ACCOUNT_LOCKED', '900']);
      expect(locked.json().extra).toMatchObject({ retry_after: 900, remaining: 0 });
      expect(locked.headers['x-ratelimit-reset']).toBe(String(Date.parse(START) / 1000 + 900));
      house.clock.advance(15 * MINUTE + 1000);
      for (let i = 0; i < 5; i++) expect(coded(await fail(name, from))).toEqual([401, 'INVALID_CREDENTIALS']);
      expect((await fail(name, from)).headers['retry-after']).toBe('1800');
    }
  });

  test('another client network is not locked: nobody locks a user out from afar', async () => {
    const user = await makeUser(house);
    const from = freshAddress();
    for (let i = 0; i < 5; i++) await fail(user.username, from);
    expect((await fail(user.username, from)).statusCode).toBe(429);
    expect((await postLogin(house, user.username)).statusCode).toBe(200);
  });

  test('a success forgets; four failures and a success, four failures and a success', async () => {
    const user = await makeUser(house);
    const nets = [freshAddress(), freshAddress()];
    for (const from of nets) {
      for (let i = 0; i < 4; i++) await fail(user.username, from);
      expect((await postLogin(house, user.username, PASSWORD, { from })).statusCode).toBe(200);
      house.clock.advance(2 * MINUTE);
      for (let i = 0; i < 4; i++) await fail(user.username, from);
      expect((await postLogin(house, user.username, PASSWORD, { from })).statusCode).toBe(200);
    }
  });

  test('an administrator unlocks', async () => {
    const user = await makeUser(house);
    const from = freshAddress();
    for (let i = 0; i < 5; i++) await fail(user.username, from);
    await admin().call(catalogue.users.updateUser, { params: { user_id: user.id }, body: { unlock: true } });
    expect((await postLogin(house, user.username, PASSWORD, { from })).statusCode).toBe(200);
  });

  test('ten failures from one address are enough for a minute: 429 for it, not for its neighbour (10-D27); successes do not count (10-D28)', async () => {
    const user = await makeUser(house);
    const from = freshAddress();
    for (let i = 0; i < 12; i++) expect((await postLogin(house, user.username, PASSWORD, { from })).statusCode).toBe(200);
    for (let i = 0; i < 10; i++) expect((await fail(`nobody_${i}`, from)).statusCode).toBe(401);
    house.clock.advance(20_000);
    const refused = await postLogin(house, user.username, PASSWORD, { from });
    expect([...coded(refused), refused.headers['retry-after']]).toEqual([429, 'RATE_LIMIT_EXCEEDED', '40']);
    expect(refused.headers['x-ratelimit-limit']).toBe('10');
    expect(refused.json().category).toBe('security');
    expect((await postLogin(house, user.username, PASSWORD, { from: from.replace(/\d+$/, '2') })).statusCode).toBe(200);
    house.clock.advance(41_000);
    expect((await postLogin(house, user.username, PASSWORD, { from })).statusCode).toBe(200);
  });

  test('the sign-in form is refused with the same status and no redirect', async () => {
    const from = freshAddress();
    for (let i = 0; i < 10; i++) await fail(`someone_${i}`, from);
    const reply = await house.app.inject({ method: 'POST', url: '/auth/login', remoteAddress: from });
    expect([reply.statusCode, reply.headers.location]).toEqual([429, undefined]);
    expect(String(reply.headers['content-type'])).toContain('text/html');
  });
});

describe('tokens', () => {
  const refresh = (token: string) => asBearer(house, token, '/auth/api/refresh', 'POST');

  test('an access token enters any API with its user’s rights and needs no CSRF token (10-D11)', async () => {
    const someone = await signedIn(house, (await makeUser(house, { role: 'admin' })).username);
    for (const url of ['/auth/api/me', '/instances/api', '/users/api/users', '/scheduler/api/jobs'])
      expect([url, (await asBearer(house, someone.access, url)).status]).toEqual([url, 200]);
    const made = await house.app.inject({
      method: 'POST',
      url: '/tags/api/create',
      headers: { authorization: `Bearer ${someone.access}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ name: 'by_token', display_name: 'x', category: 'other' }),
    });
    expect(made.statusCode).toBe(201);
    const viewer = await signedIn(house, (await makeUser(house)).username);
    const refused = await house.app.inject({
      method: 'POST',
      url: '/tags/api/create',
      headers: { authorization: `Bearer ${viewer.access}`, 'content-type': 'application/json' },
      payload: '{}',
    });
    expect(coded(refused)).toEqual([403, 'PERMISSION_REQUIRED']);
  });

  test('an access token ends after an hour, its refresh token after thirty days, with WWW-Authenticate', async () => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    house.clock.advance(HOUR - 1000);
    expect((await asBearer(house, someone.access)).status).toBe(200);
    house.clock.advance(2000);
    const over = await asBearer(house, someone.access);
    expect([over.status, over.body.message_code, over.headers['www-authenticate']]).toEqual([401, 'TOKEN_EXPIRED', 'Bearer']);
    const fresh = await refresh(someone.refresh);
    expect(fresh.status).toBe(200);
    expect((await asBearer(house, fresh.body.data.access_token)).status).toBe(200);
    house.clock.advance(29 * DAY);
    const later = await refresh(fresh.body.data.refresh_token);
    expect(later.status).toBe(200);
    house.clock.advance(31 * DAY);
    expect((await refresh(later.body.data.refresh_token)).body.message_code).toBe('TOKEN_EXPIRED');
  });

  test('what is no token of ours is 401 TOKEN_INVALID, in the envelope (10-D12)', async () => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    const [head, claims, signature] = someone.access.split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: '1' })).toString(
      'base64url',
    );
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const token of [
      'garbage',
      `${head}.${forged}.${signature}`,
      `${head}.${claims}.${signature.slice(0, -2)}AA`,
      `${unsigned}.${claims}.`,
      someone.refresh,
      'wfp_nothing',
    ]) {
      const reply = await asBearer(house, token);
      expect([reply.status, reply.body.message_code, reply.body.error]).toEqual([401, 'TOKEN_INVALID', true]);
    }
    expect((await refresh(someone.access)).body.message_code).toBe('TOKEN_INVALID');
  });

  test('each refresh takes the old token’s place; the old one used again ends the session and everything made from it (10-D13)', async () => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    const second = (await refresh(someone.refresh)).body.data;
    expect(second.refresh_token).not.toBe(someone.refresh);
    expect((await refresh(someone.refresh)).body.message_code).toBe('TOKEN_INVALID');
    expect((await refresh(second.refresh_token)).body.message_code).toBe('TOKEN_INVALID');
    expect((await asBearer(house, second.access_token)).body.message_code).toBe('TOKEN_INVALID');
    expect((await me(someone.cookie!)).statusCode).toBe(401);
  });

  test('two that use one refresh token at once: one gets a new pair, and as it was used twice the pair is worth nothing (10-D13)', async () => {
    const someone = await signedIn(house, (await makeUser(house)).username);
    const both = await Promise.all([refresh(someone.refresh), refresh(someone.refresh)]);
    expect(both.map((reply) => reply.status).sort()).toEqual([200, 401]);
    const { access_token, refresh_token } = both.find((reply) => reply.status === 200)!.body.data;
    expect((await asBearer(house, access_token)).body.message_code).toBe('TOKEN_INVALID');
    expect((await refresh(refresh_token)).body.message_code).toBe('TOKEN_INVALID');
    expect((await me(someone.cookie!)).statusCode).toBe(401);
  });

  test('refresh without a token is 401; beside a session cookie it needs the CSRF token', async () => {
    const nothing = await house.app.inject({ method: 'POST', url: '/auth/api/refresh' });
    expect(coded(nothing)).toEqual([401, 'AUTHENTICATION_REQUIRED']);
    const someone = await signedIn(house, (await makeUser(house)).username);
    const headers = { authorization: `Bearer ${someone.refresh}`, cookie: `whalefall_session=${someone.cookie}` };
    expect(coded(await house.app.inject({ method: 'POST', url: '/auth/api/refresh', headers }))).toEqual([403, 'CSRF_MISSING']);
    const good = { ...headers, 'x-csrf-token': someone.csrf! };
    expect((await house.app.inject({ method: 'POST', url: '/auth/api/refresh', headers: good })).statusCode).toBe(200);
  });

  test('a posted logout may name the refresh token whose session is to end', async () => {
    const user = await makeUser(house);
    const [here, there] = [await signedIn(house, user.username), await signedIn(house, user.username)];
    await here.call(catalogue.auth.logoutPost, { body: { refresh_token: there.refresh } });
    expect((await refresh(there.refresh)).status).toBe(401);
    expect((await me(there.cookie!)).statusCode).toBe(401);
  });

  test('a sign-in needs no CSRF token without cookie and Origin (curl); with either it does', async () => {
    const user = await makeUser(house);
    expect((await postLogin(house, user.username)).statusCode).toBe(200);
    expect(coded(await postLogin(house, user.username, PASSWORD, { headers: { origin: 'http://evil.example' } }))).toEqual([
      403,
      'CSRF_MISSING',
    ]);
    expect(coded(await postLogin(house, user.username, PASSWORD, { headers: { cookie: 'x=1' } }))).toEqual([403, 'CSRF_MISSING']);
  });
});

describe('personal tokens', () => {
  const make = async (role: 'admin' | 'user' | 'viewer', body: Record<string, unknown>) => {
    const someone = await signedIn(house, (await makeUser(house, { role })).username);
    const reply = await someone.call(catalogue.users.createPersonalToken, { body: body as never });
    return { someone, reply, token: reply.body.data?.token };
  };

  test('shown once, kept as a hash, listed without its text, ends when it is revoked', async () => {
    const { someone, reply, token } = await make('user', { name: 'backup script' });
    expect([reply.status, token]).toEqual([201, expect.stringMatching(/^wfp_[\w-]{43}$/)]);
    expect((await asBearer(house, token)).body.data.role).toBe('user');
    const stored = await house.deps.db
      .selectFrom('personal_tokens')
      .selectAll()
      .where('user_id', '=', someone.userId!)
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(stored)).not.toContain(token.slice(4));
    const list = await someone.call(catalogue.users.listPersonalTokens);
    expect(list.body.data.tokens).toMatchObject([{ name: 'backup script', role: 'user', last_used_at: '2025-12-15T04:00:00.000+00:00' }]);
    expect(list.text).not.toContain(token.slice(4));
    const id = list.body.data.tokens[0]!.id;
    const stranger = await signedIn(house, (await makeUser(house, { role: 'admin' })).username);
    expect((await stranger.call(catalogue.users.revokePersonalToken, { params: { token_id: id } })).status).toBe(404);
    expect((await someone.call(catalogue.users.revokePersonalToken, { params: { token_id: id } })).status).toBe(200);
    expect((await asBearer(house, token)).body.message_code).toBe('TOKEN_INVALID');
    expect((await someone.call(catalogue.users.createPersonalToken, { body: { name: 'backup script' } })).status).toBe(201);
    const twice = await someone.call(catalogue.users.createPersonalToken, { body: { name: 'backup script' } });
    expect([twice.status, twice.body.message_code]).toEqual([409, 'NAME_EXISTS']);
  });

  test('never more than its owner: not when it is made, not after the owner has less, nothing when disabled', async () => {
    const { reply } = await make('viewer', { name: 'x', role: 'admin' });
    expect(reply.body.data.personal_token.role).toBe('viewer');
    const { someone, token } = await make('admin', { name: 'x', role: 'admin' });
    const less = await someone.call(catalogue.users.createPersonalToken, { body: { name: 'y', role: 'viewer' } });
    expect((await asBearer(house, less.body.data.token, '/users/api/users')).status).toBe(200);
    const refused = await house.app.inject({
      method: 'DELETE',
      url: `/users/api/users/${someone.userId}`,
      headers: { authorization: `Bearer ${less.body.data.token}` },
    });
    expect(refused.statusCode).toBe(403);
    await admin().call(catalogue.users.updateUser, { params: { user_id: someone.userId! }, body: { role: 'user' } });
    expect((await asBearer(house, token)).body.data).toMatchObject({ role: 'user', permissions: ['view', 'execute'] });
    await admin().call(catalogue.users.updateUser, { params: { user_id: someone.userId! }, body: { is_active: false } });
    expect((await asBearer(house, token)).status).toBe(401);
  });

  test('makes no other: one that leaked would live on in its children; the access token of a sign-in may', async () => {
    const { someone, token } = await make('admin', { name: 'parent', expires_in_days: 1 });
    const child = (bearer: string) =>
      house.app.inject({
        method: 'POST',
        url: '/users/api/tokens',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        payload: JSON.stringify({ name: 'child', expires_in_days: null }),
      });
    expect(coded(await child(token))).toEqual([403, 'PERMISSION_DENIED']);
    expect((await someone.call(catalogue.users.listPersonalTokens)).body.data.tokens.map((one) => one.name)).toEqual(['parent']);
    expect((await child(someone.access)).statusCode).toBe(201);
  });

  test('it ends on its day', async () => {
    const { token } = await make('viewer', { name: 'short', expires_in_days: 2 });
    house.clock.advance(2 * DAY - 1000);
    expect((await asBearer(house, token)).status).toBe(200);
    house.clock.advance(2000);
    expect((await asBearer(house, token)).status).toBe(401);
  });
});
