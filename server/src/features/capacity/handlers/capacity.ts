import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { businessDate } from '../../../clock.ts';
import type { Handlers } from '../../../http/index.ts';
import { Refusal, refuse } from '../../../refusal.ts';
import { transaction } from '../../../store/transaction.ts';
import { syncOne, syncTargets, targetRow } from '../../instances/index.ts';
import { startSession } from '../../sync-sessions/index.ts';
import * as queries from '../queries/sizes.ts';

/** §7 databases/capacity_sync, and the sizes route of §13. */
export function capacityHandlers(deps: Deps): {
  sync: Pick<Handlers<typeof catalogue.databasesCapacitySync>, 'syncInstanceCapacity' | 'syncAllCapacity'>;
  detail: Pick<Handlers<typeof catalogue.instancesDetail>, 'getInstanceDatabaseSizes'>;
} {
  const { db, clock, queue } = deps;
  return {
    sync: {
      async syncInstanceCapacity({ params, query }, asker) {
        const empty = {
          databases: null,
          database_count: null,
          total_size_mb: null,
          saved_count: null,
          instance_stat_updated: null,
          inventory: null,
        };
        const reply = await syncOne(deps, asker, 'capacity', params.instance_id, query.wait, (record, running) => {
          const d = record.sync_details as {
            database_count: number;
            total_size_mb: number;
            saved_count: number;
            instance_stat_updated: boolean;
            inventory: Record<string, unknown>;
          } | null;
          if (running || !d) return { ...empty, message: asker.locale === 'en' ? 'Still running' : '仍在采集' };
          const sentence =
            asker.locale === 'en'
              ? `Sizes of ${d.saved_count} databases read and kept`
              : d.saved_count > 0
                ? `成功采集并保存 ${d.saved_count} 个数据库的容量信息`
                : '未发现活跃数据库，已仅同步数据库列表';
          return {
            ...empty,
            message: sentence,
            database_count: d.database_count,
            total_size_mb: d.total_size_mb,
            saved_count: d.saved_count,
            instance_stat_updated: d.instance_stat_updated,
            inventory: d.inventory,
          };
        });
        if (reply.data.result.saved_count === null) return reply as never;
        const databases = await queries.sizesOfDay(db, params.instance_id, businessDate(clock.now(), clock.timeZone));
        return {
          result: { ...reply.data.result, status: 'completed' as const, databases: databases.map((row) => ({ ...row, is_system: false })) },
        };
      },
      async syncAllCapacity(_args, asker) {
        const targets = await syncTargets(db);
        if (targets.length === 0) throw new Refusal('NO_ACTIVE_INSTANCES');
        const { sessionId } = await transaction(db, (db) =>
          startSession(db, queue, { type: 'manual_task', category: 'capacity', targets, actor: asker, now: asker.now }),
        );
        return { session_id: sessionId, total_instances: targets.length };
      },
    },
    detail: {
      async getInstanceDatabaseSizes({ params, query }) {
        if (!(await targetRow(db, params.instance_id))) throw refuse.notFound('instance', params.instance_id);
        if (query.start_date && query.end_date && query.start_date > query.end_date)
          throw refuse.invalid({ end_date: { code: 'RANGE', zh: '结束日期早于开始日期', en: 'Ends before it starts' } });
        const [stats, page] = await Promise.all([
          queries.latestStats(db, params.instance_id, query),
          query.latest_only ? queries.latestSizes(db, params.instance_id, query) : queries.sizeHistory(db, params.instance_id, query),
        ]);
        const databases = Array.isArray(page) ? page : page.rows;
        return { ...stats, total: Array.isArray(page) ? stats.total : page.total, limit: query.limit, offset: query.offset, databases };
      },
    },
  };
}
