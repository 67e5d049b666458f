import type { Kysely } from 'kysely';
import { type Actor, audit } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import { tell } from './progress.ts';
import * as queries from './queries.ts';

/**
 * What waits is cancelled at once; what runs hears of it within two seconds. Asking twice is no error.
 * @throws Refusal RESOURCE_NOT_FOUND, SESSION_ENDED
 */
export async function cancelSession(db: Kysely<DB>, actor: Actor, sessionId: string): Promise<void> {
  await transaction(db, async (db) => {
    const session = await queries.lockSession(db, sessionId);
    if (!session) throw refuse.notFound('sync_session', sessionId);
    if (session.status !== 'running') throw new Refusal('SESSION_ENDED', { extra: { session_id: sessionId, status: session.status } });
    if (session.cancel_requested_at) return;
    await queries.requestCancel(db, sessionId, actor.now);
    await queries.settleSession(db, sessionId, actor.now);
    await audit(db, actor, { action: 'cancel', resource: 'sync_session', id: sessionId });
    await tell(db, sessionId, null);
  });
}
