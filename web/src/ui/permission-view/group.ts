/** Effective privileges as people look for them: server, then each database, object by object, and where each comes from (pure). */
import type { catalogue, DbType, WireOf } from '@whalefall/contract';

export type Effective = NonNullable<WireOf<typeof catalogue.account.getAccountPermissions>>['effective'][number];
export interface Privilege {
  name: string;
  grantable: boolean;
}
/** Privileges on one object that came the same way. */
export interface Source {
  key: string;
  via: string[][];
  setRole: boolean;
  deniedBy: string[][] | null;
  privileges: Privilege[];
}
export interface ObjectRow {
  key: string;
  scope: string;
  /** For `other`: what kind of thing it is. */
  kind: string | null;
  /** null: the whole server or database. */
  name: string | null;
  sources: Source[];
}
export interface Group {
  key: string;
  level: 'server' | 'database' | 'anywhere';
  database: string | null;
  objects: ObjectRow[];
  count: number;
}

const SERVER_SCOPES = new Set(['server', 'tablespace', 'other', 'proxy']);
const SCOPE_ORDER = [
  'server',
  'database',
  'schema',
  'table',
  'column',
  'sequence',
  'routine',
  'type',
  'tablespace',
  'default',
  'proxy',
  'other',
];
const rank = (scope: string) => (SCOPE_ORDER.includes(scope) ? SCOPE_ORDER.indexOf(scope) : SCOPE_ORDER.length);

function nameOf(entry: Effective): string | null {
  const parts = entry.scope === 'default' ? [entry.schema, entry.object] : [entry.schema, entry.object, entry.column];
  return parts.filter(Boolean).join('.') || null;
}
function levelOf(entry: Effective): Pick<Group, 'key' | 'level' | 'database'> {
  if (entry.database) return { key: `db:${entry.database}`, level: 'database', database: entry.database };
  if (SERVER_SCOPES.has(entry.scope)) return { key: 'server', level: 'server', database: null };
  return { key: 'anywhere', level: 'anywhere', database: null };
}
const LEVELS = { server: 0, anywhere: 1, database: 2 };

export interface Wanted {
  search?: string;
  /** Only what is granted to the account itself. */
  direct?: boolean;
}

function wanted(entry: Effective, { search = '', direct = false }: Wanted): boolean {
  if (direct && entry.via.length > 0) return false;
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [entry.database, nameOf(entry), entry.privilege, entry.kind, entry.scope, ...entry.via.flat()].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

export function groupPrivileges(entries: readonly Effective[], filter: Wanted = {}): Group[] {
  const groups = new Map<string, Group & { rows: Map<string, ObjectRow & { by: Map<string, Source> }> }>();
  for (const entry of entries) {
    if (!wanted(entry, filter)) continue;
    const level = levelOf(entry);
    const group = groups.get(level.key) ?? { ...level, objects: [], count: 0, rows: new Map() };
    groups.set(level.key, group);
    group.count += 1;
    const name = nameOf(entry);
    const rowKey = [entry.scope, entry.kind ?? '', name ?? ''].join('\u0000');
    const row = group.rows.get(rowKey) ?? { key: rowKey, scope: entry.scope, kind: entry.kind ?? null, name, sources: [], by: new Map() };
    group.rows.set(rowKey, row);
    const sourceKey = JSON.stringify([entry.via, entry.set_role ?? false, entry.denied_by ?? null]);
    const source = row.by.get(sourceKey) ?? {
      key: sourceKey,
      via: entry.via,
      setRole: entry.set_role ?? false,
      deniedBy: entry.denied_by ?? null,
      privileges: [],
    };
    row.by.set(sourceKey, source);
    source.privileges.push({ name: entry.privilege, grantable: entry.grantable ?? false });
  }
  return [...groups.values()]
    .map(({ rows, ...group }) => ({
      ...group,
      objects: [...rows.values()]
        .map(({ by, ...row }) => ({ ...row, sources: [...by.values()].sort((a, b) => a.via.length - b.via.length) }))
        .sort((a, b) => rank(a.scope) - rank(b.scope) || (a.name ?? '').localeCompare(b.name ?? '')),
    }))
    .sort(
      (a, b) =>
        LEVELS[a.level] - LEVELS[b.level] ||
        Number(isPublic(a)) - Number(isPublic(b)) ||
        (a.database ?? '').localeCompare(b.database ?? ''),
    );
}
/** Whether all of a group is what everybody has: it stands behind what is particular to the account. */
function isPublic(group: Pick<Group, 'objects'>): boolean {
  return group.objects.every((row) => row.sources.every(({ via }) => via.length === 1 && via[0]![0] === 'public'));
}

export interface Unread {
  scope: string;
  database: string | null;
  code: string | null;
  needs: string | null;
}
/** What the facts say could not be read. */
export function unreadOf(facts: Record<string, unknown> | null): Unread[] {
  if (!Array.isArray(facts?.unread)) return [];
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  return (facts.unread as Record<string, unknown>[]).map((one) => ({
    scope: text(one.scope) ?? 'server',
    database: text(one.database),
    code: text(one.code),
    needs: text(one.needs),
  }));
}

/** What the type calls the top of its objects when no database is named. */
export function anywhereIsOne(type: DbType): boolean {
  return type === 'oracle';
}

/** How many groups stand open when nothing is searched. */
const OPEN_GROUPS = 4;
/**
 * Which groups stand open: those with something that not everybody has come first. What comes from PUBLIC alone is on
 * every database, and hides what is particular to the account.
 */
export function openGroups(groups: readonly Group[]): Set<string> {
  const own = groups.filter((group) => !isPublic(group));
  return new Set([...own, ...groups.filter((group) => !own.includes(group))].slice(0, OPEN_GROUPS).map((group) => group.key));
}
