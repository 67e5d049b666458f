import { type ErrorCode, explain } from '@whalefall/engines';
import type { Deps } from '../../assemble.ts';
import { answer, type Asker } from '../../http/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import { targetRow } from './queries.ts';
import { startSession, waitForRecord } from '../sync-sessions/index.ts';

type Record_ = NonNullable<Awaited<ReturnType<typeof waitForRecord>>>;

/**
 * One instance, now: makes a session with one record, queues it, and waits up to `seconds` (00-overview §5).
 * @throws Refusal RESOURCE_NOT_FOUND, INSTANCE_DISABLED, SYNC_IN_PROGRESS, SYNC_FAILED, SYNC_TIMEOUT
 */
export async function syncOne<R extends object>(
  deps: Deps,
  asker: Asker,
  category: 'account' | 'capacity',
  instanceId: number,
  seconds: number,
  resultOf: (record: Record_, running: boolean) => R,
) {
  const { db, queue, listener } = deps;
  const instance = await targetRow(db, instanceId);
  if (!instance) throw refuse.notFound('instance', instanceId);
  if (!instance.is_active) throw new Refusal('INSTANCE_DISABLED', { extra: { instance_id: instanceId } });
  const { sessionId, recordIds } = await transaction(db, (db) =>
    startSession(db, queue, { type: 'manual_single', category, targets: [instance], actor: asker, now: asker.now }),
  );
  const record = await waitForRecord(db, listener, sessionId, recordIds[0]!, seconds * 1000);
  if (!record) throw refuse.notFound('instance', instanceId);
  if (record.status === 'failed' || record.status === 'cancelled') {
    const code = (record.error_code ?? 'UNKNOWN') as ErrorCode;
    const said = { code, number: record.error_number };
    const words = { zh: explain(said, 'zh').cause, en: explain(said, 'en').cause };
    throw new Refusal(code === 'TIMEOUT' ? 'SYNC_TIMEOUT' : 'SYNC_FAILED', {
      extra: {
        session_id: sessionId,
        error_code: code,
        stage: record.stage,
        error_number: record.error_number,
        remedy: explain(said, asker.locale === 'en' ? 'en' : 'zh').remedy,
      },
      text: words,
    });
  }
  const running = record.status !== 'completed';
  const result = {
    status: (running ? 'running' : 'completed') as 'running',
    success: true as const,
    session_id: sessionId,
    ...resultOf(record, running),
  };
  return answer({ result }, { status: running ? 202 : 200 });
}
