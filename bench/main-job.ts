/** Times of the main job: `npm run bench main-job`. Prints a table and writes bench/results/main-job.{json,md}. */
import { fork } from 'node:child_process';
import { fakeEngines, fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { startMariadb, startPostgres } from '../engines/test/live.ts';
import { fillMariadb, fillPostgres } from './fill-servers.ts';
import { openBenchHouse } from './house.ts';
import type { Asked, Measured } from './live-sync.ts';
import { type Row, writeResults } from './results.ts';

const SIZE = {
  accounts: Number(process.env.BENCH_ACCOUNTS ?? 10_000),
  grants: Number(process.env.BENCH_GRANTS ?? 20),
  databases: Number(process.env.BENCH_DATABASES ?? 50),
};
const rows: Row[] = [];
const add = (work: string, figure: string, note = '') => {
  rows.push({ work, figure, note });
  console.log(`${work.padEnd(82)} ${figure.padStart(12)}  ${note}`);
};
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

/** The figures of live-sync.ts, from a process of its own that is run as the server is (scripts/project.mjs). */
async function inOwnProcess(asked: Asked): Promise<Measured> {
  const child = fork(new URL('live-sync.ts', import.meta.url), {
    execArgv: ['--enable-source-maps', '--max-semi-space-size=8', '--expose-gc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => resolve(figures as Measured));
    child.once('exit', (code) => reject(new Error(`live-sync ended with ${code}`)));
    child.send(asked);
  });
}

async function liveEngine(name: 'PostgreSQL' | 'MariaDB', target: number): Promise<void> {
  const server = name === 'PostgreSQL' ? await startPostgres() : await startMariadb();
  try {
    await (name === 'PostgreSQL' ? fillPostgres : fillMariadb)(server, SIZE);
    const { host, port, username, password } = server;
    const figures = await inOwnProcess({ dbType: name === 'PostgreSQL' ? 'postgresql' : 'mysql', host, port, username, password });
    const { first, second, capacity } = figures;
    const parts = ({ readMs, storeMs, cpuMs, storeCpuMs }: Measured['first']) =>
      `read ${seconds(readMs)}, store ${seconds(storeMs)}; processor: ours ${seconds(cpuMs)}, our store's ${seconds(storeCpuMs)}`;
    add(
      `${name}: first account sync, ${SIZE.accounts.toLocaleString('en')} accounts × ${SIZE.grants} grants, ${SIZE.databases} databases`,
      seconds(first.ms),
      `${parts(first)}; target ${target} s, storing 3 s; ${figures.version.slice(0, 40)}`,
    );
    add(`${name}: statements to the server`, String(first.statements), `second sync ${second.statements}`);
    add(
      `${name}: memory grown by it at its highest`,
      `${first.grownAtEndMb} MB`,
      `${first.grownMb} MB with the classification after it; above ${figures.idleMb} MB idle; target 150 MB`,
    );
    add(
      `${name}: second sync, nothing changed`,
      seconds(second.ms),
      `${parts(second)}; ${second.rewritten} rows written; target half of the first`,
    );
    add(`${name}: memory grown by the second`, `${second.grownMb} MB`);
    add(`${name}: capacity sync`, seconds(capacity.ms), `${capacity.statements} statements`);
  } finally {
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
  const only = process.env.BENCH_ONLY;
  if (only !== 'MariaDB') await liveEngine('PostgreSQL', 8);
  if (only !== 'PostgreSQL') await liveEngine('MariaDB', 6);
  if (only === undefined) await oneHung();
  writeResults('main-job', 'The main job', rows);
}
