/** Privilege names as they are written down per engine, and what kind of thing a privilege lets one do. */
import type { DbType, PrivilegeCatalogue, PrivilegeName } from './engine.ts';

/** Name, kind, Chinese, English; rows beyond the catalogue's seed are marked `added`. */
export type PrivilegeRow = readonly [
  name: string,
  kind: PrivilegeName['kind'],
  zh: string,
  en: string,
  more?: Pick<PrivilegeName, 'added' | 'min_version' | 'flavour'>,
];

export function privilegeCatalogue(rows: Record<string, readonly PrivilegeRow[]>): PrivilegeCatalogue {
  return Object.entries(rows).flatMap(([category, list]) =>
    list.map(([name, kind, description_zh, description_en, more]) => ({ category, name, kind, description_zh, description_en, ...more })),
  );
}

/** Names that `effective()` makes up for attributes and everything-at-once; they are in no catalogue. */
const COMPUTED: Record<string, PrivilegeName['kind']> = {
  ALL: 'admin',
  CREATEDB: 'admin',
  CREATEROLE: 'admin',
  REPLICATION: 'admin',
  BYPASSRLS: 'admin',
  ADMIN: 'admin',
  USE: 'read',
  OWNERSHIP: 'define',
};

/** Weakest first: a name that means different things in different places counts as the strongest. */
const STRENGTH: PrivilegeName['kind'][] = ['read', 'write', 'define', 'admin'];

/** A function that tells the kind of a privilege by its name; null for a name nobody knows. */
export function privilegeKinds(
  catalogues: Record<DbType, PrivilegeCatalogue>,
): (dbType: DbType, name: string) => PrivilegeName['kind'] | null {
  const kinds = new Map<string, PrivilegeName['kind']>();
  for (const [dbType, catalogue] of Object.entries(catalogues)) {
    for (const { name, kind } of catalogue) {
      const key = `${dbType}\u0000${name}`;
      const known = kinds.get(key);
      if (!known || STRENGTH.indexOf(kind) > STRENGTH.indexOf(known)) kinds.set(key, kind);
    }
  }
  return (dbType, name) => kinds.get(`${dbType}\u0000${name}`) ?? COMPUTED[name] ?? null;
}
