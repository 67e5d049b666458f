import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = new URL('../src', import.meta.url).pathname;

/** Which folder may write a table; fleet may delete what hangs off an instance, moving in fills all, and the users' name is everybody's to set null. */
const OWNERS: Record<string, string> = {
  users: 'features/identity',
  user_preferences: 'features/identity',
  user_sessions: 'http',
  refresh_tokens: 'http',
  personal_tokens: 'http',
  login_failures: 'http',
  credentials: 'features/credentials',
  tags: 'features/tags',
  instance_tags: 'features/tags',
  instances: 'features/instances',
  instance_capabilities: 'features/instances',
  instance_accounts: 'features/accounts',
  account_permission: 'features/accounts',
  account_privileges: 'features/accounts',
  account_memberships: 'features/accounts',
  account_ownership: 'features/accounts',
  account_change_log: 'features/accounts',
  account_classifications: 'features/classification',
  classification_rules: 'features/classification',
  account_classification_assignments: 'features/classification',
  classification_batches: 'features/classification',
  classification_marks: 'features/classification',
  instance_databases: 'features/capacity',
  database_size_stats: 'features/capacity',
  instance_size_stats: 'features/capacity',
  database_size_aggregations: 'features/capacity',
  instance_size_aggregations: 'features/capacity',
  sync_sessions: 'features/sync-sessions',
  sync_instance_records: 'features/sync-sessions',
  scheduler_jobs: 'features/scheduler',
  scheduler_job_runs: 'features/scheduler',
  unified_logs: 'logbook',
  audit_events: 'logbook',
  settings: 'features/settings',
  permission_configs: 'store',
  database_type_configs: 'store',
};
const FLEET_DELETES = 'features/fleet/queries';
const MOVING_IN = 'features/moving-in/queries';
const LOG_RETENTION = 'features/logs/queries.ts';

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') && !path.endsWith('.test.ts') ? [path] : [];
  });
}
const WRITES = [
  /(?:insertInto|updateTable|deleteFrom)\('([a-z_]+)'/g,
  /\binsert into ([a-z_]+)/gi,
  /\bupdate ([a-z_]+)(?: [a-z]+)? set\b/gi,
  /\bdelete from ([a-z_]+)/gi,
];

test('a table is written only in its owner’s queries', () => {
  const strays: string[] = [];
  for (const file of files(SRC)) {
    const place = relative(SRC, file);
    if (place.startsWith('store/')) continue;
    const source = readFileSync(file, 'utf8');
    for (const pattern of WRITES)
      for (const [statement, table] of source.matchAll(pattern)) {
        const owner = OWNERS[table!];
        if (owner === undefined) continue; // not a table of ours: a CTE or a word
        const isDelete = /delete/i.test(statement);
        const inQueries = /(^|\/)queries(\/|\.ts$)/.test(place);
        if (place.startsWith(`${owner}/`) && inQueries) continue;
        if (isDelete && place.startsWith(FLEET_DELETES)) continue;
        if (!isDelete && place.startsWith(MOVING_IN)) continue;
        if (isDelete && place === LOG_RETENTION && table === 'unified_logs') continue;
        strays.push(`${place}: ${statement}`);
      }
  }
  expect(strays).toEqual([]);
});
