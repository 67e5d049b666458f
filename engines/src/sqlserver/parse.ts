/** Rows of `queries.ts` to facts (pure): logins, roles and everybody on the server; users are matched to logins by SID. */
import type { AccountFact } from '../engine.ts';
import { canonicalFacts, emptyFacts, type PrivilegeFacts, type Unread } from '../facts.ts';
import { readDatabase, STATES, type DatabaseRows } from './parse-database.ts';

export interface LoginRow {
  id: number;
  name: string;
  /** S SQL login, U Windows login, G Windows group, R server role, C certificate, K asymmetric key, E and X Entra login and group. */
  type: string;
  type_desc: string;
  disabled: number;
  sid: string | null;
  created: string | null;
  modified: string | null;
  database_name: string | null;
  fixed: number;
  owner: number | null;
  policy: number | null;
  expiration: number | null;
  changed: string | null;
  locked: number | null;
  expired: number | null;
  must_change: number | null;
}

export interface PermissionRow {
  class: number;
  class_desc: string;
  major_id: number;
  grantee: number;
  grantor: number;
  permission: string;
  state: string;
  endpoint: string | null;
}

export interface DatabaseRow {
  id: number;
  name: string;
  quoted: string;
  owner: string | null;
  state: string;
  enterable: number;
}

export interface ServerRead {
  logins: LoginRow[];
  members: { role: number; member: number }[];
  permissions: PermissionRow[];
  databases: DatabaseRow[];
  /** By database id; a database that was not read is absent. */
  inside: ReadonlyMap<number, DatabaseRows>;
  unread: Unread[];
}

/** `public` of the server: everybody. */
const PUBLIC_ID = 2;

/** An account while its facts are being gathered. */
export interface Draft {
  fact: Omit<AccountFact, 'facts' | 'isSuperuser'>;
  facts: PrivilegeFacts;
}

export function parseAccounts(read: ServerRead): AccountFact[] {
  const byId = new Map<number, Draft>();
  const bySid = new Map<string, Draft>();
  for (const row of read.logins) {
    const draft = { fact: loginOf(row), facts: emptyFacts() };
    byId.set(row.id, draft);
    if (row.sid !== null && row.type !== 'R') bySid.set(row.sid, draft);
  }
  addServerFacts(read, byId);
  const local: Draft[] = [];
  for (const database of read.databases) {
    if (database.owner !== null) bySid.get(database.owner)?.facts.owns.push({ scope: 'database', database: database.name });
    const rows = read.inside.get(database.id);
    if (rows) local.push(...readDatabase(database, rows, bySid, byId.get(PUBLIC_ID)));
  }
  const drafts = [...byId.values(), ...local];
  const superusers = superusersAmong(drafts);
  return drafts.map(({ fact, facts }) => {
    const denied = facts.grants.some((grant) => grant.scope === 'server' && grant.state === 'deny' && grant.privilege === 'CONNECT SQL');
    return {
      ...fact,
      isSuperuser: superusers.has(fact.username),
      isLocked: fact.isLocked || denied,
      facts: canonicalFacts({ ...facts, unread: read.unread }),
    };
  });
}

/** `2025-01-02T03:04:05` or with milliseconds, already UTC → UTC with milliseconds. */
export function instant(value: string | null): string | null {
  const parts = value === null ? null : /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?/.exec(value);
  return parts ? `${parts[1]}.${(parts[2] ?? '').padEnd(3, '0').slice(0, 3)}+00:00` : null;
}

function loginOf(row: LoginRow): Draft['fact'] {
  const isPublic = row.id === PUBLIC_ID && row.type === 'R';
  const isRole = row.type === 'R';
  const changed = instant(row.changed);
  return {
    username: row.name,
    displayName: row.name,
    isLocked: row.disabled === 1 || row.locked === 1,
    isRole,
    isPublic,
    passwordLastChanged: changed,
    typeSpecific: {
      is_disabled: row.disabled === 1,
      type_desc: row.type_desc,
      ...(isRole ? { is_fixed_role: row.fixed === 1 } : { default_database: row.database_name }),
      ...(row.type === 'S'
        ? {
            password_change_time: changed,
            is_policy_checked: row.policy === 1,
            is_expiration_checked: row.expiration === 1,
            is_login_locked: row.locked === 1,
            is_expired: row.expired === 1,
            must_change_password: row.must_change === 1,
          }
        : {}),
      create_date: instant(row.created),
      modify_date: instant(row.modified),
      is_role: isRole,
      is_public: isPublic,
    },
  };
}

function addServerFacts(read: ServerRead, byId: ReadonlyMap<number, Draft>): void {
  const nameOf = (id: number): string => byId.get(id)?.fact.username ?? `#${id}`;
  for (const { role, member } of read.members)
    byId.get(member)?.facts.memberships.push({ role: nameOf(role), admin: false, inherit: true, set: false, default: true });
  for (const row of read.logins)
    if (row.type === 'R' && row.owner !== null && row.fixed === 0)
      byId.get(row.owner)?.facts.owns.push({ scope: 'other', kind: 'SERVER ROLE', object: row.name });
  for (const row of read.permissions) {
    const securable = byId.get(row.major_id);
    const place =
      row.class === 100
        ? { scope: 'server' as const }
        : row.class === 101
          ? { scope: 'other' as const, kind: securable?.fact.isRole ? 'SERVER ROLE' : 'LOGIN', object: nameOf(row.major_id) }
          : { scope: 'other' as const, kind: row.class_desc.replaceAll('_', ' '), object: row.endpoint ?? `#${row.major_id}` };
    byId.get(row.grantee)?.facts.grants.push({
      ...place,
      privilege: row.permission,
      state: STATES[row.state] ?? 'grant',
      grantable: row.state === 'W',
      grantor: nameOf(row.grantor),
    });
  }
}

/** Members of sysadmin and holders of CONTROL SERVER, through server roles too. */
function superusersAmong(drafts: readonly Draft[]): Set<string> {
  const facts = new Map(drafts.map((draft) => [draft.fact.username, draft.facts]));
  const known = new Map<string, boolean>();
  const isOne = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, false);
    const own = facts.get(name);
    const controls = own?.grants.some(
      (grant) => grant.scope === 'server' && grant.state === 'grant' && grant.privilege === 'CONTROL SERVER',
    );
    const through = own?.memberships.some(({ role, database }) => !database && (role === 'sysadmin' || isOne(role)));
    const answer = name === 'sysadmin' || controls === true || through === true;
    known.set(name, answer);
    return answer;
  };
  return new Set([...facts.keys()].filter(isOne));
}
