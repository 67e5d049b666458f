/** Made-up accounts of a SQL Server server (pure). */
import type { AccountFact } from '../engine.ts';
import { accountNames, grant, makeAccount, member, type Made } from './made.ts';
import type { Random } from './random.ts';

/** Roles that people made in a database: an application's procedures, a team that has them and writes, those who lead the team. */
function teamRoles(database: string): AccountFact[] {
  const role = (name: string, facts: Made['facts']): AccountFact =>
    makeAccount(`[${database}].[${name}]`, {
      isRole: true,
      typeSpecific: { database, type_desc: 'DATABASE_ROLE' },
      ...(facts && { facts }),
    });
  return [
    role('app_execute', { grants: [grant({ scope: 'schema', database, schema: 'dbo', grantor: 'dbo' }, 'EXECUTE')] }),
    role('team_backend', { memberships: [member('app_execute', { database }), member('db_datawriter', { database })] }),
    role('team_leads', { memberships: [member('team_backend', { database })] }),
  ];
}

/** Roles, everybody's row, administrators, then `count` others. */
export function sqlserverAccounts(random: Random, databases: readonly string[], count: number): AccountFact[] {
  const login = (name: string, made: Made): AccountFact =>
    makeAccount(name, {
      ...made,
      typeSpecific: {
        is_disabled: made.isLocked ?? false,
        type_desc: name.includes('\\') ? 'WINDOWS_LOGIN' : 'SQL_LOGIN',
        default_database: 'master',
      },
    });
  const connects = grant({ scope: 'server', grantor: 'sa' }, 'CONNECT SQL');
  const accounts = [
    makeAccount('public', {
      isRole: true,
      isPublic: true,
      facts: { grants: [grant({ scope: 'server', grantor: 'sa' }, 'VIEW ANY DATABASE')] },
    }),
    ...['sysadmin', 'securityadmin', 'dbcreator'].map((name) => makeAccount(name, { isRole: true })),
    ...databases.flatMap((database) => teamRoles(database)),
    login('sa', {
      isSuperuser: true,
      isLocked: random.chance(0.5),
      facts: { memberships: [member('sysadmin')], owns: databases.map((database) => ({ scope: 'database', database })) },
    }),
    login('BUILTIN\\Administrators', { isSuperuser: true, facts: { memberships: [member('sysadmin')], grants: [connects] } }),
  ];
  for (const [at, { name, sort }] of accountNames(random, count).entries()) {
    const mine = random.sample(databases, random.int(1, Math.min(3, databases.length)));
    const admin = sort === 'person' && random.chance(0.05);
    const memberships = mine.flatMap((database) =>
      random.chance(0.1)
        ? [member('db_owner', { database })]
        : name.includes('_ro')
          ? [member('db_datareader', { database })]
          : [member('db_datareader', { database }), member('db_datawriter', { database })],
    );
    if (admin) memberships.push(member('sysadmin'));
    if (sort === 'person' && at % 6 === 0) memberships.push(member('team_leads', { database: mine[0]! }));
    if (sort === 'service' && at % 4 === 0) memberships.push(member('team_backend', { database: mine[0]! }));
    const grants = [
      connects,
      ...(sort === 'tool' ? [grant({ scope: 'server', grantor: 'sa' }, 'VIEW SERVER STATE')] : []),
      ...(random.chance(0.06)
        ? [grant({ scope: 'table', database: mine[0]!, schema: 'dbo', object: 'Salary', grantor: 'dbo' }, 'SELECT', { state: 'deny' })]
        : []),
    ];
    accounts.push(
      login(sort === 'person' ? `CORP\\${name}` : name, {
        isSuperuser: admin,
        isLocked: random.chance(0.05),
        facts: { memberships, grants },
      }),
    );
  }
  return accounts;
}
