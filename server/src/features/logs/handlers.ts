import { Readable } from 'node:stream';
import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import { businessTime, fileStamp, wallTime } from '../../clock.ts';
import { type Asker, csvFile, type Handlers, may } from '../../http/index.ts';
import { refuse } from '../../refusal.ts';
import * as queries from './queries.ts';

const HOUR_MS = 3_600_000;
const SHORT_MS = 48 * HOUR_MS;
const CHUNK = 1000;
const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
const ADDRESSES = new Set(['ip_address', 'user_agent', 'host', 'ip']);
/** Said of every request: left out of the flat context of a CSV. */
const ROUTINE = new Set(['request_id', 'user_id', 'url', 'method', 'ip_address', 'user_agent']);
const HEADERS = {
  zh: ['ID', '时间戳', '级别', '模块', '消息', '堆栈追踪', '上下文', '创建时间'],
  en: ['ID', 'Time', 'Level', 'Module', 'Message', 'Traceback', 'Context', 'Created'],
};

interface Given {
  level?: queries.Level[] | undefined;
  module?: string | undefined;
  search?: string | undefined;
  start_time?: string | undefined;
  end_time?: string | undefined;
  hours?: number | undefined;
}

/** §19 history/logs and the log export of §26. */
export function logsHandlers({ db, clock, log }: Deps): {
  logs: Handlers<typeof catalogue.historyLogs>;
  files: Pick<Handlers<typeof catalogue.files>, 'exportLogs'>;
} {
  const { timeZone } = clock;
  function filterOf(given: Given, asker: Asker, hoursOtherwise: number | null): queries.LogFilter {
    const { start_time, end_time } = given;
    const bounded = start_time !== undefined || end_time !== undefined;
    const hours = bounded ? null : (given.hours ?? hoursOtherwise);
    const from =
      start_time !== undefined ? wallTime(start_time, timeZone) : hours === null ? null : new Date(asker.now.getTime() - hours * HOUR_MS);
    const to = end_time === undefined ? null : wallTime(end_time, timeZone);
    if (from && to && from > to)
      throw refuse.invalid({ end_time: { code: 'RANGE', zh: '结束时间早于开始时间', en: 'Ends before it starts' } });
    const short = from !== null && (to ?? asker.now).getTime() - from.getTime() <= SHORT_MS;
    return { level: given.level, module: given.module, search: given.search, from, to, short, admin: may(asker.user, 'admin') };
  }
  /** Without `admin`: no traceback, no addresses. */
  function shown(row: queries.LogRow, admin: boolean) {
    const context = (row.context ?? null) as Record<string, unknown> | null;
    return {
      id: row.id,
      timestamp: row.timestamp.toISOString().replace('Z', '+00:00'),
      timestamp_display: businessTime(row.timestamp, timeZone),
      level: row.level as 'INFO',
      module: row.module,
      message: row.message,
      traceback: admin ? row.traceback : null,
      context: context && !admin ? Object.fromEntries(Object.entries(context).filter(([key]) => !ADDRESSES.has(key))) : context,
      created_at: row.created_at,
    };
  }
  async function* all(filter: queries.LogFilter, limit: number) {
    let before: { at: Date; id: number } | null = null;
    for (let sent = 0; sent < limit;) {
      const rows: queries.LogRow[] = await queries.logsBefore(db, filter, before, Math.min(CHUNK, limit - sent));
      for (const row of rows) yield shown(row, filter.admin);
      sent += rows.length;
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      before = { at: last.timestamp, id: last.id };
    }
  }
  return {
    logs: {
      async searchLogs({ query }, asker) {
        const filter = filterOf(query, asker, 24);
        const { items, total } = await queries.logPage(db, filter, query);
        const logs = items.map((row) => shown(row, filter.admin));
        const pages = Math.ceil(total / query.limit);
        const pagination = {
          page: query.page,
          per_page: query.limit,
          total,
          pages,
          has_next: query.page < pages,
          has_prev: query.page > 1,
          prev_num: query.page > 1 ? query.page - 1 : null,
          next_num: query.page < pages ? query.page + 1 : null,
        };
        return { logs, items: logs, total, page: query.page, pages, limit: query.limit, pagination };
      },
      async getLogDetail({ params }, asker) {
        const admin = may(asker.user, 'admin');
        const row = await queries.logById(db, params.log_id, admin);
        if (!row) throw refuse.notFound('log', params.log_id);
        return { log: shown(row, admin) };
      },
      async listLogModules(_args, { user }) {
        return { modules: await queries.modules(db, may(user, 'admin')) };
      },
      async getLogStats({ query }, asker) {
        const filter = filterOf(query, asker, 24);
        const bounded = query.start_time !== undefined || query.end_time !== undefined;
        return { ...(await queries.counts(db, filter)), time_range_hours: bounded ? null : (query.hours ?? 24) };
      },
      async getLogStatistics({ query }, asker) {
        const filter = filterOf(query, asker, query.hours);
        const bucketMs = Math.max(5 * 60_000, Math.ceil((query.hours * HOUR_MS) / 48 / 60_000) * 60_000);
        const [modules, times] = await Promise.all([queries.byModule(db, filter), queries.byTime(db, filter, bucketMs)]);
        const none = () => ({ DEBUG: 0, INFO: 0, WARNING: 0, ERROR: 0, CRITICAL: 0 });
        const levels = none();
        const perModule = new Map<string, number>();
        for (const row of modules) {
          levels[row.level as 'INFO'] += row.count;
          perModule.set(row.module, (perModule.get(row.module) ?? 0) + row.count);
        }
        const total = LEVELS.reduce((n, level) => n + levels[level], 0);
        const errors = levels.ERROR + levels.CRITICAL;
        const buckets = new Map<number, ReturnType<typeof none>>();
        for (const row of times) {
          const at = row.bucket.getTime();
          const bucket = buckets.get(at) ?? none();
          bucket[row.level as 'INFO'] = row.count;
          buckets.set(at, bucket);
        }
        return {
          total_logs: total,
          error_count: errors,
          warning_count: levels.WARNING,
          info_count: levels.INFO,
          debug_count: levels.DEBUG,
          critical_count: levels.CRITICAL,
          level_distribution: levels,
          top_modules: [...perModule]
            .map(([module, count]) => ({ module, count }))
            .sort((a, b) => b.count - a.count || a.module.localeCompare(b.module))
            .slice(0, 10),
          error_rate: total === 0 ? 0 : Math.round((10_000 * errors) / total) / 100,
          timeline: [...buckets].map(([at, bucket]) => ({ bucket: new Date(at), ...bucket })),
        };
      },
    },
    files: {
      async exportLogs({ query }, asker) {
        const filter = filterOf(query, asker, null);
        const stamp = fileStamp(asker.now, timeZone);
        log.info('files', 'logs exported', { user_id: asker.user.id, filters: query });
        if (query.format === 'csv') {
          async function* rows() {
            for await (const row of all(filter, query.limit)) {
              const context = Object.entries(row.context ?? {})
                .filter(([key]) => !ROUTINE.has(key))
                .map(([key, value]) => `${key}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
              yield [row.id, row.timestamp_display, row.level, row.module, row.message, row.traceback, context.join('; '), row.created_at];
            }
          }
          return csvFile(`logs_export_${stamp}.csv`, HEADERS[query.lang ?? (asker.locale === 'en' ? 'en' : 'zh')], rows(), timeZone);
        }
        async function* text() {
          yield '{"logs":[';
          let first = true;
          for await (const row of all(filter, query.limit)) {
            yield `${first ? '' : ','}${JSON.stringify({ ...row, created_at: row.created_at.toISOString().replace('Z', '+00:00') })}`;
            first = false;
          }
          yield `],"exported_at":"${asker.now.toISOString().replace('Z', '+00:00')}"}`;
        }
        return { media: 'application/json; charset=utf-8', name: 'logs_export.json', body: Readable.from(text()) };
      },
    },
  };
}
