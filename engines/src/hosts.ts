/**
 * MySQL and MariaDB look up rights on databases, tables and routines by name and by where the session comes from, not by
 * the account that was signed in to: `app@10.0.0.5` has what `app@%` was granted there as well, and a row of `mysql.db`
 * without a name is everybody's. The most specific host decides alone (pure; checked live on MySQL 5.6 and MariaDB 10.11).
 */
import type { Grant } from './facts.ts';
import { matchesPattern } from './cover.ts';
import type { Principal, Step } from './effective.ts';
import type { Source, World } from './reach.ts';

export const hostOf = (principal: Principal): string => {
  const host = principal.typeSpecific?.['host'];
  return typeof host === 'string' ? host : '';
};
const userOf = (principal: Principal): string | undefined => {
  const user = principal.typeSpecific?.['original_username'];
  return typeof user === 'string' ? user : undefined;
};

/** Does whoever comes from `host`, itself a pattern, come from `wider` as well? */
export function hostContains(wider: string, host: string): boolean {
  const [outer, inner] = [wider.toLowerCase(), host.toLowerCase()];
  if (outer === '%' || outer === '' || outer === inner) return true;
  const mask = maskOf(outer);
  if (!mask) return matchesPattern(outer, inner);
  const own = maskOf(inner) ?? maskOf(`${inner}/255.255.255.255`);
  return own !== null && (own.mask & mask.mask) >>> 0 === mask.mask && (own.base & mask.mask) >>> 0 === mask.base;
}

/** `10.1.0.0/255.255.0.0` */
function maskOf(host: string): { base: number; mask: number } | null {
  const [base, mask] = host.split('/').map(addressOf);
  return base === undefined || mask === undefined || base === null || mask === null ? null : { base, mask };
}
function addressOf(text: string): number | null {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  return parts.length === 4 && parts.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : null;
}

/** The more is fixed before the first wildcard, the more specific; a netmask counts as an address. */
const hostRank = (host: string): number => {
  const wild = host.search(/[%_]/);
  return host === '' ? -1 : wild < 0 ? 127 : Math.min(wild, 126);
};

/** Accounts by name; those without a name are everybody's on databases. */
function byUser(world: World): Map<string, Principal[]> {
  if (!world.byUser) {
    world.byUser = new Map();
    for (const principal of world.principals.values()) {
      const user = userOf(principal);
      if (user === undefined || hostOf(principal) === '') continue;
      const list = world.byUser.get(user);
      if (list) list.push(principal);
      else world.byUser.set(user, [principal]);
    }
  }
  return world.byUser;
}

/** Of those in its facts, one is active at sign-in. */
export const hasActiveRole = (account: Principal): boolean =>
  account.activeRole ?? account.facts?.memberships.some((membership) => membership.default) ?? false;

/** Sources beside the account itself that its name and host bring. */
export function sameHosts(world: World, account: Principal): Source[] {
  const user = userOf(account);
  const host = hostOf(account);
  if (user === undefined || host === '') return [];
  // With a role active MySQL 8 looks at the account's own rows only.
  if (world.flavour === 'mysql' && hasActiveRole(account)) return [];
  const same = found(world, user, (other) => other !== account && hostContains(hostOf(other), host)).map((principal) =>
    rowsOf(principal, [['host', principal.username]], OBJECTS, 1),
  );
  return user === '' ? same : [...same, ...everybodys(world, (other) => hostContains(hostOf(other), host))];
}

/** MariaDB looks up a role, and PUBLIC, as a name that comes from nowhere: everybody's rows of any host count there too. */
export const everybodysAsRole = (world: World, setRole: boolean): Source[] =>
  everybodys(world, (other) => hostOf(other) === '%').map((source) => ({ ...source, setRole }));

const everybodys = (world: World, which: (other: Principal) => boolean): Source[] =>
  found(world, '', which).map((principal) => rowsOf(principal, [['public']], DATABASES, 0));
const found = (world: World, user: string, which: (other: Principal) => boolean): Principal[] =>
  (byUser(world).get(user) ?? []).filter(which);
const rowsOf = (principal: Principal, via: Step[], scopes: ReadonlySet<string>, named: 0 | 1): Source => ({
  principal,
  via,
  setRole: false,
  personal: false,
  rows: { scopes, rank: hostRank(hostOf(principal)) * 2 + named },
});
const OBJECTS: ReadonlySet<string> = new Set(['database', 'table', 'column', 'routine']);
const DATABASES: ReadonlySet<string> = new Set(['database']);

/** The rank of a source's rows for `account`: by host, then by name. */
export const rowsRank = (source: Source, account: Principal): number | undefined =>
  source.rows?.rank ?? (source.principal === account ? hostRank(hostOf(account)) * 2 + 1 : undefined);

/** Do rows of a more specific host speak of the same place? Of databases patterns are compared by `rankOf` within a host. */
export function decidedElsewhere(
  sources: readonly Source[],
  source: Source,
  grant: Grant,
  account: Principal,
  grantsOf: (source: Source) => readonly { grant: Grant }[],
  place: { database: string | undefined; rankOf: (pattern: string) => number },
): boolean {
  const own = rowsRank(source, account);
  if (own === undefined || !OBJECTS.has(grant.scope)) return false;
  return sources.some((other) => {
    const rank = other === source ? undefined : rowsRank(other, account);
    if (rank === undefined || (other.rows && !other.rows.scopes.has(grant.scope))) return false;
    return grantsOf(other).some(({ grant: row }) => {
      if (row.state !== 'grant') return false;
      if (grant.scope !== 'database')
        return (
          rank > own &&
          isOn(row.scope) === isOn(grant.scope) &&
          row.database === grant.database &&
          row.object === grant.object &&
          row.kind === grant.kind
        );
      if (row.scope !== 'database') return false;
      const named = row.database ?? '';
      if (
        place.database === undefined
          ? named !== grant.database && !matchesPattern(named, grant.database ?? '')
          : !matchesPattern(named, place.database)
      )
        return false;
      // The host decides, then the pattern, then the name.
      const [byHost, byHostOfOwn] = [rank >> 1, own >> 1];
      if (byHost !== byHostOfOwn) return byHost > byHostOfOwn;
      const [byPattern, byPatternOfOwn] = [place.rankOf(named), place.rankOf(grant.database ?? '')];
      return byPattern !== byPatternOfOwn ? byPattern > byPatternOfOwn : rank > own;
    });
  });
}
/** The columns of a table stand in its row. */
const isOn = (scope: string): string => (scope === 'column' ? 'table' : scope);
