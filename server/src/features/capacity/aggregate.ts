import { inParallel } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { Deps } from '../../assemble.ts';
import { addDays, today } from '../../clock.ts';
import { lockNameUntilCommit } from '../../jobs/index.ts';
import { ensurePartitions, listPartitions } from '../../store/partitions.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { lastClosedPeriod, type Period, periodOf, PERIOD_TYPES, type PeriodType, previousPeriod } from './periods.ts';
import * as queries from './queries/compute-aggregates.ts';

export type Scope = 'instance' | 'database' | 'all';
/** Periods of one type that lie side by side. */
export interface Span {
  type: PeriodType;
  first: Period;
  last: Period;
}
/** What a run computed, by instance and level. */
export type Computed = Map<number, { instance: number; database: number }>;

const monthsBetween = (from: string, to: string): string[] => {
  const months: string[] = [];
  for (let at = `${from.slice(0, 7)}-01`; at <= to; at = periodOf('monthly', addDays(periodOf('monthly', at).end, 1)).start)
    months.push(at);
  return months;
};

/** The first day whose raw rows retention has not dropped; on an installation that dropped none, the beginning of time. */
async function rawSince(db: Kysely<DB>): Promise<string> {
  const first = (table: 'database_size_stats' | 'instance_size_stats') =>
    listPartitions(db, table).then((list) => list.map((partition) => partition.from).sort()[0] ?? '0001-01-01');
  const [a, b] = await Promise.all([first('database_size_stats'), first('instance_size_stats')]);
  const oldest = a > b ? a : b;
  return (await queries.hasDailyBefore(db, oldest)) ? oldest : '0001-01-01';
}

/** Days that one statement computes: a year of thousands of databases would outlast its timeout and hold its rows too long. */
const DAYS_AT_ONCE = 92;
/** A span in parts of whole periods, each of some months at most. */
function partsOf({ type, first, last }: Span): Span[] {
  const parts: Span[] = [];
  for (let from = first; from.start <= last.start;) {
    let to = from;
    for (;;) {
      const next = periodOf(type, addDays(to.end, 1));
      if (next.start > last.start || next.end > addDays(from.start, DAYS_AT_ONCE - 1)) break;
      to = next;
    }
    parts.push({ type, first: from, last: to });
    from = periodOf(type, addDays(to.end, 1));
  }
  return parts;
}

/** Types of periods at once: none reads what another writes, and a second processor is rarely busy at night. */
const TYPES_AT_ONCE = 2;

/**
 * Computes spans for some instances: one statement for each level and part of a span, each part in a transaction of its own.
 * Twice changes nothing, so a run that breaks off is made up for by the next.
 */
export async function aggregate(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  spans: readonly Span[],
  scope: Scope,
  instanceIds: readonly number[],
): Promise<Computed> {
  const since = await rawSince(db);
  const computed: Computed = new Map();
  const note = (level: 'instance' | 'database', rows: readonly queries.Computed[]) => {
    for (const row of rows) {
      const entry = computed.get(row.instance_id) ?? { instance: 0, database: 0 };
      entry[level] += row.computed;
      computed.set(row.instance_id, entry);
    }
  };
  const computePart = async (part: Span) => {
    const months = monthsBetween(part.first.start, part.last.start);
    await ensurePartitions(db, 'instance_size_aggregations', months);
    await ensurePartitions(db, 'database_size_aggregations', months);
    const range = {
      type: part.type,
      from: part.first.start,
      before: addDays(part.last.end, 1),
      compareFrom: previousPeriod(part.type, part.first).start,
      rawSince: since,
      today: today(clock),
      instanceIds,
    };
    await transaction(db, async (db) => {
      await lockNameUntilCommit(db, `aggregation ${part.type}`);
      if (scope !== 'instance') note('database', await queries.aggregateDatabases(db, range, clock.now()));
      if (scope !== 'database') note('instance', await queries.aggregateInstances(db, range, clock.now()));
    });
  };
  await inParallel(spans, TYPES_AT_ONCE, async (span) => {
    for (const part of partsOf(span)) await computePart(part);
  });
  return computed;
}

/** The running period of one type. */
export function currentSpan(type: PeriodType, clock: Deps['clock']): Span {
  const period = periodOf(type, today(clock));
  return { type, first: period, last: period };
}

/** What the nightly run computes: the last closed and the running period of each type, and all since the first day that was measured after the last full run. */
export async function nightlySpans({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<Span[]> {
  const now = today(clock);
  const changed = await queries.firstChanged(db, await queries.lastFullRun(db));
  return PERIOD_TYPES.map((type) => {
    const closed = lastClosedPeriod(type, now);
    const earlier = changed ? periodOf(type, changed) : closed;
    return { type, first: earlier.start < closed.start ? earlier : closed, last: periodOf(type, now) };
  });
}
