/** Rows of `queries.ts` to facts (pure). */
import type { AccountFact } from '../engine.ts';
import { canonicalFacts, emptyFacts, type Grant, type PrivilegeFacts, type Unread } from '../facts.ts';

export interface UserRow {
  name: string;
  id: number;
  status: string;
  locked_at: string | null;
  expires_at: string | null;
  tablespace: string | null;
  temporary: string | null;
  profile: string | null;
  created: string | null;
  authentication: string | null;
  common: string | null;
  maintained: string | null;
  last_login: string | null;
  changed: string | null;
}

export interface RoleRow {
  name: string;
  common: string | null;
  maintained: string | null;
  authentication: string | null;
}

export interface OracleRows {
  users: UserRow[];
  roles: RoleRow[];
  memberships: { grantee: string; role: string; admin: string; default_role: string }[];
  system: { grantee: string; privilege: string; admin: string }[];
  schemas: { grantee: string; privilege: string; schema_name: string; admin: string }[];
  objects: { grantee: string; owner: string; object: string; type: string | null; privilege: string; grantable: string; grantor: string }[];
  columns: { grantee: string; owner: string; object: string; column_name: string; privilege: string; grantable: string; grantor: string }[];
  quotas: { name: string; tablespace: string; bytes: number | null; max_bytes: number | null }[];
  passwordFile: ({ name: string } & Record<string, unknown>)[];
}

export const noRows = (): OracleRows => ({
  users: [],
  roles: [],
  memberships: [],
  system: [],
  schemas: [],
  objects: [],
  columns: [],
  quotas: [],
  passwordFile: [],
});

export const PUBLIC = 'PUBLIC';
const ADMINISTRATIVE = ['SYSDBA', 'SYSOPER', 'SYSASM', 'SYSBACKUP', 'SYSDG', 'SYSKM'];
const yes = (value: unknown): boolean => value === 'YES' || value === 'Y' || value === 'TRUE';

/** Accounts Oracle made for itself and nobody can sign in to; one that somebody opened is a finding. */
export const isShut = (user: UserRow): boolean =>
  yes(user.maintained) && user.name !== 'SYS' && user.name !== 'SYSTEM' && (isLocked(user.status) || user.authentication === 'NONE');

/** `EXPIRED(GRACE)` still signs in; `EXPIRED & LOCKED(TIMED)` does not. */
export const isLocked = (status: string): boolean => /LOCKED/.test(status) || /EXPIRED(?!\(GRACE\))/.test(status);

export function parseAccounts(rows: OracleRows, container: string | null, unread: readonly Unread[] = []): AccountFact[] {
  const facts = new Map<string, PrivilegeFacts>([
    [PUBLIC, emptyFacts()],
    ...rows.roles.map((row): [string, PrivilegeFacts] => [row.name, emptyFacts()]),
    ...rows.users.map((row): [string, PrivilegeFacts] => [row.name, emptyFacts()]),
  ]);
  for (const row of rows.memberships)
    facts
      .get(row.grantee)
      ?.memberships.push({ role: row.role, admin: yes(row.admin), inherit: true, set: true, default: yes(row.default_role) });
  const add = (grantee: string, grant: Omit<Grant, 'state'>): void => void facts.get(grantee)?.grants.push({ ...grant, state: 'grant' });
  for (const row of rows.system) add(row.grantee, { scope: 'server', privilege: row.privilege, grantable: yes(row.admin) });
  for (const row of rows.schemas)
    add(row.grantee, { scope: 'schema', schema: row.schema_name, privilege: row.privilege, grantable: yes(row.admin) });
  for (const { grantee, owner, object, type, privilege, grantable, grantor } of rows.objects)
    add(grantee, { ...placeOf(type), schema: owner, object, privilege, grantable: yes(grantable), grantor });
  for (const { grantee, owner, object, column_name: column, privilege, grantable, grantor } of rows.columns)
    add(grantee, { scope: 'column', schema: owner, object, column, privilege, grantable: yes(grantable), grantor });
  for (const { name, tablespace, bytes, max_bytes } of rows.quotas) {
    const own = facts.get(name);
    if (own) ((own.attributes['quotas'] ??= {}) as Record<string, unknown>)[tablespace] = { max_bytes: max_bytes ?? 0, bytes: bytes ?? 0 };
  }
  for (const row of rows.passwordFile) {
    const held = ADMINISTRATIVE.filter((name) => yes(row[name.toLowerCase()]));
    const own = facts.get(row.name);
    if (own && held.length > 0) own.attributes['administrative_privileges'] = held;
  }
  const administrators = administratorsAmong(facts);
  const finish = (name: string): PrivilegeFacts => canonicalFacts({ ...facts.get(name)!, unread: [...unread] });
  return [
    ...rows.users.map((row): AccountFact => userOf(row, container, administrators.has(row.name), finish(row.name))),
    ...rows.roles.map((row): AccountFact => roleOf(row.name, row, administrators.has(row.name), finish(row.name))),
    roleOf(PUBLIC, null, false, finish(PUBLIC)),
  ];
}

/** Procedures, functions and packages share their names, so that only what is none of them needs its kind. */
function placeOf(type: string | null): Pick<Grant, 'scope' | 'kind'> {
  switch (type) {
    case null:
    case 'TABLE':
    case 'VIEW':
    case 'MATERIALIZED VIEW':
      return { scope: 'table' };
    case 'PROCEDURE':
    case 'FUNCTION':
    case 'PACKAGE':
      return { scope: 'routine' };
    case 'SEQUENCE':
      return { scope: 'sequence' };
    case 'TYPE':
      return { scope: 'type' };
    default:
      return { scope: 'other', kind: type };
  }
}

/** SYS, who holds SYSDBA in the password file, and DBA directly or through roles. */
function administratorsAmong(facts: ReadonlyMap<string, PrivilegeFacts>): Set<string> {
  const known = new Map<string, boolean>();
  const isOne = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, false);
    const own = facts.get(name);
    const administrative = (own?.attributes['administrative_privileges'] ?? []) as string[];
    const answer =
      name === 'SYS' || administrative.includes('SYSDBA') || own?.memberships.some(({ role }) => role === 'DBA' || isOne(role)) === true;
    known.set(name, answer);
    return answer;
  };
  return new Set([...facts.keys()].filter(isOne));
}

function userOf(row: UserRow, container: string | null, isSuperuser: boolean, facts: PrivilegeFacts): AccountFact {
  return {
    username: row.name,
    displayName: row.name,
    isSuperuser,
    isLocked: isLocked(row.status),
    isRole: false,
    isPublic: false,
    passwordLastChanged: row.changed,
    typeSpecific: {
      account_status: row.status,
      lock_date: row.locked_at,
      expiry_date: row.expires_at,
      default_tablespace: row.tablespace,
      temporary_tablespace: row.temporary,
      profile: row.profile,
      created: row.created,
      authentication_type: row.authentication,
      oracle_id: row.id,
      last_login: row.last_login,
      common: row.common,
      container,
      oracle_maintained: yes(row.maintained),
      is_role: false,
      is_public: false,
    },
    facts,
  };
}

function roleOf(name: string, row: RoleRow | null, isSuperuser: boolean, facts: PrivilegeFacts): AccountFact {
  return {
    username: name,
    displayName: name,
    isSuperuser,
    isLocked: false,
    isRole: true,
    isPublic: row === null,
    passwordLastChanged: null,
    typeSpecific: {
      is_role: true,
      is_public: row === null,
      ...(row ? { authentication_type: row.authentication, common: row.common, oracle_maintained: yes(row.maintained) } : {}),
    },
    facts,
  };
}
