import { type catalogue, LOCALES } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import { today } from '../../clock.ts';
import { answer, type Handlers, may } from '../../http/index.ts';
import { Refusal } from '../../refusal.ts';
import { overdueJobs } from './queries.ts';
import { databaseProbe, readinessProbe, systemNumbers, uptimeText } from './probes.ts';

const LATE_MS = 5 * 60_000;
const wire = (date: Date) => date.toISOString().replace('Z', '+00:00');

/** §17 health */
export function healthHandlers({ db, cache, config, sink, startedAt }: Deps): Handlers<typeof catalogue.health> {
  const uptime = (now: Date) => Math.round((now.getTime() - startedAt.getTime()) / 1000);
  return {
    async healthCheck(_args, { now }) {
      return { status: 'healthy', timestamp: now.getTime() / 1000, timestamp_iso: wire(now), version: config.version };
    },
    async getHealth(_args, { now, locale }) {
      const [database, redis] = await Promise.all([readinessProbe(db), cache.redis()]);
      const status = !database.healthy ? 'unhealthy' : redis === 'error' ? 'degraded' : 'healthy';
      const data = {
        status,
        database: database.healthy ? 'connected' : 'error',
        redis,
        timestamp: wire(now),
        uptime: uptimeText(uptime(now), locale),
        uptime_seconds: uptime(now),
      } as const;
      if (!database.healthy) throw new Refusal('SERVICE_UNHEALTHY', { extra: { ...data, reason: database.error } });
      return answer(data, {
        message: status === 'healthy' ? { zh: '服务正常', en: 'Healthy' } : { zh: '服务降级：Redis 不可用', en: 'Degraded: Redis is away' },
      });
    },
    async getCacheHealth(_args, { locale }) {
      const redis = await cache.redis();
      const healthy = redis !== 'error';
      return { healthy, status: locale === 'en' ? (healthy ? 'ok' : 'error') : healthy ? '正常' : '异常', backend: cache.backend };
    },
    async detailedHealthCheck(_args, { now, user, monitor }) {
      const [database, redis, schedule] = await Promise.all([
        databaseProbe(db),
        cache.redis(),
        overdueJobs(db, new Date(now.getTime() - LATE_MS)).catch(() => null),
      ]);
      const admin = monitor || may(user, 'admin');
      const system = admin ? await systemNumbers(config.dataDir) : null;
      const worst = system ? Math.max(system.cpu, system.memory.percent, system.disk.percent) : 0;
      const log = { healthy: sink.dropped() === 0, depth: sink.depth(), dropped: sink.dropped() };
      const cacheOk = redis !== 'error';
      const scheduler = {
        healthy: schedule !== null && schedule.overdue === 0,
        status: schedule === null ? 'error' : schedule.overdue > 0 ? 'overdue' : 'ok',
        next_run_time: schedule?.next ? wire(schedule.next) : null,
        overdue_jobs: schedule?.overdue ?? 0,
      };
      return {
        status: !database.healthy
          ? ('unhealthy' as const)
          : cacheOk && scheduler.healthy && log.healthy && worst < 90
            ? ('healthy' as const)
            : ('degraded' as const),
        timestamp: now.getTime() / 1000,
        timestamp_iso: wire(now),
        version: config.version,
        uptime_seconds: uptime(now),
        components: {
          database,
          cache: { healthy: cacheOk, response_time_ms: null, status: redis },
          scheduler,
          log_queue: log,
          ...(system
            ? {
                system: {
                  healthy: worst < 90,
                  cpu_percent: system.cpu,
                  memory_percent: system.memory.percent,
                  disk_percent: system.disk.percent,
                  status: worst < 90 ? 'healthy' : 'warning',
                },
              }
            : {}),
        },
      };
    },
  };
}

/** §27 main: what the site itself answers. */
export function mainHandlers({
  clock,
  config,
  icons,
}: Deps): Omit<Handlers<typeof catalogue.main>, 'getSettings' | 'updateSettings' | 'listAuditEvents'> {
  const icon = (name: string, media: string) => async () => ({ media, body: icons(name), cache: 'public, max-age=86400' });
  return {
    async index() {
      return { redirect: '/auth/login' };
    },
    async chromeDevtools() {
      return { media: 'application/json', body: null };
    },
    appleTouchIcon: icon('apple-touch-icon.png', 'image/png'),
    appleTouchIconPrecomposed: icon('apple-touch-icon.png', 'image/png'),
    favicon: icon('favicon.ico', 'image/x-icon'),
    async appInfo(_args, { user, locale }) {
      return {
        app_name: locale === 'en' ? 'WhaleFall' : '鲸落',
        app_version: config.version,
        locale_default: 'zh-CN',
        locales: [...LOCALES],
        demo: config.demo,
        time_zone: clock.timeZone,
        today: today(clock),
        ...(user ? { environment: config.env } : {}),
      };
    },
  };
}
