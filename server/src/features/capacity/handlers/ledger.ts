import { type catalogue, DB_TYPES, type DbType, type Locale } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { addDays, fileStamp, today } from '../../../clock.ts';
import { CSV_LIMIT, csvFile, type Handlers } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { tagRefOf, tagsOfInstances } from '../../tags/index.ts';
import * as queries from '../queries/ledger.ts';
import { sampleAge, sampleAgeShown, sampleLimits, sizeLabel } from '../sample-age.ts';

const GROWTH_DAYS = 30;
const CHUNK = 5000;
const HEADERS = {
  zh: ['数据库名称', '实例名称', '主机', '数据库类型', '标签', '最新容量', '最后采集时间', '同步状态', '容量(MB)', '30天变化(MB)', '状态'],
  en: ['Database', 'Instance', 'Host', 'Engine', 'Tags', 'Latest size', 'Collected', 'Sample', 'Size (MB)', '30-day change (MB)', 'State'],
};
const STATES = { zh: { on: '在线', off: '已删除' }, en: { on: 'online', off: 'gone' } };
type Row = Awaited<ReturnType<typeof queries.databasePage>>[number];

/** The databases of the whole fleet (40 §9), and the same as a file. */
export function ledgerHandlers({ db, clock, log }: Deps): {
  sync: Pick<Handlers<typeof catalogue.databasesCapacitySync>, 'listDatabases' | 'getDatabaseTrend'>;
  files: Pick<Handlers<typeof catalogue.files>, 'exportDatabases'>;
} {
  const monthAgo = () => addDays(today(clock), -GROWTH_DAYS);

  async function shown(rows: Row[], now: Date, locale: Locale) {
    const ids = [...new Set(rows.map((row) => row.instance_id))];
    const tags = Map.groupBy(ids.length === 0 ? [] : await tagsOfInstances(db, ids), (tag) => tag.instance_id);
    return rows.map((row) => ({
      id: row.id,
      database_name: row.database_name,
      instance: { id: row.instance_id, name: row.instance_name, host: row.instance_host, db_type: row.db_type as DbType },
      db_type: row.db_type as DbType,
      capacity: {
        size_mb: row.latest_size_mb,
        size_bytes: row.latest_size_bytes,
        label: sizeLabel(row.latest_size_mb, locale),
        collected_at: row.latest_collected_at,
      },
      change_30d_mb: row.latest_size_mb === null || row.size_before_mb === null ? null : row.latest_size_mb - row.size_before_mb,
      sync_status: sampleAgeShown(sampleAge(row.latest_collected_at, now), locale),
      tags: tags.get(row.instance_id) ?? [],
      is_active: row.is_active,
      first_seen_date: row.first_seen_date,
      last_seen_date: row.last_seen_date,
      deleted_at: row.deleted_at,
    }));
  }

  return {
    sync: {
      async listDatabases({ query }, { locale, now }) {
        const filter = { ...query, since: sampleLimits(now) };
        const [rows, totals, counts] = await Promise.all([
          queries.databasePage(db, filter, query, monthAgo()),
          queries.databaseTotals(db, filter),
          queries.databaseCounts(db, filter),
        ]);
        return {
          items: (await shown(rows, now, locale)).map((row) => ({
            ...row,
            tags: row.tags.map(tagRefOf),
          })),
          total: totals.n,
          page: query.page,
          pages: Math.ceil(totals.n / query.limit),
          limit: query.limit,
          per_page: query.limit,
          total_size_mb: totals.size_mb,
          stats: {
            total: counts.reduce((n, row) => n + row.n, 0),
            ...(Object.fromEntries(DB_TYPES.map((type) => [type, counts.find((row) => row.db_type === type)?.n ?? 0])) as Record<
              DbType,
              number
            >),
          },
        };
      },
      async getDatabaseTrend({ params, query }, { locale }) {
        const found = await queries.databaseById(db, params.database_id);
        if (!found) throw refuse.notFound('database', params.database_id);
        const points = await queries.trendOf(db, found, addDays(today(clock), 1 - query.days));
        const { database_name: name, db_type, ...rest } = found;
        return {
          database: { ...rest, name, db_type: db_type as DbType },
          points: points.map((point) => ({ ...point, label: sizeLabel(point.size_mb, locale) })),
        };
      },
    },
    files: {
      async exportDatabases({ query }, asker) {
        const lang = query.lang ?? (asker.locale === 'en' ? 'en' : 'zh');
        const locale: Locale = lang === 'en' ? 'en' : 'zh-CN';
        const filter = { ...query, since: sampleLimits(asker.now) };
        async function* rows() {
          let sent = 0;
          for (let page = 1; sent < CSV_LIMIT; page++) {
            const found = await queries.databasePage(db, filter, { page, limit: CHUNK, sort: 'instance_name', order: 'asc' }, monthAgo());
            for (const row of await shown(found, asker.now, locale)) {
              yield [
                row.database_name,
                row.instance.name,
                row.instance.host,
                row.db_type.toUpperCase(),
                row.tags.map((tag) => (lang === 'en' ? (tag.display_name_en ?? tag.display_name) : tag.display_name)),
                row.capacity.label,
                row.capacity.collected_at,
                row.sync_status.label,
                row.capacity.size_mb,
                row.change_30d_mb,
                row.is_active ? STATES[lang].on : STATES[lang].off,
              ];
              sent++;
            }
            if (found.length < CHUNK) break;
          }
          log.info('files', 'databases exported', { user_id: asker.user.id, rows: sent, filters: query });
        }
        return csvFile(`database_ledger_${fileStamp(asker.now, clock.timeZone)}.csv`, HEADERS[lang], rows(), clock.timeZone);
      },
    },
  };
}
