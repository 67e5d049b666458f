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

/** In the order of the columns of `EXPLODED`. */
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
  mark: 'c' | 'i' | null,
  grantor: number | null,
  grantee: number | null,
  privilege: string | null,
  grantable: boolean | null,
];

/** PUBLIC's identity: no role can bear this name. */
export const PUBLIC = 'public';
const EVERYBODY = 0;

/** What everybody holds on a fresh object whose access list was never touched. */
const PUBLIC_DEFAULT: Partial<Record<GrantScope, readonly string[]>> = {
  database: ['CONNECT', 'TEMP'],
  routine: ['EXECUTE'],
  type: ['USAGE'],
};

const spelled = (privilege: string): string => (privilege === 'TEMPORARY' ? 'TEMP' : privilege);

/** Facts of every role and of PUBLIC, canonical. `version` = server_version_num. */
export function parseAccounts(read: {
  version: number;
  roles: RoleRow[];
  members: MemberRow[];
  acls: Iterable<AclRow[]>;
  unread: Unread[];
}): AccountFact[] {
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
  for (const rows of read.acls) for (const object of objectsOf(rows)) readObject(object, read.version, nameOf, factsOf);
  const finish = (oid: number, attributes: Record<string, unknown>): PrivilegeFacts =>
    canonicalFacts({ ...factsOf(oid), unread: read.unread, attributes });
  return [...read.roles.map((role) => accountOf(role, finish(role.oid, attributesOf(role)))), publicAccount(finish(EVERYBODY, {}))];
}

/** Rows of one object belong together, in whatever order they came. */
function objectsOf(rows: AclRow[]): AclRow[][] {
  const objects = new Map<string, AclRow[]>();
  for (const row of rows) {
    const key = `${row[0]}\u0000${row[1]}\u0000${row[2]}\u0000${row[3]}\u0000${row[4]}\u0000${row[5]}\u0000${row[0] === 'default' ? row[6] : ''}`;
    const known = objects.get(key);
    if (known) known.push(row);
    else objects.set(key, [row]);
  }
  return [...objects.values()];
}

type FactsOf = (oid: number) => PrivilegeFacts;
type NameOf = (oid: number) => string;

function readObject(rows: AclRow[], version: number, nameOf: NameOf, factsOf: FactsOf): void {
  const [scope, kind, database, schema, object, column, owner, plain, compared] = rows[0]!;
  const place = { scope, kind, database, schema, object, column };
  const add = (grantee: number, privilege: string, grantor: number, grantable: boolean, state: Grant['state'] = 'grant'): void =>
    void factsOf(grantee).grants.push({
      ...place,
      privilege: spelled(privilege),
      state,
      grantable,
      grantor: nameOf(scope === 'default' ? owner : grantor),
    });

  if (compared) {
    addDifference(rows, add);
    return;
  }
  const owns = scope !== 'column' && kind !== 'PARAMETER';
  if (owns) factsOf(owner).owns.push({ scope, kind, database, schema, object });
  if (plain) {
    for (const privilege of (kind === 'LANGUAGE' ? ['USAGE'] : PUBLIC_DEFAULT[scope]) ?? []) add(EVERYBODY, privilege, owner, false);
    return;
  }
  const byOwner = new Set<string>();
  for (const row of rows) {
    if (row[9] === null) continue;
    const [grantor, grantee, privilege] = [row[10]!, row[11]!, row[12]!];
    // What an owner holds from himself goes without saying: only its absence is a fact.
    if (owns && grantee === owner && grantor === owner) byOwner.add(spelled(privilege));
    else add(grantee, privilege, grantor, row[13] === true);
  }
  if (!owns) return;
  for (const privilege of scope === 'other' ? (POSTGRES_OWNER_OTHER[kind ?? ''] ?? []) : (POSTGRES_OWNER[scope] ?? [])) {
    if (privilege === 'MAINTAIN' && version < 170000) continue;
    if (!byOwner.has(privilege)) add(owner, privilege, owner, false, 'revoke');
  }
}

/** Against what was there in the beginning: additions are grants, what is gone is a revoke. */
function addDifference(
  rows: AclRow[],
  add: (grantee: number, privilege: string, grantor: number, grantable: boolean, state?: Grant['state']) => void,
): void {
  const entries = rows
    .filter((row) => row[9] !== null)
    .map((row) => ({ mark: row[9]!, grantor: row[10]!, grantee: row[11]!, privilege: row[12]!, grantable: row[13] === true }));
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
