/** Rows of `queries.ts` to facts (pure): who owns, who was granted, what the owner and everybody hold by default. */
import type { AccountFact } from '../engine.ts';
import { canonicalFacts, emptyFacts, type Grant, type GrantScope, type PrivilegeFacts, type Unread } from '../facts.ts';
import { POSTGRES_OWNER, POSTGRES_OWNER_OTHER } from '../implied.ts';

export interface RoleRow {
  oid: number;
  name: string;
  super: boolean;
  inherit: boolean;
  create_role: boolean;
  create_db: boolean;
  login: boolean;
  replicate: boolean;
  bypass_rls: boolean;
  connection_limit: number;
  valid_until: string | null;
  expired: boolean;
}

export interface MemberRow {
  role: number;
  member: number;
  grantor: number;
  admin: boolean;
  inherit: boolean;
  set: boolean;
}

/** An object and its access list, in the order of the columns of `EXPLODED`. */
export type AclRow = [
  scope: GrantScope,
  kind: string | null,
  database: string | null,
  schema: string | null,
  object: string | null,
  column: string | null,
  owner: number,
  plain: boolean,
  compared: boolean,
  entries: string | null,
];

/** One entry of an access list: `c` as it is now, `i` as it was in the beginning. */
interface AclEntry {
  mark: 'c' | 'i';
  grantor: number;
  grantee: number;
  grantable: boolean;
  privilege: string;
}

/** PUBLIC's identity: no role can bear this name. */
export const PUBLIC = 'public';
const EVERYBODY = 0;

/** What everybody holds on a fresh object whose access list was never touched. */
const PUBLIC_DEFAULT: Partial<Record<GrantScope, readonly string[]>> = {
  database: ['CONNECT', 'TEMP'],
  routine: ['EXECUTE'],
  type: ['USAGE'],
};

/** Spelled as PostgreSQL's documentation does, and each name one text however often it was sent: there are some dozen of them. */
const SPELLED = new Map([['TEMPORARY', 'TEMP']]);
function spelled(privilege: string): string {
  const known = SPELLED.get(privilege);
  if (known !== undefined) return known;
  SPELLED.set(privilege, privilege);
  return privilege;
}

export interface RolesRead {
  /** server_version_num */
  version: number;
  roles: RoleRow[];
  members: MemberRow[];
}

/** Takes in access lists as they arrive, a database at a time, so that no more than one is held in two forms. */
export interface FactsReader {
  add(rows: readonly AclRow[]): void;
  /** Facts of every role and of PUBLIC, canonical. */
  accounts(unread: Unread[]): AccountFact[];
}

export function readFacts(read: RolesRead): FactsReader {
  const names = new Map(read.roles.map((role) => [role.oid, role.name]));
  const nameOf = (oid: number): string => names.get(oid) ?? `oid:${oid}`;
  const facts = new Map<number, PrivilegeFacts>();
  const factsOf = (oid: number): PrivilegeFacts => {
    let own = facts.get(oid);
    if (!own) facts.set(oid, (own = emptyFacts()));
    return own;
  };
  for (const member of read.members) {
    factsOf(member.member).memberships.push({
      role: nameOf(member.role),
      admin: member.admin,
      inherit: member.inherit,
      set: member.set,
      default: member.inherit,
      grantor: nameOf(member.grantor),
    });
  }
  const finish = (oid: number, unread: Unread[], attributes: Record<string, unknown>): PrivilegeFacts => {
    const own = canonicalFacts({ ...factsOf(oid), unread, attributes });
    facts.delete(oid);
    return own;
  };
  return {
    add(rows) {
      for (const row of rows) readObject(row, read.version, nameOf, factsOf);
    },
    accounts: (unread) => [
      ...read.roles.map((role) => accountOf(role, finish(role.oid, unread, attributesOf(role)))),
      publicAccount(finish(EVERYBODY, unread, {})),
    ],
  };
}

function entriesOf(text: string | null): AclEntry[] {
  if (text === null) return [];
  return text.split('\n').map((line) => {
    const [mark, grantor, grantee, grantable] = line.split(' ', 4) as [AclEntry['mark'], string, string, string];
    const privilege = line.slice(mark.length + grantor.length + grantee.length + grantable.length + 4);
    return { mark, grantor: Number(grantor), grantee: Number(grantee), grantable: grantable === '1', privilege: spelled(privilege) };
  });
}

type FactsOf = (oid: number) => PrivilegeFacts;
type NameOf = (oid: number) => string;

function readObject(row: AclRow, version: number, nameOf: NameOf, factsOf: FactsOf): void {
  const [scope, kind, database, schema, object, column, owner, plain, compared] = row;
  const place = {
    scope,
    ...(kind === null ? {} : { kind }),
    ...(database === null ? {} : { database }),
    ...(schema === null ? {} : { schema }),
    ...(object === null ? {} : { object }),
    ...(column === null ? {} : { column }),
  };
  const plainTable = scope === 'table' && database !== null && schema !== null && object !== null;
  const add = (grantee: number, privilege: string, grantorOid: number, grantable: boolean, state: Grant['state'] = 'grant'): void => {
    const grantor = nameOf(scope === 'default' ? owner : grantorOid);
    // In canonical form from the start, and what there are hundreds of thousands of as one literal, which takes half the memory.
    factsOf(grantee).grants.push(
      plainTable
        ? { scope, database, schema, object, privilege, state, grantable, grantor }
        : { ...place, privilege, state, grantable, grantor },
    );
  };
  const entries = entriesOf(row[9]);

  if (compared) {
    addDifference(entries, add);
    return;
  }
  const owns = scope !== 'column' && kind !== 'PARAMETER';
  if (owns) factsOf(owner).owns.push({ scope, kind, database, schema, object });
  if (plain) {
    for (const privilege of (kind === 'LANGUAGE' ? ['USAGE'] : PUBLIC_DEFAULT[scope]) ?? []) add(EVERYBODY, privilege, owner, false);
    return;
  }
  const byOwner = new Set<string>();
  for (const { grantor, grantee, privilege, grantable } of entries) {
    // What an owner holds from himself goes without saying: only its absence is a fact.
    if (owns && grantee === owner && grantor === owner) byOwner.add(privilege);
    else add(grantee, privilege, grantor, grantable);
  }
  if (!owns) return;
  for (const privilege of scope === 'other' ? (POSTGRES_OWNER_OTHER[kind ?? ''] ?? []) : (POSTGRES_OWNER[scope] ?? [])) {
    if (privilege === 'MAINTAIN' && version < 170000) continue;
    if (!byOwner.has(privilege)) add(owner, privilege, owner, false, 'revoke');
  }
}

/** Against what was there in the beginning: additions are grants, what is gone is a revoke. */
function addDifference(
  entries: readonly AclEntry[],
  add: (grantee: number, privilege: string, grantor: number, grantable: boolean, state?: Grant['state']) => void,
): void {
  const key = (entry: { grantee: number; privilege: string }): string => `${entry.grantee}\u0000${entry.privilege}`;
  const before = new Map(entries.filter((entry) => entry.mark === 'i').map((entry) => [key(entry), entry]));
  const after = entries.filter((entry) => entry.mark === 'c');
  for (const entry of after) {
    const old = before.get(key(entry));
    if (!old || old.grantable !== entry.grantable) add(entry.grantee, entry.privilege, entry.grantor, entry.grantable);
  }
  const kept = new Set(after.map(key));
  for (const [name, entry] of before) if (!kept.has(name)) add(entry.grantee, entry.privilege, entry.grantor, entry.grantable, 'revoke');
}

const flags = (role: RoleRow): Record<string, boolean> => ({
  can_super: role.super,
  can_create_role: role.create_role,
  can_create_db: role.create_db,
  can_replicate: role.replicate,
  can_bypass_rls: role.bypass_rls,
  can_inherit: role.inherit,
  can_login: role.login,
});

const attributesOf = (role: RoleRow): Record<string, unknown> => ({
  ...flags(role),
  connection_limit: role.connection_limit,
  valid_until: role.valid_until,
});

function accountOf(role: RoleRow, facts: PrivilegeFacts): AccountFact {
  return {
    username: role.name,
    displayName: role.name,
    isSuperuser: role.super,
    isLocked: !role.login || role.expired,
    isRole: !role.login,
    isPublic: false,
    passwordLastChanged: null,
    typeSpecific: {
      ...flags(role),
      valid_until: role.valid_until,
      connection_limit: role.connection_limit,
      expired: role.expired,
      is_role: !role.login,
      is_group: !role.login,
      is_public: false,
      // `pg_` names are reserved: nobody can make such a role himself.
      is_predefined: role.name.startsWith('pg_'),
    },
    facts,
  };
}

function publicAccount(facts: PrivilegeFacts): AccountFact {
  return {
    username: PUBLIC,
    displayName: 'PUBLIC',
    isSuperuser: false,
    isLocked: false,
    isRole: true,
    isPublic: true,
    passwordLastChanged: null,
    typeSpecific: { is_role: true, is_group: false, is_public: true },
    facts,
  };
}

/** `18.4 (Debian …)` → main `18.4`; PostgreSQL counts its versions in two parts since 10. */
export function parseVersion(banner: string, detailed: string): { main: string | null; detailed: string | null } {
  const version = /^\d+(\.\d+)?/.exec(detailed)?.[0] ?? /PostgreSQL (\d+(?:\.\d+)?)/.exec(banner)?.[1] ?? null;
  return { main: version === null ? null : version.split('.').slice(0, 2).join('.'), detailed: version };
}
