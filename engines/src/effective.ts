/**
 * What an account can really do: computed from an instance's direct facts when asked, never stored (pure).
 * Begin at `effectiveIndex`; `reach.ts` finds whose grants an account may use, `cover.ts` says what a grant covers.
 */
import type { DbType } from './engine.ts';
import type { Grant, GrantScope, PrivilegeFacts } from './facts.ts';
import { covers, matchesPattern, patternRank, type Question } from './cover.ts';
import { decidedElsewhere, hostOf, rowsRank } from './hosts.ts';
import { impliedBy, type Implied } from './implied.ts';
import { oracleWider, sqlserverWider } from './wider.ts';
import { databaseLists, reach, type Source, type World } from './reach.ts';

/** One step of a path: member of a role, everybody, owner of the object, an attribute of the account, the denying principal. */
export type Step =
  | [kind: 'member', role: string]
  | [kind: 'public']
  | [kind: 'owner']
  /** MySQL: what the same name was granted for a wider host. */
  | [kind: 'host', account: string]
  | [kind: 'attribute', name: string]
  | [kind: 'deny' | 'revoke', principal: string];

export interface EffectivePrivilege {
  scope: GrantScope;
  kind?: string;
  /** An absent database, schema, object or column means: any. MySQL databases are patterns, as granted. */
  database?: string;
  schema?: string;
  object?: string;
  column?: string;
  /** `ALL` for a superuser's or administrator's everything. */
  privilege: string;
  grantable?: true;
  /** How the account comes by it, step by step; empty = granted to itself. */
  via: Step[];
  /** Usable only after SET ROLE. */
  set_role?: true;
  /** The DENY or partial REVOKE that takes it away again. */
  denied_by?: Step[];
}

/** What `effective` needs of each account of the instance; `facts: null` = never read (contributes nothing). */
export interface Principal {
  username: string;
  isSuperuser: boolean;
  isRole: boolean;
  isPublic: boolean;
  facts: PrivilegeFacts | null;
  /** MySQL: `flavour` tells which of two rules for overlapping database patterns holds. SQL Server: `database`, `is_guest`. */
  typeSpecific?: Record<string, unknown> | null;
  /** A role is active, said where the memberships are left out of the facts. */
  activeRole?: boolean;
}

export interface EffectiveIndex {
  /** All effective privileges of an account, sorted; empty for an unknown account. */
  of(username: string): EffectivePrivilege[];
  /**
   * The entry that answers one question, or null for "no". A `denied_by` entry is "no" with its reason.
   * PostgreSQL answers as `has_…_privilege` do: about the object alone, not about the way to it.
   */
  can(username: string, question: Question): EffectivePrivilege | null;
}

/**
 * Prepares an instance once; each account asked afterwards costs only what it can reach.
 * @param listed what `of` is to list, where that is not everything; it must say the same of equal privileges on equal places
 */
export function effectiveIndex(dbType: DbType, instance: Iterable<Principal>, listed?: (grant: Grant) => boolean): EffectiveIndex {
  const principals = new Map<string, Principal>();
  for (const principal of instance) principals.set(principal.username, principal);
  const everybody = [...principals.values()];
  const world: World = {
    dbType,
    principals,
    // MySQL's everybody of one host counts for who comes from there (hosts.ts); MariaDB's PUBLIC has no host.
    publics: everybody.filter((principal) => principal.isPublic && !(dbType === 'mysql' && hostOf(principal) !== '')),
    hasRole: (name) => principals.has(name),
    flavour: everybody.some((principal) => principal.typeSpecific?.['flavour'] === 'mariadb') ? 'mariadb' : 'mysql',
    guests: dbType === 'sqlserver' ? everybody.filter((principal) => principal.typeSpecific?.['is_guest'] === true) : [],
  };
  const implied = new Map<string, Implied[]>();
  const grantsOf = (source: Source): Implied[] => {
    const known = implied.get(source.principal.username);
    if (known) return known;
    const fresh = impliedBy(world, source.principal);
    implied.set(source.principal.username, fresh);
    return fresh;
  };
  const listedBy = new Map<string, Implied[]>();
  const listedOf = (source: Source): Implied[] => {
    if (!listed) return grantsOf(source);
    let entries = listedBy.get(source.principal.username);
    if (!entries) {
      entries = grantsOf(source).filter(({ grant }) => listed(grant));
      listedBy.set(source.principal.username, entries);
    }
    return entries;
  };
  const byPrivilege = new Map<string, Map<string, Implied[]>>();
  const grantsNamed = (source: Source, privilege: string): Implied[] => {
    let lists = byPrivilege.get(source.principal.username);
    if (!lists) {
      lists = new Map();
      for (const entry of grantsOf(source)) push(lists, entry.grant.privilege, entry);
      byPrivilege.set(source.principal.username, lists);
    }
    return lists.get(privilege) ?? [];
  };

  // Questions come account by account: the last one's sources are kept, not everybody's.
  let last: { of: Principal; sources: Source[] } | undefined;
  const sourcesOf = (principal: Principal): Source[] => {
    if (last?.of !== principal) last = { of: principal, sources: reach(world, principal) };
    return last.sources;
  };

  let lastDenied: { of: Principal; denied: Denied[] } | undefined;
  const denialsOf = (principal: Principal, sources: readonly Source[]): Denied[] => {
    if (lastDenied?.of !== principal) lastDenied = { of: principal, denied: denials(dbType, sources, grantsOf) };
    return lastDenied.denied;
  };

  const byLists = dbType === 'mysql' && world.flavour === 'mariadb';
  type Listed = Implied & { source: Source; rank: number };
  let lastLists: { of: Principal; lists: Listed[][] } | undefined;
  // The host comes before the pattern, and the name after it.
  const rankIn = (source: Source, grant: Grant, account: Principal): number => {
    // The rows of a role have no host: nothing is more specific.
    const rank = rowsRank(source, account) ?? 255;
    return ((rank >> 1) * 1_000_000_000 + patternRank(grant.database ?? '', 'mariadb')) * 2 + (rank & 1);
  };
  const listsOf = (principal: Principal): Listed[][] => {
    if (lastLists?.of !== principal)
      lastLists = {
        of: principal,
        lists: databaseLists(world, principal).map((sources) =>
          sources.flatMap((source) =>
            grantsOf(source)
              .filter(({ grant }) => grant.scope === 'database' && grant.state === 'grant')
              .map((entry) => ({ ...entry, source, rank: rankIn(source, entry.grant, principal) })),
          ),
        ),
      };
    return lastLists.lists;
  };

  // Few objects have an owner who took something from himself; only there is a second look needed.
  let places: Set<string> | undefined;
  const revoked = (): Set<string> =>
    (places ??= new Set(
      everybody.flatMap(({ facts }) => (facts?.grants ?? []).filter(({ state }) => state === 'revoke').map((grant) => placeOf(grant))),
    ));

  return {
    of(username) {
      const principal = principals.get(username);
      if (!principal) return [];
      const sources = sourcesOf(principal);
      return collect(
        dbType,
        sources,
        listedOf,
        () => denialsOf(principal, sources),
        (source, grant) => elsewhere(sources, source, grant, principal, undefined),
      );
    },
    can,
  };

  /** Is it other rows that decide? Asked only where an account has rows of other hosts. */
  function elsewhere(sources: readonly Source[], source: Source, grant: Grant, account: Principal, database: string | undefined): boolean {
    if (dbType !== 'mysql' || !sources.some(hasRows)) return false;
    return decidedElsewhere(sources, source, grant, account, grantsOf, {
      database,
      rankOf: (pattern) => patternRank(pattern, world.flavour),
    });
  }

  function can(username: string, question: Question): EffectivePrivilege | null {
    const principal = principals.get(username);
    if (!principal) return null;
    const sources = sourcesOf(principal);
    let best: EffectivePrivilege | null = null;
    for (const name of wideningNames(dbType, question)) {
      for (const source of sources) {
        for (const { grant, steps } of usable(source, grantsNamed(source, name))) {
          if (byLists && grant.scope === 'database') continue;
          if (grant.state !== 'grant' || !inside(source, grant) || !covers(dbType, grant, question)) continue;
          if (taken(world, grant, question, grantsOf(source))) continue;
          if (elsewhere(sources, source, grant, principal, question.database)) continue;
          const entry = entryOf(grant, joined(source.via, steps), source.setRole);
          if (!best || isBetter(entry, best)) best = entry;
        }
      }
    }
    if (byLists && question.database !== undefined)
      for (const list of listsOf(principal)) {
        const matching = list.filter(({ grant }) => matchesPattern(grant.database ?? '', question.database!));
        const top = Math.max(...matching.map(({ rank }) => rank));
        for (const { grant, source, steps, rank } of matching) {
          if (rank !== top || grant.privilege !== question.privilege || !covers(dbType, grant, question)) continue;
          const entry = entryOf(grant, joined(source.via, steps), source.setRole);
          if (!best || isBetter(entry, best)) best = entry;
        }
      }
    // An owner may hand out even what he revoked from himself.
    if (dbType === 'postgresql' && best && !best.grantable && !best.set_role && revoked().has(placeOf(question))) {
      const owner = can(username, { ...question, privilege: 'OWNERSHIP' });
      if (owner && !owner.set_role) best = { ...best, grantable: true };
    }
    return best && withDeny(dbType, denialsOf(principal, sources), best, question);
  }
}

/** `effectiveIndex` for a single account. */
export function effective(dbType: DbType, instance: Iterable<Principal>, username: string): EffectivePrivilege[] {
  return effectiveIndex(dbType, instance).of(username);
}

/** The privilege itself and those that contain it wherever they are held. */
function wideningNames(dbType: DbType, question: Question): string[] {
  const names = ['ALL', question.privilege];
  if (dbType === 'sqlserver') names.push('CONTROL', 'CONTROL SERVER', ...sqlserverWider(question));
  if (dbType === 'oracle') names.push(...oracleWider(question));
  return names;
}

/** Attributes are personal: a member has them only as the role itself, after SET ROLE. */
function usable(source: Source, entries: readonly Implied[]): readonly Implied[] {
  const own = source.personal || !entries.some(isPersonal) ? entries : entries.filter((entry) => !isPersonal(entry));
  const { database } = source;
  if (database === undefined || !own.some(isOfAnyDatabase)) return own;
  // A fixed database role is the same in every database; here it counts in the source's.
  return own.map((entry) => (isOfAnyDatabase(entry) ? { ...entry, grant: { ...entry.grant, database } } : entry));
}
const hasRows = ({ rows }: Source): boolean => rows !== undefined;
const isPersonal = (entry: Implied): boolean => entry.personal === true;
const isOfAnyDatabase = ({ grant }: Implied): boolean => grant.scope === 'database' && !grant.database;
/** Ways are never changed once made, so those of many entries are one. */
const joined = (via: Step[], steps: Step[]): Step[] => (steps.length === 0 ? via : via.length === 0 ? steps : [...via, ...steps]);

const inside = (source: Source, grant: Grant): boolean =>
  (source.database === undefined || grant.database === source.database) &&
  (source.enters === undefined || !grant.database || source.enters(grant.database)) &&
  (source.rows === undefined || source.rows.scopes.has(grant.scope));

/** A hole in the very source the grant comes from: MySQL's partial revokes, a column taken out of a table's grant. */
function taken(world: World, grant: Grant, question: Question, entries: readonly Implied[]): boolean {
  const { dbType } = world;
  // SQL Server: REVOKE on a column of a table that was granted as a whole.
  if (dbType === 'sqlserver' && grant.scope === 'table' && question.scope === 'column') {
    return entries.some(
      ({ grant: hole }) =>
        hole.state === 'revoke' &&
        hole.privilege === question.privilege &&
        hole.column === question.column &&
        covers(dbType, hole, question),
    );
  }
  if (dbType === 'mysql' && grant.scope === 'server') {
    return entries.some(
      ({ grant: hole }) => hole.state === 'revoke' && hole.privilege === question.privilege && hole.database === question.database,
    );
  }
  if (dbType === 'mysql' && grant.scope === 'database' && question.database !== undefined)
    return shadowed(world, entries, grant, question.database);
  return false;
}

/** MySQL takes the most specific matching database pattern of an account and looks at no other. */
function shadowed(world: World, entries: readonly Implied[], grant: Grant, database: string): boolean {
  const own = patternRank(grant.database ?? '', world.flavour);
  return entries.some(
    ({ grant: other }) =>
      other.scope === 'database' &&
      other.state === 'grant' &&
      other.database !== grant.database &&
      patternRank(other.database ?? '', world.flavour) > own &&
      matchesPattern(other.database ?? '', database),
  );
}

interface Denied {
  source: Source;
  grant: Grant;
  steps: Step[];
}
/** What an account is denied: looked up once for all its privileges. Only SQL Server knows it. */
function denials(dbType: DbType, sources: readonly Source[], grantsOf: (source: Source) => Implied[]): Denied[] {
  if (dbType !== 'sqlserver') return [];
  const found: Denied[] = [];
  for (const source of sources) {
    if (source.setRole) continue;
    for (const { grant, steps } of usable(source, grantsOf(source)))
      if (grant.state === 'deny' && inside(source, grant)) found.push({ source, grant, steps });
  }
  return found;
}

/** SQL Server: DENY beats GRANT, but for sysadmin, the database's owner, and a column's GRANT under a table's DENY. */
function withDeny(dbType: DbType, denied: readonly Denied[], entry: EffectivePrivilege, question: Question): EffectivePrivilege {
  if (denied.length === 0 || entry.privilege === 'ALL' || entry.via.some((step) => step[0] === 'owner')) return entry;
  for (const { source, grant, steps } of denied) {
    if (grant.privilege !== question.privilege && grant.privilege !== 'CONTROL') continue;
    if (!covers(dbType, grant, question)) continue;
    if (entry.scope === 'column' && grant.scope !== 'column') continue;
    return { ...entry, denied_by: [...source.via, ...steps, ['deny', source.principal.username]] };
  }
  return entry;
}

function collect(
  dbType: DbType,
  sources: readonly Source[],
  grantsOf: (source: Source) => Implied[],
  denials: () => readonly Denied[],
  elsewhere: (source: Source, grant: Grant) => boolean,
): EffectivePrivilege[] {
  // What is asked of a fleet is mostly not answered by one account's facts.
  if (sources.every((source) => grantsOf(source).length === 0)) return [];
  const denied = denials();
  const now = new Map<string, EffectivePrivilege>();
  const afterSetRole = new Map<string, EffectivePrivilege>();
  type Keyed = readonly [string, EffectivePrivilege];
  const holes: Keyed[] = [];
  for (const source of sources) {
    for (const { grant, steps } of usable(source, grantsOf(source))) {
      if (!inside(source, grant) || elsewhere(source, grant)) continue;
      const entry = entryOf(grant, joined(source.via, steps), source.setRole);
      const key = keyOf(entry);
      if (grant.state === 'revoke' && dbType === 'mysql')
        holes.push([key, { ...entry, denied_by: [...source.via, ['revoke', source.principal.username]] }]);
      if (grant.state !== 'grant') continue;
      const map = source.setRole ? afterSetRole : now;
      const known = map.get(key);
      if (!known || isBetter(entry, known)) map.set(key, entry);
    }
  }
  const entries: Keyed[] =
    denied.length > 0 ? [...now].map(([key, entry]) => [key, withDeny(dbType, denied, entry, questionOf(entry))] as const) : [...now];
  for (const [key, entry] of afterSetRole) {
    const known = now.get(key);
    // A second entry only where SET ROLE brings more than everybody has anyway.
    if (!known || (isPublicOnly(known) && !isPublicOnly(entry))) entries.push([key, entry]);
  }
  if (entries.length + holes.length === 1) return [(entries[0] ?? holes[0]!)[1]];
  return [...entries, ...holes].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)).map(([, entry]) => entry);
}

function entryOf(grant: Grant, via: Step[], setRole: boolean): EffectivePrivilege {
  const entry: EffectivePrivilege = { scope: grant.scope, privilege: grant.privilege, via };
  if (grant.kind) entry.kind = grant.kind;
  if (grant.database) entry.database = grant.database;
  if (grant.schema) entry.schema = grant.schema;
  if (grant.object) entry.object = grant.object;
  if (grant.column) entry.column = grant.column;
  if (grant.grantable) entry.grantable = true;
  if (setRole) entry.set_role = true;
  return entry;
}

const questionOf = (entry: EffectivePrivilege): Question => ({
  scope: entry.scope,
  kind: entry.kind,
  database: entry.database,
  schema: entry.schema,
  object: entry.object,
  column: entry.column,
  privilege: entry.privilege,
});

/** True when the privilege is one that everybody has: classification leaves these out. */
export const isPublicOnly = (entry: EffectivePrivilege): boolean => entry.via.some((step) => step[0] === 'public');

/** Usable at once before SET ROLE, own before everybody's, grantable before not, short before long. */
function isBetter(a: EffectivePrivilege, b: EffectivePrivilege): boolean {
  return cost(a) < cost(b);
}
const cost = (entry: EffectivePrivilege): number =>
  (entry.set_role ? 100_000 : 0) + (isPublicOnly(entry) ? 10_000 : 0) + (entry.grantable ? 0 : 1_000) + entry.via.length;

const keyOf = ({ scope, kind = '', database = '', schema = '', object = '', column = '', privilege }: EffectivePrivilege): string =>
  `${scope}\u0000${kind}\u0000${database}\u0000${schema}\u0000${object}\u0000${column}\u0000${privilege}`;

/** One privilege on one object; a column is part of its table. */
const placeOf = ({ kind, database, schema, object, privilege }: Question | Grant): string =>
  [kind ?? '', database ?? '', schema ?? '', object ?? '', privilege].join('\u0000');

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
