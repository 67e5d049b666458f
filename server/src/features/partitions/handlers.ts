import type { catalogue } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import { today } from '../../clock.ts';
import type { Handlers } from '../../http/index.ts';
import { cleanupPartitions, createPartitions } from './change-partitions.ts';
import { health, partitions, sizeText } from './list.ts';

const TABLES = ['stats', 'aggregations', 'instance_stats', 'instance_aggregations'] as const;

/** §20 partition; core-metrics is the capacity's. */
export function partitionHandlers({
  db,
  clock,
  log,
  config,
}: Deps): Omit<Handlers<typeof catalogue.partition>, 'getCoreAggregationMetrics'> {
  async function totals() {
    const rows = await partitions(db, today(clock));
    const bytes = rows.reduce((n, row) => n + row.size_bytes, 0);
    return {
      partitions: rows,
      total_partitions: rows.length,
      total_size_bytes: bytes,
      total_size: sizeText(bytes),
      total_records: rows.reduce((n, row) => n + row.record_count, 0),
      tables: [...TABLES],
    };
  }
  return {
    async getPartitionInfo(_args, { now }) {
      const all = await totals();
      return { data: { ...all, ...health(all.partitions, today(clock)) }, timestamp: now };
    },
    async getPartitionStatus(_args, { now }) {
      const all = await totals();
      const state = health(all.partitions, today(clock));
      if (state.status !== 'healthy') log.warning('partition', 'partitions are missing', state);
      return { data: { ...all, ...state }, timestamp: now };
    },
    async getPartitionStatistics(_args, { now }) {
      const all = await totals();
      const per_table = Object.fromEntries(
        TABLES.map((table) => {
          const rows = all.partitions.filter((row) => row.table === table);
          const months = rows.map((row) => row.from).sort();
          return [
            table,
            {
              partitions: rows.length,
              size_bytes: rows.reduce((n, row) => n + row.size_bytes, 0),
              records: rows.reduce((n, row) => n + row.record_count, 0),
              oldest: months[0] ?? null,
              newest: months.at(-1) ?? null,
            },
          ];
        }),
      );
      return { data: { ...all, per_table }, timestamp: now };
    },
    async createPartition({ body }, asker) {
      return { result: await createPartitions(db, asker, today(clock), body.date, body.months), timestamp: asker.now };
    },
    async cleanupPartitions({ body }, asker) {
      const retention = { months: body.retention_months, aggregateMonths: config.aggregationRetentionMonths };
      return { result: await cleanupPartitions(db, log, asker, today(clock), asker.now, retention, body.dry_run), timestamp: asker.now };
    },
  };
}
