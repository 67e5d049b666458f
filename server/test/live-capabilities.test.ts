import { catalogue, type DbType } from '@whalefall/contract';
import { engines, monitoringStatements, type ScriptOptions } from '@whalefall/engines';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mariadbSubject, postgresSubject, type Subject } from '../../engines/test/subjects.ts';
import { openHouse, type TestHouse } from './harness.ts';
import { makeCredential, makeInstance } from './make.ts';

const LOGIN = 'least_of_all';
const SECRET = "Plant3d'secret\\";
const [postgres, mariadb] = [await postgresSubject(), await mariadbSubject()];
let house: TestHouse;
beforeAll(async () => void (house = await openHouse({ engines, worker: true })));
afterAll(async () => {
  await house?.close();
  await postgres?.end();
  await mariadb?.end();
});

const CASES: { name: string; dbType: DbType; subject: Subject | null; options: ScriptOptions; prepare: string[] }[] = [
  {
    name: 'PostgreSQL',
    dbType: 'postgresql',
    subject: postgres,
    options: { username: LOGIN, password: SECRET, databases: ['vault'] },
    prepare: [
      'CREATE DATABASE vault',
      'REVOKE CONNECT ON DATABASE vault FROM PUBLIC',
      'CREATE DATABASE attic',
      'REVOKE CONNECT ON DATABASE attic FROM PUBLIC',
    ],
  },
  {
    name: 'MariaDB',
    dbType: 'mysql',
    subject: mariadb,
    options: { username: LOGIN, password: SECRET, flavour: 'mariadb' },
    prepare: ['CREATE DATABASE shop'],
  },
];

for (const { name, dbType, subject, options, prepare } of CASES)
  describe.skipIf(!subject)(`the rights of a login on a live ${name}`, () => {
    test('each grant of the script, taken away, is stored and served as lacking with the statement that gives it back; given back, it is there', async () => {
      const s = subject!;
      for (const statement of prepare) await s.run(statement);
      const statements = monitoringStatements(dbType, options);
      for (const { sql } of statements) await s.run(sql.replace(/;$/, ''));
      const { host, port } = s.server;
      const credential_id = await makeCredential(house, { db_type: dbType, username: LOGIN, password: SECRET });
      const id = await makeInstance(house, { db_type: dbType, host, port, credential_id });
      const served = async (role: 'admin' | 'viewer' = 'admin') =>
        (await house.as(role).call(catalogue.instancesDetail.getInstanceCapabilities, { params: { instance_id: id } })).body.data;
      const lacking = async (by: 'test' | 'sync') => {
        house.clock.advance(60_000);
        if (by === 'test') await house.as('user').call(catalogue.connections.testConnection, { body: { instance_id: id } });
        else await house.as('user').call(catalogue.accountsSync.syncInstanceAccounts, { params: { instance_id: id }, query: { wait: 25 } });
        const { items, checked_at } = await served();
        expect(checked_at).toBe(house.clock.now().toISOString().replace('Z', '+00:00'));
        return items.filter((item) => !item.has).map(({ checked_at: _, ...item }) => item);
      };
      const usual = await lacking('sync');
      const grants = statements.filter((statement) => statement.undo);
      expect(grants.length).toBeGreaterThan(1);
      for (const [at, { sql, undo }] of grants.entries()) {
        await s.run(undo!.replace(/;$/, ''));
        const less = await lacking(at % 2 === 0 ? 'test' : 'sync');
        expect(less, undo).not.toEqual(usual);
        for (const item of less)
          expect(item, undo).toMatchObject({
            grant: expect.stringContaining('GRANT'),
            lacks: expect.any(String),
            effect: expect.any(String),
          });
        expect((await served('viewer')).items.filter((item) => !item.has).every((item) => item.grant === null)).toBe(true);
        await s.run(sql.replace(/;$/, ''));
        expect(await lacking('test'), sql).toEqual(usual);
      }
      expect(JSON.stringify([await served(), await served('viewer')])).not.toContain('Plant3d');
    });
  });
