/** A made-up fleet over four engines: what the demo shows and what server tests watch (pure, from a seed). */
import type { AccountFact, DbType, ServerVersion } from '../engine.ts';
import { makeAccounts } from './accounts.ts';
import { random, seedOf, type Random } from './random.ts';
import type { FakeDatabase, Growth } from './sizes.ts';

export interface FakeInstance {
  name: string;
  dbType: DbType;
  host: string;
  port: number;
  database: string | null;
  description: string;
  version: ServerVersion;
  /** Names of seeded tags: one of environment, business, and so on. */
  tags: string[];
  accounts: AccountFact[];
  databases: FakeDatabase[];
}

const PLAN: { dbType: DbType; prefix: string; port: number; count: number }[] = [
  { dbType: 'mysql', prefix: 'my', port: 3306, count: 22 },
  { dbType: 'postgresql', prefix: 'pg', port: 5432, count: 18 },
  { dbType: 'sqlserver', prefix: 'ms', port: 1433, count: 12 },
  { dbType: 'oracle', prefix: 'ora', port: 1521, count: 8 },
];

const VERSIONS: Record<
  DbType,
  readonly { banner: string; main: string; detailed: string; number: number; flavour?: 'mysql' | 'mariadb' }[]
> = {
  mysql: [
    { banner: '8.0.36', main: '8.0', detailed: '8.0.36', number: 80036, flavour: 'mysql' },
    { banner: '8.4.3', main: '8.4', detailed: '8.4.3', number: 80403, flavour: 'mysql' },
    { banner: '5.7.44-log', main: '5.7', detailed: '5.7.44', number: 50744, flavour: 'mysql' },
    { banner: '10.11.6-MariaDB', main: '10.11', detailed: '10.11.6', number: 101106, flavour: 'mariadb' },
  ],
  postgresql: [
    { banner: 'PostgreSQL 16.4 on x86_64-pc-linux-gnu, 64-bit', main: '16.4', detailed: '16.4', number: 160004 },
    { banner: 'PostgreSQL 14.13 on x86_64-pc-linux-gnu, 64-bit', main: '14.13', detailed: '14.13', number: 140013 },
    { banner: 'PostgreSQL 17.2 on x86_64-pc-linux-gnu, 64-bit', main: '17.2', detailed: '17.2', number: 170002 },
    { banner: 'PostgreSQL 12.20 on x86_64-pc-linux-gnu, 64-bit', main: '12.20', detailed: '12.20', number: 120020 },
  ],
  sqlserver: [
    { banner: 'Microsoft SQL Server 2019 (RTM-CU28) - 15.0.4385.2 (X64)', main: '15.0', detailed: '15.0.4385.2', number: 15 },
    { banner: 'Microsoft SQL Server 2022 (RTM-CU14) - 16.0.4135.4 (X64)', main: '16.0', detailed: '16.0.4135.4', number: 16 },
    { banner: 'Microsoft SQL Server 2017 (RTM-CU31) - 14.0.3456.2 (X64)', main: '14.0', detailed: '14.0.3456.2', number: 14 },
  ],
  oracle: [
    { banner: 'Oracle Database 19c Enterprise Edition Release 19.0.0.0.0', main: '19.0', detailed: '19.0.0.0.0', number: 19 },
    { banner: 'Oracle Database 12c Enterprise Edition Release 12.2.0.1.0', main: '12.2', detailed: '12.2.0.1.0', number: 12 },
  ],
};

const SYSTEM_DATABASES: Record<DbType, readonly string[]> = {
  mysql: ['information_schema', 'mysql', 'performance_schema', 'sys'],
  postgresql: ['postgres', 'template1'],
  sqlserver: ['master', 'model', 'msdb', 'tempdb'],
  oracle: [],
};
const BUSINESS = 'order payment stock member coupon search report billing ledger crm erp wms risk pricing'.split(' ');
/** Category `environment` of the seeded tags with its share of the fleet. */
const ENVIRONMENTS = ['production', 'production', 'production', 'staging', 'testing', 'development'];
const GROWTHS: readonly Growth[] = ['steady', 'steady', 'steady', 'flat', 'flat', 'fast', 'archived', 'jumping', 'shrinking'];

/** 60 instances, about 8,000 accounts and 400 databases; equal for equal seeds. */
export function fakeFleet(seed: number): FakeInstance[] {
  const fleet: FakeInstance[] = [];
  for (const { dbType, prefix, port, count } of PLAN) {
    for (let i = 0; i < count; i += 1) fleet.push(makeInstance(random(seedOf(`${seed}/${prefix}/${i}`)), dbType, prefix, port, i));
  }
  return fleet;
}

function makeInstance(dice: Random, dbType: DbType, prefix: string, port: number, index: number): FakeInstance {
  const business = BUSINESS[index % BUSINESS.length]!;
  const environment = dice.pick(ENVIRONMENTS);
  const number = String(index + 1).padStart(2, '0');
  const name = `${prefix}-${business}-${number}`;
  const { number: version, ...said } = dice.pick(VERSIONS[dbType]);
  const databases = makeDatabases(dice, dbType, business);
  const own = databases.filter((database) => !database.isSystem).map((database) => database.name);
  return {
    name,
    dbType,
    host: `${name}.${environment}.demo.invalid`,
    port,
    database: dbType === 'oracle' ? 'ORCLPDB1' : null,
    description: `${business} (${environment})`,
    version: said,
    tags: [environment],
    accounts: makeAccounts(dbType, dice, own, dice.int(74, 196), version),
    databases,
  };
}

function makeDatabases(dice: Random, dbType: DbType, business: string): FakeDatabase[] {
  const spelled = (name: string): string => (dbType === 'oracle' ? name.toUpperCase() : name);
  const names = [
    business,
    ...dice.sample(
      BUSINESS.filter((other) => other !== business).map((other) => `${business}_${other}`),
      dice.int(3, 8),
    ),
  ];
  const own = names.map((name): FakeDatabase => ({
    name: spelled(name),
    isSystem: false,
    baseBytes: Math.round(2 ** (24 + dice.next() * 13)),
    growth: dice.pick(GROWTHS),
  }));
  return [
    ...own,
    ...SYSTEM_DATABASES[dbType].map((name): FakeDatabase => ({ name, isSystem: true, baseBytes: 12_000_000, growth: 'flat' })),
  ];
}
