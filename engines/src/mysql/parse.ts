/** Rows of the grant tables to facts (pure), both flavours. */
import type { AccountFact } from '../engine.ts';
import { canonicalFacts, emptyFacts, type Grant, type PrivilegeFacts, type Unread } from '../facts.ts';
import { displayName, identity, privilegeOfColumn, privilegeOfSet, privilegesOfAccess, PUBLIC, type Version } from './names.ts';

export interface MariadbAccountRow {
  user: string;
  host: string;
  access: string | null;
  version_id: string | null;
  plugin: string;
  plugins: string | (string | null)[] | null;
  locked: string;
  changed: string | null;
  lifetime: string | null;
  is_role: string;
  default_role: string | null;
  ssl_type: string | null;
  max_user_connections: string | null;
}

/** A row of mysql.user: named columns where present, and the privilege columns as `Y`/`N`. */
export type UserRow = { user: string; host: string; restrictions?: unknown } & Record<string, unknown>;

export interface GrantRows {
  databases: Record<string, unknown>[];
  tables: { Host: string; Db: string; User: string; Table_name: string; Grantor: string; Table_priv: string }[];
  columns: { Host: string; Db: string; User: string; Table_name: string; Column_name: string; Column_priv: string }[];
  routines: { Host: string; Db: string; User: string; Routine_name: string; Routine_type: string; Grantor: string; Proc_priv: string }[];
  proxies: { Host: string; User: string; Proxied_host: string; Proxied_user: string; With_grant: number; Grantor: string }[];
  dynamic: { HOST: string; USER: string; PRIV: string; WITH_GRANT_OPTION: string }[];
  mariadbRoles: { Host: string; User: string; Role: string; Admin_option: string }[];
  mysqlRoles: { FROM_HOST: string; FROM_USER: string; TO_HOST: string; TO_USER: string; WITH_ADMIN_OPTION: string }[];
  defaultRoles: { HOST: string; USER: string; DEFAULT_ROLE_HOST: string; DEFAULT_ROLE_USER: string }[];
  settings: { mandatory: string | null; activate_all: number | string } | null;
}

export const noRows = (): GrantRows => ({
  databases: [],
  tables: [],
  columns: [],
  routines: [],
  proxies: [],
  dynamic: [],
  mariadbRoles: [],
  mysqlRoles: [],
  defaultRoles: [],
  settings: null,
});

/** An account before its grants are known: what its own row says. */
export interface Draft {
  user: string;
  host: string;
  global: string[];
  restrictions: { Database: string; Privileges: string[] }[];
  plugin: string | null;
  locked: boolean;
  expired: boolean | undefined;
  changed: string | null;
  lifetime: number | null;
  isRole: boolean;
  /** No account: everybody who comes from its host. */
  isPublic?: true;
  defaultRole: string | null;
}

const STATIC_ALL = 'SELECT INSERT UPDATE DELETE CREATE DROP RELOAD SHUTDOWN PROCESS FILE REFERENCES INDEX ALTER'.split(' ');

export function draftOfMariadb(row: MariadbAccountRow, version: Version): Draft {
  const changed = Number(row.changed ?? 0);
  return {
    user: row.user,
    host: row.host,
    global: privilegesOfAccess(row.access ?? '0', version.number, Number(row.version_id ?? 0)),
    restrictions: [],
    plugin: pluginsOf(row),
    locked: truthy(row.locked),
    // MariaDB writes 0 here when a password is expired by hand.
    expired: row.changed === '0' && row.plugin !== '' ? true : undefined,
    changed: changed > 0 ? isoOfEpoch(changed) : null,
    lifetime: row.lifetime === null ? null : Number(row.lifetime),
    isRole: truthy(row.is_role),
    defaultRole: row.default_role,
  };
}

const truthy = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true' || value === 'Y';
const isoOfEpoch = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('Z', '+00:00');

/** `IDENTIFIED VIA a OR b`: all of them, in the order they are tried. */
function pluginsOf(row: MariadbAccountRow): string | null {
  // The driver takes JSON apart where the server says that it is JSON (MariaDB 10.5 and later).
  const others = typeof row.plugins === 'string' ? (JSON.parse(row.plugins) as (string | null)[]) : (row.plugins ?? []);
  const names = [
    ...others.filter((name): name is string => typeof name === 'string'),
    ...(row.plugin === '' || others.includes(row.plugin) ? [] : [row.plugin]),
  ];
  return names.length === 0 ? null : names.join(' OR ');
}

export function draftOfUser(row: UserRow): Draft {
  const restrictions = typeof row.restrictions === 'string' ? (JSON.parse(row.restrictions) as unknown) : row.restrictions;
  const changed = row['password_last_changed'];
  const text = (name: string): string | null => (typeof row[name] === 'string' && row[name] !== '' ? (row[name] as string) : null);
  const locked = truthy(row['account_locked']);
  const expired = 'password_expired' in row ? truthy(row['password_expired']) : undefined;
  return {
    user: row.user,
    host: row.host,
    global: Object.keys(row)
      .filter((column) => column.endsWith('_priv') && row[column] === 'Y')
      .map(privilegeOfColumn),
    restrictions: Array.isArray(restrictions) ? (restrictions as Draft['restrictions']) : [],
    plugin: text('plugin'),
    locked,
    expired,
    changed: typeof changed === 'string' ? `${changed.replace(' ', 'T')}.000+00:00` : null,
    lifetime: row['password_lifetime'] === null || row['password_lifetime'] === undefined ? null : Number(row['password_lifetime']),
    isRole: truthy(row['is_role']),
    defaultRole: text('default_role'),
  };
}

/** Rows of `mysql.db` without a name count for everybody from that host, whether there is an anonymous account or not. */
function everybodys(accounts: readonly Draft[], rows: GrantRows): Draft[] {
  const there = new Set(accounts.filter(({ user }) => user === '').map(({ host }) => host));
  const hosts = new Set(rows.databases.filter((row) => row['User'] === '').map((row) => row['Host'] as string));
  return [...hosts].filter((host) => host !== '' && !there.has(host)).map(everybodyOf);
}
const everybodyOf = (host: string): Draft => ({
  user: '',
  host,
  global: [],
  restrictions: [],
  plugin: null,
  locked: false,
  expired: undefined,
  changed: null,
  lifetime: null,
  isRole: false,
  isPublic: true,
  defaultRole: null,
});

/** Facts of every account and role, canonical. Rows of accounts that no longer exist are nobody's and are left out. */
export function parseAccounts(
  accounts: readonly Draft[],
  rows: GrantRows,
  version: Version,
  unread: readonly Unread[] = [],
): AccountFact[] {
  const drafts = [...accounts, ...everybodys(accounts, rows)];
  const facts = new Map<string, PrivilegeFacts>(drafts.map((draft) => [identity(draft.user, draft.host), emptyFacts()]));
  const at = (user: string, host: string): PrivilegeFacts | undefined => facts.get(identity(user, host));
  for (const draft of drafts) addGlobal(at(draft.user, draft.host)!, draft);
  for (const row of rows.dynamic)
    at(row.USER, row.HOST)?.grants.push({ scope: 'server', privilege: row.PRIV, state: 'grant', grantable: row.WITH_GRANT_OPTION === 'Y' });
  addObjects(rows, at);
  addRoles(drafts, rows, at);
  // MySQL keeps roles as accounts: those that were made by CREATE ROLE are locked, and given to somebody or expired.
  const given = new Set(rows.mysqlRoles.map((edge) => identity(edge.FROM_USER, edge.FROM_HOST)));
  return drafts.map((draft) => {
    const own = at(draft.user, draft.host)!;
    const isRole =
      draft.isRole ||
      (version.flavour === 'mysql' &&
        draft.locked &&
        (given.has(identity(draft.user, draft.host)) || (version.number >= 80000 && draft.expired === true)));
    return accountOf(draft, canonicalFacts({ ...own, unread: [...unread] }), isRole, version);
  });
}

type At = (user: string, host: string) => PrivilegeFacts | undefined;

function addGlobal(facts: PrivilegeFacts, draft: Draft): void {
  const grantable = draft.global.includes('GRANT OPTION');
  for (const privilege of draft.global) facts.grants.push({ scope: 'server', privilege, state: 'grant', grantable });
  for (const { Database, Privileges } of draft.restrictions)
    for (const privilege of Privileges)
      facts.grants.push({ scope: 'database', database: Database, privilege, state: 'revoke', grantable: false });
}

function addObjects(rows: GrantRows, at: At): void {
  for (const row of rows.databases) {
    const held = Object.keys(row)
      .filter((column) => column.endsWith('_priv') && row[column] === 'Y')
      .map(privilegeOfColumn);
    push(at(row['User'] as string, row['Host'] as string), held, { scope: 'database', database: row['Db'] as string });
  }
  for (const row of rows.tables)
    push(at(row.User, row.Host), setOf(row.Table_priv), { scope: 'table', database: row.Db, object: row.Table_name, grantor: row.Grantor });
  // A column's grant can be passed on when its table's can: the grant option is kept with the table only.
  const passable = new Set(
    rows.tables
      .filter((row) => setOf(row.Table_priv).includes('GRANT OPTION'))
      .map((row) => JSON.stringify([row.User, row.Host, row.Db, row.Table_name])),
  );
  for (const row of rows.columns) {
    const grantable = passable.has(JSON.stringify([row.User, row.Host, row.Db, row.Table_name]));
    push(
      at(row.User, row.Host),
      setOf(row.Column_priv),
      { scope: 'column', database: row.Db, object: row.Table_name, column: row.Column_name },
      grantable,
    );
  }
  for (const row of rows.routines)
    push(at(row.User, row.Host), setOf(row.Proc_priv), {
      scope: 'routine',
      kind: row.Routine_type,
      database: row.Db,
      object: row.Routine_name,
      grantor: row.Grantor,
    });
  for (const row of rows.proxies)
    push(
      at(row.User, row.Host),
      ['PROXY'],
      { scope: 'proxy', object: identity(row.Proxied_user, row.Proxied_host === '' ? '%' : row.Proxied_host), grantor: row.Grantor },
      row.With_grant === 1,
    );
}

const setOf = (value: string): string[] =>
  value
    .split(',')
    .filter((member) => member !== '')
    .map(privilegeOfSet);

function push(
  facts: PrivilegeFacts | undefined,
  privileges: readonly string[],
  place: Omit<Grant, 'privilege' | 'state' | 'grantable'>,
  grantable = privileges.includes('GRANT OPTION'),
): void {
  if (!facts) return;
  const { grantor, ...rest } = place;
  const { scope, database, object } = place;
  for (const privilege of privileges)
    facts.grants.push(
      // What there are hundreds of thousands of is one literal: it takes half the memory.
      scope === 'table' && grantor
        ? { scope, database, object, privilege, state: 'grant', grantable, grantor }
        : { ...rest, privilege, state: 'grant', grantable, ...(grantor ? { grantor } : {}) },
    );
}

function addRoles(drafts: readonly Draft[], rows: GrantRows, at: At): void {
  const defaults = new Set(
    rows.defaultRoles.map((row) => JSON.stringify([identity(row.USER, row.HOST), identity(row.DEFAULT_ROLE_USER, row.DEFAULT_ROLE_HOST)])),
  );
  for (const draft of drafts)
    if (draft.defaultRole) defaults.add(JSON.stringify([identity(draft.user, draft.host), identity(draft.defaultRole, '')]));
  const activateAll = truthy(rows.settings?.activate_all);
  const add = (user: string, host: string, role: string, admin: boolean, grantor?: string): void => {
    const isDefault = activateAll || defaults.has(JSON.stringify([identity(user, host), role]));
    at(user, host)?.memberships.push({ role, admin, inherit: true, set: true, default: isDefault, ...(grantor ? { grantor } : {}) });
  };
  for (const row of rows.mariadbRoles) add(row.User, row.Host, identity(row.Role, ''), row.Admin_option === 'Y');
  for (const row of rows.mysqlRoles) add(row.TO_USER, row.TO_HOST, identity(row.FROM_USER, row.FROM_HOST), row.WITH_ADMIN_OPTION === 'Y');
  for (const role of mandatoryRoles(rows.settings?.mandatory ?? '')) {
    for (const draft of drafts)
      if (identity(draft.user, draft.host) !== role && !draft.isRole && !draft.isPublic)
        add(draft.user, draft.host, role, false, 'mandatory_roles');
  }
}

/** The variable's text: `role1`, `'role2'@'%'`, `` `r`@host ``, separated by commas; the host defaults to `%`. */
export function mandatoryRoles(text: string): string[] {
  const parts = text.match(/(?:`(?:[^`]|``)*`|'(?:[^']|'')*'|"(?:[^"]|"")*"|[^,])+/g) ?? [];
  const bare = (name: string): string => name.trim().replace(/^([`'"])(.*)\1$/s, '$2');
  return parts.flatMap((part) => {
    const cut = /^(.*)@([^@]*)$/s.exec(part.trim());
    const user = bare(cut ? cut[1]! : part);
    return user === '' ? [] : [identity(user, cut ? bare(cut[2]!) : '%')];
  });
}

function accountOf(draft: Draft, facts: PrivilegeFacts, isRole: boolean, version: Version): AccountFact {
  const server = new Set(
    facts.grants.filter((grant) => grant.scope === 'server' && grant.state === 'grant').map((grant) => grant.privilege),
  );
  const everything = STATIC_ALL.every((name) => server.has(name)) && server.has('CREATE USER') && server.has('GRANT OPTION');
  const isPublic = draft.isPublic ?? (version.flavour === 'mariadb' && draft.isRole && draft.user === PUBLIC && draft.host === '');
  return {
    username: identity(draft.user, draft.host),
    displayName: displayName(draft.user, draft.host),
    isSuperuser:
      server.has('SUPER') || (server.has('SYSTEM_USER') && server.has('GRANT OPTION') && server.has('CREATE USER')) || everything,
    isLocked: draft.locked,
    isRole: isRole || isPublic,
    isPublic,
    passwordLastChanged: draft.changed,
    typeSpecific: {
      host: draft.host,
      original_username: draft.user,
      plugin: draft.plugin,
      is_locked: draft.locked,
      can_grant: server.has('GRANT OPTION'),
      password_last_changed: draft.changed,
      password_lifetime: draft.lifetime,
      ...(draft.expired === undefined ? {} : { password_expired: draft.expired }),
      is_role: isRole || isPublic,
      is_public: isPublic,
      is_anonymous: draft.user === '' && draft.host !== '' && !isPublic,
      flavour: version.flavour,
    },
    facts,
  };
}
