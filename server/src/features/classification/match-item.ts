import type { DbType } from '@whalefall/contract';
import { covers, type EffectivePrivilege, type Step } from '@whalefall/engines';
import type { AccountFacts, Reached } from './facts-of.ts';
import { factName, FIELDS, fold, type Kind, type Look } from './fields.ts';
import type { Item } from './rule-language.ts';

/** Why a condition holds: what was found, where, and how the account comes by it. */
export interface MatchedFact {
  group: string;
  name: string;
  scope?: string;
  database?: string;
  schema?: string;
  object?: string;
  grantable?: true;
  admin?: true;
  via?: readonly Step[];
}
/** One compiled condition; `find` gives the first fact that meets it, or null. */
export interface Condition {
  find(facts: AccountFacts): MatchedFact | null;
}

const pattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&'))
      .join('.*')}$`,
    'is',
  );
/** Does a name meet a pattern? What is absent in a fact means any. */
const fits = (wanted: RegExp | undefined, held: string | null | undefined): boolean =>
  wanted === undefined || held === undefined || held === null || wanted.test(held);

/** Prepares one item of a group; an unknown group gives a condition that never holds. */
export function compileItem(dbType: DbType, group: string, item: Item): Condition {
  const look = Object.hasOwn(FIELDS[dbType], group) ? FIELDS[dbType][group]!.look : null;
  if (!look) return { find: () => null };
  return FIND[look.in](dbType, group, item, look as never);
}

type Compile<L> = (dbType: DbType, group: string, item: Item, look: L) => Condition;
const FIND: { [K in Look['in']]: Compile<Extract<Look, { in: K }>> } = {
  grants: compileGrant,
  roles: compileRole,
  owns: compileOwned,
  attributes(dbType, group, item, look) {
    const name = factName(dbType, look, item.name);
    return {
      find: (facts) => {
        const at = facts.reached.find((one) => one.personal && one.holding.attributes.has(name));
        return at ? { group, name: item.name, ...path(at.via) } : null;
      },
    };
  },
  quotas: compileQuota,
  kinds(_dbType, group, item) {
    const kind = item.name.toLowerCase() as Kind;
    return {
      find(facts) {
        for (const { holding, via, personal } of facts.reached) {
          const name = (personal ? holding.kinds : holding.kindsInherited).get(kind);
          if (name) return { group, name, ...path(via) };
        }
        // The right to hand out a role is no reading.
        const admin = kind === 'admin' ? [...facts.roles.values()].flat().find((held) => held.admin) : undefined;
        return admin ? { group, name: admin.role, admin: true, ...path(admin.via) } : null;
      },
    };
  },
};
const path = (via: readonly Step[]): { via?: readonly Step[] } => (via.length > 0 ? { via } : {});

function compileGrant(dbType: DbType, group: string, item: Item, look: Extract<Look, { in: 'grants' }>): Condition {
  const name = factName(dbType, look, item.name);
  const names = name.includes('*') ? pattern(name) : null;
  const scope = item.scope?.toLowerCase();
  const database = item.database ? pattern(item.database) : undefined;
  const schema = item.schema ? pattern(item.schema) : undefined;
  const object = item.object ?? item.tablespace;
  const objects = object ? pattern(object) : undefined;
  // A grant on `sales%` reaches the one database a rule names.
  const covered = (entry: EffectivePrivilege): boolean =>
    dbType === 'mysql' &&
    item.database !== undefined &&
    !item.database.includes('*') &&
    entry.scope === 'database' &&
    covers(
      dbType,
      { ...entry, state: 'grant', grantable: false },
      { scope: 'database', database: item.database, privilege: entry.privilege },
    );
  const meets = (entry: EffectivePrivilege, at: Reached): boolean => {
    const place = placeOf(entry, at);
    if (place === null || (!at.personal && entry.via.some((step) => step[0] === 'attribute'))) return false;
    const wide = isWide(dbType, entry);
    if (!wide && look.scopes && !look.scopes.includes(entry.scope)) return false;
    if (!wide && scope !== undefined && entry.scope !== scope) return false;
    if (wide && !reaches(entry, look.scopes, scope)) return false;
    if (item.grantable !== undefined && (entry.grantable ?? false) !== item.grantable) return false;
    return (fits(database, place) || covered(entry)) && fits(schema, entry.schema) && fits(objects, entry.object);
  };
  const wider = dbType === 'sqlserver' ? ['ALL', 'CONTROL SERVER', 'CONTROL'] : ['ALL'];
  return {
    find(facts) {
      for (const at of facts.reached) {
        const { byName } = at.holding;
        const lists = names
          ? [...byName].filter(([held]) => names.test(held)).map(([, list]) => list)
          : [name, ...wider].flatMap((one) => byName.get(one) ?? []).map((entry) => [entry]);
        for (const list of lists) for (const entry of list) if (meets(entry, at)) return found(group, entry, at);
      }
      return null;
    },
  };
}

/** Everything-at-once: a superuser's ALL, SQL Server's CONTROL over what lies inside. */
const isWide = (dbType: DbType, entry: EffectivePrivilege): boolean =>
  entry.privilege === 'ALL' || (dbType === 'sqlserver' && (entry.privilege === 'CONTROL' || entry.privilege === 'CONTROL SERVER'));
/** CONTROL below the server reaches the scopes at and below its own, never the server's. */
function reaches(entry: EffectivePrivilege, scopes: readonly string[] | null, scope: string | undefined): boolean {
  if (entry.scope === 'server') return true;
  if (scope !== undefined) return scope !== 'server' && (scope === entry.scope || scope !== 'database');
  return scopes === null || scopes.includes(entry.scope);
}
/** A fixed database role counts in the database it is held in. @returns null when the entry is another database's */
function placeOf(entry: EffectivePrivilege, at: Reached): string | undefined | null {
  if (at.database === undefined) return entry.database;
  if (entry.database === undefined && entry.scope === 'database') return at.database;
  return entry.database === at.database ? entry.database : null;
}
function found(group: string, entry: EffectivePrivilege, at: Reached): MatchedFact {
  const place = placeOf(entry, at);
  return {
    group,
    name: entry.privilege,
    scope: entry.scope,
    ...(place ? { database: place } : {}),
    ...(entry.schema ? { schema: entry.schema } : {}),
    ...(entry.object ? { object: entry.object } : {}),
    ...(entry.grantable ? { grantable: true as const } : {}),
    ...path([...at.via, ...entry.via]),
  };
}

function compileRole(_dbType: DbType, group: string, item: Item, look: Extract<Look, { in: 'roles' }>): Condition {
  const name = fold(item.name);
  const names = name.includes('*') ? pattern(name) : null;
  const database = item.database ? pattern(item.database) : undefined;
  return {
    find(facts) {
      const lists = names ? [...facts.roles].filter(([role]) => names.test(role)).map(([, list]) => list) : [facts.roles.get(name) ?? []];
      for (const held of lists.flat()) {
        if (look.where === 'server' && held.database !== undefined) continue;
        if (look.where === 'database' && held.database === undefined) continue;
        if (item.admin !== undefined && held.admin !== item.admin) continue;
        if (!fits(database, held.database)) continue;
        return {
          group,
          name: held.role,
          ...(held.database ? { database: held.database } : {}),
          ...(held.admin ? { admin: true as const } : {}),
          ...path(held.via),
        };
      }
      return null;
    },
  };
}

function compileOwned(_dbType: DbType, group: string, item: Item): Condition {
  const scope = pattern(item.name.toLowerCase());
  const [database, schema, object] = [item.database, item.schema, item.object].map((text) => (text ? pattern(text) : undefined));
  return {
    find(facts) {
      for (const { holding, via } of facts.reached)
        for (const owned of holding.owns)
          if (scope.test(owned.scope) && fits(database, owned.database) && fits(schema, owned.schema) && fits(object, owned.object))
            return {
              group,
              name: owned.scope,
              ...(owned.database ? { database: owned.database } : {}),
              ...(owned.schema ? { schema: owned.schema } : {}),
              ...(owned.object ? { object: owned.object } : {}),
              ...path(via),
            };
      return null;
    },
  };
}

const UNITS = 'KMGTPE';
/** `QUOTA UNLIMITED`, `QUOTA 10G` (or more), `QUOTA` (any), `NO QUOTA` / `QUOTA 0` (none), `DEFAULT` (on the default tablespace). */
function compileQuota(_dbType: DbType, group: string, item: Item): Condition {
  const name = fold(item.name).replace(/\s+/g, ' ');
  const size = /^QUOTA (\d+) ?([KMGTPE])$/.exec(name);
  const least = size ? Number(size[1]) * 1024 ** (UNITS.indexOf(size[2]!) + 1) : 1;
  const tablespace = item.tablespace ?? item.object;
  const wanted = tablespace ? pattern(tablespace) : undefined;
  const none = name === 'NO QUOTA' || name === 'QUOTA 0';
  const isKnown = none || size !== null || ['QUOTA', 'QUOTA UNLIMITED', 'DEFAULT'].includes(name);
  const unlimited: Condition = compileGrant('oracle', group, { name: 'UNLIMITED TABLESPACE' }, { in: 'grants', scopes: ['server'] });
  return {
    find(facts) {
      if (!isKnown) return null;
      const enough = (bytes: number): boolean => bytes < 0 || (name !== 'QUOTA UNLIMITED' && bytes >= least);
      const here = (at: string): boolean => fits(wanted, at) && (name !== 'DEFAULT' || at === facts.defaultTablespace);
      const quota = Object.entries(facts.quotas).find(([at, { max_bytes: bytes = 0 }]) => here(at) && enough(bytes));
      const everywhere = unlimited.find(facts);
      if (none) return quota || everywhere ? null : { group, name };
      return quota ? { group, name, object: quota[0] } : everywhere;
    },
  };
}
