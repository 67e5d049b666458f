import type { catalogue, DbType } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import type { Handlers } from '../../../http/index.ts';
import * as queries from '../queries/search.ts';

/** Everything that has a name, by a part of it. */
export const searchHandlers = ({ db }: Deps): Pick<Handlers<typeof catalogue.common>, 'searchEverything'> => ({
  async searchEverything({ query: { q, limit } }) {
    const [instances, accounts, databases, tags] = await Promise.all([
      queries.instances(db, q, limit),
      queries.accounts(db, q, limit),
      queries.databases(db, q, limit),
      queries.tags(db, q, limit),
    ]);
    const typed = <T extends { db_type: string }>(row: T) => ({ ...row, db_type: row.db_type as DbType });
    return {
      instances: instances.map(typed),
      accounts: accounts.map(typed),
      databases: databases.map(typed),
      tags,
    };
  },
});
