/** Made-up accounts of a PostgreSQL server (pure). */
import type { AccountFact } from '../engine.ts';
import { accountNames, grant, makeAccount, member, WRITING, type Made } from './made.ts';
import type { Random } from './random.ts';

/** Every sixth person leads a team, every fourth service belongs to one. */
const teamOf = (sort: string, at: number): string[] =>
  sort === 'person' && at % 6 === 0 ? ['team_leads'] : sort === 'service' && at % 4 === 0 ? ['team_backend'] : [];

/** Roles, everybody's row, administrators, then `count` others. */
export function postgresqlAccounts(random: Random, databases: readonly string[], count: number): AccountFact[] {
  const flags = (on: Record<string, boolean> = {}): Record<string, unknown> => ({
    can_super: false,
    can_create_role: false,
    can_create_db: false,
    can_replicate: false,
    can_bypass_rls: false,
    can_inherit: true,
    can_login: true,
    ...on,
  });
  const role = (name: string, made: Made, on: Record<string, boolean> = {}): AccountFact =>
    makeAccount(name, {
      ...made,
      facts: { ...made.facts, attributes: { ...flags(on), connection_limit: -1 } },
      typeSpecific: { ...flags(on), valid_until: null, is_group: on['can_login'] === false },
    });
  const group = (name: string, roles: string[]): AccountFact =>
    role(
      name,
      { isRole: true, isLocked: true, facts: { memberships: roles.map((one) => member(one, { grantor: 'postgres' })) } },
      { can_login: false },
    );
  const accounts = [
    makeAccount('public', {
      displayName: 'PUBLIC',
      isRole: true,
      isPublic: true,
      facts: {
        grants: databases.flatMap((database) =>
          ['CONNECT', 'TEMP'].map((privilege) => grant({ scope: 'database', database, grantor: 'postgres' }, privilege)),
        ),
      },
    }),
    role(
      'postgres',
      { isSuperuser: true, facts: { owns: databases.map((database) => ({ scope: 'database', database })) } },
      { can_super: true, can_create_role: true, can_create_db: true, can_replicate: true, can_bypass_rls: true },
    ),
    ...['pg_monitor', 'pg_read_all_data', 'pg_read_all_stats', 'pg_write_all_data'].map((name) =>
      role(name, { isRole: true, isLocked: true }, { can_login: false }),
    ),
    ...databases.flatMap((database) => [
      role(
        `${database}_rw`,
        {
          isRole: true,
          isLocked: true,
          facts: {
            grants: WRITING.map((privilege) =>
              grant({ scope: 'table', database, schema: 'public', object: 'orders', grantor: 'postgres' }, privilege),
            ),
          },
        },
        { can_login: false },
      ),
      role(
        `${database}_ro`,
        {
          isRole: true,
          isLocked: true,
          facts: {
            grants: [
              grant({ scope: 'table', database, schema: 'public', object: 'orders', grantor: 'postgres' }, 'SELECT'),
              grant({ scope: 'schema', database, schema: 'public', grantor: 'postgres' }, 'USAGE'),
            ],
          },
        },
        { can_login: false },
      ),
    ]),
    // A team's role has what its applications' roles have, and its leads have the team's: paths of two and three steps.
    group('team_backend', [`${databases[0]!}_rw`]),
    group('team_leads', ['team_backend', 'pg_monitor']),
  ];
  for (const [at, { name, sort }] of accountNames(random, count).entries()) {
    const mine = random.sample(databases, sort === 'person' ? random.int(1, 3) : 1);
    if (sort === 'tool')
      accounts.push(
        role(
          name,
          { facts: { memberships: [member(name === 'backup' ? 'pg_read_all_data' : 'pg_monitor', { grantor: 'postgres' })] } },
          name === 'repl' ? { can_replicate: true } : {},
        ),
      );
    else {
      const writes = !name.includes('_ro');
      const grants = mine.flatMap((database) =>
        writes && random.chance(0.25)
          ? [grant({ scope: 'database', database, grantor: 'postgres' }, 'CREATE', { grantable: random.chance(0.2) })]
          : [],
      );
      const owns =
        writes && random.chance(0.15)
          ? [{ scope: 'table' as const, database: mine[0]!, schema: 'public', object: `t_${name.replaceAll('.', '_')}` }]
          : [];
      accounts.push(
        role(
          name,
          {
            isLocked: random.chance(0.04),
            facts: {
              memberships: [
                ...mine.map((database) =>
                  member(`${database}_${writes ? 'rw' : 'ro'}`, { grantor: 'postgres', admin: random.chance(0.03) }),
                ),
                ...teamOf(sort, at).map((team) => member(team, { grantor: 'postgres' })),
              ],
              grants,
              owns,
            },
          },
          { can_create_db: sort === 'person' && random.chance(0.08), can_create_role: sort === 'person' && random.chance(0.05) },
        ),
      );
    }
  }
  return accounts;
}
