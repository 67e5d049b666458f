import { systemClock, today } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { storeConfig } from '../assemble.ts';
import { migrateToLatest } from '../store/migrate.ts';
import { openStore, type Store } from '../store/open.ts';

/** For short commands: the store, migrated, closed again whatever happens. */
export async function withStore<T>(name: string, work: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const store = await openStore(storeConfig(config, name), { info() {}, warn: (message: string) => console.error(message) } as never);
  try {
    await migrateToLatest(store.db, today(systemClock(config.timeZone)));
    return await work(store, config);
  } finally {
    await store.close();
  }
}

/** For work on everything: no statement of it has a time limit. */
export async function withWholeStore<T>(config: Config, name: string, work: (store: Store) => Promise<T>, migrated = true): Promise<T> {
  const log = { info() {}, warn: (message: string) => console.error(message) };
  const store = await openStore({ ...storeConfig(config, name), statementTimeoutMs: 0 }, log as never);
  try {
    if (migrated) await migrateToLatest(store.db, today(systemClock(config.timeZone)));
    return await work(store);
  } finally {
    await store.close();
  }
}
