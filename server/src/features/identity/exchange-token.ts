import type { Kysely } from 'kysely';
import * as sessions from '../../http/queries.ts';
import { issueTokens, type SessionKeys } from '../../http/session.ts';
import type { DB } from '../../store/tables.ts';
import { transaction } from '../../store/transaction.ts';

/**
 * A refresh token for a new pair, once. A second use has been stolen or replayed: whoever holds its session loses it, also
 * when both come at the same moment (the second waits for the first at the session's row, then sees what it left).
 * @returns nothing when the token holds no longer
 */
export async function exchangeToken(
  db: Kysely<DB>,
  jti: string,
  keys: SessionKeys,
  now: Date,
): Promise<Awaited<ReturnType<typeof issueTokens>> | 'disabled' | null> {
  return transaction(db, async (db) => {
    const token = await sessions.refreshTokenByJti(db, jti);
    if (!token) return null;
    await sessions.lockSession(db, token.session_id);
    const session = await sessions.sessionById(db, token.session_id);
    if (session && !session.is_active) return 'disabled';
    const taken = session && (await sessions.useRefreshToken(db, jti, now));
    if (taken) return issueTokens(db, { id: taken.session_id, userId: taken.user_id }, keys, now);
    if ((await sessions.refreshTokenByJti(db, jti))?.used_at) await sessions.revokeSession(db, token.session_id, now);
    return null;
  });
}
