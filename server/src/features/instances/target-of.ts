import { type ConnectionOptions, type DbType, EngineError, type Target } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import type { Vault } from '../../vault/secrets.ts';
import { openCredential } from '../credentials/index.ts';
import type { SameLogin } from '../sync-sessions/index.ts';
import * as queries from './queries.ts';
import { openOptions } from './wallets.ts';

interface InstanceTarget {
  id: number;
  name: string;
  dbType: DbType;
  target: Target;
}

/**
 * Everything one needs to connect to an instance; the password is in memory only.
 * @throws EngineError CREDENTIAL_*; QUERY_FAILED when the instance is gone
 */
export async function targetOf(db: Kysely<DB>, vault: Vault, id: number): Promise<InstanceTarget> {
  const row = await queries.targetRow(db, id);
  if (!row) throw new EngineError('QUERY_FAILED', { stage: 'resolve', detail: 'the instance was deleted' });
  const login = await openCredential(db, vault, row.credential_id, row.db_type);
  const options = openOptions(vault, row.id, row.connection_options);
  return {
    id: row.id,
    name: row.name,
    dbType: row.db_type as DbType,
    target: { host: row.host, port: row.port, database: row.database_name, username: login.username, password: login.password, options },
  };
}

/** How the login of an instance is known among others of the same run. */
export async function loginOf(db: Kysely<DB>, id: number): Promise<SameLogin | null> {
  const row = await queries.targetRow(db, id);
  if (!row) return null;
  return {
    instanceId: id,
    host: row.host,
    port: row.port,
    credentialId: row.credential_id,
    domain: Boolean((row.connection_options as ConnectionOptions).domain),
  };
}
