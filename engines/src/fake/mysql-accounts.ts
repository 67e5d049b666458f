/** Made-up accounts of a MySQL and MariaDB server (pure). */
import type { AccountFact } from '../engine.ts';
import { accountNames, grant, makeAccount, member, someDay, WRITING, type Made } from './made.ts';
import type { Random } from './random.ts';

/** MySQL 8: what an application needs, a team that has it, and those who lead the team. */
function teamRoles(user: (name: string, host: string, made: Made) => AccountFact, database: string): AccountFact[] {
  const role = (name: string, facts: NonNullable<Made['facts']>) => user(name, '%', { isRole: true, isLocked: true, facts });
  return [
    role('app_write', { grants: WRITING.map((privilege) => grant({ scope: 'database', database }, privilege)) }),
    role('team_backend', { memberships: [member('app_write@%')] }),
    role('team_leads', { memberships: [member('team_backend@%')], grants: [grant({ scope: 'server' }, 'PROCESS')] }),
  ];
}
/** Every sixth person leads a team, every fourth service belongs to one. */
const teamOf = (sort: string, at: number) =>
  sort === 'person' && at % 6 === 0 ? [member('team_leads@%')] : sort === 'service' && at % 4 === 0 ? [member('team_backend@%')] : [];

/** Roles, everybody's row, administrators, then `count` others. */
export function mysqlAccounts(random: Random, databases: readonly string[], count: number, version: number): AccountFact[] {
  const flavour = version >= 100000 ? 'mariadb' : 'mysql';
  const plugin = flavour === 'mariadb' ? 'mysql_native_password' : version >= 80000 ? 'caching_sha2_password' : 'mysql_native_password';
  const user = (name: string, host: string, made: Made): AccountFact => {
    const canGrant = made.facts?.grants?.some((entry) => entry.scope === 'server' && entry.privilege === 'GRANT OPTION') ?? false;
    const changedAt = someDay(random);
    return makeAccount(`${name}@${host}`, {
      changedAt,
      displayName: name === '' ? `''@${host}` : `${name}@${host}`,
      ...made,
      typeSpecific: {
        host,
        original_username: name,
        plugin,
        is_locked: made.isLocked ?? false,
        can_grant: canGrant,
        password_last_changed: changedAt,
        is_anonymous: name === '',
        flavour,
      },
    });
  };
  const everything = [
    'ALTER',
    'CREATE',
    'CREATE USER',
    'DELETE',
    'DROP',
    'FILE',
    'GRANT OPTION',
    'INSERT',
    'PROCESS',
    'RELOAD',
    'SELECT',
    'SHUTDOWN',
    'SUPER',
    'UPDATE',
  ];
  const accounts = [
    user('root', 'localhost', {
      isSuperuser: true,
      facts: { grants: everything.map((privilege) => grant({ scope: 'server' }, privilege, { grantable: true })) },
    }),
  ];
  if (random.chance(0.1)) accounts.push(user('', 'localhost', {}));
  const roles = flavour === 'mysql' && version >= 80000;
  if (roles) accounts.push(...teamRoles(user, databases[0]!));
  for (const [at, { name, sort }] of accountNames(random, count).entries()) {
    const host = sort === 'person' ? '%' : `10.${random.int(0, 40)}.%`;
    const mine = random.sample(databases, sort === 'person' ? random.int(1, 2) : 1);
    const tools: Record<string, string[]> = {
      backup: ['SELECT', 'RELOAD', 'LOCK TABLES', 'PROCESS'],
      monitor: ['PROCESS', 'REPLICATION CLIENT'],
      exporter: ['PROCESS', 'SELECT'],
      repl: ['REPLICATION SLAVE'],
    };
    const privileges =
      name.includes('_ro') || sort === 'person'
        ? ['SELECT', 'SHOW VIEW']
        : [...WRITING, ...(random.chance(0.2) ? ['CREATE', 'ALTER', 'DROP', 'INDEX'] : [])];
    const grants =
      sort === 'tool'
        ? tools[name]!.map((privilege) => grant({ scope: 'server' }, privilege))
        : mine.flatMap((database) => privileges.map((privilege) => grant({ scope: 'database', database }, privilege)));
    if (sort === 'service' && random.chance(0.1))
      grants.push(grant({ scope: 'column', database: mine[0]!, object: 'users', column: 'email' }, 'UPDATE'));
    if (sort === 'person' && random.chance(0.04))
      grants.push(grant({ scope: 'server' }, 'CREATE USER'), grant({ scope: 'server' }, 'GRANT OPTION', { grantable: true }));
    accounts.push(user(name, host, { isLocked: random.chance(0.04), facts: { grants, memberships: roles ? teamOf(sort, at) : [] } }));
  }
  return accounts;
}
