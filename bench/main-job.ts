/** Times of the main job: `npm run bench main-job`. Prints a table and writes bench/results/main-job.{json,md}. */
import { fakeEngines, fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { startMariadb, startPostgres } from '../engines/test/live.ts';
import { fillMariadb, fillPostgres } from './fill-servers.ts';
import { openBenchHouse } from './house.ts';
import { type Row, writeResults } from './results.ts';

const ACCOUNTS = Number(process.env.BENCH_ACCOUNTS ?? 5000);
const GRANTS = Number(process.env.BENCH_GRANTS ?? 20);
const rows: Row[] = [];
const add = (work: string, figure: string, note = '') => {
  rows.push({ work, figure, note });
  console.log(`${work.padEnd(70)} ${figure.padStart(12)}  ${note}`);
};
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

async function liveEngine(name: 'PostgreSQL' | 'MariaDB'): Promise<void> {
  const server = name === 'PostgreSQL' ? await startPostgres() : await startMariadb();
  const house = await openBenchHouse();
  try {
    await (name === 'PostgreSQL' ? fillPostgres : fillMariadb)(server, ACCOUNTS, GRANTS);
    const id = await house.register({
      name: `live ${name}`,
      dbType: name === 'PostgreSQL' ? 'postgresql' : 'mysql',
      host: server.host,
      port: server.port,
      username: server.username,
      password: server.password,
    });
    const before = process.memoryUsage().rss;
    const first = await house.sync('account', id);
    const d = first.details as { read_ms: number; store_ms: number; statements: number; version: string };
    const what = `${ACCOUNTS.toLocaleString('en')} accounts × ${GRANTS} grants`;
    add(
      `${name}: first account sync, ${what}`,
      seconds(first.ms),
      `read ${seconds(d.read_ms)}, store ${seconds(d.store_ms)}, ${d.statements} statements; ${String(d.version).slice(0, 40)}`,
    );
    add(`${name}: memory grown by it (RSS)`, `${Math.round((process.memoryUsage().rss - before) / 1_048_576)} MB`);
    const second = await house.sync('account', id);
    const e = second.details as { read_ms: number; store_ms: number };
    add(`${name}: second sync, nothing changed`, seconds(second.ms), `read ${seconds(e.read_ms)}, store ${seconds(e.store_ms)}`);
    const sizes = await house.sync('capacity', id);
    add(`${name}: capacity sync`, seconds(sizes.ms), `${(sizes.details as { statements: number }).statements} statements`);
  } finally {
    await house.close();
    await server.stop();
  }
}

/** 100 made-up instances of 50 ms each, with and without one that never answers. */
async function oneHung(): Promise<void> {
  const world = fakeWorld(
    3,
    [...fakeFleet(3), ...fakeFleet(4).map((fake) => ({ ...fake, name: `${fake.name}-b`, host: `b.${fake.host}` }))].slice(0, 100),
  );
  for (const fake of world.instances) world.behaviours.set(`${fake.host}:${fake.port}`, { slowMs: 50 });
  const house = await openBenchHouse(fakeEngines(world));
  try {
    const ids = new Map<string, number>();
    for (const fake of world.instances)
      ids.set(
        fake.name,
        await house.register({
          name: fake.name,
          dbType: fake.dbType,
          host: fake.host,
          port: fake.port,
          username: 'monitor',
          password: 'x',
        }),
      );
    await house.syncAll();
    const times = { without: [] as number[], with: [] as number[] };
    const hung = world.instances[40]!;
    for (let round = 0; round < 3; round++) {
      world.behaviours.set(`${hung.host}:${hung.port}`, { slowMs: 50 });
      times.without.push(await house.syncAll());
      world.behaviours.set(`${hung.host}:${hung.port}`, { hang: 'accounts' });
      times.with.push(await house.syncAll(ids.get(hung.name)!));
    }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[1]!;
    const [without, withHung] = [median(times.without), median(times.with)];
    add('100 instances, 50 ms round trip, concurrency 20', seconds(without));
    add(
      'the same with one hung server: the other 99 are done after',
      seconds(withHung),
      `${(((withHung - without) / without) * 100).toFixed(1)} % slower (target < 10 %)`,
    );
  } finally {
    await house.close();
  }
}

export async function mainJob(): Promise<void> {
  await liveEngine('PostgreSQL');
  await liveEngine('MariaDB');
  await oneHung();
  writeResults('main-job', 'The main job', rows);
}
