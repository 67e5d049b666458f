import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { catalogue, type Named, type RouteDef } from '@whalefall/contract';
import pg from 'pg';
import { openHouse, type TestHouse } from './harness.ts';
import { makeCredential, makeInstance, registerFake } from './make.ts';
import { makeUser } from './people.ts';

/** Statements of each list, with the one that asks who is there. Written anew by UPDATE_QUERY_COUNTS=1. */
const FILE = new URL('./query-counts.json', import.meta.url);
const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, number>;

const world = fakeWorld(
  4,
  fakeFleet(4).filter((one) => one.dbType === 'postgresql'),
);
let house: TestHouse;
let statements: string[] = [];
const query = pg.Client.prototype.query;
/** Every statement of this process goes through here, whichever pool its connection is from. */
function count(this: pg.Client, ...args: unknown[]): unknown {
  const [first] = args;
  const text = typeof first === 'string' ? first : (first as { text?: string }).text;
  if (text && !/pgboss|^(begin|commit|rollback|listen|start transaction)/i.test(text)) statements.push(text);
  return (query as (...given: unknown[]) => unknown).apply(this, args);
}

let instance = 0;
let account = 0;
let database = 0;
beforeAll(async () => {
  house = await openHouse({ world, worker: true });
  instance = await registerFake(house, world.instances[0]!);
  const { accountsSync, databasesCapacitySync } = catalogue;
  await house.as('admin').call(accountsSync.syncInstanceAccounts, { params: { instance_id: instance } });
  await house.as('admin').call(databasesCapacitySync.syncInstanceCapacity, { params: { instance_id: instance } });
  account = (await house.deps.db.selectFrom('account_permission').select('id').where('is_role', '=', false).executeTakeFirstOrThrow()).id;
  database = (await house.deps.db.selectFrom('instance_databases').select('id').executeTakeFirstOrThrow()).id;
  pg.Client.prototype.query = count as never;
});
afterAll(async () => {
  pg.Client.prototype.query = query;
  await house.close();
});

const urls = (): Record<string, string> => ({
  'instancesManage.listInstancesData': '/instances/api?limit=100',
  'instancesManage.listInstanceAccounts': `/instances/api/${instance}/accounts`,
  'instancesManage.getInstanceDetail': `/instances/api/${instance}`,
  'instancesDetail.getInstanceCapabilities': `/instances/api/${instance}/capabilities`,
  'instancesDetail.getInstanceDatabaseSizes': `/instances/api/databases/${instance}/sizes?latest_only=true`,
  'databasesCapacitySync.listDatabases': '/databases/api/ledgers?limit=100&sort=size_mb&order=desc',
  'databasesCapacitySync.getDatabaseTrend': `/databases/api/ledgers/${database}/capacity-trend`,
  'credentials.listCredentials': '/credentials/api/credentials?limit=100',
  'users.listUsers': '/users/api/users?limit=100',
  'tags.listTagOptions': '/tags/api/tags?page=1&limit=100',
  'tags.listTagCategories': '/tags/api/categories',
  'account.listAccountsData': '/account/api/accounts?limit=100',
  'account.listAccess': '/account/api/access?privilege=SELECT&limit=100',
  'account.getAccountPermissions': `/account/api/${account}/permissions`,
  'accountsStatistics.getAccountStatistics': '/accounts/api/statistics',
  'accountsClassifications.getClassifications': '/accounts/classifications/api/classifications',
  'accountsClassifications.listRules': '/accounts/classifications/api/rules',
  'accountsClassifications.getAssignments': '/accounts/classifications/api/assignments?limit=100',
  'historySessions.listSessions': '/history/sessions/api/sessions?limit=100',
  'historySessions.listRunningSessions': '/history/sessions/api/running',
  'scheduler.getJobs': '/scheduler/api/jobs',
  'scheduler.getJob': '/scheduler/api/jobs/sync_accounts',
  'scheduler.listJobRuns': '/scheduler/api/jobs/sync_accounts/runs?limit=100',
  'databaseAggregations.getDatabaseAggregations': '/database_aggregations/api/databases/aggregations?limit=100',
  'databaseAggregations.getDatabaseAggregationsSummary': '/database_aggregations/api/databases/aggregations/summary',
  'instanceAggregations.getInstanceAggregations': '/instance_aggregations/api/instances/aggregations?limit=100',
  'instanceAggregations.getInstanceAggregationsSummary': '/instance_aggregations/api/instances/aggregations/summary',
  'partition.getPartitionInfo': '/partition/api/info',
  'partition.getPartitionStatistics': '/partition/api/statistics',
  'partition.getCoreAggregationMetrics': '/partition/api/aggregations/core-metrics',
  'historyLogs.searchLogs': '/history/logs/api/search?limit=100',
  'historyLogs.listLogModules': '/history/logs/api/modules',
  'historyLogs.getLogStatistics': '/history/logs/api/statistics',
  'instancesDetail.getAccountChangeHistory': `/instances/api/${instance}/accounts/${account}/change-history`,
  'instancesStatistics.getInstanceStatistics': '/instances/api/statistics',
  'tagsBulk.listTaggableInstances': '/tags/bulk/api/instances',
  'tagsBulk.listAllTags': '/tags/bulk/api/tags',
  'common.getDatabaseOptions': `/common/api/databases-options?instance_id=${instance}`,
  'dashboard.getDashboardCharts': '/dashboard/api/charts',
  'dashboard.listDashboardActivities': '/dashboard/api/activities',
  'main.listAuditEvents': '/admin/api/audit?limit=100',
  'files.exportLogs': '/api/log-export',
  'dashboard.getDashboardOverview': '/dashboard/api/overview',
  'common.getInstanceOptions': '/common/api/instances-options',
  'files.exportInstances': '/api/instance-export',
  'files.exportDatabases': '/files/api/database-ledger-export',
  'files.exportAccounts': '/files/api/account-export',
});
async function counted(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, url] of Object.entries(urls())) {
    await house.deps.cache.clear('');
    // The worker's own statements (ticks, beats) are not this request's: the fewest of three is what the request costs.
    const tries = [];
    for (let i = 0; i < 3; i++) {
      await house.deps.cache.clear('');
      statements = [];
      const reply = await house.as('admin').raw({ method: 'GET', url });
      if (reply.statusCode !== 200) throw new Error(`${url}: ${reply.statusCode} ${reply.body}`);
      tries.push(statements.length);
    }
    found[name] = Math.min(...tries);
  }
  return found;
}

describe('statements for each list', () => {
  let few: Record<string, number>;
  let many: Record<string, number>;
  beforeAll(async () => {
    few = await counted();
    const credential = await makeCredential(house);
    for (let i = 0; i < 50; i++) {
      const tag = `count-${i}`;
      await house.as('admin').call(catalogue.tags.createTag, { body: { name: tag, display_name: tag, category: 'other' } });
      await makeInstance(house, { credential_id: i % 2 ? credential : await makeCredential(house), tag_names: [tag] });
      await makeUser(house);
    }
    for (const fake of world.instances.slice(1, 6)) {
      const id = await registerFake(house, fake);
      await house.as('admin').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id } });
      await house.as('admin').call(catalogue.databasesCapacitySync.syncInstanceCapacity, { params: { instance_id: id } });
    }
    const month = { date: '2026-05-01', months: 12 };
    await house.as('admin').call(catalogue.partition.createPartition, { body: month });
    many = await counted();
    if (process.env.UPDATE_QUERY_COUNTS) writeFileSync(FILE, `${JSON.stringify(many, null, 2)}\n`);
  });

  test('do not grow with the rows (20-BULK-4, 20-DET-3, 30-18, 30-19, 40-D44, 40-D65, 40-D69)', () => expect(many).toEqual(few));
  test('are as many as recorded', () => expect(many).toEqual(process.env.UPDATE_QUERY_COUNTS ? many : recorded));
  test('are counted for every list of the contract', () => {
    const routes = Object.values(catalogue).flatMap((file) => Object.values(file) as (RouteDef & Named)[]);
    const lists = routes.filter((route) => route.query && 'format' in route.query.shape).map((route) => route.id);
    expect(lists.filter((id) => !(id in many))).toEqual([]);
  });
  test('are counted at all', () => expect(Object.values(many).every((n) => n >= 2 && n < 30)).toBe(true));
});
