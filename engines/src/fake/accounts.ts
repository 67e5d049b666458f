/** Believable accounts with facts for each engine (pure). */
import type { AccountFact, DbType } from '../engine.ts';
import { mysqlAccounts } from './mysql-accounts.ts';
import { oracleAccounts } from './oracle-accounts.ts';
import { postgresqlAccounts } from './postgresql-accounts.ts';
import type { Random } from './random.ts';
import { sqlserverAccounts } from './sqlserver-accounts.ts';

const MAKE: Record<DbType, (random: Random, databases: readonly string[], count: number, version: number) => AccountFact[]> = {
  mysql: mysqlAccounts,
  postgresql: postgresqlAccounts,
  sqlserver: sqlserverAccounts,
  oracle: oracleAccounts,
};

/** All accounts of one instance: roles and everybody's row, administrators, then `count` others. */
export function makeAccounts(dbType: DbType, random: Random, databases: readonly string[], count: number, version: number): AccountFact[] {
  return MAKE[dbType](random, databases.length > 0 ? databases : ['app'], count, version);
}
