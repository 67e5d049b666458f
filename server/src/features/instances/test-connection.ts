import { type Capability, type Connection, type ConnectionOptions, EngineError, explain, type Target } from '@whalefall/engines';
import type { DbType, Locale } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import type { Asker } from '../../http/index.ts';
import { audit } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { openCredential } from '../credentials/index.ts';
import * as queries from './queries.ts';
import { readCapabilities, withoutLogin } from './read-instance.ts';
import { openOptions } from './wallets.ts';

/** The whole test, from resolving the name to reading the version. */
const DEADLINE_MS = 15_000;
const CONNECT_MS = 10_000;
const BATCH_MS = 60_000;
const BATCH_AT_ONCE = 10;

export interface TestResult {
  success: boolean;
  message: string;
  instance_id?: number;
  instance_name?: string;
  version?: string | null;
  database_version?: string | null;
  main_version?: string | null;
  detailed_version?: string | null;
  error?: string;
  error_code?: never;
  error_number?: string;
  remedy?: string;
  stage?: never;
  latency_ms: number | null;
  duration_ms: number;
}

type TestDeps = Pick<Deps, 'engines' | 'allow' | 'log'>;

/** Connects, reads the version, closes. Never throws for what the server or the login did: that is the result. */
async function tryTarget(
  { engines, allow, log }: TestDeps,
  dbType: DbType,
  open: () => Promise<Target>,
  locale: Locale,
  { signal, look }: { signal?: AbortSignal | undefined; look?: (connection: Connection) => Promise<void> } = {},
): Promise<TestResult> {
  const started = performance.now();
  let username = '';
  const limit = AbortSignal.any([AbortSignal.timeout(DEADLINE_MS), ...(signal ? [signal] : [])]);
  try {
    const target = await open();
    username = target.username;
    const connection = await engines[dbType].connect(target, { timeoutMs: CONNECT_MS, queryTimeoutMs: CONNECT_MS, signal: limit, allow });
    const latency = Math.round(performance.now() - started);
    try {
      const version = await connection.version();
      const shown = version.main
        ? version.detailed && version.detailed !== version.main
          ? `${version.main} (${version.detailed})`
          : version.main
        : version.detailed;
      const result = {
        success: true,
        message: locale === 'en' ? `Connected, ${shown ?? 'version unknown'}` : `连接成功，版本 ${shown ?? '未知'}`,
        version: shown,
        database_version: version.banner.slice(0, 1000),
        main_version: version.main?.slice(0, 20) ?? null,
        detailed_version: version.detailed?.slice(0, 50) ?? null,
        latency_ms: latency,
        duration_ms: Math.round(performance.now() - started),
      };
      await look?.(connection);
      return result;
    } finally {
      await connection.close();
    }
  } catch (caught) {
    const error = caught instanceof EngineError ? caught : new EngineError('UNKNOWN', { stage: 'connect', cause: caught });
    const code = error.code === 'CANCELLED' && limit.aborted ? 'TIMEOUT' : error.code;
    const number = code === error.code ? error.number : undefined;
    log.info('connection_test', `test failed: ${code}`, {
      error_code: code,
      error_number: number,
      stage: error.stage,
      detail: withoutLogin(error.detail, username),
    });
    const words = explain({ code, number: number ?? null }, locale === 'en' ? 'en' : 'zh');
    return {
      success: false,
      message: words.cause,
      error: words.cause,
      error_code: code as never,
      ...(number === undefined ? {} : { error_number: number }),
      remedy: words.remedy,
      stage: error.stage as never,
      latency_ms: null,
      duration_ms: Math.round(performance.now() - started),
    };
  }
}

/** Tests a saved instance and remembers how it went. */
async function testSaved(
  deps: Pick<Deps, 'engines' | 'allow' | 'log' | 'db' | 'vault' | 'clock'>,
  row: NonNullable<Awaited<ReturnType<typeof queries.targetRow>>> | Awaited<ReturnType<typeof queries.targetRows>>[number],
  locale: Locale,
  signal?: AbortSignal,
): Promise<TestResult> {
  const { db, vault, clock } = deps;
  const open = async (): Promise<Target> => {
    const login = await openCredential(db, vault, row.credential_id, row.db_type);
    return {
      host: row.host,
      port: row.port,
      database: row.database_name,
      username: login.username,
      password: login.password,
      options: openOptions(vault, row.id, row.connection_options),
    };
  };
  const checked: { capabilities: Capability[] | null } = { capabilities: null };
  const look = async (connection: Connection): Promise<void> => void (checked.capabilities = await readCapabilities(connection));
  const result = await tryTarget(deps, row.db_type as DbType, open, locale, { signal, look });
  const now = clock.now();
  const found = result.success
    ? {
        last_connected: now,
        database_version: result.database_version!,
        main_version: result.main_version!,
        detailed_version: result.detailed_version!,
      }
    : null;
  await transaction(db, async (db) => {
    await queries.saveTest(
      db,
      row.id,
      {
        last_test_at: now,
        last_test_ok: result.success,
        last_test_error_code: result.error_code ?? null,
        last_test_latency_ms: result.latency_ms,
        last_test_stage: result.stage ?? null,
      },
      found,
    );
    await queries.saveCapabilities(db, row.id, checked.capabilities, now);
  });
  return { ...result, instance_id: row.id, instance_name: row.name };
}

/** @throws Refusal RESOURCE_NOT_FOUND */
export async function testInstance(deps: Deps, asker: Asker, id: number): Promise<TestResult> {
  const row = await queries.targetRow(deps.db, id);
  if (!row) throw refuse.notFound('instance', id);
  const result = await testSaved(deps, row, asker.locale);
  await note(deps.db, asker, id, { name: row.name, ok: result.success, error_code: result.error_code });
  return result;
}

export interface TypedIn {
  db_type: DbType;
  host: string;
  port: number;
  database_name?: string | null | undefined;
  credential_id?: number | null | undefined;
  username?: string | undefined;
  password?: string | undefined;
  connection_options?: Record<string, unknown> | undefined;
}
/** Tests parameters that were typed in; stores nothing but who did it. */
export async function testTypedIn(deps: Deps, asker: Asker, given: TypedIn): Promise<TestResult> {
  const open = async (): Promise<Target> => {
    const login = given.username
      ? { username: given.username, password: given.password ?? '' }
      : await openCredential(deps.db, deps.vault, given.credential_id ?? null, given.db_type);
    return {
      host: given.host,
      port: given.port,
      database: given.database_name ?? null,
      username: login.username,
      password: login.password,
      options: (given.connection_options ?? {}) as ConnectionOptions,
    };
  };
  const result = await tryTarget(deps, given.db_type, open, asker.locale);
  await note(deps.db, asker, null, {
    db_type: given.db_type,
    host: given.host,
    port: given.port,
    credential_id: given.credential_id ?? null,
    ok: result.success,
    error_code: result.error_code,
  });
  return result;
}

/** Ten at once, a minute for all; what is not done by then has timed out. */
export async function testMany(deps: Deps, asker: Asker, ids: readonly number[]): Promise<TestResult[]> {
  const unique = [...new Set(ids)];
  const rows = new Map((await queries.targetRows(deps.db, unique)).map((row) => [row.id, row]));
  const signal = AbortSignal.timeout(BATCH_MS);
  const results = new Map<number, TestResult>();
  // Those that share a login on a host go one after the other: a wrong password is tried once, not ten times.
  const groups = Map.groupBy(
    unique.filter((id) => rows.has(id)),
    (id) => `${rows.get(id)!.credential_id}@${rows.get(id)!.host}`,
  );
  const waiting = [...groups.values()];
  const one = async (): Promise<void> => {
    for (let group = waiting.shift(); group; group = waiting.shift()) {
      let refused: TestResult | undefined;
      for (const id of group) {
        const row = rows.get(id)!;
        const result: TestResult = refused
          ? { ...refused, instance_id: id, instance_name: row.name, duration_ms: 0 }
          : await testSaved(deps, row, asker.locale, signal);
        if (result.error_code && ['AUTH_FAILED', 'ACCOUNT_LOCKED', 'PASSWORD_EXPIRED'].includes(result.error_code)) refused = result;
        results.set(id, result);
      }
    }
  };
  await Promise.all(Array.from({ length: BATCH_AT_ONCE }, one));
  await note(deps.db, asker, null, { batch: unique.length });
  const missing = (id: number): TestResult => ({
    success: false,
    instance_id: id,
    message: asker.locale === 'en' ? 'No such instance' : '实例不存在',
    error: asker.locale === 'en' ? 'No such instance' : '实例不存在',
    latency_ms: null,
    duration_ms: 0,
  });
  return unique.map((id) => results.get(id) ?? missing(id));
}

const note = (db: Kysely<DB>, asker: Asker, id: number | null, after: unknown) =>
  transaction(db, (db) => audit(db, asker, { action: 'test_connection', resource: 'instance', id, after }));
