import type { catalogue, DbType } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import type { Handlers } from '../../http/index.ts';
import * as queries from './queries/statistics.ts';

/** §16 instances/statistics: every distribution adds up to the instances it is drawn from (20-STAT-1). */
export function instanceStatisticsHandlers({ db }: Deps): Handlers<typeof catalogue.instancesStatistics> {
  return {
    async getInstanceStatistics({ query }) {
      const [totals, types, ports, versions, tags, links] = await Promise.all([
        queries.instanceTotals(db, query),
        queries.instancesBy(db, query, 'db_type'),
        queries.instancesBy(db, query, 'port'),
        queries.instanceVersions(db, query),
        queries.instanceTagCounts(db, query),
        queries.instanceLinks(db, query),
      ]);
      return {
        total_instances: totals.active + totals.disabled + totals.deleted,
        active_instances: totals.active,
        normal_instances: totals.active,
        disabled_instances: totals.disabled,
        deleted_instances: totals.deleted,
        inactive_instances: totals.disabled,
        db_types_count: types.length,
        db_type_stats: types.map((row) => ({ db_type: row.value as DbType, count: row.count })),
        port_stats: ports.slice(0, 10).map((row) => ({ port: Number(row.value), count: row.count })),
        version_stats: versions.map((row) => ({ db_type: row.db_type as DbType, version: row.version, count: row.count })),
        tag_stats: tags,
        credential_stats: { with: links.with_credential, without: links.without_credential },
        connectivity_stats: { ok: links.ok, failed: links.failed, never: links.never },
      };
    },
  };
}
