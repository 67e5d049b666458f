import type { DbType } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import { type FieldFault, refuse } from '../../refusal.ts';
import type { DB } from '../../store/tables.ts';
import { keepCredentials } from '../credentials/index.ts';
import * as queries from './queries.ts';

export interface Warning {
  code: string;
  message: string;
}
interface Row {
  id: number;
  name: string;
  db_type: DbType;
  host: string;
  port: number;
  credential_id: number | null;
}

const fault = (code: string, zh: string, en: string): Record<string, FieldFault> => ({ credential_id: { code, zh, en } });

/**
 * What is doubtful about instances that are going to be written, by id. A credential that can never sign in is refused,
 * one that merely looks wrong is warned of; so is another instance at the same address.
 * @throws Refusal VALIDATION_ERROR
 */
export async function checkMany(db: Kysely<DB>, rows: readonly Row[]): Promise<Map<number, Warning[]>> {
  const credentialIds = [...new Set(rows.flatMap((row) => row.credential_id ?? []))];
  const credentials = new Map((await keepCredentials(db, credentialIds)).map((one) => [one.id, one]));
  const addresses = await queries.atAddresses(db, rows);
  const place = (row: { db_type: string; host: string; port: number }) => `${row.db_type} ${row.host.toLowerCase()} ${row.port}`;
  const there = Map.groupBy(addresses, place);
  const found = new Map<number, Warning[]>();
  for (const row of rows) {
    const warnings: Warning[] = [];
    if (row.credential_id !== null) {
      const credential = credentials.get(row.credential_id);
      if (!credential) throw refuse.invalid(fault('CREDENTIAL_UNKNOWN', '凭据不存在', 'No such credential'));
      if (credential.credential_type !== 'database' && !(credential.credential_type === 'windows' && row.db_type === 'sqlserver'))
        throw refuse.invalid(fault('CREDENTIAL_TYPE', '不是数据库凭据', 'Not a database credential'));
      if (credential.db_type && credential.db_type !== row.db_type)
        warnings.push({ code: 'CREDENTIAL_DB_TYPE', message: `credential is for ${credential.db_type}` });
      if (!credential.is_active) warnings.push({ code: 'CREDENTIAL_INACTIVE', message: 'credential is disabled' });
    }
    const same = there.get(place(row)) ?? [];
    for (const other of same) if (other.id !== row.id) warnings.push({ code: 'SAME_ADDRESS', message: `also registered as ${other.name}` });
    // The next rows of the same write find this one there.
    there.set(place(row), [...same, row]);
    found.set(row.id, warnings);
  }
  return found;
}
