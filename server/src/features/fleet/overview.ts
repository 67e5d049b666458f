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
 * to counts it. A failure is a failure: nothing here is ever zero because it could not be read (20-DASH-2).
 * "Since yesterday" begins with yesterday's business day. Sizes in MB.
 */
export async function overview(db: Kysely<DB>, now: Date, timeZone: string) {
  const today = businessDate(now, timeZone);
  const firstDay = addDays(today, 1 - TREND_DAYS);
  const since = startOfDay(addDays(today, -1), timeZone);
  const [users, byType, accounts, classified, classes, databases, sizes, failures, changes, latest, jobs] = await Promise.all([
    queries.userCounts(db),
    queries.instanceCounts(db),
    queries.accountCounts(db),
    queries.classifiedCounts(db),
    queries.classCounts(db),
    queries.databaseCounts(db),
    queries.capacityByDay(db, firstDay, today, KEPT_DAYS),
    queries.lastFailures(db, since),
    queries.changeCounts(db, since),
    queries.latestChanges(db, since, LATEST_CHANGES),
    queries.nextJobs(db, NEXT_JOBS),
  ]);
  const sum = (key: 'total' | 'active') => byType.reduce((n, row) => n + row[key], 0);
  const sizeOn = new Map(sizes.map((row) => [row.date, row]));
  const totalMb = sizeOn.get(today)?.total_mb ?? 0;
  return {
    users,
    instances: {
      total: sum('total'),
      active: sum('active'),
      by_type: byType.map(({ db_type, total, ok, failed, never }) => ({ db_type, total, ok, failed, never })),
    },
    accounts,
    classified_accounts: { ...classified, classifications: classes },
    capacity: {
      total_mb: totalMb,
      total_gb: Math.round((10 * totalMb) / 1024) / 10,
      usage_percent: null,
      // A day on which nothing was read has no sum, be it before the first sync or while the collector stood still.
      trend: Array.from({ length: TREND_DAYS }, (_, i) => {
        const date = addDays(firstDay, i);
        const size = sizeOn.get(date);
        return { date, total_mb: size?.measured ? size.total_mb : null };
      }),
    },
    databases: { ...databases, inactive: databases.total - databases.active },
    failed_since_yesterday: failures,
    changes_since_yesterday: { ...changes, latest },
    next_jobs: jobs,
  };
}
export type Overview = Awaited<ReturnType<typeof overview>>;
