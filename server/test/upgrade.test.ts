import { expect, test } from 'vitest';
import { catalogue } from '@whalefall/contract';
import { migrateToLatest, pendingMigrations } from '../src/store/migrate.ts';
import { migratedOn } from './global-setup.ts';
import { testDatabase } from './database.ts';
import { openHouse } from './harness.ts';
import { DAY, filledTables, makePast, pastRows, STEPS, untouchable } from './history.ts';

test.each(STEPS.map((name, i) => [name, i + 1] as const))(
  'from %s with rows in every table to this version: every row is as it was, and the console works on them',
  async (_name, step) => {
    const database = await testDatabase({ migrated: false });
    let opened = false;
    try {
      await makePast(database.pool, step);
      const before = await pastRows(database.pool);
      expect(filledTables(step).filter((name) => before.rows[name]?.length === 0)).toEqual([]);
      expect(await migrateToLatest(database.db, migratedOn)).toEqual(STEPS.slice(step));
      expect(await pendingMigrations(database.db)).toEqual([]);
      const after = await pastRows(database.pool, before.columns);
      for (const [name, rows] of Object.entries(before.rows))
        expect(after.rows[name], name).toEqual(expect.arrayContaining(untouchable(name, rows)));
      // Twice is once.
      expect(await migrateToLatest(database.db, migratedOn)).toEqual([]);

      opened = true;
      const house = await openHouse({ database });
      try {
        const admin = house.as('admin');
        if (step >= 2) {
          const { items } = (await admin.call(catalogue.instancesManage.listInstancesData)).body.data;
          expect(items.map((one) => [one.name, one.host])).toEqual([['订单库-01', 'db.example.com']]);
          const counted = step >= 3 && STEPS.slice(step).includes('0018-instance-counts') ? 1 : 0;
          expect(items[0]).toMatchObject({ active_account_count: counted });
        }
        if (step >= 3) {
          const { items } = (await admin.call(catalogue.account.listAccountsData)).body.data;
          expect(items.map((one) => one.username)).toEqual(['app@10.%']);
          const permissions = await admin.call(catalogue.account.getAccountPermissions, { params: { account_id: items[0]!.id } });
          expect(permissions.body.data.effective).toMatchObject([{ privilege: 'SELECT' }]);
        }
        if (step >= 4) {
          const sizes = await admin.call(catalogue.databaseAggregations.getDatabaseAggregations, {
            query: { period_type: 'daily', start_date: DAY, end_date: DAY },
          });
          expect(sizes.body.data.total).toBe(1);
        }
        if (step >= 5) {
          const logs = await admin.call(catalogue.historyLogs.searchLogs, {
            query: { search: '以前的日志', start_time: '2025-11-20T00:00:00' },
          });
          expect(logs.body.data.total).toBe(1);
        }
        const tag = await admin.call(catalogue.tags.createTag, {
          body: { name: `after-${step}`, display_name: 'After', category: 'other' },
        });
        expect(tag.status).toBe(201);
      } finally {
        await house.close();
      }
    } finally {
      if (!opened) await database.drop();
    }
  },
);
