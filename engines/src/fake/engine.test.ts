import { expect, test } from 'vitest';
import { effectiveIndex } from '../effective.ts';
import { DB_TYPES, NO_FILTER, targetPolicy, type ConnectOptions, type Target } from '../index.ts';
import { fakeEngines, fakeFleet, fakeWorld, type FakeInstance } from './engine.ts';

const options = (more: Partial<ConnectOptions> = {}): ConnectOptions => ({
  timeoutMs: 200,
  queryTimeoutMs: 200,
  allow: targetPolicy(),
  ...more,
});
const target = (instance: FakeInstance): Target => ({
  host: instance.host,
  port: instance.port,
  database: null,
  username: 'u',
  password: 'p',
  options: {},
});

test('the same seed makes the same fleet, of the size promised', () => {
  const fleet = fakeFleet(1);
  expect(JSON.stringify(fakeFleet(1))).toBe(JSON.stringify(fleet));
  expect(JSON.stringify(fakeFleet(2))).not.toBe(JSON.stringify(fleet));
  expect(fleet.length).toBe(60);
  expect(new Set(fleet.map((instance) => instance.dbType)).size).toBe(4);
  const accounts = fleet.flatMap((instance) => instance.accounts.filter((account) => !account.isRole)).length;
  const databases = fleet.flatMap((instance) => instance.databases.filter((database) => !database.isSystem)).length;
  expect([Math.round(accounts / 1000), Math.round(databases / 100)]).toEqual([8, 4]);
  for (const instance of fleet) expect(new Set(instance.accounts.map((account) => account.username)).size).toBe(instance.accounts.length);
});

test('time passes: sizes grow, shrink and jump; accounts change, go and return; the same each time', async () => {
  const [one, two] = [fakeWorld(3), fakeWorld(3)];
  one.mutate(30);
  for (const step of [10, 20, 30]) two.mutate(step);
  expect(JSON.stringify(one.instances)).toBe(JSON.stringify(two.instances));
  expect(JSON.stringify(one.instances)).not.toBe(JSON.stringify(fakeWorld(3).instances));
  const engines = fakeEngines(one);
  const sizes = async (date: string): Promise<number[]> => {
    one.setDay(date);
    const totals: number[] = [];
    for (const instance of one.instances) {
      const connection = await engines[instance.dbType].connect(target(instance), options());
      totals.push(...(await connection.databaseSizes(NO_FILTER)).databases.map((size) => size.sizeBytes));
      await connection.close();
    }
    return totals;
  };
  const [spring, autumn] = [await sizes('2026-03-01'), await sizes('2026-09-01')];
  const ratios = spring.map((bytes, at) => autumn[at]! / bytes);
  expect([ratios.some((ratio) => ratio < 0.95), ratios.some((ratio) => ratio > 1.2), await sizes('2026-03-01')]).toEqual([
    true,
    true,
    spring,
  ]);
  expect([one.open, one.peak > 0]).toEqual([0, true]);
});

test('bad days', async () => {
  const world = fakeWorld(5);
  const engines = fakeEngines(world);
  const instance = world.instances[0]!;
  const set = (behaviour: object): void => void world.behaviours.set(instance.host, behaviour);
  const open = (more = {}, also = {}) => engines[instance.dbType].connect({ ...target(instance), ...also }, options(more));
  const accounts = async (more = {}) => (await open(more)).accounts(NO_FILTER);
  expect((await accounts()).accounts.length).toBe(instance.accounts.length);
  set({ hang: 'connect' });
  await expect(open()).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(open({ timeoutMs: 60_000, signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ code: 'CANCELLED' });
  set({ hang: 'accounts' });
  await expect(accounts()).rejects.toMatchObject({ code: 'TIMEOUT' });
  set({ cut: 'accounts' });
  await expect(accounts()).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  set({ refuse: 'ACCOUNT_LOCKED' });
  await expect(open()).rejects.toMatchObject({ code: 'ACCOUNT_LOCKED' });
  set({ password: 'right' });
  await expect(open()).rejects.toMatchObject({ code: 'AUTH_FAILED' });
  set({ wrongVersion: true });
  await expect(accounts()).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
  set({ slowMs: 50 });
  const started = performance.now();
  await open();
  expect(performance.now() - started).toBeGreaterThanOrEqual(45);
  set({ unreadAccounts: [instance.accounts[0]!.username], unmeasured: [instance.databases[0]!.name] });
  expect((await accounts()).accounts[0]!.error?.code).toBe('PRIVILEGE_MISSING');
  expect((await (await open()).databaseSizes(NO_FILTER)).unmeasured.length).toBe(1);
  world.behaviours.clear();
  await expect(open({}, { host: 'nowhere' })).rejects.toMatchObject({ code: 'HOST_NOT_FOUND' });
  await expect(open({}, { port: 1 })).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' });
  await expect(open({}, { host: '169.254.169.254' })).rejects.toMatchObject({ code: 'TARGET_NOT_ALLOWED' });
  expect(DB_TYPES.map((type) => engines[type].type)).toEqual([...DB_TYPES]);
});

test('each engine has roles in roles: accounts whose privileges come by two and by three steps', () => {
  const fleet = fakeFleet(1);
  const longest = (instance: FakeInstance): number => {
    const index = effectiveIndex(instance.dbType, instance.accounts);
    const steps = instance.accounts
      .filter((account) => !account.isRole)
      .flatMap((account) => index.of(account.username).map(({ via }) => via.filter(([kind]) => kind === 'member').length));
    expect(steps).toContain(2);
    return Math.max(...steps);
  };
  const some = [
    fleet.find(({ dbType }) => dbType === 'postgresql')!,
    fleet.find(({ dbType, version }) => dbType === 'mysql' && version.detailed?.startsWith('8.'))!,
    fleet.find(({ dbType }) => dbType === 'oracle')!,
    fleet.find(({ dbType }) => dbType === 'sqlserver')!,
  ];
  expect(some.map(longest)).toEqual([3, 3, 3, 3]);
});
