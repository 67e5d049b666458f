/**
 * The account sync of a whole fleet: `npm run bench fleet-sync`. Servers are made up, each round trip to them takes 50 ms;
 * session, queue, worker and store are the real ones.
 */
import { type FakeInstance, fakeEngines, fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { openBenchHouse } from './house.ts';
import { type Row, writeResults } from './results.ts';

const INSTANCES = Number(process.env.BENCH_INSTANCES ?? 500);
const ACCOUNTS = 120;
const ROUND_TRIP_MS = 50;
/** How often the fleet is synced with and without the server that hangs, turn by turn. */
const ROUNDS = 3;

const rows: Row[] = [];
const add = (work: string, figure: string, note = '') => {
  rows.push({ work, figure, note });
  console.log(`${work.padEnd(76)} ${figure.padStart(10)}  ${note}`);
};
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const median = (list: readonly number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!;

/** As many servers as asked, of all four engines, each with as many accounts; roles are not counted. */
function servers(): FakeInstance[] {
  const made: FakeInstance[] = [];
  for (let seed = 3; made.length < INSTANCES; seed++)
    for (const fake of fakeFleet(seed)) {
      if (made.length === INSTANCES) break;
      const people = fake.accounts.filter((one) => !one.isRole && !one.isPublic);
      const more = Array.from({ length: ACCOUNTS - people.length }, (_, n) => {
        const one = people[n % people.length]!;
        return { ...one, username: fake.dbType === 'mysql' ? one.username.replace('@', `_${n}@`) : `${one.username}_${n}` };
      });
      made.push({
        ...fake,
        name: `${fake.name}-${seed}`,
        host: `s${seed}.${fake.host}`,
        accounts: [...fake.accounts.filter((one) => one.isRole || one.isPublic), ...people.slice(0, ACCOUNTS), ...more],
      });
    }
  return made;
}

export async function fleetSync(): Promise<void> {
  const world = fakeWorld(3, servers());
  const keyOf = (fake: FakeInstance) => `${fake.host}:${fake.port}`;
  const usual = { slowMs: ROUND_TRIP_MS };
  for (const fake of world.instances) world.behaviours.set(keyOf(fake), usual);
  const house = await openBenchHouse(fakeEngines(world));
  try {
    const ids = new Map<string, number>();
    for (const { name, dbType, host, port } of world.instances)
      ids.set(name, await house.register({ name, dbType, host, port, username: 'monitor', password: 'x' }));
    const before = world.calls.length;
    const [idle, cpu] = [process.memoryUsage().rss, process.cpuUsage()];
    const first = await house.syncAll();
    const spent = process.cpuUsage(cpu);
    const trips = (world.calls.length - before) / INSTANCES;
    add(
      `${INSTANCES} servers × ${ACCOUNTS} accounts, ${ROUND_TRIP_MS} ms round trip, concurrency 20: first sync`,
      seconds(first),
      `target 60 s; ${trips.toFixed(1)} round trips each, ${world.peak} connections at most; processor: ours ${seconds((spent.user + spent.system) / 1000)}`,
    );
    add('memory grown by it (RSS)', `${Math.round((process.memoryUsage().rss - idle) / 1_048_576)} MB`);
    const hung = world.instances[Math.floor(INSTANCES / 3)]!;
    const times = { without: [] as number[], with: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      world.behaviours.set(keyOf(hung), usual);
      times.without.push(await house.syncAll());
      world.behaviours.set(keyOf(hung), { ...usual, hang: 'accounts' });
      times.with.push(await house.syncAll(ids.get(hung.name)!));
    }
    const [without, withHung] = [median(times.without), median(times.with)];
    add('again, nothing changed', seconds(without), `median of ${ROUNDS}`);
    add(
      `the same with one hung server: the other ${INSTANCES - 1} are done after`,
      seconds(withHung),
      `${(((withHung - without) / without) * 100).toFixed(1)} % more (target < 5 %)`,
    );
  } finally {
    await house.close();
  }
  writeResults('fleet-sync', 'The account sync of a fleet', rows);
}
