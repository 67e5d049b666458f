import type { DbType } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import { type Actor, audit, changed } from '../../logbook/index.ts';
import { type FieldFault, refuse } from '../../refusal.ts';
import { uniqueViolation } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { credentialFacts } from '../credentials/index.ts';
import { openRecordOf } from '../sync-sessions/index.ts';
import { setInstanceTags } from '../tags/index.ts';
import * as queries from './queries.ts';

export interface InstanceGiven {
  name?: string | undefined;
  db_type?: DbType | undefined;
  host?: string | undefined;
  port?: number | undefined;
  database_name?: string | null | undefined;
  credential_id?: number | null | undefined;
  description?: string | null | undefined;
  is_active?: boolean | undefined;
  sync_enabled?: boolean | undefined;
  tag_names?: string[] | undefined;
  connection_options?: Record<string, unknown> | undefined;
}
export interface Warning {
  code: string;
  message: string;
}

/** A credential that can never sign in here is refused; one that merely looks wrong is warned of. */
async function checkCredential(db: Kysely<DB>, id: number | null, dbType: DbType): Promise<Warning[]> {
  if (id === null) return [];
  const fault = (code: string, zh: string, en: string): Record<string, FieldFault> => ({ credential_id: { code, zh, en } });
  const row = await credentialFacts(db, id);
  if (!row) throw refuse.invalid(fault('CREDENTIAL_UNKNOWN', '凭据不存在', 'No such credential'));
  if (row.credential_type !== 'database' && !(row.credential_type === 'windows' && dbType === 'sqlserver'))
    throw refuse.invalid(fault('CREDENTIAL_TYPE', '不是数据库凭据', 'Not a database credential'));
  return [
    ...(row.db_type && row.db_type !== dbType ? [{ code: 'CREDENTIAL_DB_TYPE', message: `credential is for ${row.db_type}` }] : []),
    ...(row.is_active ? [] : [{ code: 'CREDENTIAL_INACTIVE', message: 'credential is disabled' }]),
  ];
}

async function sameAddressWarnings(db: Kysely<DB>, dbType: DbType, host: string, port: number, but: number | null): Promise<Warning[]> {
  const others = await queries.sameAddress(db, dbType, host, port, but);
  return others.map((other) => ({ code: 'SAME_ADDRESS', message: `also registered as ${other.name}` }));
}
const nameTaken = (error: unknown) => (uniqueViolation(error) ? refuse.nameTaken('name') : error);

/** Inside a transaction; the import uses it for every row. @throws Refusal VALIDATION_ERROR, unique violation as it is */
export async function createInstanceIn(
  db: Kysely<DB>,
  actor: Actor,
  given: InstanceGiven & { name: string; db_type: DbType; host: string; port: number },
): Promise<{ id: number; warnings: Warning[] }> {
  const warnings = [
    ...(await checkCredential(db, given.credential_id ?? null, given.db_type)),
    ...(await sameAddressWarnings(db, given.db_type, given.host, given.port, null)),
  ];
  const values: queries.InstanceValues = {
    name: given.name,
    db_type: given.db_type,
    host: given.host,
    port: given.port,
    database_name: given.database_name ?? null,
    credential_id: given.credential_id ?? null,
    description: given.description ?? null,
    is_active: given.is_active ?? true,
    sync_enabled: given.sync_enabled ?? true,
    connection_options: JSON.stringify(given.connection_options ?? {}),
  };
  const { id } = await queries.insertInstance(db, values, actor.now);
  if (given.tag_names) await setInstanceTags(db, id, given.tag_names, actor.now);
  // As an object, not as text: only there the audit can tell the wallet from the rest.
  const after = { ...values, connection_options: given.connection_options ?? {}, tag_names: given.tag_names ?? [] };
  await audit(db, actor, { action: 'create', resource: 'instance', id, after });
  return { id, warnings };
}

/** @throws Refusal NAME_EXISTS, VALIDATION_ERROR */
export function createInstance(
  db: Kysely<DB>,
  actor: Actor,
  given: Parameters<typeof createInstanceIn>[2],
): Promise<{ id: number; warnings: Warning[] }> {
  return transaction(db, (db) => createInstanceIn(db, actor, given)).catch((error: unknown) => {
    throw nameTaken(error);
  });
}

/** Options are replaced as a whole, but for the wallet: a form never gets to see it, so only another one or '' changes it. */
function nextOptions(before: Record<string, unknown>, given: Record<string, unknown> | undefined): Record<string, unknown> {
  if (!given) return before;
  const { wallet = before.wallet, ...rest } = given;
  return wallet ? { ...rest, wallet } : rest;
}

/** What is absent stays. Inside a transaction. @throws Refusal RESOURCE_NOT_FOUND, SYNC_IN_PROGRESS, VALIDATION_ERROR */
export async function updateInstanceIn(db: Kysely<DB>, actor: Actor, id: number, given: InstanceGiven): Promise<Warning[]> {
  const before = await queries.lockInstance(db, id);
  if (!before) throw refuse.notFound('instance', id);
  const busy = await openRecordOf(db, id);
  if (busy) throw refuse.busy(busy.session_id);
  const options = nextOptions(before.connection_options as Record<string, unknown>, given.connection_options);
  const next = {
    name: given.name ?? before.name,
    db_type: (given.db_type ?? before.db_type) as DbType,
    host: given.host ?? before.host,
    port: given.port ?? before.port,
    database_name: given.database_name === undefined ? before.database_name : given.database_name,
    credential_id: given.credential_id === undefined ? before.credential_id : given.credential_id,
    description: given.description === undefined ? before.description : given.description,
    is_active: given.is_active ?? before.is_active,
    sync_enabled: given.sync_enabled ?? before.sync_enabled,
    connection_options: JSON.stringify(options),
  };
  const warnings = [
    ...(await checkCredential(db, next.credential_id, next.db_type)),
    ...(await sameAddressWarnings(db, next.db_type, next.host, next.port, id)),
  ];
  await queries.updateInstance(db, id, next, actor.now);
  if (given.tag_names) await setInstanceTags(db, id, given.tag_names, actor.now);
  const difference = changed(before as Record<string, unknown>, {
    ...next,
    connection_options: options,
  });
  await audit(db, actor, {
    action: 'update',
    resource: 'instance',
    id,
    before: difference.before,
    after: { ...difference.after, ...(given.tag_names ? { tag_names: given.tag_names } : {}) },
  });
  return warnings;
}

/** @throws Refusal RESOURCE_NOT_FOUND, NAME_EXISTS, SYNC_IN_PROGRESS, VALIDATION_ERROR */
export function updateInstance(db: Kysely<DB>, actor: Actor, id: number, given: InstanceGiven): Promise<Warning[]> {
  return transaction(db, (db) => updateInstanceIn(db, actor, id, given)).catch((error: unknown) => {
    throw nameTaken(error);
  });
}
