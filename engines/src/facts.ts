/**
 * The one shape in which direct privileges of all engines are stored (keys as stored, hence snake_case),
 * and its canonical form. Effective privileges are never stored: `effective.ts` computes them.
 */
import type { ErrorCode } from './engine.ts';

export type GrantScope =
  'server' | 'database' | 'schema' | 'table' | 'column' | 'sequence' | 'routine' | 'type' | 'tablespace' | 'default' | 'proxy' | 'other';

export interface Grant {
  scope: GrantScope;
  /** Only with scope `other`: LARGE OBJECT, FOREIGN SERVER, PARAMETER, LOGIN, ENDPOINT, DIRECTORY, … */
  kind?: string | null;
  database?: string | null;
  schema?: string | null;
  object?: string | null;
  column?: string | null;
  privilege: string;
  /** `revoke`: a hole in a wider grant (MySQL's partial revokes; an owner who revoked from himself). */
  state: 'grant' | 'deny' | 'revoke';
  grantable: boolean;
  grantor?: string | null;
}

export interface Membership {
  role: string;
  database?: string | null;
  admin: boolean;
  inherit: boolean;
  set: boolean;
  default: boolean;
  grantor?: string | null;
}

export interface Owned {
  scope: GrantScope;
  kind?: string | null;
  database?: string | null;
  schema?: string | null;
  object?: string | null;
}

export interface Unread {
  scope: GrantScope;
  database?: string | null;
  object?: string | null;
  code: ErrorCode;
  needs?: string | null;
}

export interface PrivilegeFacts {
  v: 1;
  grants: Grant[];
  memberships: Membership[];
  owns: Owned[];
  unread: Unread[];
  attributes: Record<string, unknown>;
}

export const GRANT_KEYS = [
  'scope',
  'kind',
  'database',
  'schema',
  'object',
  'column',
  'privilege',
  'state',
  'grantable',
  'grantor',
] as const;
const MEMBERSHIP_KEYS = ['role', 'database', 'admin', 'inherit', 'set', 'default', 'grantor'] as const;
const OWNED_KEYS = ['scope', 'kind', 'database', 'schema', 'object'] as const;
const UNREAD_KEYS = ['scope', 'database', 'object', 'code', 'needs'] as const;

export const emptyFacts = (): PrivilegeFacts => ({ v: 1, grants: [], memberships: [], owns: [], unread: [], attributes: {} });

/**
 * Canonical form: fixed key order, nulls omitted, entries sorted by all keys and each only once, attribute keys
 * sorted at every depth. Equal facts give equal `JSON.stringify` texts, whatever order the server answered in.
 * What is in that form already comes back as it is: large reads pass through here more than once.
 */
export function canonicalFacts(facts: PrivilegeFacts): PrivilegeFacts {
  const grants = canonicalList(facts.grants, GRANT_KEYS);
  const memberships = canonicalList(facts.memberships, MEMBERSHIP_KEYS);
  const owns = canonicalList(facts.owns, OWNED_KEYS);
  const unread = canonicalList(facts.unread, UNREAD_KEYS);
  return { v: 1, grants, memberships, owns, unread, attributes: sortKeys(facts.attributes) as Record<string, unknown> };
}

function canonicalList<T extends object>(entries: T[], keys: readonly (keyof T & string)[]): T[] {
  const ordered = (a: T, b: T): number => compareEntries(a, b, keys);
  if (entries.every((entry, i) => isCanonical(entry, keys) && (i === 0 || ordered(entries[i - 1]!, entry) < 0))) return entries;
  const sorted = entries.map((entry) => (isCanonical(entry, keys) ? entry : canonicalEntry(entry, keys))).sort(ordered);
  return sorted.filter((entry, i) => i === 0 || ordered(sorted[i - 1]!, entry) !== 0);
}

/** Key by key, as texts; an absent key comes first. */
function compareEntries<T extends object>(a: T, b: T, keys: readonly (keyof T & string)[]): number {
  for (const key of keys) {
    const [x, y] = [a[key], b[key]];
    if (x === y) continue;
    const order = compareCodeUnits(x === undefined || x === null ? '' : String(x), y === undefined || y === null ? '' : String(y));
    if (order !== 0) return order;
  }
  return 0;
}

/** No nulls, and keys in the order in which they are written. */
function isCanonical<T extends object>(entry: T, keys: readonly string[]): boolean {
  let at = -1;
  for (const key in entry) {
    const place = keys.indexOf(key, at + 1);
    if (place < 0 || entry[key] === null || entry[key] === undefined) return false;
    at = place;
  }
  return true;
}

function canonicalEntry<T extends object>(entry: T, keys: readonly (keyof T & string)[]): T {
  const kept: Partial<T> = {};
  for (const key of keys) if (entry[key] !== undefined && entry[key] !== null) kept[key] = entry[key];
  return kept as T;
}

const compareCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const source = value as Record<string, unknown>;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(source).sort()) {
    const inner = source[key];
    if (inner !== undefined && inner !== null) sorted[key] = sortKeys(inner);
  }
  return sorted;
}
