import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engines } from '@whalefall/engines';
import pg from 'pg';
import { type LiveServer, orSkip, startPostgres } from '../../engines/test/live.ts';
import { openHouse, PASSWORD, type TestHouse } from './harness.ts';
import { makeUser } from './people.ts';

/** The very script of docs/, against a listening server that reads a real PostgreSQL. */
const SCRIPT = fileURLToPath(new URL('../../docs/curl-walk.sh', import.meta.url));
let live: LiveServer | null = null;
let house: TestHouse;
let url = '';
beforeAll(async () => {
  live = await orSkip('PostgreSQL', () => startPostgres());
  house = await openHouse({ worker: true, engines });
  url = await house.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await house.close();
  await live?.stop();
});

const walk = async (env: Record<string, string>) => {
  const { stdout, stderr } = await promisify(execFile)('sh', [SCRIPT], {
    env: { PATH: process.env.PATH!, WHALEFALL_URL: url, ...env },
    timeout: 55_000,
  }).catch((error: { stdout: string; stderr: string }) => error);
  return { out: stdout, err: stderr };
};
const target = (server: LiveServer) => ({
  TARGET_HOST: server.host,
  TARGET_PORT: String(server.port),
  TARGET_USERNAME: server.username,
  TARGET_PASSWORD: server.password,
});

test('the main job with nothing but curl: from a user name to a CSV, and away again', async ({ skip }) => {
  if (!live) return skip('skipped: no live postgres');
  const client = new pg.Client({ host: live.host, port: live.port, user: live.username, password: live.password, database: 'postgres' });
  await client.connect();
  await client.query('create database shop');
  await client.query('create role app_reader login');
  await client.end();
  const { username, id } = await makeUser(house, { role: 'admin' });
  const { out, err } = await walk({ WHALEFALL_USERNAME: username, WHALEFALL_PASSWORD: PASSWORD, ...target(live) });
  expect(err).toBe('');
  expect(out.trim().endsWith('done')).toBe(true);
  expect(out).toContain(`signed in as ${username}`);
  expect(out).toMatch(/version 1\d/);
  // Both logins of the server; what the log says depends on the log, the rest on what this walk did.
  expect(out).toMatch(/in the ledger: 2, the first is app_reader/);
  expect(out).toMatch(/it has [1-9]\d* privileges in effect/);
  expect(out).toMatch(/1 databases, [1-9]\d* MB\nshop: [1-9]\d* MB/);
  expect(out).toMatch(/session [0-9a-f-]{36}: completed/);
  expect(out).toMatch(/assignments: [1-9]/);
  expect(out).toMatch(/sessions of this instance: 3/);
  expect(out).toMatch(/audit events of this instance: [1-9]/);
  expect(out).toMatch(/instances in the overview: 1\n/);
  expect(out).toMatch(/\npostgres,.*,"?Privileged/);
  expect(out).toMatch(/… 2 rows/);
  const { db } = house.deps;
  expect(await db.selectFrom('instances').select('id').execute()).toEqual([]);
  expect(await db.selectFrom('credentials').select('id').execute()).toEqual([]);
  const tokens = await db.selectFrom('personal_tokens').select('revoked_at').where('user_id', '=', id).execute();
  expect(tokens).toEqual([{ revoked_at: expect.any(Date) }]);
});

test('what goes wrong ends the walk with the server’s words', async ({ skip }) => {
  if (!live) return skip('skipped: no live postgres');
  const { username } = await makeUser(house, { role: 'viewer' });
  const given = { WHALEFALL_USERNAME: username, WHALEFALL_PASSWORD: PASSWORD, ...target(live) };
  const { out, err } = await walk(given);
  expect(out).toContain(`signed in as ${username}`);
  expect(out).not.toContain('done');
  expect(err).toMatch(/POST \/credentials\/api\/create -> 403: .*PERMISSION_REQUIRED/);
  expect((await walk({ ...given, WHALEFALL_TOKEN: 'wfp_nothing' })).err).toMatch(/GET \/auth\/api\/me -> 401: .*TOKEN_INVALID/);
});
