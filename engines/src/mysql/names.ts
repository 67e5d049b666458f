/** How accounts, roles and privileges of MySQL and MariaDB are called here (pure). */

/** MariaDB's PUBLIC, 10.11 and later. */
export const PUBLIC = 'PUBLIC';

/**
 * Identity of a row of the grant tables. Accounts are `user@host`. A MariaDB role has no host and keeps its bare
 * name; one whose name holds an `@` gets one at the end, so that it cannot be taken for an account.
 */
export const identity = (user: string, host: string): string => (host !== '' ? `${user}@${host}` : user.includes('@') ? `${user}@` : user);

/** Shown name: `''@host` for the anonymous account. */
export const displayName = (user: string, host: string): string => (host === '' ? user : user === '' ? `''@${host}` : `${user}@${host}`);

const SPECIAL_COLUMNS: Record<string, string> = {
  Create_tmp_table_priv: 'CREATE TEMPORARY TABLES',
  Repl_slave_priv: 'REPLICATION SLAVE',
  Repl_client_priv: 'REPLICATION CLIENT',
  Show_db_priv: 'SHOW DATABASES',
  Grant_priv: 'GRANT OPTION',
};

/** `Create_view_priv` → `CREATE VIEW`. */
export const privilegeOfColumn = (column: string): string =>
  SPECIAL_COLUMNS[column] ??
  column
    .replace(/_priv$/, '')
    .replaceAll('_', ' ')
    .toUpperCase();

/** A member of a SET column of tables_priv, columns_priv, procs_priv. */
export function privilegeOfSet(member: string): string {
  const name = member.trim().toUpperCase();
  if (name === 'GRANT') return 'GRANT OPTION';
  return name === 'DELETE VERSIONING ROWS' ? 'DELETE HISTORY' : name;
}

/**
 * Bits of `access` in MariaDB's mysql.global_priv, from the lowest (MariaDB source, sql/privilege.h); checked live
 * against SHOW GRANTS. From 10.5 on the later ones exist and REPLICATION CLIENT is called BINLOG MONITOR.
 */
const ACCESS_BITS = [
  'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'RELOAD', 'SHUTDOWN', 'PROCESS', 'FILE', 'GRANT OPTION', 'REFERENCES', 'INDEX', 'ALTER',
  'SHOW DATABASES', 'SUPER', 'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'EXECUTE', 'REPLICATION SLAVE', 'BINLOG MONITOR', 'CREATE VIEW', 'SHOW VIEW',
  'CREATE ROUTINE', 'ALTER ROUTINE', 'CREATE USER', 'EVENT', 'TRIGGER', 'CREATE TABLESPACE', 'DELETE HISTORY', 'SET USER', 'FEDERATED ADMIN',
  'CONNECTION ADMIN', 'READ_ONLY ADMIN', 'REPLICATION SLAVE ADMIN', 'REPLICATION MASTER ADMIN', 'BINLOG ADMIN', 'BINLOG REPLAY', 'SLAVE MONITOR', 'SHOW CREATE ROUTINE',
]; // prettier-ignore

/** How many bits a version knows: an account made with "all bits" must not show privileges of the future. */
const knownBits = (version: number): number => (version >= 110300 ? 40 : version >= 100502 ? 39 : 30);

/** What SUPER contained before 10.5.2: accounts stored by an older server keep it (until 11.0 dropped that). */
const OLD_SUPER = [
  'SET USER',
  'FEDERATED ADMIN',
  'CONNECTION ADMIN',
  'READ_ONLY ADMIN',
  'REPLICATION SLAVE ADMIN',
  'BINLOG ADMIN',
  'BINLOG REPLAY',
];

/** `access` is a decimal text: JavaScript numbers do not reach 64 bits. `storedBy` = version that wrote the row, 0 if unsaid. */
export function privilegesOfAccess(access: string, version: number, storedBy: number): string[] {
  let bits: bigint;
  try {
    bits = BigInt.asUintN(64, BigInt(access));
  } catch {
    return [];
  }
  const names = new Set<string>();
  for (let bit = 0; bit < knownBits(version); bit += 1) if ((bits >> BigInt(bit)) & 1n) names.add(ACCESS_BITS[bit]!);
  if (version >= 100502 && storedBy < 100502) {
    if (names.has('SUPER')) for (const name of OLD_SUPER) names.add(name);
    if (names.has('REPLICATION SLAVE')) names.add('REPLICATION MASTER ADMIN').add('SLAVE MONITOR');
  }
  if (version < 100502 && names.delete('BINLOG MONITOR')) names.add('REPLICATION CLIENT');
  return [...names];
}

export interface Version {
  number: number;
  flavour: 'mysql' | 'mariadb';
  main: string | null;
  detailed: string | null;
}

/** `10.11.19-MariaDB-0+deb12u1` → 101119, mariadb; `8.0.36-28` → 80036, mysql. Unreadable → 0. */
export function parseVersion(banner: string, comment: string): Version {
  const flavour = /mariadb/i.test(banner) || /mariadb/i.test(comment) ? 'mariadb' : 'mysql';
  const parts = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(flavour === 'mariadb' ? banner.replace(/^5\.5\.5-/, '') : banner);
  if (!parts) return { number: 0, flavour, main: null, detailed: null };
  const [text, major, minor, patch = '0'] = parts;
  return { number: Number(major) * 10_000 + Number(minor) * 100 + Number(patch), flavour, main: `${major}.${minor}`, detailed: text };
}
