import type { Deps } from '../../assemble.ts';
import type { Actor } from '../../logbook/index.ts';
import { transaction } from '../../store/transaction.ts';
import { syncTargets } from '../instances/index.ts';
import { finishWhole, startWhole, type WholeRun } from '../sync-sessions/index.ts';
import { aggregate, currentSpan, nightlySpans, type Scope } from './aggregate.ts';
import { type PeriodType } from './periods.ts';

interface Asked {
  /** null: the nightly run over all periods. */
  period: PeriodType | null;
  scope: Scope;
}

/** Starts a session over every active instance; the work is queued. @throws Refusal SYNC_IN_PROGRESS while one runs */
export async function startAggregation(
  { db, queue, clock }: Pick<Deps, 'db' | 'queue' | 'clock'>,
  actor: Actor | null,
  scheduled: boolean,
  asked: Asked,
  begun?: (db: Deps['db'], sessionId: string) => Promise<void>,
): Promise<{ sessionId: string; targets: number }> {
  const targets = await syncTargets(db);
  const sessionId = await transaction(db, async (db) => {
    const id = await startWhole(db, queue, {
      type: scheduled ? 'scheduled_task' : 'manual_task',
      category: 'aggregation',
      targets,
      actor,
      now: clock.now(),
      data: { ...asked },
    });
    await begun?.(db, id);
    return id;
  });
  return { sessionId, targets: targets.length };
}

/** The queued work of such a session. */
export function aggregationWork(deps: Pick<Deps, 'db' | 'clock' | 'log'>): (run: WholeRun) => Promise<void> {
  return async (run) => {
    const { period, scope } = run.data as unknown as Asked;
    const spans = period ? [currentSpan(period, deps.clock)] : await nightlySpans(deps);
    const computed = await aggregate(deps, spans, scope, run.instanceIds);
    const periods = spans.map((span) => ({ period_type: span.type, period_start: span.first.start, period_end: span.last.end }));
    const outcomes = run.instanceIds.map((id) => {
      const { instance = 0, database = 0 } = computed.get(id) ?? {};
      return {
        instanceId: id,
        items: instance + database,
        details: {
          scope,
          periods,
          aggregation_count: instance + database,
          instance_records: instance,
          database_records: database,
          status: instance + database > 0 ? 'completed' : 'skipped',
        },
      };
    });
    await transaction(deps.db, (db) => finishWhole(db, run.sessionId, outcomes, deps.clock.now()));
    deps.log.info('aggregations', 'periods aggregated', {
      session_id: run.sessionId,
      instances: run.instanceIds.length,
      records: outcomes.reduce((n, one) => n + one.items, 0),
    });
  };
}
