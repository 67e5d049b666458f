import type { catalogue, Locale } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { answer, type Handlers, may } from '../../../http/index.ts';
import { colorOf } from '../../tags/index.ts';
import { activities, charts } from '../charts.ts';
import { latestEvents } from '../queries/charts.ts';
import { hostLoad, uptimeText } from '../host-load.ts';
import { type Overview, overview } from '../overview.ts';
import { ping } from '../queries/overview.ts';

/** §11 dashboard */
export function dashboardHandlers({ db, clock, cache, config, log, startedAt }: Deps): Handlers<typeof catalogue.dashboard> {
  return {
    async getDashboardOverview(_args, asker) {
      const { found, failures } = await overview(db, asker.now, clock.timeZone);
      for (const { part, error } of failures) log.error('dashboard', `overview: ${part} cannot be read`, { error });
      const shown = inLanguage(found, asker.locale);
      return failures.length === 0 ? shown : answer(shown, { meta: { degraded: failures.map(({ part }) => part) } });
    },
    async getDashboardCharts({ query }, asker) {
      const found = await charts(db, asker.now, clock.timeZone, may(asker.user, 'admin'));
      const parts = { logs: ['log_trend', 'log_levels'], tasks: ['task_status'], syncs: ['sync_trend'] } as const;
      return query.type === 'all' ? found : Object.fromEntries(parts[query.type].map((part) => [part, found[part]]));
    },
    async listDashboardActivities(_args, asker) {
      return activities(await latestEvents(db, may(asker.user, 'admin')), asker.locale);
    },
    async getDashboardStatus(_args, asker) {
      const [database, redis, system] = await Promise.all([
        ping(db).then(
          () => 'healthy' as const,
          () => 'error' as const,
        ),
        cache.redis(),
        // What the machine is made of is no business of other roles (20-DASH-5).
        may(asker.user, 'admin') ? hostLoad(config.dataDir) : null,
      ]);
      const seconds = Math.max(0, Math.floor((clock.now().getTime() - startedAt.getTime()) / 1000));
      return {
        system,
        services: { database, redis: redis === 'connected' ? 'healthy' : redis },
        uptime: uptimeText(seconds, asker.locale),
        uptime_seconds: seconds,
      };
    },
  };
}

function inLanguage(found: Overview, locale: Locale) {
  const { classified_accounts: classified, changes_since_yesterday: changes } = found;
  const pick = (zh: string | null, en: string | null) => (locale === 'en' ? (en ?? zh) : (zh ?? en)) ?? '';
  return {
    ...found,
    classified_accounts: classified && {
      ...classified,
      classifications: classified.classifications.map(({ name_en, color, ...kept }) => ({
        ...kept,
        color: colorOf(color).value,
        display_name: pick(kept.name, name_en),
      })),
    },
    failed_since_yesterday: found.failed_since_yesterday?.map((row) => ({ ...row, error_code: row.error_code as never })) ?? null,
    changes_since_yesterday: changes && {
      ...changes,
      latest: changes.latest.map(({ message, message_en, ...kept }) => ({ ...kept, message: pick(message, message_en) })),
    },
  };
}
