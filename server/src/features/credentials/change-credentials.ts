import type { Kysely } from 'kysely';
import { type Actor, audit, changed } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { foreignKeyViolation, uniqueViolation } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import type { Vault } from '../../vault/secrets.ts';
import { place } from './open-credential.ts';
import * as queries from './queries.ts';

interface Given {
  name?: string | undefined;
  credential_type?: queries.CredentialType | undefined;
  db_type?: string | null | undefined;
  username?: string | undefined;
  password?: string | null | undefined;
  description?: string | null | undefined;
  is_active?: boolean | undefined;
}
const nameTaken = (error: unknown) => (uniqueViolation(error) ? refuse.nameTaken('name') : error);

/** @throws Refusal NAME_EXISTS */
export async function createCredential(
  db: Kysely<DB>,
  vault: Vault,
  actor: Actor,
  given: Given & { name: string; credential_type: queries.CredentialType; username: string; password: string; is_active: boolean },
): Promise<number> {
  return transaction(db, async (db) => {
    const id = await queries.nextId(db);
    const values = {
      name: given.name,
      credential_type: given.credential_type,
      db_type: given.credential_type === 'database' ? (given.db_type ?? null) : null,
      username: given.username,
      description: given.description ?? null,
      is_active: given.is_active,
    };
    await queries.insertCredential(db, { id, ...values, password: vault.seal(given.password, place(id)) }, actor.now);
    await audit(db, actor, { action: 'create', resource: 'credential', id, after: values });
    return id;
  }).catch((error: unknown) => {
    throw nameTaken(error);
  });
}

/** What is absent stays; an empty password keeps the old one. @throws Refusal RESOURCE_NOT_FOUND, NAME_EXISTS, VALIDATION_ERROR */
export async function updateCredential(db: Kysely<DB>, vault: Vault, actor: Actor, id: number, given: Given): Promise<void> {
  await transaction(db, async (db) => {
    const before = await queries.lockCredential(db, id);
    if (!before) throw refuse.notFound('credential', id);
    const type = given.credential_type ?? before.credential_type;
    const dbType = type === 'database' ? (given.db_type === undefined ? before.db_type : given.db_type) : null;
    if (type === 'database' && !dbType)
      throw refuse.invalid({
        db_type: { code: 'REQUIRED', zh: '数据库凭据必须选择数据库类型', en: 'A database credential needs a database type' },
      });
    const next = {
      name: given.name ?? before.name,
      credential_type: type,
      db_type: dbType,
      username: given.username ?? before.username,
      description: given.description === undefined ? before.description : given.description,
      is_active: given.is_active ?? before.is_active,
    };
    const secret = given.password ? { password: vault.seal(given.password, place(id)) } : {};
    const loginChanged = given.password || next.username !== before.username;
    await queries.updateCredential(db, id, { ...next, ...secret, ...(loginChanged ? { password_updated_at: actor.now } : {}) }, actor.now);
    const difference = changed(before as Record<string, unknown>, next);
    await audit(db, actor, {
      action: 'update',
      resource: 'credential',
      id,
      before: difference.before,
      after: { ...difference.after, ...(given.password ? { new_login: true } : {}) },
    });
  }).catch((error: unknown) => {
    throw nameTaken(error);
  });
}

/** Moves the instances of one credential to another; belongs to the instances feature. */
export type ReplaceCredential = (db: Kysely<DB>, from: number, to: number, now: Date) => Promise<number>;

/** A credential in use is not deleted, unless another takes its place. @throws Refusal RESOURCE_NOT_FOUND, CREDENTIAL_IN_USE */
export async function deleteCredential(
  db: Kysely<DB>,
  actor: Actor,
  id: number,
  replaceWith: number | null,
  replace: ReplaceCredential,
): Promise<number> {
  return transaction(db, async (db) => {
    const before = await queries.lockCredential(db, id);
    if (!before) throw refuse.notFound('credential', id);
    let replaced = 0;
    if (replaceWith !== null) {
      const other = replaceWith === id ? undefined : await queries.lockCredential(db, replaceWith);
      if (!other || other.credential_type !== before.credential_type || other.db_type !== before.db_type)
        throw refuse.invalid({
          replace_with: {
            code: 'CREDENTIAL_MISMATCH',
            zh: '替换凭据不存在或类型不同',
            en: 'That credential does not exist or is of another type',
          },
        });
      replaced = await replace(db, id, replaceWith, actor.now);
    }
    const users = await queries.instancesOf(db, id);
    if (users.length > 0)
      throw new Refusal('CREDENTIAL_IN_USE', {
        extra: { instance_count: users.length, instances: users.slice(0, 20).map(({ id, name }) => ({ id, name })) },
      });
    await queries.deleteCredential(db, id);
    const { password: _, ...kept } = before;
    await audit(db, actor, {
      action: 'delete',
      resource: 'credential',
      id,
      before: kept,
      after: replaced > 0 ? { replaced_by: replaceWith, instances: replaced } : undefined,
    });
    return replaced;
  }).catch((error: unknown) => {
    throw foreignKeyViolation(error) ? new Refusal('CREDENTIAL_IN_USE') : error;
  });
}

/** Seals every password anew under the current key. @returns how many were changed, and the ids that no known key opens. */
export async function rotateKey(db: Kysely<DB>, vault: Vault, actor: Actor): Promise<{ changed: number; unreadable: number[] }> {
  let count = 0;
  const unreadable: number[] = [];
  for (const { id, password } of await queries.allSealed(db)) {
    if (vault.isCurrent(password)) continue;
    try {
      if (await queries.resealCredential(db, id, password, vault.seal(vault.open(password, place(id)), place(id)))) count++;
    } catch {
      unreadable.push(id);
    }
  }
  await transaction(db, (db) => audit(db, actor, { action: 'rotate_key', resource: 'credential', after: { changed: count, unreadable } }));
  return { changed: count, unreadable };
}
