import { EngineError } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import { SealBroken, type Vault } from '../../vault/secrets.ts';
import * as queries from './queries.ts';

export interface Login {
  credentialId: number;
  username: string;
  password: string;
  /** A domain (Windows) login: refused once, it may be locked everywhere. */
  domain: boolean;
}
export const place = (id: number): string => `credential:${id}`;

/**
 * The login behind a credential, opened in memory only.
 * @throws EngineError CREDENTIAL_MISSING, CREDENTIAL_INACTIVE, CREDENTIAL_DECRYPT_FAILED: nothing is connected to in these cases.
 */
export async function openCredential(db: Kysely<DB>, vault: Vault, id: number | null, dbType: string): Promise<Login> {
  const refused = (code: 'CREDENTIAL_MISSING' | 'CREDENTIAL_INACTIVE' | 'CREDENTIAL_DECRYPT_FAILED', detail: string) =>
    new EngineError(code, { stage: 'auth', detail });
  const row = id === null ? undefined : await queries.sealedById(db, id);
  if (!row) throw refused('CREDENTIAL_MISSING', 'no credential is set');
  if (!row.is_active) throw refused('CREDENTIAL_INACTIVE', `credential ${row.name} is disabled`);
  const fits =
    row.credential_type === 'windows'
      ? dbType === 'sqlserver'
      : row.credential_type === 'database' && (row.db_type === null || row.db_type === dbType);
  if (!fits) throw refused('CREDENTIAL_MISSING', `credential ${row.name} is not a ${dbType} login`);
  try {
    return {
      credentialId: row.id,
      username: row.username,
      password: vault.open(row.password, place(row.id)),
      domain: row.credential_type === 'windows',
    };
  } catch (error) {
    if (error instanceof SealBroken) throw refused('CREDENTIAL_DECRYPT_FAILED', error.message);
    throw error;
  }
}
