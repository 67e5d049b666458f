/** Whose grants an account may use: itself, roles that are active, roles it may SET, everybody (pure). */
import type { DbType } from './engine.ts';
import type { Membership } from './facts.ts';
import type { Principal, Step } from './effective.ts';
import { everybodysAsRole, sameHosts } from './hosts.ts';

export interface World {
  dbType: DbType;
  principals: ReadonlyMap<string, Principal>;
  publics: readonly Principal[];
  hasRole(name: string): boolean;
  flavour: 'mysql' | 'mariadb';
  /** SQL Server: `guest` of each database where it is let in. */
  guests?: readonly Principal[];
  /** What everybody reaches, once found: it is the same for each account. */
  everybodys?: Map<Principal, readonly Source[]>;
  /** MySQL: accounts of the same name on several hosts, once they were asked for. */
  byUser?: Map<string, Principal[]>;
}

export interface Source {
  principal: Principal;
  via: Step[];
  setRole: boolean;
  /** The account acts as this principal itself, so the principal's attributes count too. */
  personal: boolean;
  /** Set when the source counts in one database only. */
  database?: string;
  /** SQL Server's everybody: what a database gives it counts for whoever gets into that database. */
  enters?: (database: string) => boolean;
  /** MySQL: rows of another host, which count in these scopes, and in what order. */
  rows?: { scopes: ReadonlySet<string>; rank: number };
}

export function reach(world: World, account: Principal): Source[] {
  if (isAlone(world, account)) {
    // Most accounts of a fleet are in no role: themselves and everybody.
    const alone: Source[] = [{ principal: account, via: NO_STEPS, setRole: false, personal: true }];
    for (const everybody of world.publics) if (everybody !== account) alone.push(...reachOfEverybody(world, everybody));
    return alone;
  }
  const sources = new Map<string, Source>();
  const add = (source: Source): boolean => {
    const key = `${source.principal.username}\u0000${source.database ?? ''}`;
    const known = sources.get(key);
    if (known && (!known.setRole || source.setRole) && (known.personal || !source.personal)) return false;
    // A role both inherited and settable is two sources: its grants now, its attributes after SET ROLE.
    sources.set(known && !known.setRole ? `${key}\u0000set` : key, source);
    return true;
  };

  const now = closure(world, { principal: account, via: [], setRole: false, personal: true }, (membership, depth) =>
    active(world.dbType, membership, depth),
  );
  for (const source of now) add(source);
  if (world.dbType === 'mysql') for (const source of sameHosts(world, account)) add(source);
  // SQL Server knows no SET ROLE; elsewhere a role that may be set brings what it inherits itself.
  if (world.dbType !== 'sqlserver' && (account.facts?.memberships.length ?? 0) > 0) {
    const settable = closure(world, { principal: account, via: [], setRole: true, personal: true }, (membership) => membership.set, true);
    for (const role of settable) {
      if (role.principal === account) continue;
      for (const source of closure(world, role, (membership, depth) => active(world.dbType, membership, depth + 1))) add(source);
    }
  }
  const entry = world.dbType === 'sqlserver' ? entryOf(world, account, now) : null;
  for (const guest of entry?.guests ?? []) {
    const database = databaseOf(guest)!;
    for (const source of closure(
      world,
      { principal: guest, via: [['member', 'guest']], setRole: false, personal: false, database },
      () => true,
    ))
      add(source);
  }
  for (const everybody of world.publics) {
    if (everybody === account) continue;
    for (const source of reachOfEverybody(world, everybody)) add(entry ? { ...source, enters: entry.enters } : source);
  }
  if (world.dbType === 'postgresql')
    for (const source of [...sources.values()]) for (const owner of asDatabaseOwner(world, source)) add(owner);
  return [...sources.values()];
}

const NO_STEPS: Step[] = [];

/** Is there nothing to find beside it, and nothing that it could find twice? */
const isAlone = (world: World, account: Principal): boolean =>
  world.publics.length < 2 &&
  (account.facts?.memberships.length ?? 0) === 0 &&
  (world.dbType === 'postgresql' || world.dbType === 'oracle') &&
  (account.facts?.owns.length === 0 || !world.principals.has('pg_database_owner'));

function reachOfEverybody(world: World, everybody: Principal): readonly Source[] {
  const kept = (world.everybodys ??= new Map<Principal, readonly Source[]>());
  let sources = kept.get(everybody);
  if (!sources) {
    sources = closure(world, { principal: everybody, via: [['public']], setRole: false, personal: false }, () => true);
    kept.set(everybody, sources);
  }
  return sources;
}

const databaseOf = (principal: Principal): string | undefined => {
  const name = principal.typeSpecific?.['database'];
  return typeof name === 'string' ? name : undefined;
};

/** Databases a login of SQL Server gets into: as a user, as the owner, as who may enter all; else as guest where guest is let in. */
function entryOf(world: World, account: Principal, now: readonly Source[]): { enters: (database: string) => boolean; guests: Principal[] } {
  const own = new Set(Object.keys((account.facts?.attributes['users'] ?? {}) as Record<string, unknown>));
  const home = databaseOf(account);
  if (home !== undefined) own.add(home);
  let everywhere = account.isSuperuser;
  for (const { principal, database } of now) {
    if (database !== undefined) own.add(database);
    if (principal.username === 'sysadmin') everywhere = true;
    for (const owned of principal.facts?.owns ?? []) if (owned.database) own.add(owned.database);
    for (const grant of principal.facts?.grants ?? []) {
      if (grant.state !== 'grant') continue;
      if (grant.scope === 'server' && (grant.privilege === 'CONTROL SERVER' || grant.privilege === 'CONNECT ANY DATABASE'))
        everywhere = true;
      else if (grant.database) own.add(grant.database);
    }
  }
  const isLogin = home === undefined && !account.isRole;
  const guests = isLogin && !everywhere ? (world.guests ?? []).filter((guest) => !own.has(databaseOf(guest) ?? '')) : [];
  const asGuest = new Set(guests.map((guest) => databaseOf(guest)));
  return { guests, enters: (database) => everywhere || own.has(database) || asGuest.has(database) };
}

/** Is a membership in force without SET ROLE? Depth 0 = the account's own membership. */
function active(dbType: DbType, membership: Membership, depth: number): boolean {
  if (dbType === 'postgresql') return membership.inherit;
  // MySQL and Oracle activate the default roles at sign-in; what a role was granted comes along with it.
  if (dbType === 'mysql' || dbType === 'oracle') return depth > 0 || membership.default;
  return true;
}

/**
 * MariaDB looks up the rights on a database in three lists, each by the most specific pattern that matches: the user's
 * own, everybody's, and that of the one active role, in which all roles granted to it are melted together. One list
 * for each role that could be the active one.
 */
export function databaseLists(world: World, account: Principal): Source[][] {
  const all = (): boolean => true;
  const roles = (account.facts?.memberships ?? []).flatMap((membership) => {
    const principal = world.principals.get(membership.role);
    return principal ? [{ principal, via: [['member', membership.role]] as Step[], setRole: !membership.default, personal: false }] : [];
  });
  const publics = world.publics.filter((everybody) => everybody !== account);
  return [
    [{ principal: account, via: [], setRole: false, personal: true }, ...sameHosts(world, account)],
    ...roles.map((role) => [...closure(world, role, all), ...everybodysAsRole(world, role.setRole)]),
    ...publics.map((principal) => [
      ...closure(world, { principal, via: [['public']], setRole: false, personal: false }, all),
      ...everybodysAsRole(world, false),
    ]),
  ];
}

/** Breadth first, so that each role is reached by a shortest path. */
function closure(world: World, start: Source, follow: (membership: Membership, depth: number) => boolean, becoming = false): Source[] {
  const found: Source[] = [start];
  if ((start.principal.facts?.memberships.length ?? 0) === 0) return found;
  const depths = [0];
  const seen = new Set([memberKey(start.principal.username, start.database)]);
  for (let i = 0; i < found.length; i += 1) {
    const source = found[i]!;
    for (const membership of source.principal.facts?.memberships ?? []) {
      if (!follow(membership, depths[i]!)) continue;
      const name = rolePrincipalName(world, membership);
      const key = memberKey(name, membership.database ?? source.database);
      if (seen.has(key)) continue;
      seen.add(key);
      // A role that is no row (fixed database roles, roles that were not read) still counts: `impliedBy` knows the fixed ones.
      const principal = world.principals.get(name) ?? { username: name, isSuperuser: false, isRole: true, isPublic: false, facts: null };
      const database = world.dbType === 'sqlserver' ? (membership.database ?? source.database) : source.database;
      found.push({
        principal,
        via: [...source.via, ['member', membership.role]],
        setRole: source.setRole,
        // Only who became a role has its attributes; inheriting from it does not give them.
        personal: becoming && source.personal,
        ...(database === undefined || database === null ? {} : { database }),
      });
      depths.push(depths[i]! + 1);
    }
  }
  return found;
}

const memberKey = (name: string, database: string | null | undefined): string => `${name}\u0000${database ?? ''}`;

/** SQL Server keeps user-defined database roles as `[database].[role]`. */
function rolePrincipalName(world: World, membership: Membership): string {
  if (world.dbType !== 'sqlserver' || !membership.database) return membership.role;
  const local = `[${membership.database}].[${membership.role}]`;
  return world.principals.has(local) ? local : membership.role;
}

/** In a database, whoever has its owner's privileges is a member of pg_database_owner there (PostgreSQL 14+). */
function asDatabaseOwner(world: World, source: Source): Source[] {
  const principal = world.principals.get('pg_database_owner');
  const facts = source.principal.facts;
  if (!principal || !facts || source.database !== undefined || source.principal.isPublic) return [];
  // Before 16 (which brought this role) an owner without INHERIT did not inherit this membership either.
  const inherits = world.hasRole('pg_use_reserved_connections') || facts.attributes['can_inherit'] !== false;
  return facts.owns.flatMap((owned) => {
    if (owned.scope !== 'database' || !owned.database) return [];
    const via: Step[] = [...source.via, ['owner'], ['member', 'pg_database_owner']];
    return [{ principal, via, setRole: source.setRole || !inherits, personal: false, database: owned.database }];
  });
}
