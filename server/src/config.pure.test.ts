import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError, describeConfig, loadConfig } from './config.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'whalefall-config-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const load = (env: Record<string, string> = {}, options = {}) => loadConfig({ WHALEFALL_DATA_DIR: dataDir, ...env }, options);
const problems = (env: Record<string, string>, options = {}) => {
  try {
    load(env, options);
  } catch (error) {
    if (error instanceof ConfigError) return Object.fromEntries(error.problems.map(({ variable, problem }) => [variable, problem]));
    throw error;
  }
  return {};
};

const random = (seed: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + seed * 101) % 256)).toString('base64');
const production = { NODE_ENV: 'production', SECRET_KEY: random(1), JWT_SECRET_KEY: random(2), CREDENTIAL_KEY: random(3) };

test('nothing set: defaults, and secrets that are made once and kept for us alone', () => {
  const first = load();
  expect(first).toMatchObject({
    ...{ env: 'development', host: '127.0.0.1', port: 5001, databaseUrl: undefined, timeZone: 'Asia/Shanghai', demo: false },
    ...{
      apiRateLimit: 6000,
      syncConcurrency: 20,
      logRetentionDays: 30,
      partitionRetentionMonths: 12,
      trustProxy: 0,
      adminUsername: 'admin',
    },
    ...{ credentialKeyFile: join(dataDir, 'credential-key'), dataDir },
  });
  expect(first.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(Buffer.from(first.credentialKeys[0] as string, 'base64')).toHaveLength(32);
  expect(new Set([first.secretKey, first.jwtSecretKey, ...first.credentialKeys]).size).toBe(3);
  for (const file of ['secret-key', 'jwt-secret-key', 'credential-key']) expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
  expect(load()).toEqual(first);
});

test('config check writes nothing', () => {
  load({}, { keep: false });
  expect(existsSync(join(dataDir, 'secret-key'))).toBe(false);
});

test('all problems at once, each with the variable it belongs to (10-D41)', () => {
  expect(
    problems({
      ...{
        PORT: '70000',
        NODE_ENV: 'prod',
        DATABASE_URL: 'mysql://x',
        REDIS_URL: 'localhost',
        APP_TIMEZONE: 'Mars/Base',
        TRUST_PROXY: 'yes',
      },
      ...{ CONNECTION_TARGET_DENY: '10.0.0.0/8, 10.0.0.0/64', LOG_LEVEL: 'loud', PARTITION_RETENTION_MONTHS: '3', CREDENTIAL_KEY: 'short' },
    }),
  ).toEqual({
    PORT: 'must be a whole number from 0 to 65535',
    NODE_ENV: 'must be production, development or test',
    DATABASE_URL: expect.stringContaining('postgres://'),
    REDIS_URL: expect.stringContaining('redis://'),
    APP_TIMEZONE: expect.stringContaining('Asia/Shanghai'),
    TRUST_PROXY: expect.stringContaining('whole number'),
    CONNECTION_TARGET_DENY: expect.stringContaining('10.0.0.0/8'),
    LOG_LEVEL: expect.stringContaining('debug'),
    PARTITION_RETENTION_MONTHS: 'must be a whole number from 9 to 120',
    CREDENTIAL_KEY: expect.stringContaining('32 bytes'),
  });
});

test('production: missing, short, equal and sample secrets are all refused (10-D41, 20-ENC-1)', () => {
  expect(problems({ NODE_ENV: 'production' })).toEqual({
    SECRET_KEY: expect.stringContaining('missing'),
    JWT_SECRET_KEY: expect.stringContaining('missing'),
    CREDENTIAL_KEY: expect.stringContaining('missing'),
  });
  expect(problems({ ...production, SECRET_KEY: 'short', JWT_SECRET_KEY: 'please-change-me-please-change-me' })).toEqual({
    SECRET_KEY: expect.stringContaining('too short'),
    JWT_SECRET_KEY: expect.stringContaining('sample'),
  });
  expect(problems({ ...production, JWT_SECRET_KEY: production.SECRET_KEY })).toEqual({
    JWT_SECRET_KEY: 'is the same as SECRET_KEY: each needs its own',
  });
  expect(
    problems({ ...production, CREDENTIAL_KEY: Buffer.alloc(32).toString('base64'), ADMIN_PASSWORD: 'ChangeMe1', METRICS_TOKEN: 'abc' }),
  ).toEqual({
    CREDENTIAL_KEY: expect.stringContaining('sample'),
    ADMIN_PASSWORD: expect.stringContaining('sample'),
    METRICS_TOKEN: expect.stringContaining('too short'),
  });
  expect(load(production)).toMatchObject({ env: 'production', credentialKeyFile: undefined, credentialKeys: [production.CREDENTIAL_KEY] });
});

test('secrets from files, several credential keys, and the names of the original', () => {
  const file = join(dataDir, 'given');
  writeFileSync(file, `${random(4)}\n${random(5)}\n`);
  expect(load({ CREDENTIAL_KEY_FILE: file }).credentialKeys).toEqual([random(4), random(5)]);
  expect(problems({ SECRET_KEY: 'a', SECRET_KEY_FILE: file })).toEqual({ SECRET_KEY: expect.stringContaining('twice') });
  expect(problems({ ADMIN_PASSWORD_FILE: join(dataDir, 'absent') })).toEqual({ ADMIN_PASSWORD_FILE: expect.stringContaining('ENOENT') });
  expect(
    load({
      ...{ FLASK_PORT: '8080', SQLALCHEMY_DATABASE_URI: 'postgresql+psycopg://u:p@h/d', CACHE_REDIS_URL: 'redis://r:6379/1' },
      ...{ PASSWORD_ENCRYPTION_KEY: random(6), LOG_LEVEL: 'WARNING', DATABASE_SIZE_RETENTION_MONTHS: '24', PORT: '' },
    }),
  ).toMatchObject({
    ...{ port: 8080, databaseUrl: 'postgres://u:p@h/d', redisUrl: 'redis://r:6379/1', credentialKeys: [random(6)] },
    ...{ logLevel: 'warn', partitionRetentionMonths: 24 },
  });
});

test('what is printed holds no secret', () => {
  const text = JSON.stringify(
    describeConfig(load({ ...production, DATABASE_URL: 'postgres://u:hidden@h/d', ADMIN_PASSWORD: 'Secret-Word-9' })),
  );
  for (const secret of [production.SECRET_KEY, production.CREDENTIAL_KEY, 'hidden', 'Secret-Word-9']) expect(text).not.toContain(secret);
  expect(text).toContain('postgres://u:***@h/d');
});

test('a demo keeps to itself', () => {
  expect(load({ HOST: '0.0.0.0' }, { demo: true })).toMatchObject({ demo: true, host: '127.0.0.1' });
  expect(problems({ DATABASE_URL: 'postgres://u@h/d' }, { demo: true })).toEqual({ DATABASE_URL: expect.stringContaining('demo') });
});
