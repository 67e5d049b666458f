/** Made-up accounts of a Oracle server (pure). */
import type { AccountFact } from '../engine.ts';
import type { Grant } from '../facts.ts';
import { accountNames, grant, makeAccount, member, WRITING, type Made } from './made.ts';
import type { Random } from './random.ts';

/** Roles, everybody's row, administrators, then `count` others. */
export function oracleAccounts(random: Random, databases: readonly string[], count: number): AccountFact[] {
  const user = (name: string, made: Made): AccountFact =>
    makeAccount(name, {
      ...made,
      typeSpecific: {
        account_status: made.isLocked ? 'LOCKED' : 'OPEN',
        default_tablespace: databases[0]!,
        profile: 'DEFAULT',
        common: 'NO',
      },
    });
  const system = (...names: string[]): Grant[] => names.map((privilege) => grant({ scope: 'server' }, privilege));
  const accounts = [
    makeAccount('PUBLIC', { isRole: true, isPublic: true }),
    makeAccount('DBA', {
      isRole: true,
      facts: {
        grants: system(
          'ALTER SYSTEM',
          'ALTER DATABASE',
          'CREATE USER',
          'DROP USER',
          'DROP ANY TABLE',
          'GRANT ANY PRIVILEGE',
          'GRANT ANY ROLE',
          'SELECT ANY TABLE',
          'SELECT ANY DICTIONARY',
        ),
      },
    }),
    makeAccount('CONNECT', { isRole: true, facts: { grants: system('CREATE SESSION', 'SET CONTAINER') } }),
    makeAccount('RESOURCE', {
      isRole: true,
      facts: { grants: system('CREATE TABLE', 'CREATE PROCEDURE', 'CREATE SEQUENCE', 'CREATE TRIGGER', 'CREATE TYPE') },
    }),
    makeAccount('APP_WRITER', {
      isRole: true,
      facts: {
        grants: WRITING.map((privilege) =>
          grant({ scope: 'table', schema: 'APP_ORDER', object: 'ORDERS', grantor: 'APP_ORDER' }, privilege),
        ),
      },
    }),
    // A role in a role, and that in a third: paths of two and three steps.
    makeAccount('TEAM_BACKEND', { isRole: true, facts: { memberships: [member('APP_WRITER'), member('RESOURCE')] } }),
    makeAccount('TEAM_LEADS', { isRole: true, facts: { memberships: [member('TEAM_BACKEND')], grants: system('CREATE VIEW') } }),
    user('SYS', {
      isSuperuser: true,
      facts: { memberships: [member('DBA', { admin: true })], attributes: { administrative_privileges: ['SYSDBA', 'SYSOPER'] } },
    }),
    user('SYSTEM', { isSuperuser: true, facts: { memberships: [member('DBA', { admin: true })] } }),
  ];
  for (const [at, { name, sort }] of accountNames(random, count).entries()) {
    const admin = sort === 'person' && random.chance(0.06);
    const memberships = [
      member('CONNECT'),
      ...(sort === 'service' && !name.includes('_ro') ? [member('RESOURCE')] : []),
      ...(admin ? [member('DBA')] : []),
      ...(sort === 'person' && at % 6 === 0 ? [member('TEAM_LEADS')] : []),
      ...(sort === 'service' && at % 4 === 0 ? [member('TEAM_BACKEND')] : []),
    ];
    const grants = [
      ...(sort === 'tool' ? system('SELECT ANY DICTIONARY') : []),
      ...(name.includes('_ro') || sort === 'person'
        ? [grant({ scope: 'table', schema: 'APP_ORDER', object: 'ORDERS', grantor: 'APP_ORDER' }, 'SELECT')]
        : []),
      ...(random.chance(0.05) ? system('UNLIMITED TABLESPACE') : []),
    ];
    const quotas = Object.fromEntries(
      random
        .sample(databases, 1)
        .map((tablespace) => [
          tablespace,
          { max_bytes: random.chance(0.2) ? -1 : random.int(1, 40) * 1_073_741_824, bytes: random.int(1, 900) * 1_048_576 },
        ]),
    );
    accounts.push(
      user(name.replace('.', '_').toUpperCase(), {
        isSuperuser: admin,
        isLocked: random.chance(0.06),
        facts: { memberships, grants, attributes: { quotas } },
      }),
    );
  }
  return accounts;
}
