import { type catalogue, historySessionRecord } from '@whalefall/contract';
import { z } from 'zod';
import type { Deps } from '../../assemble.ts';
import { dayRange } from '../../clock.ts';
import { type Handlers, openEvents } from '../../http/index.ts';
import { refuse } from '../../refusal.ts';
import { cancelSession } from './cancel-session.ts';
import { listenTo } from './progress.ts';
import * as queries from './queries.ts';
import { shownRecord, shownSession } from './shown.ts';

/** §22 history/sessions */
export function sessionsHandlers({ db, clock, listener }: Deps): Handlers<typeof catalogue.historySessions> {
  async function found(sessionId: string) {
    const session = await queries.sessionByUuid(db, sessionId);
    if (!session) throw refuse.notFound('sync_session', sessionId);
    return session;
  }
  return {
    async listSessions({ query }) {
      const { items, stats } = await queries.sessionPage(
        db,
        { ...query, ...dayRange(query.date_from, query.date_to, clock.timeZone) },
        query,
      );
      return {
        items: items.map((row) => ({ ...shownSession(row), record_status: row.record_status as never })),
        stats,
        total: stats.total,
        page: query.page,
        pages: Math.ceil(stats.total / query.limit),
        limit: query.limit,
      };
    },
    async getSyncSessionDetail({ params }, asker) {
      const session = await found(params.session_id);
      const records = await queries.recordsOf(db, params.session_id);
      return { session: { ...shownSession(session), instance_records: records.map((record) => shownRecord(record, asker)) } };
    },
    async cancelSyncSession({ params }, asker) {
      await cancelSession(db, asker, params.session_id);
    },
    async listSyncSessionErrors({ params }, asker) {
      const session = await found(params.session_id);
      const [records, logs] = await Promise.all([
        queries.recordsOf(db, params.session_id, 'failed'),
        queries.sessionLogs(db, params.session_id),
      ]);
      return {
        session: shownSession(session),
        error_records: records.map((record) => shownRecord(record, asker)),
        error_count: records.length,
        logs,
      };
    },
    async listRunningSessions() {
      return { sessions: (await queries.runningSessions(db)).map(shownSession) };
    },
    async streamSessionEvents({ params }, asker, { request, reply }) {
      const session = await found(params.session_id);
      const stream = openEvents(request, reply);
      const changed = new Set<number>();
      let busy = false;
      let again = false;
      const sendRecord = (row: Awaited<ReturnType<typeof queries.recordsOf>>[number]) =>
        stream.send({ type: 'record', record: z.encode(historySessionRecord, shownRecord(row, asker)) });
      /** What changed since the last time, at most a few times a second. */
      async function flush(): Promise<void> {
        if (busy) return void (again = true);
        busy = true;
        try {
          do {
            again = false;
            const ids = [...changed];
            changed.clear();
            for (const id of ids) {
              const row = await queries.recordById(db, id);
              if (row) sendRecord(row);
            }
            const now = await queries.sessionByUuid(db, params.session_id);
            if (!now) return stream.close();
            stream.send({ type: 'progress', done: now.successful_instances, failed: now.failed_instances, total: now.total_instances });
            if (now.status !== 'running') {
              stream.send({ type: 'end', status: now.status });
              return stream.close();
            }
            await new Promise((resolve) => setTimeout(resolve, 200));
          } while (again || changed.size > 0);
        } catch {
          stream.close(); // the browser asks again
        } finally {
          busy = false;
        }
      }
      const off = listenTo(listener, params.session_id, (recordId) => {
        if (recordId !== null) changed.add(recordId);
        void flush();
      });
      stream.closed.addEventListener('abort', off, { once: true });
      if (session.status === 'running') for (const row of await queries.recordsOf(db, params.session_id)) sendRecord(row);
      await flush();
    },
  };
}
