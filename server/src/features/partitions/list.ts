import type { Kysely } from 'kysely';
import { listPartitions, monthsFrom, type Partition, partitionedTables, partitionName } from '../../store/partitions.ts';
import { tableGone } from '../../store/errors.ts';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';

const AHEAD = 3;

export interface ShownPartition {
  name: string;
  table: 'stats' | 'aggregations' | 'instance_stats' | 'instance_aggregations';
  table_type: ShownPartition['table'];
  parent: string;
  display_name: string;
  size: string;
  size_bytes: number;
  record_count: number;
  record_count_exact: boolean;
  date: string;
  from: string;
  to: string;
  status: 'current' | 'past' | 'future';
}

/** B, KB, MB, GB with one decimal. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}
const statusOf = (partition: Partition, today: string): ShownPartition['status'] =>
  partition.to <= today ? 'past' : partition.from > today ? 'future' : 'current';

const TRIES = 3;
/** One that is dropped between two looks at the catalog is no failure: the next look does not find it. */
async function whileTheyStand<T>(look: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await look();
    } catch (error) {
      if (tries === TRIES || !tableGone(error)) throw error;
    }
}

/** Every partition of the four tables, by its real bounds. */
export async function partitions(db: Kysely<DB>, today: string): Promise<ShownPartition[]> {
  const { found, counts } = await whileTheyStand(async () => {
    const found = await listPartitions(db);
    return { found, counts: await queries.exactCounts(db, found) };
  });
  return found.map((partition) => {
    const table = partitionedTables.find(({ name }) => name === partition.table)!;
    const exact = counts.get(partition.name) ?? null;
    const key = table.key as ShownPartition['table'];
    return {
      name: partition.name,
      table: key,
      table_type: key,
      parent: partition.table,
      display_name: table.title,
      size: sizeText(partition.sizeBytes),
      size_bytes: partition.sizeBytes,
      record_count: exact ?? Math.max(0, Math.round(partition.rowEstimate)),
      record_count_exact: exact !== null,
      date: partition.from.replaceAll('-', '/'),
      from: partition.from,
      to: partition.to,
      status: statusOf(partition, today),
    };
  });
}

/** This month and the two after it, of every table. unhealthy: an insert of today or tomorrow's month would fail. */
export function health(
  found: readonly Pick<ShownPartition, 'parent' | 'from'>[],
  today: string,
): { status: 'healthy' | 'warning' | 'unhealthy'; missing_partitions: string[] } {
  const there = new Set(found.map(({ parent, from }) => `${parent} ${from.slice(0, 7)}`));
  const months = monthsFrom(today, AHEAD).map((date) => date.slice(0, 7));
  const missing = partitionedTables.flatMap((table) =>
    months
      .filter((month) => !there.has(`${table.name} ${month}`))
      .map((month) => ({ name: partitionName(table.name, month), urgent: month <= months[1]! })),
  );
  return {
    status: missing.some((one) => one.urgent) ? 'unhealthy' : missing.length > 0 ? 'warning' : 'healthy',
    missing_partitions: missing.map((one) => one.name),
  };
}
export const partitionHealth = async (db: Kysely<DB>, today: string) =>
  health(
    (await whileTheyStand(() => listPartitions(db))).map(({ table, from }) => ({ parent: table, from })),
    today,
  );
