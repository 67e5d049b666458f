import type { Kysely } from 'kysely';
import { addDays, businessDate, startOfDay } from '../../clock.ts';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries/overview.ts';

const TREND_DAYS = 30;
/** How long a size stands for a server that was not read since (20 §13). */
const KEPT_DAYS = 7;
const LATEST_CHANGES = 10;
const NEXT_JOBS = 5;

/**
 * The fleet at a glance, in both languages, in a fixed number of statements. Each number is counted as the list it leads
 * to counts it. A part that cannot be read is null and named in `degraded`: never zero (20-DASH-2).
 * "Since yesterday" begins with yesterday's business day. Sizes in MB.
 */
export async function overview(db: Kysely<DB>, now: Date, timeZone: string) {
  const today = businessDate(now, timeZone);
  const firstDay = addDays(today, 1 - TREND_DAYS);
  const since = startOfDay(addDays(today, -1), timeZone);
  return readParts({
    users: queries.userCounts(db),
    instances: queries.instanceCounts(db).then(instances),
    accounts: queries.accountCounts(db),
    classified_accounts: Promise.all([queries.classifiedCounts(db), queries.classCounts(db)]).then(([classified, classifications]) => ({
      ...classified,
      classifications,
    })),
    capacity: queries.capacityByDay(db, firstDay, today, KEPT_DAYS).then((sizes) => capacity(sizes, firstDay, today)),
    databases: queries.databaseCounts(db).then((found) => ({ ...found, inactive: found.total - found.active })),
    failed_since_yesterday: queries.lastFailures(db, since),
    changes_since_yesterday: Promise.all([queries.changeCounts(db, since), queries.latestChanges(db, since, LATEST_CHANGES)]).then(
      ([changes, latest]) => ({ ...changes, latest }),
    ),
    next_jobs: queries.nextJobs(db, NEXT_JOBS),
  });
}

/** Every part by itself; when none can be read, that is a failure. */
async function readParts<T extends object>(parts: { [K in keyof T]: Promise<T[K]> }) {
  const names = Object.keys(parts);
  const ended = await Promise.allSettled(Object.values<Promise<unknown>>(parts));
  const failures = ended.flatMap((one, i) => (one.status === 'rejected' ? [{ part: names[i]!, error: one.reason as unknown }] : []));
  if (failures.length === names.length) throw failures[0]!.error;
  const found = Object.fromEntries(ended.map((one, i) => [names[i]!, one.status === 'fulfilled' ? one.value : null]));
  return { found: found as { [K in keyof T]: T[K] | null }, failures };
}

function instances(byType: Awaited<ReturnType<typeof queries.instanceCounts>>) {
  const sum = (key: 'total' | 'active') => byType.reduce((n, row) => n + row[key], 0);
  return {
    total: sum('total'),
    active: sum('active'),
    by_type: byType.map(({ db_type, total, ok, failed, never }) => ({ db_type, total, ok, failed, never })),
  };
}

function capacity(sizes: Awaited<ReturnType<typeof queries.capacityByDay>>, firstDay: string, today: string) {
  const sizeOn = new Map(sizes.map((row) => [row.date, row]));
  const totalMb = sizeOn.get(today)?.total_mb ?? 0;
  return {
    total_mb: totalMb,
    total_gb: Math.round((10 * totalMb) / 1024) / 10,
    usage_percent: null,
    // A day on which nothing was read has no sum, be it before the first sync or while the collector stood still.
    trend: Array.from({ length: TREND_DAYS }, (_, i) => {
      const date = addDays(firstDay, i);
      const size = sizeOn.get(date);
      return { date, total_mb: size?.measured ? size.total_mb : null };
    }),
  };
}
export type Overview = Awaited<ReturnType<typeof overview>>['found'];
