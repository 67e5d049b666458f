/**
 * Which account and database names are left out, decided in one place for all engines (pure).
 * `%` stands for any run of characters and `_` for itself: as a wildcard it would let `tmp_%` hide `tmpdata`.
 * A backslash makes the next character literal (`\%`, `\\`).
 */
import type { AccountFact, DbType } from './engine.ts';

export interface NameFilter {
  /** Whole names. */
  exclude: string[];
  /** Patterns, anchored at both ends. */
  patterns: string[];
}

/**
 * Accounts left out unless settings say otherwise: only what the server itself made for its own use and keeps
 * locked or without a password. Never hidden: anonymous MySQL users, `BUILTIN\Administrators`, the cloud vendors'
 * administrators. Roles and PUBLIC are not subject to the filter, since others' privileges come through them.
 */
export const DEFAULT_ACCOUNT_FILTERS: Record<DbType, NameFilter> = {
  mysql: {
    exclude: ['mysql.sys@localhost', 'mysql.session@localhost', 'mysql.infoschema@localhost', 'mariadb.sys@localhost'],
    patterns: [],
  },
  postgresql: { exclude: [], patterns: [] },
  sqlserver: { exclude: [], patterns: ['##%##', 'NT SERVICE\\\\%', 'NT AUTHORITY\\\\%'] },
  // Which accounts it made for itself, and keeps shut, Oracle says in its dictionary.
  oracle: { exclude: [], patterns: [] },
};

export const DEFAULT_DATABASE_FILTERS: Record<DbType, NameFilter> = {
  mysql: { exclude: ['information_schema', 'performance_schema', 'mysql', 'sys'], patterns: ['tmp_%', 'temp_%', '#sql%'] },
  postgresql: { exclude: ['template0', 'template1', 'postgres'], patterns: ['pg_%'] },
  sqlserver: { exclude: ['master', 'model', 'msdb', 'tempdb'], patterns: ['ReportServer%'] },
  // USERS holds the data of many Oracle servers: the default list is kept for parity and is meant to be edited.
  oracle: { exclude: ['SYSTEM', 'SYSAUX', 'USERS'], patterns: ['SYS%', 'SYSTEM%'] },
};

export const NO_FILTER: NameFilter = { exclude: [], patterns: [] };

/** Account names differ by case in these engines; elsewhere, and for every database name, case does not matter here. */
const CASE_SENSITIVE_ACCOUNTS: Record<DbType, boolean> = { mysql: true, postgresql: true, sqlserver: false, oracle: false };

/** A pattern as an anchored regular expression. */
export function patternToRegExp(pattern: string, caseSensitive: boolean): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern[i]!;
    if (char === '%') source += '.*';
    else if (char === '\\' && i + 1 < pattern.length) {
      i += 1;
      source += literal(pattern[i]!);
    } else source += literal(char);
  }
  return new RegExp(`^${source}$`, caseSensitive ? 'su' : 'siu');
}

const literal = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);

/** A predicate: true = leave this name out. */
export function compileFilter(filter: NameFilter, caseSensitive: boolean): (name: string) => boolean {
  const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase());
  const exact = new Set(filter.exclude.map(fold));
  const patterns = filter.patterns.map((pattern) => patternToRegExp(pattern, caseSensitive));
  return (name) => exact.has(fold(name)) || patterns.some((pattern) => pattern.test(name));
}

/** Accounts that stay, and how many were left out. MySQL names are compared as `user@host` and as `user` alone. */
export function filterAccounts(
  dbType: DbType,
  accounts: readonly AccountFact[],
  filter: NameFilter,
): { kept: AccountFact[]; filteredOut: number } {
  const excluded = compileFilter(filter, CASE_SENSITIVE_ACCOUNTS[dbType]);
  const kept = accounts.filter((account) => {
    if (account.isRole || account.isPublic) return true;
    if (excluded(account.username)) return false;
    const user = account.typeSpecific['original_username'];
    return !(dbType === 'mysql' && typeof user === 'string' && user !== '' && excluded(user));
  });
  return { kept, filteredOut: accounts.length - kept.length };
}

/** Database names that stay and those left out, both in the order given. */
export function filterDatabases(names: readonly string[], filter: NameFilter): { kept: string[]; filtered: string[] } {
  const excluded = compileFilter(filter, false);
  const kept: string[] = [];
  const filtered: string[] = [];
  for (const name of names) (excluded(name) ? filtered : kept).push(name);
  return { kept, filtered };
}
