import type { catalogue, DbType } from '@whalefall/contract';
import type { Deps } from '../../../assemble.ts';
import { type Handlers, may } from '../../../http/index.ts';
import { refuse } from '../../../refusal.ts';
import { credentialFacts } from '../../credentials/index.ts';
import * as queries from '../queries.ts';
import { testInstance, testMany, testTypedIn, type TypedIn } from '../test-connection.ts';

const HOUR_MS = 3_600_000;

/** §9 connections */
export function connectionsHandlers(deps: Deps): Handlers<typeof catalogue.connections> {
  const { db } = deps;
  return {
    async testConnection({ body }, asker) {
      if (body.instance_id !== undefined) return { result: await testInstance(deps, asker, body.instance_id) };
      // Typed-in parameters could carry a stored password to any machine: only who may create instances may do that.
      if (!may(asker.user, 'create')) throw refuse.forbidden('create');
      if (body.credential_id && !body.username && !(await credentialFacts(db, body.credential_id)))
        throw refuse.notFound('credential', body.credential_id);
      return { result: await testTypedIn(deps, asker, body as TypedIn) };
    },
    async batchTestConnections({ body }, asker) {
      const results = await testMany(deps, asker, body.instance_ids);
      const success = results.filter((result) => result.success).length;
      return { results, summary: { total: results.length, success, failed: results.length - success } };
    },
    async validateConnectionParams({ body }) {
      const { db_type, port, host } = body;
      if (body.credential_id && !(await credentialFacts(db, body.credential_id))) throw refuse.notFound('credential', body.credential_id);
      const same = host ? await queries.sameAddress(db, db_type, host, port, null) : [];
      return {
        valid: true,
        normalized: { db_type, host: host?.trim() ?? null, port },
        warnings: same.map((other) => ({ code: 'SAME_ADDRESS', message: other.name })),
      };
    },
    async getConnectionStatus({ params }, { now }) {
      const row = await queries.instanceById(db, params.instance_id);
      if (!row) throw refuse.notFound('instance', params.instance_id);
      const age = row.last_connected ? now.getTime() - row.last_connected.getTime() : null;
      return {
        instance_id: row.id,
        instance_name: row.name,
        db_type: row.db_type as DbType,
        host: row.host,
        port: row.port,
        last_connected: row.last_connected,
        last_connected_age_seconds: age === null ? null : Math.round(age / 1000),
        status:
          age === null
            ? ('unknown' as const)
            : age < HOUR_MS
              ? ('good' as const)
              : age < 24 * HOUR_MS
                ? ('warning' as const)
                : ('poor' as const),
        is_active: row.is_active,
        last_test_at: row.last_test_at,
        last_test_ok: row.last_test_ok,
        last_test_error_code: row.last_test_error_code as never,
        last_test_latency_ms: row.last_test_latency_ms,
      };
    },
  };
}
