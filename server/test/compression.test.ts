import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouse, type TestHouse } from './harness.ts';
import { makeInstance } from './make.ts';

const folder = mkdtempSync(join(tmpdir(), 'whalefall-packed-'));
const SCRIPT = 'console.log(1);'.repeat(200);
let house: TestHouse;
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets', 'app.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'app.js.gz'), gzipSync(SCRIPT));
  house = await openHouse({ config: { webDir: folder } });
  for (let i = 0; i < 50; i++) await makeInstance(house, { name: `packed-${i}` });
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (url: string, accepts: string) => house.as('admin').raw({ method: 'GET', url, headers: { 'accept-encoding': accepts } });

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
])('lists and files are packed for whoever takes %s, and are the same', async (encoding, unpack) => {
  for (const url of ['/instances/api?limit=100', '/instances/api?limit=100&format=csv']) {
    const [packed, plain] = [await ask(url, encoding), await ask(url, 'identity')];
    expect([packed.headers['content-encoding'], packed.headers.vary, plain.headers['content-encoding']]).toEqual([
      encoding,
      'accept-encoding',
      undefined,
    ]);
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
    const [a, b] = [unpack(packed.rawPayload).toString(), plain.body].map((text) => text.replace(/"timestamp":"[^"]*"/, ''));
    expect(a).toBe(b);
  }
});

test('a page, which carries a token, is never packed; short answers neither', async () => {
  for (const url of ['/instances/', '/auth/api/csrf-token', '/instances/api?limit=1'])
    expect([url, (await ask(url, 'br, gzip')).headers['content-encoding']]).toEqual([url, undefined]);
});

test('assets are sent as they were packed when they were built', async () => {
  const packed = await ask('/assets/app.js', 'gzip');
  expect([packed.headers['content-encoding'], packed.headers['content-type'], gunzipSync(packed.rawPayload).toString()]).toEqual([
    'gzip',
    'application/javascript; charset=utf-8',
    SCRIPT,
  ]);
  const plain = await ask('/assets/app.js', 'identity');
  expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, SCRIPT]);
});
