import type { Deps } from './assemble.ts';
import { today } from './clock.ts';
import { startAggregation } from './features/capacity/index.ts';
import { startClassification } from './features/classification/index.ts';
import { syncTargets } from './features/instances/index.ts';
import { purgeLogs } from './features/logs/index.ts';
import { cleanupPartitions, createAhead, partitionHealth } from './features/partitions/index.ts';
import { type BuiltInJob, deleteRuns } from './features/scheduler/index.ts';
import { purgeSessions, startSession } from './features/sync-sessions/index.ts';
import { deleteOver } from './http/queries.ts';
import { deleteAuditEvents } from './logbook/index.ts';
import { transaction } from './store/transaction.ts';

const daily = (hour: string, minute: string): BuiltInJob['trigger'] => ({
  second: '0',
  minute,
  hour,
  day: '*',
  month: '*',
  day_of_week: '*',
});

const DAY_MS = 86_400_000;
/** How long what is over is kept (40 §6, 00-overview §14). */
const SESSION_DAYS = 30;
const RUN_DAYS = 180;
const AUDIT_DAYS = 730;
const SIGN_IN_DAYS = 30;

/** Every built-in job: id, title, default trigger (business time), function. */
export function builtInJobs(deps: Pick<Deps, 'db' | 'queue' | 'clock' | 'config' | 'log'>): BuiltInJob[] {
  const { db, queue, clock, config, log } = deps;
  const fleetSync =
    (category: 'account' | 'capacity'): BuiltInJob['run'] =>
    async ({ actor, scheduled, now, begun }) => {
      const targets = await syncTargets(db);
      if (targets.length === 0) return { skipped: 'there is no active instance' };
      const sessionId = await transaction(db, async (db) => {
        const session = await startSession(db, queue, {
          type: scheduled ? 'scheduled_task' : 'manual_task',
          category,
          targets,
          actor,
          now,
        });
        await begun(db, session.sessionId);
        return session.sessionId;
      });
      return { sessionId };
    };
  return [
    {
      id: 'monitor_partition_health',
      name: { zh: '监控分区健康状态', en: 'Keep partitions ready' },
      description: {
        zh: '每日为容量表提前创建未来月份的分区',
        en: 'Every day, makes the size partitions of the months ahead',
      },
      trigger: daily('0', '30'),
      run: async () => {
        const created = await createAhead(db, today(clock));
        return { summary: { created, ...(await partitionHealth(db, today(clock))) } };
      },
    },
    {
      id: 'sync_accounts',
      name: { zh: '账户同步', en: 'Account sync' },
      description: { zh: '每日同步所有数据库实例的账户信息', en: 'Every day, reads the accounts of every instance' },
      trigger: daily('1', '0'),
      run: fleetSync('account'),
    },
    {
      id: 'auto_classify_accounts',
      name: { zh: '账户自动分类', en: 'Classify accounts' },
      description: { zh: '每日按规则对所有账户重新分类', en: 'Every day, classifies all accounts by the rules' },
      trigger: daily('1', '45'),
      run: async ({ actor, scheduled, begun }) => {
        const { sessionId, targets } = await startClassification(deps, actor, scheduled ? 'scheduled' : 'manual', {}, begun);
        return targets === 0 ? { skipped: 'there is no active instance' } : { sessionId };
      },
    },
    {
      id: 'cleanup_logs',
      name: { zh: '清理旧日志', en: 'Delete old logs' },
      description: {
        zh: '每日删除超过保留期的日志、同步会话、任务运行记录与审计记录',
        en: 'Every day, deletes log rows, sync sessions, runs of jobs and audit events past their retention',
      },
      trigger: daily('2', '0'),
      run: async ({ now }) => {
        const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
        return {
          summary: {
            deleted: await purgeLogs(db, config.logRetentionDays, now),
            sessions: await purgeSessions(db, before(SESSION_DAYS)),
            runs: await deleteRuns(db, before(RUN_DAYS)),
            audit_events: await deleteAuditEvents(db, before(AUDIT_DAYS)),
            sign_ins: await deleteOver(db, before(SIGN_IN_DAYS)),
          },
        };
      },
    },
    {
      id: 'collect_database_sizes',
      name: { zh: '容量同步', en: 'Capacity sync' },
      description: { zh: '每日同步所有数据库实例的容量信息', en: 'Every day, reads the database sizes of every instance' },
      trigger: daily('3', '0'),
      run: fleetSync('capacity'),
    },
    {
      id: 'calculate_database_size_aggregations',
      name: { zh: '统计聚合', en: 'Aggregate sizes' },
      description: { zh: '每日计算数据库大小的日、周、月、季度统计聚合', en: 'Every day, computes sizes per day, week, month and quarter' },
      trigger: daily('4', '0'),
      run: async ({ actor, scheduled, begun }) => {
        const { sessionId, targets } = await startAggregation(deps, actor, scheduled, { period: null, scope: 'all' }, begun);
        return targets === 0 ? { skipped: 'there is no active instance' } : { sessionId };
      },
    },
    {
      id: 'cleanup_partitions',
      name: { zh: '清理过期分区', en: 'Drop old partitions' },
      description: { zh: '每日删除超过保留期的容量分区', en: 'Every day, drops partitions past their retention' },
      trigger: daily('5', '0'),
      run: async ({ actor, now }) => {
        const retention = { months: config.partitionRetentionMonths, aggregateMonths: config.aggregationRetentionMonths };
        const done = await cleanupPartitions(db, log, actor, today(clock), now, retention, false);
        return { summary: { dropped: done.dropped.map((one) => one.partition_name), bytes: done.total_size_bytes } };
      },
    },
  ];
}
