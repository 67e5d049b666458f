import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Config } from '../config.ts';
import { generatePassword } from './passwords.ts';
import { passwordFaults } from '../features/identity/index.ts';
import { rotatedKeys } from './rotated-keys.ts';
import { openVault, SealBroken } from './secrets.ts';

const vault = openVault('a key');
const HERE = 'credential:7';

test('whatever was sealed opens as it was: blanks, quotes, Chinese, nothing at all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = vault.seal(text, HERE);
      expect(vault.open(sealed, HERE)).toBe(text);
      if (text.length > 3) expect(sealed).not.toContain(text);
    }),
  );
});

test('the same text is never sealed the same way twice, and says which key seals it', () => {
  const [one, two] = [vault.seal('x', HERE), vault.seal('x', HERE)];
  expect(one).not.toBe(two);
  expect(one).toMatch(new RegExp(`^v1:${vault.keyId}:[A-Za-z0-9+/]{16}:[A-Za-z0-9+/=]+$`));
  expect([vault.isCurrent(one), openVault('another').isCurrent(one)]).toEqual([true, false]);
});

test('it opens in its own row only (20-ENC-5)', () => {
  const sealed = vault.seal('secret', HERE);
  for (const place of ['credential:8', 'credential:77', 'instance:7', '']) expect(() => vault.open(sealed, place)).toThrow(SealBroken);
});

test('another key, a key id that lies, any byte changed, anything cut off: it does not open and does not say what is inside', () => {
  const sealed = vault.seal('secret', HERE);
  const other = openVault('another');
  expect(() => other.open(sealed, HERE)).toThrow(/not configured/);
  expect(() => other.open(sealed.replace(vault.keyId, other.keyId), HERE)).toThrow(SealBroken);
  const [version, id, nonce, body] = sealed.split(':') as [string, string, string, string];
  const bytes = Buffer.from(body, 'base64');
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i]! ^= 1;
    expect(() => vault.open(`${version}:${id}:${nonce}:${changed.toString('base64')}`, HERE)).toThrow(SealBroken);
  }
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length).toString('base64');
    expect(() => vault.open(`${version}:${id}:${nonce}:${cut}`, HERE)).toThrow(SealBroken);
  }
});

test.each(['', 'secret', 'cGFzc3dvcmQ=', '$2b$12$abcdefghijklmnopqrstuv', 'v2:a:b:c', 'v1:::', 'v1:a:b'])(
  'what was never sealed is no password: %j (20-ENC-3)',
  (text) => expect(() => vault.open(text, HERE)).toThrow(SealBroken),
);

test('while the key changes both keys open, and only the new one seals', () => {
  const old = vault.seal('secret', HERE);
  const both = openVault('the next key', ['a key']);
  expect(both.open(old, HERE)).toBe('secret');
  const fresh = both.seal('secret', HERE);
  expect([both.isCurrent(old), both.isCurrent(fresh)]).toEqual([false, true]);
  expect(openVault('the next key').open(fresh, HERE)).toBe('secret');
  expect(() => vault.open(fresh, HERE)).toThrow(SealBroken);
});

test('a key file of ours gets the new key in front, for the owner’s eyes only; keys of the environment are left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  try {
    const file = join(folder, 'credential-key');
    writeFileSync(file, 'old-1\nold-2\n', { mode: 0o600 });
    const keys = rotatedKeys({ credentialKeyFile: file, credentialKeys: ['stale'] } as unknown as Config);
    expect(keys.slice(1)).toEqual(['old-1', 'old-2']);
    expect(Buffer.from(keys[0]!, 'base64')).toHaveLength(32);
    expect(readFileSync(file, 'utf8')).toBe(`${keys.join('\n')}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(rotatedKeys({ credentialKeyFile: undefined, credentialKeys: ['a', 'b'] } as unknown as Config)).toEqual(['a', 'b']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a generated password always fits the policy, has nothing that reads two ways, and is never the same', () => {
  const made = Array.from({ length: 200 }, () => generatePassword());
  expect(made.flatMap(passwordFaults)).toEqual([]);
  expect(made.join('')).not.toMatch(/[0O1lI]/);
  expect(new Set(made).size).toBe(200);
});
