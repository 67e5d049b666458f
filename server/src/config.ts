/*
 * The only reader of process.env: environment → checked `Config`. It reports all problems at once, because whoever sets
 * up a server wants to mend them in one go. Secrets may come as NAME or, as containers give them, as NAME_FILE; the
 * names of the original program are accepted where they mean the same.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Config {
  env: 'production' | 'development' | 'test';
  /** From package.json. */
  version: string;
  demo: boolean;
  host: string;
  port: number;
  /** Undefined: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | undefined;
  databasePoolSize: number;
  redisUrl: string | undefined;
  /** Absolute. */
  dataDir: string;
  /** The built pages, undefined when they are not built. */
  webDir: string | undefined;
  /** Signs session and CSRF tokens. */
  secretKey: string;
  /** Signs access and refresh tokens. */
  jwtSecretKey: string;
  /** Each 32 bytes in base64 or hex: the first seals, all of them open. */
  credentialKeys: string[];
  /** The file the credential keys came from, which a rotation may rewrite; undefined when the environment gave them. */
  credentialKeyFile: string | undefined;
  /** How many proxies stand before us; 0: the peer's address is the client's. */
  trustProxy: number;
  /** IANA name; decides what "today" is. */
  timeZone: string;
  adminUsername: string;
  adminPassword: string | undefined;
  metricsToken: string | undefined;
  healthToken: string | undefined;
  syncConcurrency: number;
  /** Requests per minute and signed-in user; 0 turns all request limits off. */
  apiRateLimit: number;
  /** CIDR ranges. */
  connectionTargetAllow: string[];
  connectionTargetDeny: string[];
  /** Oracle's client library for the driver's thick mode. */
  oracleClientLibDir: string | undefined;
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  logRetentionDays: number;
  partitionRetentionMonths: number;
  aggregationRetentionMonths: number;
}

/** What is wrong with the environment, one entry per variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: { variable: string; problem: string }[];

  constructor(problems: { variable: string; problem: string }[]) {
    super(['The configuration has problems:', ...problems.map(({ variable, problem }) => `  ${variable}: ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`);
const url = (pattern: RegExp, example: string) =>
  z.string().refine((text) => pattern.test(text) && URL.canParse(text), `must be an address like ${example}`);
const levels = { critical: 'fatal', warning: 'warn' } as Record<string, string>;
const keyProblem = 'must be 32 bytes in base64 or hex: make one with  openssl rand -base64 32';

const ranges = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter(Boolean))
  .refine((list) => list.every(isRange), 'must be address ranges like 10.0.0.0/8, separated by commas');

const schema = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test'], 'must be production, development or test').default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(0, 65_535).default(5001),
  DATABASE_URL: z
    .string()
    .transform((text) => text.replace(/^postgres(ql)?\+\w+:/, 'postgres:'))
    .pipe(url(/^postgres(ql)?:\/\//, 'postgres://user:password@host:5432/whalefall'))
    .optional(),
  DATABASE_POOL_SIZE: whole(5, 1000).default(20),
  REDIS_URL: url(/^rediss?:\/\//, 'redis://host:6379/0').optional(),
  SECRET_KEY: z.string().optional(),
  JWT_SECRET_KEY: z.string().optional(),
  CREDENTIAL_KEY: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine((keys) => keys.length > 0 && keys.every((key) => keyBytes(key) === 32), keyProblem)
    .optional(),
  TRUST_PROXY: whole(0, 10).default(0),
  APP_TIMEZONE: z.string().refine(isTimeZone, 'must be a time zone like Asia/Shanghai').default('Asia/Shanghai'),
  ADMIN_USERNAME: z.string().default('admin'),
  ADMIN_PASSWORD: z.string().optional(),
  METRICS_TOKEN: z.string().optional(),
  HEALTH_TOKEN: z.string().optional(),
  SYNC_CONCURRENCY: whole(1, 200).default(20),
  API_RATE_LIMIT: whole(0, 10_000_000).default(6000),
  CONNECTION_TARGET_ALLOW: ranges.default([]),
  CONNECTION_TARGET_DENY: ranges.default([]),
  ORACLE_CLIENT_LIB_DIR: z.string().refine(isAbsolute, 'must be the whole path of a folder').optional(),
  LOG_LEVEL: z
    .string()
    .transform((text) => levels[text.toLowerCase()] ?? text.toLowerCase())
    .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be debug, info, warn, error or fatal'))
    .default('info'),
  LOG_RETENTION_DAYS: whole(1, 3650).default(30),
  PARTITION_RETENTION_MONTHS: whole(9, 120).default(12),
  AGGREGATION_RETENTION_MONTHS: whole(9, 600).default(60),
});

/** The original program's names of the same things. */
const aliases: Record<string, string[]> = {
  NODE_ENV: ['FLASK_ENV'],
  HOST: ['FLASK_HOST'],
  PORT: ['FLASK_PORT'],
  DATABASE_URL: ['SQLALCHEMY_DATABASE_URI'],
  DATABASE_POOL_SIZE: ['DB_MAX_CONNECTIONS'],
  REDIS_URL: ['CACHE_REDIS_URL'],
  CREDENTIAL_KEY: ['PASSWORD_ENCRYPTION_KEY'],
  PARTITION_RETENTION_MONTHS: ['DATABASE_SIZE_RETENTION_MONTHS'],
};

const secrets = [
  'DATABASE_URL',
  'REDIS_URL',
  'SECRET_KEY',
  'JWT_SECRET_KEY',
  'CREDENTIAL_KEY',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
  'HEALTH_TOKEN',
] as const;

/** Secrets that are made and kept in the data directory when nobody gives them, with the file's name. */
const kept = { SECRET_KEY: 'secret-key', JWT_SECRET_KEY: 'jwt-secret-key', CREDENTIAL_KEY: 'credential-key' } as const;

const shortest = { SECRET_KEY: 32, JWT_SECRET_KEY: 32, METRICS_TOKEN: 16, HEALTH_TOKEN: 16 } as const;

export interface LoadOptions {
  /** A demonstration: its own data directory, loopback only, no outside database. */
  demo?: boolean;
  /** False (for `config check`): missing secrets outside production are not written, only stood in for. */
  keep?: boolean;
}

/** @throws ConfigError with every problem found */
export function loadConfig(env: Record<string, string | undefined> = process.env, { demo = false, keep = true }: LoadOptions = {}): Config {
  const problems: { variable: string; problem: string }[] = [];
  const given = collect(env, problems);
  const parsed = schema.safeParse(given);
  if (!parsed.success) for (const { path, message } of parsed.error.issues) problems.push({ variable: String(path[0]), problem: message });

  const production = (given.NODE_ENV ?? '') === 'production';
  const root = productRoot();
  const dataDir = resolve(env.WHALEFALL_DATA_DIR || (demo ? join(root, 'data', 'demo') : join(root, 'data')));
  const made = keptSecrets(given, dataDir, production, keep && problems.length === 0, problems);
  if (production) checkProduction({ ...given, ...made }, problems);
  if (demo && given.DATABASE_URL) problems.push({ variable: 'DATABASE_URL', problem: 'a demo never uses an outside database: unset it' });
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);

  const value = parsed.data;
  const webDir = join(root, 'dist', 'web');
  return {
    env: value.NODE_ENV,
    version: productVersion(root),
    demo,
    host: demo ? '127.0.0.1' : value.HOST,
    port: value.PORT,
    databaseUrl: value.DATABASE_URL,
    databasePoolSize: value.DATABASE_POOL_SIZE,
    redisUrl: value.REDIS_URL,
    dataDir,
    webDir: existsSync(join(webDir, 'index.html')) ? webDir : undefined,
    secretKey: made.SECRET_KEY,
    jwtSecretKey: made.JWT_SECRET_KEY,
    credentialKeys: value.CREDENTIAL_KEY ?? made.CREDENTIAL_KEY.split(/[\s,]+/).filter(Boolean),
    credentialKeyFile: value.CREDENTIAL_KEY ? undefined : join(dataDir, kept.CREDENTIAL_KEY),
    trustProxy: value.TRUST_PROXY,
    timeZone: value.APP_TIMEZONE,
    adminUsername: value.ADMIN_USERNAME,
    adminPassword: value.ADMIN_PASSWORD,
    metricsToken: value.METRICS_TOKEN,
    healthToken: value.HEALTH_TOKEN,
    syncConcurrency: value.SYNC_CONCURRENCY,
    apiRateLimit: value.API_RATE_LIMIT,
    connectionTargetAllow: value.CONNECTION_TARGET_ALLOW,
    connectionTargetDeny: value.CONNECTION_TARGET_DENY,
    oracleClientLibDir: value.ORACLE_CLIENT_LIB_DIR,
    logLevel: value.LOG_LEVEL,
    logRetentionDays: value.LOG_RETENTION_DAYS,
    partitionRetentionMonths: value.PARTITION_RETENTION_MONTHS,
    aggregationRetentionMonths: value.AGGREGATION_RETENTION_MONTHS,
  };
}

/** The configuration as `config check` prints it: no secret, no password inside an address. */
export function describeConfig(config: Config): Record<string, string> {
  const hidden = new Set<keyof Config>(['secretKey', 'jwtSecretKey', 'credentialKeys', 'adminPassword', 'metricsToken', 'healthToken']);
  const shown = Object.entries(config).map(([name, value]): [string, string] => {
    if (value === undefined) return [name, 'not set'];
    if (hidden.has(name as keyof Config)) return [name, 'set'];
    return [name, Array.isArray(value) ? value.join(', ') || 'none' : String(value).replace(/(:\/\/[^:@/]*):[^@]*@/, '$1:***@')];
  });
  return Object.fromEntries(shown);
}

/** Values by our own names: NAME, else NAME_FILE for secrets, else the original's names. Empty counts as not given. */
function collect(env: Record<string, string | undefined>, problems: ConfigError['problems']): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    for (const spelling of [name, ...(aliases[name] ?? [])]) {
      if (found[name] !== undefined) break;
      const file = (secrets as readonly string[]).includes(name) ? env[`${spelling}_FILE`] : undefined;
      if (env[spelling] && file) problems.push({ variable: spelling, problem: `is given twice, also as ${spelling}_FILE` });
      else if (env[spelling]) found[name] = env[spelling];
      else if (file) {
        try {
          found[name] = readFileSync(file, 'utf8').trim();
        } catch (error) {
          problems.push({ variable: `${spelling}_FILE`, problem: `cannot be read: ${(error as Error).message}` });
        }
      }
    }
  }
  return found;
}

/** Where `whalefall import` reads, and what opens its passwords. @throws ConfigError */
export function importSource(env: Record<string, string | undefined>): { url: string; fernetKey: string | undefined } {
  const problems: ConfigError['problems'] = [];
  const one = (name: string): string | undefined => {
    if (env[name] && env[`${name}_FILE`]) problems.push({ variable: name, problem: `is given twice, also as ${name}_FILE` });
    if (env[name] || !env[`${name}_FILE`]) return env[name] || undefined;
    try {
      return readFileSync(env[`${name}_FILE`]!, 'utf8').trim() || undefined;
    } catch (error) {
      problems.push({ variable: `${name}_FILE`, problem: `cannot be read: ${(error as Error).message}` });
      return undefined;
    }
  };
  const [url, fernetKey] = [one('IMPORT_DATABASE_URL'), one('IMPORT_FERNET_KEY')];
  if (!url && problems.length === 0)
    problems.push({ variable: 'IMPORT_DATABASE_URL', problem: 'is missing: postgresql://user@host/database' });
  // As the older program's driver spelled it.
  const address = url?.replace(/^postgres(ql)?\+\w+:/, 'postgresql:') ?? '';
  if (url && !/^postgres(ql)?:\/\//.test(address))
    problems.push({ variable: 'IMPORT_DATABASE_URL', problem: 'is not the address of a PostgreSQL database' });
  if (problems.length > 0) throw new ConfigError(problems);
  return { url: address, fernetKey };
}

/** The three keys: as given, else as kept in the data directory, else (outside production) made now and kept, 0600. */
function keptSecrets(
  given: Record<string, string>,
  dataDir: string,
  production: boolean,
  write: boolean,
  problems: ConfigError['problems'],
): Record<keyof typeof kept, string> {
  const result = { SECRET_KEY: '', JWT_SECRET_KEY: '', CREDENTIAL_KEY: '' };
  for (const name of Object.keys(kept) as (keyof typeof kept)[]) {
    const file = join(dataDir, kept[name]);
    if (given[name]) result[name] = given[name];
    else if (production) {
      // A key that lies beside the data it protects is for trying things out; a production server is told what to keep safe.
      const hint = existsSync(file) ? ` (${file} has the one used so far: ${name}_FILE=${file} goes on with it)` : '';
      problems.push({ variable: name, problem: `is missing: make one with  openssl rand -base64 32${hint}` });
    } else if (existsSync(file)) result[name] = readFileSync(file, 'utf8').trim();
    else {
      result[name] = randomBytes(32).toString('base64');
      if (write) result[name] = writeOnce(file, result[name]);
    }
  }
  return result;
}

/** Of two first starts one wins, and both go on with its value. */
function writeOnce(file: string, value: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${value}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

function checkProduction(given: Record<string, string>, problems: ConfigError['problems']): void {
  for (const [variable, least] of Object.entries(shortest)) {
    const value = given[variable];
    if (!value) continue;
    if (value.length < least) problems.push({ variable, problem: `is too short: at least ${least} characters` });
    else if (isSample(value)) problems.push({ variable, problem: 'is a sample value: make one with  openssl rand -base64 32' });
  }
  const { SECRET_KEY, JWT_SECRET_KEY, CREDENTIAL_KEY, ADMIN_PASSWORD } = given;
  if (CREDENTIAL_KEY && isSample(Buffer.from(CREDENTIAL_KEY, 'base64').toString('latin1')))
    problems.push({ variable: 'CREDENTIAL_KEY', problem: 'is a sample value: make one with  openssl rand -base64 32' });
  if (ADMIN_PASSWORD && isSample(ADMIN_PASSWORD)) problems.push({ variable: 'ADMIN_PASSWORD', problem: 'is a sample value' });
  const names = { SECRET_KEY, JWT_SECRET_KEY, CREDENTIAL_KEY };
  for (const [index, [variable, value]] of Object.entries(names).entries()) {
    const same = Object.entries(names)
      .slice(0, index)
      .find(([, other]) => value && other === value);
    if (same) problems.push({ variable, problem: `is the same as ${same[0]}: each needs its own` });
  }
}

/** What examples and tutorials hold, and what nobody drew by chance. */
function isSample(value: string): boolean {
  const spoken =
    /change.?(me|this|in.?prod)|your.?(own.?)?(secret|key|pass)|placeholder|example|sample|insecure|default|dev.?(secret|key)|123456|qwerty|abcdef|passw/i;
  return spoken.test(value) || new Set(value).size < 6;
}

function keyBytes(text: string): number {
  if (/^[0-9a-f]{64}$/i.test(text)) return 32;
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64').length : 0;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isRange(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (!family || more !== undefined) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits)) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false;
  }
}

/** The folder of the package, from the sources as well as from the bundle. */
function productRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'whalefall') return folder;
  }
  return process.cwd();
}

function productVersion(root: string): string {
  const file = join(root, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : '0.0.0';
}
