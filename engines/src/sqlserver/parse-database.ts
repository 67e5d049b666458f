/** One database's principals, memberships, owners and permissions, given to logins by SID or to rows of their own (pure). */
import { emptyFacts, type Grant, type GrantScope, type PrivilegeFacts } from '../facts.ts';
import type { DatabaseRow, Draft } from './parse.ts';

/** Rows without their kind and database, in the order of the columns in `queries.ts`. */
export interface DatabaseRows {
  principals: [id: number, name: string, type: string, sid: string | null, authentication: number, owner: number | null, fixed: number][];
  members: [role: number, member: number][];
  schemas: [name: string, owner: number][];
  objects: [schema: string, name: string, type: string, owner: number][];
  grants: [
    cls: number,
    classDesc: string,
    major: number,
    minor: number,
    grantee: number,
    grantor: number,
    permission: string,
    state: string,
    schema: string | null,
    object: string | null,
    objectType: string | null,
    column: string | null,
  ][];
}

/** A user without login, a role of the database: these names cannot be logins' names, which have no brackets around them. */
export const localName = (database: string, name: string): string => `[${database}].[${name}]`;

/** W is a grant with grant option; R a column taken out of a table's grant. */
export const STATES: Record<string, Grant['state']> = { G: 'grant', W: 'grant', D: 'deny', R: 'revoke' };

const EVERYBODY = 0;
const DBO = 1;
const GUEST = 2;
/** INFORMATION_SCHEMA and sys: owners of schemas, nobody's users. */
const INTERNAL = new Set([3, 4]);

const ROUTINES = new Set(['P', 'PC', 'RF', 'X', 'FN', 'FS', 'IF', 'TF', 'FT', 'AF']);
const KINDS: Record<string, string> = { SN: 'SYNONYM', SQ: 'QUEUE' };

/** Adds to the logins' facts, and returns the rows that exist in this database only. */
export function readDatabase(
  database: DatabaseRow,
  rows: DatabaseRows,
  bySid: ReadonlyMap<string, Draft>,
  everybody: Draft | undefined,
): Draft[] {
  const local: Draft[] = [];
  const facts = new Map<number, PrivilegeFacts>();
  const names = new Map(rows.principals.map(([id, name]) => [id, name]));
  const roles = new Set(rows.principals.filter(([, , type]) => type === 'R').map(([id]) => id));
  const guestEnabled = rows.grants.some(
    ([cls, , , , grantee, , permission, state]) => cls === 0 && grantee === GUEST && permission === 'CONNECT' && state !== 'D',
  );
  for (const principal of rows.principals) {
    const [id, name, type, sid, , , fixed] = principal;
    if (INTERNAL.has(id) || fixed === 1) continue;
    if (id === EVERYBODY) {
      if (everybody) facts.set(id, everybody.facts);
      continue;
    }
    const login = type === 'R' || type === 'A' || id === GUEST || sid === null ? undefined : bySid.get(sid);
    if (id === DBO) {
      // Who owns the database is dbo; the database says it with a SID of its own, which may be stale after a restore.
      if (database.owner !== null) facts.set(id, bySid.get(database.owner)?.facts ?? emptyFacts());
      continue;
    }
    if (login) {
      facts.set(id, login.facts);
      const users = (login.facts.attributes['users'] ??= {}) as Record<string, string>;
      users[database.name] = name;
    } else if (id !== GUEST || guestEnabled) {
      const draft = { fact: localFact(database.name, principal), facts: emptyFacts() };
      if (type !== 'R') draft.facts.attributes['users'] = { [database.name]: name };
      local.push(draft);
      facts.set(id, draft.facts);
    }
  }
  const nameOf = (id: number): string => names.get(id) ?? `#${id}`;
  for (const [role, member] of rows.members) {
    if (member === DBO) continue;
    facts
      .get(member)
      ?.memberships.push({ role: nameOf(role), database: database.name, admin: false, inherit: true, set: false, default: true });
  }
  for (const [schema, owner] of rows.schemas) facts.get(owner)?.owns.push({ scope: 'schema', database: database.name, schema });
  for (const [schema, object, type, owner] of rows.objects)
    facts.get(owner)?.owns.push({ ...placeOfObject(type), database: database.name, schema, object });
  for (const [id, name, type, , , owner, fixed] of rows.principals)
    if (type === 'R' && fixed === 0 && owner !== null && owner !== DBO)
      facts.get(owner)?.owns.push({ scope: 'other', kind: 'ROLE', database: database.name, object: name || nameOf(id) });
  for (const row of rows.grants) {
    const [, , , , grantee, grantor, permission, state] = row;
    facts.get(grantee)?.grants.push({
      ...placeOf(database.name, row, nameOf, roles),
      privilege: permission,
      state: STATES[state] ?? 'grant',
      grantable: state === 'W',
      grantor: nameOf(grantor),
    });
  }
  return local;
}

type Place = Pick<Grant, 'scope' | 'kind' | 'database' | 'schema' | 'object' | 'column'>;

const placeOfObject = (type: string): { scope: GrantScope; kind?: string } =>
  ROUTINES.has(type)
    ? { scope: 'routine' }
    : type === 'SO'
      ? { scope: 'sequence' }
      : KINDS[type]
        ? { scope: 'other', kind: KINDS[type] }
        : { scope: 'table' };

function placeOf(database: string, row: DatabaseRows['grants'][number], nameOf: (id: number) => string, roles: ReadonlySet<number>): Place {
  const [cls, classDesc, major, minor, , , , , schema, object, objectType, column] = row;
  const unnamed = `#${major}`;
  switch (cls) {
    case 0:
      return { scope: 'database', database };
    case 1: {
      const place = { ...placeOfObject(objectType ?? ''), database, schema, object: object ?? unnamed };
      return minor > 0 ? { ...place, scope: 'column', column: column ?? `#${minor}` } : place;
    }
    case 3:
      return { scope: 'schema', database, schema: schema ?? unnamed };
    case 4:
      return { scope: 'other', kind: roles.has(major) ? 'ROLE' : 'USER', database, object: nameOf(major) };
    case 6:
      return { scope: 'type', database, schema, object: object ?? unnamed };
    default:
      return { scope: 'other', kind: classDesc.replaceAll('_', ' '), database, schema, object: object ?? unnamed };
  }
}

/** Users of contained databases sign in themselves; all others here have nobody who signs in as them. */
function localFact(database: string, [id, name, type, , authentication]: DatabaseRows['principals'][number]): Draft['fact'] {
  const isGuest = id === GUEST;
  const isRole = type === 'R' || type === 'A' || isGuest;
  const contained = authentication === 2;
  return {
    username: localName(database, name),
    displayName: localName(database, name),
    isLocked: false,
    isRole,
    isPublic: false,
    passwordLastChanged: null,
    typeSpecific: {
      is_disabled: false,
      type_desc: TYPES[type] ?? type,
      database,
      user: name,
      is_role: isRole,
      is_public: false,
      ...(isGuest ? { is_guest: true } : {}),
      ...(contained ? { is_contained: true } : {}),
      // A SQL user whose login is gone: whoever makes a login with that SID again inherits the user.
      ...(type === 'S' && authentication === 1 && !isGuest ? { is_orphan: true } : {}),
      ...(authentication === 0 && !isRole ? { without_login: true } : {}),
    },
  };
}

const TYPES: Record<string, string> = {
  S: 'SQL_USER',
  U: 'WINDOWS_USER',
  G: 'WINDOWS_GROUP',
  R: 'DATABASE_ROLE',
  A: 'APPLICATION_ROLE',
  C: 'CERTIFICATE_MAPPED_USER',
  K: 'ASYMMETRIC_KEY_MAPPED_USER',
  E: 'EXTERNAL_USER',
  X: 'EXTERNAL_GROUPS',
};
