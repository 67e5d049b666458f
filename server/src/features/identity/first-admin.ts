import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { LOCKS, lockUntilCommit } from '../../jobs/lock.ts';
import { audit } from '../../logbook/index.ts';
import { uniqueViolation } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { generatePassword, hashPassword } from '../../vault/passwords.ts';
import { passwordFaults } from './change-password.ts';
import * as queries from './queries.ts';

const FILE = 'first-admin-password';

export interface FirstAdmin {
  username: string;
  /** null when ADMIN_PASSWORD was given */
  password: string | null;
  /** where the password was written when there is no terminal */
  file: string | null;
}

/**
 * On an empty user table makes one administrator. A given ADMIN_PASSWORD must fit the policy and need not be changed;
 * a generated one goes to the terminal, or without one to `<data>/first-admin-password` (0600), and must be.
 * @returns null when there are users already.
 */
export async function createFirstAdmin(
  db: Kysely<DB>,
  given: { username: string; password: string | null },
  dataDir: string,
  now: Date,
  hasTerminal: boolean,
): Promise<FirstAdmin | null> {
  if ((await queries.countUsers(db)).n > 0) return null;
  if (given.password !== null) {
    const faults = passwordFaults(given.password);
    if (faults.length > 0)
      throw new Error(`ADMIN_PASSWORD does not meet the password policy: ${faults.map((fault) => fault.en).join('; ')}`);
  }
  const plain = given.password ?? generatePassword();
  const password = await hashPassword(plain);
  const made = await transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.firstAdmin);
    if ((await queries.countUsers(db)).n > 0) return false;
    const user = await queries.insertUser(db, {
      username: given.username,
      role: 'admin',
      password,
      is_active: true,
      must_change_password: given.password === null,
      created_at: now,
    });
    await audit(
      db,
      { user: null, now },
      { action: 'create', resource: 'user', id: user.id, after: { username: user.username, role: 'admin', first: true } },
    );
    return true;
  }).catch((error: unknown) => {
    if (uniqueViolation(error)) return false;
    throw error;
  });
  if (!made) return null;
  if (given.password !== null) return { username: given.username, password: null, file: null };
  if (hasTerminal) return { username: given.username, password: plain, file: null };
  const file = join(dataDir, FILE);
  writeFileSync(file, `${plain}\n`, { mode: 0o600 });
  return { username: given.username, password: plain, file };
}

/** Once its owner has another password the file is of no use to anybody but a thief. */
export function forgetFirstPassword(dataDir: string): void {
  const file = join(dataDir, FILE);
  if (existsSync(file)) rmSync(file);
}
