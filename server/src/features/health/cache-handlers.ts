import { type catalogue, DB_TYPES, type DbType } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import type { Asker, Handlers } from '../../http/index.ts';
import { audit } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import { instanceExists, rulesByEngine } from './queries.ts';

/** §18 cache. Sessions and rate limits are no cache and are never cleared. */
export function cacheHandlers({ db, cache, log }: Deps): Handlers<typeof catalogue.cache> {
  async function clear(asker: Asker, scope: string, prefixes: readonly string[]) {
    let cleared = 0;
    for (const prefix of prefixes) cleared += await cache.clear(prefix);
    log.info('cache', `cache cleared: ${scope}`, { scope, operator_id: asker.user.id, cleared_count: cleared });
    await transaction(db, (db) => audit(db, asker, { action: 'clear', resource: 'cache', after: { scope, cleared } }));
    return { cleared_keys: cleared, cleared_count: cleared };
  }
  const shown = async () => ({ backend: cache.backend, info: {}, ...(await cache.stats()) });
  return {
    async getCacheStats() {
      return { stats: await shown() };
    },
    async getClassificationCacheStats() {
      const [stats, rules] = await Promise.all([shown(), rulesByEngine(db)]);
      const counts = new Map(rules.map((row) => [row.db_type, row.n]));
      const cached = (stats.namespaces.classification?.entries ?? 0) > 0;
      return {
        cache_stats: stats,
        db_type_stats: Object.fromEntries(DB_TYPES.map((type) => [type, { rules_cached: cached, rules_count: counts.get(type) ?? 0 }])),
        cache_enabled: true,
      };
    },
    clearClassificationCache: (_args, asker) => clear(asker, 'classification', ['classification:']),
    async clearDbTypeCache({ params }, asker) {
      const type = params.db_type.toLowerCase();
      if (!DB_TYPES.includes(type as DbType))
        throw refuse.invalid({ db_type: { code: 'INVALID_VALUE', zh: '不支持的数据库类型', en: 'No such engine' } });
      return clear(asker, `classification ${type}`, [`classification:${type}`]);
    },
    clearAllCache: (_args, asker) => clear(asker, 'all', ['']),
    async clearInstanceCache({ body }, asker) {
      if (!(await instanceExists(db, body.instance_id))) throw refuse.notFound('instance', body.instance_id);
      return clear(asker, `instance ${body.instance_id}`, [`permissions:${body.instance_id}:`]);
    },
    async clearUserCache({ body }, asker) {
      if (!(await instanceExists(db, body.instance_id))) throw refuse.notFound('instance', body.instance_id);
      return clear(asker, `account ${body.username} of instance ${body.instance_id}`, [
        `permissions:${body.instance_id}:${body.username}:`,
      ]);
    },
  };
}
