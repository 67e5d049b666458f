/**
 * One large server, read and stored: `npm run bench main-job`, or `BENCH_ONLY=MariaDB` for one of the two. Prints a table and
 * writes bench/results/main-job.{json,md}. Many servers are in fleet-sync.ts.
 */
import { fork } from 'node:child_process';
import { startMariadb, startPostgres } from '../engines/test/live.ts';
import { fillMariadb, fillPostgres } from './fill-servers.ts';
import type { Asked, Measured } from './live-sync.ts';
import { type Row, writeResults } from './results.ts';
import { project } from './server.ts';

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

/** The figures of live-sync.ts, from a process of its own that is run as the server is. */
async function inOwnProcess(asked: Asked): Promise<Measured> {
  const child = fork(new URL('live-sync.ts', import.meta.url), { execArgv: [...(await project()).serverFlags, '--expose-gc'] });
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

export async function mainJob(): Promise<void> {
  const only = process.env.BENCH_ONLY;
  if (only !== 'MariaDB') await liveEngine('PostgreSQL', 8);
  if (only !== 'PostgreSQL') await liveEngine('MariaDB', 6);
  writeResults('main-job', 'The main job', rows);
}
