/** What a principal brings besides its grants: ownership, attributes, roles the server knows by name (pure). */
import type { DbType } from './engine.ts';
import type { Grant, GrantScope, Owned } from './facts.ts';
import type { Principal, Step } from './effective.ts';
import type { World } from './reach.ts';

export interface Implied {
  grant: Grant;
  steps: Step[];
  /** An attribute: not passed on to members. */
  personal?: boolean;
}

const grantOf = (grant: Partial<Grant> & Pick<Grant, 'scope' | 'privilege'>): Grant => ({ state: 'grant', grantable: false, ...grant });

const NO_STEPS: Step[] = [];

/** Everything a principal contributes, direct grants first. */
export function impliedBy(world: World, principal: Principal): Implied[] {
  const entries: Implied[] = [];
  for (const grant of principal.facts?.grants ?? [])
    if (grant.state !== 'revoke' || world.dbType === 'mysql' || world.dbType === 'sqlserver') entries.push({ grant, steps: NO_STEPS });
  const extra = EXTRA[world.dbType](world, principal);
  return extra.length === 0 ? entries : entries.length === 0 ? extra : [...entries, ...extra];
}

const EXTRA: Record<DbType, (world: World, principal: Principal) => Implied[]> = {
  mysql: () => [],
  postgresql: (world, principal) => [
    ...ownedByPostgres(world, principal),
    ...postgresAttributes(principal),
    ...predefined(principal.username),
    ...administered(principal),
  ],
  sqlserver: (_world, principal) => [...fixedRole(principal.username), ...ownedDatabases(principal)],
  oracle: (_world, principal) => [
    ...(principal.isRole || principal.isPublic
      ? []
      : [
          {
            grant: grantOf({ scope: 'schema', schema: principal.username, privilege: 'ALL', grantable: true }),
            steps: [['owner']] as Step[],
          },
        ]),
    ...((principal.facts?.attributes['administrative_privileges'] as string[] | undefined) ?? []).map((name) => ({
      grant: grantOf({ scope: 'server', privilege: name }),
      steps: [['attribute', name]] as Step[],
      personal: true,
    })),
    ...everythingInOracle(principal),
  ],
};

/** SYS, and whoever signs in AS SYSDBA, is asked for nothing. */
function everythingInOracle(principal: Principal): Implied[] {
  const administrative = (principal.facts?.attributes['administrative_privileges'] ?? []) as string[];
  if (principal.isRole || (principal.username !== 'SYS' && !administrative.includes('SYSDBA'))) return [];
  const name = principal.username === 'SYS' ? 'SYS' : 'SYSDBA';
  return [{ grant: grantOf({ scope: 'server', privilege: 'ALL', grantable: true }), steps: [['attribute', name]], personal: true }];
}

/** What the owner of a PostgreSQL object has until he revokes it from himself. MAINTAIN came with version 17. */
export const POSTGRES_OWNER: Partial<Record<GrantScope, readonly string[]>> = {
  database: ['CONNECT', 'CREATE', 'TEMP'],
  schema: ['CREATE', 'USAGE'],
  table: ['DELETE', 'INSERT', 'MAINTAIN', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE'],
  sequence: ['SELECT', 'UPDATE', 'USAGE'],
  routine: ['EXECUTE'],
  type: ['USAGE'],
  tablespace: ['CREATE'],
};
export const POSTGRES_OWNER_OTHER: Record<string, readonly string[]> = {
  'LARGE OBJECT': ['SELECT', 'UPDATE'],
  'FOREIGN DATA WRAPPER': ['USAGE'],
  'FOREIGN SERVER': ['USAGE'],
  LANGUAGE: ['USAGE'],
};

const objectKey = (owned: Owned | Grant): string =>
  [owned.scope, owned.kind ?? '', owned.database ?? '', owned.schema ?? '', owned.object ?? ''].join('\u0000');

function ownedByPostgres(world: World, principal: Principal): Implied[] {
  const facts = principal.facts;
  if (!facts || facts.owns.length === 0) return [];
  const withMaintain = world.hasRole('pg_maintain');
  const revoked = new Set(
    facts.grants.filter((grant) => grant.state === 'revoke').map((grant) => `${objectKey(grant)}\u0000${grant.privilege}`),
  );
  return facts.owns.flatMap((owned) => {
    const names = owned.scope === 'other' ? (POSTGRES_OWNER_OTHER[owned.kind ?? ''] ?? []) : (POSTGRES_OWNER[owned.scope] ?? []);
    const rights = names
      .filter((name) => (name !== 'MAINTAIN' || withMaintain) && !revoked.has(`${objectKey(owned)}\u0000${name}`))
      .map((privilege): Implied => ({ grant: grantOf({ ...owned, privilege, grantable: true }), steps: [['owner']] }));
    // The right to alter, drop and grant comes with ownership and cannot be revoked.
    return [...rights, { grant: grantOf({ ...owned, privilege: 'OWNERSHIP', grantable: true }), steps: [['owner']] }];
  });
}

function postgresAttributes(principal: Principal): Implied[] {
  const attributes = principal.facts?.attributes ?? {};
  const named: [string, string, string][] = [
    ['can_create_db', 'CREATEDB', 'createdb'],
    ['can_create_role', 'CREATEROLE', 'createrole'],
    ['can_replicate', 'REPLICATION', 'replication'],
    ['can_bypass_rls', 'BYPASSRLS', 'bypassrls'],
  ];
  const held = named.filter(([attribute]) => attributes[attribute] === true).map(([, privilege, step]) => attribute(privilege, step));
  return principal.isSuperuser || attributes['can_super'] === true ? [attribute('ALL', 'superuser'), ...held] : held;
}

const attribute = (privilege: string, name: string): Implied => ({
  grant: grantOf({ scope: 'server', privilege, grantable: privilege === 'ALL' }),
  steps: [['attribute', name]],
  personal: true,
});

/** Membership with ADMIN: the right to hand the role out, to oneself too. */
function administered(principal: Principal): Implied[] {
  return (principal.facts?.memberships ?? [])
    .filter((membership) => membership.admin)
    .map((membership) => ({
      grant: grantOf({ scope: 'other', kind: 'ROLE', object: membership.role, privilege: 'ADMIN', grantable: true }),
      steps: [],
    }));
}

const onAll = (scope: GrantScope, ...names: string[]): Implied[] =>
  names.map((privilege) => ({ grant: grantOf({ scope, privilege }), steps: [] }));

/** Predefined roles whose rights stand in no access list but in the server's code (PostgreSQL manual, "Predefined Roles"). */
function predefined(role: string): Implied[] {
  if (role === 'pg_read_all_data') return [...onAll('table', 'SELECT'), ...onAll('sequence', 'SELECT'), ...onAll('schema', 'USAGE')];
  if (role === 'pg_write_all_data')
    return [...onAll('table', 'INSERT', 'UPDATE', 'DELETE'), ...onAll('sequence', 'UPDATE'), ...onAll('schema', 'USAGE')];
  if (role === 'pg_maintain') return onAll('table', 'MAINTAIN');
  return SERVER_ROLES.has(role)
    ? [{ grant: grantOf({ scope: 'other', kind: 'PREDEFINED ROLE', object: role, privilege: 'USE' }), steps: [] }]
    : [];
}
const SERVER_ROLES = new Set(
  'pg_checkpoint pg_create_subscription pg_execute_server_program pg_monitor pg_read_all_settings pg_read_all_stats pg_read_server_files pg_signal_autovacuum_worker pg_signal_backend pg_stat_scan_tables pg_use_reserved_connections pg_write_server_files'.split(
    ' ',
  ),
);

/** Fixed roles of SQL Server and what they bring (Microsoft's permission tables for fixed server and database roles). */
const FIXED_SERVER_ROLES: Record<string, readonly string[]> = {
  sysadmin: ['ALL'],
  serveradmin: ['ALTER ANY ENDPOINT', 'ALTER RESOURCES', 'ALTER SERVER STATE', 'ALTER SETTINGS', 'SHUTDOWN', 'VIEW SERVER STATE'],
  securityadmin: ['ALTER ANY LOGIN'],
  processadmin: ['ALTER ANY CONNECTION', 'ALTER SERVER STATE'],
  setupadmin: ['ALTER ANY LINKED SERVER'],
  bulkadmin: ['ADMINISTER BULK OPERATIONS'],
  diskadmin: ['ALTER RESOURCES'],
  dbcreator: ['ALTER ANY DATABASE', 'CREATE ANY DATABASE'],
};
const FIXED_DATABASE_ROLES: Record<string, { grant?: readonly string[]; deny?: readonly string[] }> = {
  db_owner: { grant: ['CONTROL'] },
  db_accessadmin: { grant: ['ALTER ANY USER', 'CONNECT', 'CREATE SCHEMA'] },
  db_securityadmin: { grant: ['ALTER ANY APPLICATION ROLE', 'ALTER ANY ROLE', 'CREATE SCHEMA', 'VIEW DEFINITION'] },
  db_ddladmin: {
    grant: [
      'ALTER ANY SCHEMA',
      'CREATE FUNCTION',
      'CREATE PROCEDURE',
      'CREATE SCHEMA',
      'CREATE TABLE',
      'CREATE TYPE',
      'CREATE VIEW',
      'REFERENCES',
    ],
  },
  db_backupoperator: { grant: ['BACKUP DATABASE', 'BACKUP LOG', 'CHECKPOINT'] },
  db_datareader: { grant: ['SELECT'] },
  db_datawriter: { grant: ['DELETE', 'INSERT', 'UPDATE'] },
  db_denydatareader: { deny: ['SELECT'] },
  db_denydatawriter: { deny: ['DELETE', 'INSERT', 'UPDATE'] },
};

function fixedRole(name: string): Implied[] {
  const server = FIXED_SERVER_ROLES[name];
  if (server) return server.map((privilege) => ({ grant: grantOf({ scope: 'server', privilege }), steps: [] }));
  const role = FIXED_DATABASE_ROLES[name];
  if (!role) return [];
  // The database is put in by the source: a fixed role counts in one database only.
  return [
    ...(role.grant ?? []).map((privilege): Implied => ({ grant: grantOf({ scope: 'database', privilege }), steps: [] })),
    ...(role.deny ?? []).map((privilege): Implied => ({ grant: grantOf({ scope: 'database', privilege, state: 'deny' }), steps: [] })),
  ];
}

function ownedDatabases(principal: Principal): Implied[] {
  return (principal.facts?.owns ?? []).map((owned) => ({
    grant: grantOf({ ...owned, privilege: 'CONTROL', grantable: true }),
    steps: [['owner']],
  }));
}
