import type { DbType } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import { type Actor, auditMany, changed } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import { uniqueViolation } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import type { Vault } from '../../vault/secrets.ts';
import { openRecordsOf } from '../sync-sessions/index.ts';
import { setTagsOfInstances } from '../tags/index.ts';
import { checkMany, type Warning } from './check-instances.ts';
import * as queries from './queries.ts';
import { sealOptions } from './wallets.ts';

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
export type NewInstance = InstanceGiven & { name: string; db_type: DbType; host: string; port: number };
export interface Written {
  id: number;
  warnings: Warning[];
}
const nameTaken = (error: unknown) => (uniqueViolation(error) ? refuse.nameTaken('name') : error);

/**
 * Registers instances, in their order, in a number of statements that does not grow with them. Inside a transaction.
 * @throws Refusal VALIDATION_ERROR, unique violation as it is
 */
export async function createInstancesIn(db: Kysely<DB>, vault: Vault, actor: Actor, given: readonly NewInstance[]): Promise<Written[]> {
  const ids = await queries.nextIds(db, given.length);
  const rows = given.map((one, i) => ({
    id: ids[i]!,
    name: one.name,
    db_type: one.db_type,
    host: one.host,
    port: one.port,
    database_name: one.database_name ?? null,
    credential_id: one.credential_id ?? null,
    description: one.description ?? null,
    is_active: one.is_active ?? true,
    sync_enabled: one.sync_enabled ?? true,
    connection_options: sealOptions(vault, ids[i]!, withoutEmpty(one.connection_options ?? {})),
  }));
  const warnings = await checkMany(db, rows);
  await queries.insertInstances(db, rows, actor.now);
  await setTagsOfInstances(
    db,
    given.flatMap((one, i) => (one.tag_names ? [{ id: ids[i]!, names: one.tag_names }] : [])),
    actor.now,
  );
  await auditMany(
    db,
    actor,
    rows.map(({ id, ...after }, i) => ({
      ...({ action: 'create', resource: 'instance', id } as const),
      after: { ...after, tag_names: given[i]!.tag_names ?? [] },
    })),
  );
  return rows.map(({ id }) => ({ id, warnings: warnings.get(id) ?? [] }));
}

/** A form that was left empty gives '', which is no wallet. */
function withoutEmpty({ wallet, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return wallet ? { ...rest, wallet } : rest;
}
/** Options are replaced as a whole, but for the wallet: a form never gets to see it, so only another one or '' changes it. */
function nextOptions(vault: Vault, id: number, before: Record<string, unknown>, given: Record<string, unknown> | undefined) {
  if (!given) return before;
  if (given.wallet === undefined) return withoutEmpty({ ...given, wallet: before.wallet });
  return sealOptions(vault, id, withoutEmpty(given));
}

/**
 * Changes instances; what is absent stays. The number of statements does not grow with them. Inside a transaction.
 * @throws Refusal RESOURCE_NOT_FOUND, SYNC_IN_PROGRESS, VALIDATION_ERROR
 */
export async function updateInstancesIn(
  db: Kysely<DB>,
  vault: Vault,
  actor: Actor,
  changes: readonly { id: number; given: InstanceGiven }[],
): Promise<Written[]> {
  const ids = changes.map((change) => change.id);
  const before = new Map((await queries.lockInstances(db, ids)).map((row) => [row.id, row]));
  const missing = ids.find((id) => !before.has(id));
  if (missing !== undefined) throw refuse.notFound('instance', missing);
  const [busy] = await openRecordsOf(db, ids);
  if (busy) throw refuse.busy(busy.session_id);
  const rows = changes.map(({ id, given }) => {
    const row = before.get(id)!;
    return {
      id,
      name: given.name ?? row.name,
      db_type: (given.db_type ?? row.db_type) as DbType,
      host: given.host ?? row.host,
      port: given.port ?? row.port,
      database_name: given.database_name === undefined ? row.database_name : given.database_name,
      credential_id: given.credential_id === undefined ? row.credential_id : given.credential_id,
      description: given.description === undefined ? row.description : given.description,
      is_active: given.is_active ?? row.is_active,
      sync_enabled: given.sync_enabled ?? row.sync_enabled,
      connection_options: nextOptions(vault, id, row.connection_options as Record<string, unknown>, given.connection_options),
    };
  });
  const warnings = await checkMany(db, rows);
  await queries.updateInstances(db, rows, actor.now);
  await setTagsOfInstances(
    db,
    changes.flatMap(({ id, given }) => (given.tag_names ? [{ id, names: given.tag_names }] : [])),
    actor.now,
  );
  await auditMany(
    db,
    actor,
    rows.map(({ id, ...next }, i) => {
      const difference = changed(before.get(id)! as Record<string, unknown>, next);
      const tags = changes[i]!.given.tag_names;
      return {
        ...({ action: 'update', resource: 'instance', id } as const),
        before: difference.before,
        after: { ...difference.after, ...(tags ? { tag_names: tags } : {}) },
      };
    }),
  );
  return rows.map(({ id }) => ({ id, warnings: warnings.get(id) ?? [] }));
}

/** @throws Refusal NAME_EXISTS, VALIDATION_ERROR */
export async function createInstance(db: Kysely<DB>, vault: Vault, actor: Actor, given: NewInstance): Promise<Written> {
  const written = await transaction(db, (db) => createInstancesIn(db, vault, actor, [given])).catch((error: unknown) => {
    throw nameTaken(error);
  });
  return written[0]!;
}

/** @throws Refusal RESOURCE_NOT_FOUND, NAME_EXISTS, SYNC_IN_PROGRESS, VALIDATION_ERROR */
export async function updateInstance(db: Kysely<DB>, vault: Vault, actor: Actor, id: number, given: InstanceGiven): Promise<Warning[]> {
  const written = await transaction(db, (db) => updateInstancesIn(db, vault, actor, [{ id, given }])).catch((error: unknown) => {
    throw nameTaken(error);
  });
  return written[0]!.warnings;
}
