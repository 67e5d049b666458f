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
 */
export function canonicalFacts(facts: PrivilegeFacts): PrivilegeFacts {
  return {
    v: 1,
    grants: canonicalList(facts.grants, GRANT_KEYS),
    memberships: canonicalList(facts.memberships, MEMBERSHIP_KEYS),
    owns: canonicalList(facts.owns, OWNED_KEYS),
    unread: canonicalList(facts.unread, UNREAD_KEYS),
    attributes: sortKeys(facts.attributes) as Record<string, unknown>,
  };
}

function canonicalList<T extends object>(entries: readonly T[], keys: readonly (keyof T & string)[]): T[] {
  // U+0000 cannot occur in a name, and sorts before every other character, so comparing the joined texts
  // equals comparing key by key; an absent key sorts first.
  const byKey = new Map<string, T>();
  for (const entry of entries) {
    let sortKey = '';
    const kept: Record<string, unknown> = {};
    for (const key of keys) {
      const value = entry[key];
      if (value === undefined || value === null) {
        sortKey += '\u0000';
        continue;
      }
      kept[key] = value;
      sortKey += `${String(value)}\u0000`;
    }
    if (!byKey.has(sortKey)) byKey.set(sortKey, kept as T);
  }
  return [...byKey.keys()].sort(compareCodeUnits).map((key) => byKey.get(key)!);
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
