import { systemClock, today } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { storeConfig } from '../assemble.ts';
import { migrateToLatest } from '../store/migrate.ts';
import { openStore, type Store, type StoreConfig } from '../store/open.ts';

/** The store, closed again whatever happens; warnings go to stderr. */
async function opened<T>(config: StoreConfig, timeZone: string, migrated: boolean, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(config, { info() {}, warn: (message: string) => console.error(message) } as never);
  try {
    if (migrated) await migrateToLatest(store.db, today(systemClock(timeZone)));
    return await work(store);
  } finally {
    await store.close();
  }
}

/** For short commands: the store, migrated. */
export function withStore<T>(name: string, work: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const config = loadConfig();
  return opened(storeConfig(config, name), config.timeZone, true, (store) => work(store, config));
}

/** For work on everything: no statement of it has a time limit. */
export const withWholeStore = <T>(config: Config, name: string, work: (store: Store) => Promise<T>, migrated = true): Promise<T> =>
  opened({ ...storeConfig(config, name), statementTimeoutMs: 0 }, config.timeZone, migrated, work);
