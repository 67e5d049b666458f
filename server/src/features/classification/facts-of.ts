import type { DbType } from '@whalefall/contract';
import {
  effectiveIndex,
  type EffectivePrivilege,
  hasActiveRole,
  type Membership,
  type Owned,
  type Principal,
  privilegeKind,
  type Step,
} from '@whalefall/engines';
import { fold, type Kind } from './fields.ts';

/** What one principal brings by itself, found by name. Made once for a role, however many accounts reach it. */
export interface Holding {
  byName: ReadonlyMap<string, readonly EffectivePrivilege[]>;
  /** Kinds of everything held, and of what members have without SET ROLE. */
  kinds: ReadonlyMap<Kind, string>;
  kindsInherited: ReadonlyMap<Kind, string>;
  owns: readonly Owned[];
  attributes: ReadonlySet<string>;
}
/** A principal whose privileges an account may use. */
export interface Reached {
  holding: Holding;
  via: readonly Step[];
  /** The account may be this principal itself (SET ROLE): its attributes count too. */
  personal: boolean;
  /** SQL Server: counts in one database only. */
  database?: string;
}
export interface HeldRole {
  role: string;
  database?: string;
  admin: boolean;
  via: readonly Step[];
}
export interface AccountFacts {
  dbType: DbType;
  isSuperuser: boolean;
  isLocked: boolean;
  reached: readonly Reached[];
  roles: ReadonlyMap<string, readonly HeldRole[]>;
  quotas: Readonly<Record<string, { max_bytes?: number }>>;
  defaultTablespace: string | null;
}
export interface Subject extends Principal {
  isLocked: boolean;
}

/**
 * The searchable facts of an instance's accounts: what each may do in effect, without what only PUBLIC gives. Nothing is
 * listed out: an account is a short list of principals it reaches, each indexed by privilege name once, so twenty thousand
 * members of one role with five thousand grants cost no more than the role.
 */
export function factsIndex(dbType: DbType, subjects: readonly Subject[]): (subject: Subject) => AccountFacts {
  const known = new Map(subjects.map((subject) => [subject.username, subject]));
  const alone: Principal[] = subjects
    .filter((subject) => !subject.isPublic)
    .map((subject) => ({
      ...subject,
      activeRole: hasActiveRole(subject),
      facts: subject.facts && { ...subject.facts, memberships: [] },
    }));
  // Fixed roles of the server are no rows; their names say what they bring.
  const named = new Set(subjects.flatMap((subject) => subject.facts?.memberships.map((membership) => membership.role) ?? []));
  for (const role of named)
    if (!known.has(role)) alone.push({ username: role, isSuperuser: false, isRole: true, isPublic: false, facts: null });
  const index = effectiveIndex(dbType, alone);
  const holdings = new Map<string, Holding>();
  const holdingOf = (username: string): Holding => {
    const kept = holdings.get(username);
    if (kept) return kept;
    const subject = known.get(username);
    const fresh = holding(dbType, subject, index.of(username));
    if (subject === undefined || subject.isRole) holdings.set(username, fresh);
    return fresh;
  };
  const denied = deniedView(dbType, subjects);
  return (subject) => {
    const { reached, roles } = reach(dbType, known, subject, holdingOf);
    const attributes = subject.facts?.attributes ?? {};
    return {
      dbType,
      isSuperuser: subject.isSuperuser,
      isLocked: subject.isLocked,
      reached: denied(subject, reached),
      roles,
      quotas: (attributes['quotas'] as AccountFacts['quotas'] | undefined) ?? {},
      defaultTablespace: (subject.typeSpecific?.['default_tablespace'] as string | null | undefined) ?? null,
    };
  };
}

/** A kind by a privilege's name; a name nobody knows only reads when it says so. */
function kindOf(dbType: DbType, name: string): Kind {
  return privilegeKind(dbType, name) ?? (/^(VIEW|SELECT|READ|SHOW|CONNECT|USAGE)\b/.test(name) ? 'read' : 'admin');
}
const isPersonal = (entry: EffectivePrivilege): boolean => entry.via.some((step) => step[0] === 'attribute');

function holding(dbType: DbType, subject: Subject | undefined, entries: readonly EffectivePrivilege[]): Holding {
  const byName = new Map<string, EffectivePrivilege[]>();
  const kinds = new Map<Kind, string>();
  const kindsInherited = new Map<Kind, string>();
  for (const entry of entries) {
    // Every Oracle user owns his own schema, also an empty one: that is no privilege anybody gave him.
    if (entry.denied_by || (dbType === 'oracle' && entry.scope === 'schema' && entry.privilege === 'ALL')) continue;
    const name = fold(entry.privilege);
    const list = byName.get(name);
    if (list) list.push(entry);
    else byName.set(name, [entry]);
    const kind = kindOf(dbType, entry.privilege);
    if (!kinds.has(kind)) kinds.set(kind, entry.privilege);
    if (!isPersonal(entry) && !kindsInherited.has(kind)) kindsInherited.set(kind, entry.privilege);
  }
  const owns = subject?.facts?.owns ?? [];
  if (owns.length > 0) for (const map of [kinds, kindsInherited]) if (!map.has('define')) map.set('define', 'OWNERSHIP');
  if (subject?.isSuperuser && !kinds.has('admin')) kinds.set('admin', 'SUPERUSER');
  return { byName, kinds, kindsInherited, owns, attributes: attributesOf(dbType, subject) };
}

/** Attributes that are set: flags, a connection limit, the words of lists such as SYSDBA. */
function attributesOf(dbType: DbType, subject: Subject | undefined): Set<string> {
  const names = new Set<string>();
  for (const source of [subject?.facts?.attributes ?? {}, subject?.typeSpecific ?? {}])
    for (const [name, value] of Object.entries(source)) {
      if (value === true || (name === 'connection_limit' && typeof value === 'number' && value >= 0)) names.add(fold(name));
      if (Array.isArray(value)) for (const one of value) if (typeof one === 'string') names.add(fold(one));
    }
  if (dbType === 'postgresql' && subject?.isSuperuser) names.add('CAN_SUPER');
  return names;
}

/** Is a membership in force at sign-in? (the rules of engines/src/reach.ts) */
function active(dbType: DbType, membership: Membership, depth: number): boolean {
  if (dbType === 'postgresql') return membership.inherit;
  return dbType === 'sqlserver' || depth > 0 || membership.default;
}

/** Breadth first over memberships: first roles that may be set one after the other, then what those inherit. */
function reach(dbType: DbType, known: ReadonlyMap<string, Subject>, subject: Subject, holdingOf: (username: string) => Holding) {
  const reached: Reached[] = [{ holding: holdingOf(subject.username), via: [], personal: true }];
  const roles = new Map<string, HeldRole[]>();
  const queue = [{ subject: subject as Subject | undefined, at: 0, depth: 0, isSet: dbType !== 'sqlserver' }];
  const seen = new Set<string>([`${subject.username}\u0000\u0000true`]);
  for (const { subject: from, at, depth, isSet } of queue) {
    const { via, database: within } = reached[at]!;
    for (const membership of from?.facts?.memberships ?? []) {
      const database = dbType === 'sqlserver' ? (membership.database ?? within) : undefined;
      note(roles, membership, database, via);
      const local = `[${membership.database}].[${membership.role}]`;
      const name = dbType === 'sqlserver' && membership.database && known.has(local) ? local : membership.role;
      const may = { set: isSet && membership.set, now: active(dbType, membership, depth) };
      if (!may.set && !may.now) continue;
      const key = `${name}\u0000${database ?? ''}\u0000`;
      if (seen.has(`${key}true`) || (!may.set && seen.has(`${key}false`))) continue;
      seen.add(`${key}${may.set}`);
      reached.push({
        holding: holdingOf(name),
        via: [...via, ['member', membership.role]],
        personal: may.set,
        ...(database === undefined ? {} : { database }),
      });
      queue.push({ subject: known.get(name), at: reached.length - 1, depth: depth + 1, isSet: may.set });
    }
    if (dbType === 'sqlserver') for (const owned of from?.facts?.owns ?? []) noteOwner(roles, owned, via);
  }
  return { reached, roles };
}

function note(roles: Map<string, HeldRole[]>, membership: Membership, database: string | undefined, via: readonly Step[]): void {
  const held = { role: membership.role, admin: membership.admin, via, ...(database ? { database } : {}) };
  // MySQL names a role with its host; a rule may leave the usual one out.
  const names = new Set([fold(membership.role), fold(membership.role.replace(/@%$/, ''))]);
  for (const name of names) roles.set(name, [...(roles.get(name) ?? []), held]);
}
/** Whoever owns a database is `dbo` in it, a db_owner. */
function noteOwner(roles: Map<string, HeldRole[]>, owned: Owned, via: readonly Step[]): void {
  if (owned.scope !== 'database' || !owned.database) return;
  roles.set('DB_OWNER', [
    ...(roles.get('DB_OWNER') ?? []),
    { role: 'db_owner', database: owned.database, admin: false, via: [...via, ['owner']] },
  ]);
}

/**
 * SQL Server: a DENY anywhere in reach may take away what a role gives, so such an account is listed out in full. Everybody
 * else keeps the quick way. PUBLIC's denials count, its grants do not.
 */
function deniedView(dbType: DbType, subjects: readonly Subject[]): (subject: Subject, reached: readonly Reached[]) => readonly Reached[] {
  if (dbType !== 'sqlserver') return (_subject, reached) => reached;
  const denies = (subject: Subject): boolean => subject.facts?.grants.some((grant) => grant.state === 'deny') ?? false;
  const deniers = new Set(subjects.filter(denies).map((subject) => subject.username));
  const forAll = subjects.some((subject) => subject.isPublic && denies(subject));
  const isDenier = (role: string, database?: string | null): boolean =>
    /^db_denydata/i.test(role) || deniers.has(role) || deniers.has(`[${database}].[${role}]`);
  const onlyDenied = (subject: Subject): Subject =>
    subject.isPublic && subject.facts
      ? {
          ...subject,
          facts: { ...subject.facts, memberships: [], owns: [], grants: subject.facts.grants.filter((grant) => grant.state === 'deny') },
        }
      : subject;
  let full: ReturnType<typeof effectiveIndex> | undefined;
  return (subject, reached) => {
    const touched =
      forAll ||
      deniers.has(subject.username) ||
      reached.some(({ via, database }) => via.some((step) => step[0] === 'member' && isDenier(step[1], database)));
    if (!touched) return reached;
    full ??= effectiveIndex(dbType, subjects.map(onlyDenied));
    const own = holding(dbType, subject, full.of(subject.username));
    return [{ holding: { ...own, owns: subject.facts?.owns ?? [] }, via: [], personal: true }, ...owners(reached)];
  };
}
/** Ownership through roles stays, whatever is denied. */
const owners = (reached: readonly Reached[]): Reached[] =>
  reached
    .slice(1)
    .filter(({ holding }) => holding.owns.length > 0)
    .map((one) => ({ ...one, holding: { ...one.holding, byName: new Map() } }));
