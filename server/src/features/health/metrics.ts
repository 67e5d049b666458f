import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Deps } from '../../assemble.ts';
import type { Metrics } from '../../http/index.ts';
import { queueDepth } from '../../jobs/index.ts';
import { readAges, schedulerLag, syncResults } from './queries.ts';
import { partitionHorizons } from './partition-horizon.ts';
import { today } from '../../clock.ts';

/** What is read from the database is read at most this often, however many ask. */
const FRESH_MS = 10_000;
/** Prometheus gives a scrape 10 s by default: a part that hangs must not take the others with it. */
const PART_MS = 4000;

/** The numbers of this process and of the house, in Prometheus' text form. What is read from the database is the same on every server. */
export function openMetrics({ db, store, clock, config }: Deps): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const gauge = (name: string, help: string, labelNames: string[] = [], collect?: (this: Gauge) => void) =>
    new Gauge({ name: `whalefall_${name}`, help, labelNames, registers, ...(collect ? { collect } : {}) });

  const requests = new Counter({
    name: 'whalefall_http_requests_total',
    help: 'Requests answered, by route id of the contract, method and status class.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'whalefall_http_request_duration_seconds',
    help: 'Time from the request to the end of its reply.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  gauge('build_info', 'Always 1; the version is the label.', ['version']).set({ version: config.version }, 1);
  gauge('database_pool_connections', 'Connections of this process to our own database.', ['state'], function () {
    this.set({ state: 'total' }, store.pool.totalCount);
    this.set({ state: 'idle' }, store.pool.idleCount);
    this.set({ state: 'waiting' }, store.pool.waitingCount);
  });
  const failures = gauge('scrape_failed', '1 when this part could not be read; its series are then missing, never old.', ['part']);

  const jobs = gauge('queue_jobs', 'Pieces of work in the queue, by queue and state.', ['queue', 'state']);
  const lag = gauge('scheduler_lag_seconds', 'How late the oldest due job is; 0 when none is due.');
  const records = gauge('sync_records_24h', 'Records of instances made in the last 24 h.', ['db_type', 'category', 'status']);
  const times = gauge('sync_duration_seconds_24h', 'How long the completed records of the last 24 h took.', [
    'db_type',
    'category',
    'quantile',
  ]);
  const ages = gauge('last_success_age_seconds', 'Since the last read of an active instance that succeeded.', [
    'instance_id',
    'name',
    'db_type',
    'category',
  ]);
  const never = gauge('instances_never_read', 'Active instances of which no read has succeeded yet.', ['category']);
  const horizon = gauge('partition_horizon_days', 'Days from today to the first month without a partition; 0: today has none.', ['table']);

  const parts: { name: string; gauges: Gauge[]; read(now: Date): Promise<() => void> }[] = [
    {
      name: 'queue',
      gauges: [jobs],
      async read() {
        const rows = await queueDepth(db);
        return () => rows.forEach(({ queue, state, n }) => jobs.set({ queue, state }, n));
      },
    },
    {
      name: 'scheduler',
      gauges: [lag],
      async read(now) {
        const seconds = await schedulerLag(db, now);
        return () => lag.set(seconds);
      },
    },
    {
      name: 'sync',
      gauges: [records, times],
      async read(now) {
        const rows = await syncResults(db, new Date(now.getTime() - 86_400_000));
        return () => {
          for (const { db_type, category, status, n, p50, p95 } of rows) {
            records.set({ db_type, category, status }, n);
            if (status !== 'completed' || p50 === null || p95 === null) continue;
            times.set({ db_type, category, quantile: '0.5' }, p50);
            times.set({ db_type, category, quantile: '0.95' }, p95);
          }
        };
      },
    },
    {
      name: 'instances',
      gauges: [ages, never],
      async read(now) {
        const rows = await readAges(db);
        return () => {
          for (const category of ['account', 'capacity'] as const) {
            never.set({ category }, rows.filter((row) => row[category] === null).length);
            for (const { id, name, db_type, [category]: at } of rows)
              if (at) ages.set({ instance_id: String(id), name, db_type, category }, (now.getTime() - at.getTime()) / 1000);
          }
        };
      },
    },
    {
      name: 'partitions',
      gauges: [horizon],
      async read() {
        const rows = await partitionHorizons(db, today(clock));
        return () => rows.forEach(({ table, days }) => horizon.set({ table }, days));
      },
    },
  ];

  async function readParts(): Promise<void> {
    const now = clock.now();
    await Promise.all(
      parts.map(async ({ name, gauges, read }) => {
        const put = await inTime(read(now)).catch(() => null);
        for (const one of gauges) {
          one.reset();
          // A reset leaves a gauge without labels at 0, which would say that all is well.
          if (!put) one.remove({});
        }
        put?.();
        failures.set({ part: name }, put ? 0 : 1);
      }),
    );
  }

  let last: { at: number; done: Promise<void> } | undefined;
  return {
    media: register.contentType,
    observe({ route, method, status, seconds }) {
      const labels = { route, method, status: `${Math.floor(status / 100)}xx` };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
    async scrape() {
      if (!last || performance.now() - last.at > FRESH_MS) last = { at: performance.now(), done: readParts() };
      await last.done;
      return register.metrics();
    },
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('too slow')), PART_MS)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
