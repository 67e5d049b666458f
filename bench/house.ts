import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DbType } from '@whalefall/contract';
import { assemble, type Deps } from '../server/src/assemble.ts';
import { systemClock, today } from '../server/src/clock.ts';
import { loadConfig } from '../server/src/config.ts';
import { createCredential } from '../server/src/features/credentials/index.ts';
import { insertUser } from '../server/src/features/identity/queries.ts';
import { createInstancesIn, syncTargets } from '../server/src/features/instances/index.ts';
import { startSession, waitForRecord } from '../server/src/features/sync-sessions/index.ts';
import { openSession, SESSION_COOKIE } from '../server/src/http/session.ts';
import { silentLog } from '../server/src/logbook/index.ts';
import { migrateToLatest } from '../server/src/store/migrate.ts';
import { openStore } from '../server/src/store/open.ts';
import { transaction } from '../server/src/store/transaction.ts';
import { startWorker } from '../server/src/worker.ts';

export interface BenchHouse {
  deps: Deps;
  register(given: { name: string; dbType: DbType; host: string; port: number; username: string; password: string }): Promise<number>;
  /** One sync, through session, queue and worker; @returns the ended record and how long it took. */
  sync(category: 'account' | 'capacity', instanceId: number): Promise<{ ms: number; details: Record<string, unknown>; status: string }>;
  /** All instances; @returns when each but `hung` had ended. */
  syncAll(hung?: number): Promise<number>;
  /** An administrator's session, as a browser's cookie and as the header. */
  signIn(): Promise<{ name: string; value: string; header: string }>;
  close(): Promise<void>;
}

/** The product without its HTTP room, on an embedded PostgreSQL in a folder of its own. */
export async function openBenchHouse(engines?: Deps['engines']): Promise<BenchHouse> {
  const dataDir = mkdtempSync(join(tmpdir(), 'whalefall-bench-'));
  const config = { ...loadConfig({ NODE_ENV: 'test', WHALEFALL_DATA_DIR: dataDir }, { keep: true }) };
  const store = await openStore({ dataDir, applicationName: 'whalefall bench' }, { info() {}, warn() {} } as never);
  await migrateToLatest(store.db, today(systemClock(config.timeZone)));
  const deps = await assemble(config, { log: silentLog, store, worker: true, ...(engines ? { engines } : {}) });
  const worker = await startWorker(deps);
  const actor = () => ({ user: null, now: new Date() });
  const { db, queue, listener } = deps;
  return {
    deps,
    async register({ name, dbType, host, port, username, password }) {
      const credential = await createCredential(db, deps.vault, actor(), {
        name: `${name} login`,
        credential_type: 'database',
        db_type: dbType,
        username,
        password,
        is_active: true,
      });
      const one = { name, db_type: dbType, host, port, credential_id: credential };
      return (await transaction(db, (db) => createInstancesIn(db, deps.vault, actor(), [one])))[0]!.id;
    },
    async sync(category, instanceId) {
      const target = (await syncTargets(db)).find((one) => one.id === instanceId)!;
      const started = performance.now();
      const { sessionId, recordIds } = await transaction(db, (db) =>
        startSession(db, queue, { type: 'manual_single', category, targets: [target], actor: null, now: new Date() }),
      );
      const record = await waitForRecord(db, listener, sessionId, recordIds[0]!, 300_000);
      if (record?.status !== 'completed')
        throw new Error(`${target.name}: ${record?.status} ${record?.error_code ?? ''} ${record?.error_message ?? ''}`);
      return { ms: performance.now() - started, details: record.sync_details as Record<string, unknown>, status: record.status };
    },
    async syncAll(hung) {
      const targets = await syncTargets(db);
      const started = performance.now();
      const { sessionId } = await transaction(db, (db) =>
        startSession(db, queue, { type: 'manual_task', category: 'account', targets, actor: null, now: new Date() }),
      );
      for (;;) {
        const open = await db
          .selectFrom('sync_instance_records')
          .select('instance_id')
          .where('session_id', '=', sessionId)
          .where('status', 'in', ['pending', 'running'])
          .execute();
        if (open.every((record) => record.instance_id === hung)) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const ms = performance.now() - started;
      await db
        .updateTable('sync_sessions')
        .set({ cancel_requested_at: new Date() })
        .where('session_id', '=', sessionId)
        .where('status', '=', 'running')
        .execute();
      while (
        (await db.selectFrom('sync_sessions').select('status').where('session_id', '=', sessionId).executeTakeFirstOrThrow()).status ===
        'running'
      )
        await new Promise((resolve) => setTimeout(resolve, 100));
      return ms;
    },
    async signIn() {
      const now = new Date();
      const user = await insertUser(db, {
        username: 'bench',
        role: 'admin',
        password: '-',
        is_active: true,
        must_change_password: false,
        created_at: now,
      });
      const { cookie: value } = await openSession(db, { userId: user.id, remember: true, ip: '127.0.0.1', userAgent: null }, now);
      return { name: SESSION_COOKIE, value, header: `${SESSION_COOKIE}=${value}` };
    },
    async close() {
      await worker.stop();
      await deps.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
