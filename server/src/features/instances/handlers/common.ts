import type { catalogue, DbType } from '@whalefall/contract';
import { monitoringScript } from '@whalefall/engines';
import type { Deps } from '../../../assemble.ts';
import type { Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import * as queries from '../queries.ts';

const ENGINE_NAMES: Record<DbType, string> = { mysql: 'MySQL', postgresql: 'PostgreSQL', sqlserver: 'SQL Server', oracle: 'Oracle' };

/** §8 common */
export function commonHandlers({ db, engines }: Deps): Omit<Handlers<typeof catalogue.common>, 'searchEverything'> {
  return {
    async getInstanceOptions({ query }) {
      const rows = await queries.instanceOptions(db, query);
      return {
        instances: rows.map(({ id, name, db_type }) => ({
          id,
          name,
          db_type: db_type as DbType,
          display_name: `${name} (${db_type.toUpperCase()})`,
        })),
      };
    },
    async getDatabaseOptions({ query }) {
      if (!(await queries.targetRow(db, query.instance_id))) throw refuse.notFound('instance', query.instance_id);
      const { databases, total } = await queries.databaseOptions(db, query);
      return { databases, total_count: total, limit: query.limit, offset: query.offset };
    },
    async getMonitoringScript({ query }) {
      const { db_type, username, flavour } = query;
      return { script: monitoringScript(db_type, { username, ...(flavour && { flavour }) }) };
    },
    async getDatabaseTypeOptions() {
      const rows = await queries.typeOptions(db);
      // Never empty: without active types the engines we have still are what can be registered.
      if (rows.length === 0)
        return {
          options: Object.values(engines).map((engine) => ({
            value: engine.type,
            text: ENGINE_NAMES[engine.type],
            icon: 'fa-database',
            color: 'primary',
            default_port: engine.defaultPort,
            default_schema: engine.defaultDatabase ?? '',
          })),
        };
      return {
        options: rows.map((row) => ({
          value: row.name as DbType,
          text: row.display_name,
          icon: row.icon,
          color: row.color,
          default_port: row.default_port,
          default_schema: row.default_schema,
        })),
      };
    },
  };
}
