import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs, Transaction } from 'kysely';
import type { DB } from './tables.ts';

/** Set in everything that a transaction's function awaits; `open` ends with the transaction. */
const scopes = new AsyncLocalStorage<{ open: boolean }>();

/**
 * Runs `work` in one transaction; it ends with commit, or with rollback when `work` throws. The handle it gets is called
 * `db` by convention, so that the outer one is out of reach; whoever reaches it all the same gets an error, because such
 * a query would run beside the transaction, not in it (and wait for ever when the pool is used up).
 */
export async function transaction<T>(db: Kysely<DB>, work: (db: Transaction<DB>) => Promise<T>): Promise<T> {
  if (scopes.getStore()?.open) throw new Error('transaction() inside a transaction: pass on the handle that it gave you');
  return db.transaction().execute((handle) => {
    const scope = { open: true };
    return scopes.run(scope, async () => {
      try {
        // The guard sits in a plugin of the outer handle, which a transaction would inherit.
        return await work(handle.withoutPlugins());
      } finally {
        scope.open = false;
      }
    });
  });
}

/** Runs `work` as if no transaction were open: for side work that must outlive a rollback, such as writing logs. */
export function outsideTransaction<T>(work: () => T): T {
  return scopes.exit(work);
}

/** Makes a handle refuse queries from inside a transaction. */
export function guardOuterHandle<T>(db: Kysely<T>): Kysely<T> {
  return db.withPlugin(outerHandle);
}

const outerHandle: KyselyPlugin = {
  transformQuery({ node }: PluginTransformQueryArgs) {
    if (scopes.getStore()?.open)
      throw new Error('a query on the outer handle inside a transaction: use the handle that transaction() gives');
    return node;
  },
  async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  },
};
