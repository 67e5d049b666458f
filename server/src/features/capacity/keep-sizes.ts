import type { Deps } from '../../assemble.ts';
import { startOfDay } from '../../clock.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { transaction } from '../../store/transaction.ts';
import { mebibytes } from './mebibytes.ts';
import * as queries from './queries/sizes.ts';

export interface DayOfSizes {
  date: string;
  databases: { name: string; bytes: number }[];
}

/** Keeps sizes that were measured on earlier days: for the demo, and for moving in from elsewhere. Days in order, oldest first. */
export async function keepSizes({ db, clock }: Pick<Deps, 'db' | 'clock'>, instanceId: number, days: readonly DayOfSizes[]): Promise<void> {
  const dates = days.map((day) => day.date);
  await ensurePartitions(db, 'database_size_stats', dates);
  await ensurePartitions(db, 'instance_size_stats', dates);
  await transaction(db, async (db) => {
    const names = [...new Set(days.flatMap((day) => day.databases.map((database) => database.name)))];
    if (days.length > 0) await queries.markSeen(db, instanceId, names, dates[0]!, startOfDay(dates[0]!, clock.timeZone));
    await queries.insertHistory(
      db,
      instanceId,
      days.flatMap((day) =>
        day.databases.map(({ name, bytes }) => ({
          date: day.date,
          at: startOfDay(day.date, clock.timeZone),
          name,
          mb: mebibytes(bytes),
          bytes,
        })),
      ),
      // Measured then, written now: the next aggregation finds that those periods have changed.
      clock.now(),
    );
  });
}
