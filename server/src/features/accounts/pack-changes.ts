import { inOrder, type PrivilegeChange, type ToldChange, writtenOut } from './diff-facts.ts';

/**
 * Changes as they are stored: what was granted alike in many places is one entry with `paths`. A new account of a large
 * server has dozens of grants that differ in their object only; written out they were the largest part of a first sync.
 */
export type PackedChange = PrivilegeChange | (Omit<ToldChange, 'path'> & { paths: string[][] });

export function packChanges(changes: readonly ToldChange[]): PackedChange[] {
  const alike = new Map<string, ToldChange[]>();
  for (const change of changes) {
    const key = `${change.field}\u0000${change.label}\u0000${change.action}\u0000${change.permissions.join('\u0000')}`;
    const list = alike.get(key);
    if (list) list.push(change);
    else alike.set(key, [change]);
  }
  return [...alike.values()].map((list) => {
    if (list.length === 1) return writtenOut(list[0]!);
    const { field, label, action, permissions } = list[0]!;
    return { field, label, action, permissions, paths: list.map((change) => change.path) };
  });
}

/** Written out and in order again. Entries that were stored written out are taken as they are. */
export const unpackChanges = (packed: readonly PackedChange[]): PrivilegeChange[] =>
  inOrder(packed.flatMap((entry) => ('paths' in entry ? entry.paths.map((path) => writtenOut({ ...entry, path })) : [entry])));

/** How many permissions were granted or revoked. */
export const countChanges = (packed: readonly PackedChange[], action: 'GRANT' | 'REVOKE'): number =>
  packed.reduce(
    (n, entry) => (entry.action === action ? n + entry.permissions.length * ('paths' in entry ? entry.paths.length : 1) : n),
    0,
  );
