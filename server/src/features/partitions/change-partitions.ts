import type { Kysely } from 'kysely';
import { LOCKS, lockUntilCommit } from '../../jobs/index.ts';
import { type Actor, audit, type Log } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import { ensurePartitions, forgetPartitions, monthsFrom, partitionedTables, partitionName } from '../../store/partitions.ts';
import { noteWrite } from '../../store/table-writes.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { partitions, type ShownPartition } from './list.ts';
import * as queries from './queries.ts';

interface Action {
  table: ShownPartition['table'];
  table_name: string;
  partition_name: string;
  display_name: string;
  status: string;
  size_bytes?: number;
}
const monthStart = (date: string): string => `${date.slice(0, 7)}-01`;
function addMonths(date: string, months: number): string {
  const at = new Date(`${monthStart(date)}T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + months);
  return at.toISOString().slice(0, 10);
}

/** The months from that of `date` on, for all four tables. @throws Refusal VALIDATION_ERROR for a past month */
export async function createPartitions(
  db: Kysely<DB>,
  actor: Actor,
  today: string,
  date: string,
  months: number,
): Promise<{ partition_window: { start: string; end: string }; actions: Action[] }> {
  if (monthStart(date) < monthStart(today))
    throw refuse.invalid({ date: { code: 'PAST_MONTH', zh: '只能创建当前或未来月份的分区', en: 'Only this month and later ones' } });
  const dates = monthsFrom(date, months);
  // The bound of the last one is a month later, and years have four digits.
  if (dates.some((month) => month.length > 10 || month >= '9999-12'))
    throw refuse.invalid({ date: { code: 'RANGE', zh: '超出可用的日期范围', en: 'Past the dates that there are' } });
  const actions: Action[] = [];
  for (const table of partitionedTables) {
    const made = new Set(await ensurePartitions(db, table.name, dates));
    for (const month of dates) {
      const name = partitionName(table.name, month.slice(0, 7));
      actions.push({
        table: table.key as Action['table'],
        table_name: table.name,
        partition_name: name,
        display_name: table.title,
        status: made.has(name) ? 'created' : 'exists',
      });
    }
  }
  await transaction(db, (db) =>
    audit(db, actor, {
      action: 'create',
      resource: 'partition',
      after: { from: dates[0], months, created: actions.filter((action) => action.status === 'created').length },
    }),
  );
  return { partition_window: { start: monthStart(date), end: addMonths(date, months) }, actions };
}

export interface Retention {
  /** Months of raw sizes kept, by the calendar; aggregates have their own. */
  months: number;
  aggregateMonths: number;
}
/** What retention would drop, oldest first; the current and later months never. */
export async function expired(
  db: Kysely<DB>,
  today: string,
  retention: Retention,
): Promise<{ cutoff: string; partitions: ShownPartition[] }> {
  const cutoff = addMonths(today, -retention.months);
  const aggregateCutoff = addMonths(today, -Math.max(retention.aggregateMonths, retention.months));
  const found = await partitions(db, today);
  const limit = (p: ShownPartition) => (p.table === 'stats' || p.table === 'instance_stats' ? cutoff : aggregateCutoff);
  return { cutoff, partitions: found.filter((p) => p.status === 'past' && p.from < limit(p)).sort((a, b) => (a.from < b.from ? -1 : 1)) };
}

/** Drops what retention lets go: detach, then drop, each logged. @returns what was (or with dryRun would be) dropped */
export async function cleanupPartitions(
  db: Kysely<DB>,
  log: Log,
  actor: Actor | null,
  today: string,
  now: Date,
  retention: Retention,
  dryRun: boolean,
) {
  const { cutoff, partitions: old } = await expired(db, today, retention);
  const shown = (status: string) =>
    old.map((p): Action => ({
      table: p.table,
      table_name: p.parent,
      partition_name: p.name,
      display_name: p.display_name,
      status,
      size_bytes: p.size_bytes,
    }));
  const total = old.reduce((n, p) => n + p.size_bytes, 0);
  if (dryRun) return { cutoff_date: cutoff, dry_run: true, dropped: shown('would_drop'), total_size_bytes: total };
  await transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.partitions);
    for (const p of old) {
      await queries.detach(db, p.parent, p.name);
      await queries.drop(db, p.name);
      await noteWrite(db, p.parent);
    }
    if (old.length > 0)
      await audit(db, actor ?? { user: null, now }, {
        action: 'drop',
        resource: 'partition',
        before: { partitions: old.map((p) => p.name), bytes: total },
      });
  });
  forgetPartitions(db);
  for (const p of old) log.info('partition', `partition ${p.name} dropped`, { bytes: p.size_bytes, records: p.record_count });
  return { cutoff_date: cutoff, dry_run: false, dropped: shown('dropped'), total_size_bytes: total };
}
