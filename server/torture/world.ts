import { DEFAULT_ACCOUNT_FILTERS, filterAccounts } from '@whalefall/engines';
import { fakeFleet, fakeWorld, type FakeWorld } from '@whalefall/engines/fake';

const EVERY = 5;
const SLOW_MS = 60;

/** A dozen servers of the made-up fleet, of all four kinds, slow enough to be killed in the middle of. */
export function tortureWorld(seed: number): FakeWorld {
  const world = fakeWorld(
    seed,
    fakeFleet(seed).filter((_, i) => i % EVERY === 0),
  );
  for (const { host, port } of world.instances) world.behaviours.set(`${host}:${port}`, { slowMs: SLOW_MS });
  return world;
}

/** What a sync would find now, one text for each account, by instance and name. */
export type Picture = Map<string, Map<string, string>>;
export function picture(world: FakeWorld): Picture {
  return new Map(
    world.instances.map((instance) => {
      const { kept } = filterAccounts(instance.dbType, instance.accounts, DEFAULT_ACCOUNT_FILTERS[instance.dbType]);
      return [instance.name, new Map(kept.map((account) => [account.username, JSON.stringify(account)]))];
    }),
  );
}

/** The change-log rows that come of it, as `instance|account|kind`; what was ever there comes back, it is not new. */
export function changesBetween(before: Picture, after: Picture, ever: Set<string>): string[] {
  const changes: string[] = [];
  for (const [instance, accounts] of after) {
    const earlier = before.get(instance) ?? new Map<string, string>();
    for (const [name, text] of accounts) {
      const key = `${instance}|${name}`;
      if (!earlier.has(name)) changes.push(`${key}|${ever.has(key) ? 'return' : 'add'}`);
      else if (earlier.get(name) !== text) changes.push(`${key}|modify`);
      ever.add(key);
    }
    for (const name of earlier.keys()) if (!accounts.has(name)) changes.push(`${instance}|${name}|delete`);
  }
  return changes.sort();
}
