/**
 * Asks PostgreSQL, MariaDB and MySQL 5.6 at least 100,000 questions each about random privileges and compares every answer with
 * what `effective()` says: `npm run verify`. Prints the totals; one disagreement fails it. The seeds by chance are
 * printed, TRUTH_SEED=n repeats one.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const WANTED = 100_000;
const SEEDS = 20;
const root = path.resolve(import.meta.dirname, '../..');

const run = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'pure', 'engines/test/truth-postgresql.test.ts', 'engines/test/truth-mysql.test.ts'],
  {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true', TRUTH_SEEDS: String(SEEDS), NO_COLOR: '1' },
    maxBuffer: 1 << 28,
  },
);
const output = `${run.stdout}${run.stderr}`;
const totals = {};
for (const [, server, seed, questions, disagreements] of output.matchAll(
  /(PostgreSQL \d+|MariaDB|MySQL 5\.6), seed (\d+): (\d+) questions, (\d+) disagreements/g,
)) {
  totals[server] ??= { seeds: 0, questions: 0, disagreements: 0, 'by chance': '' };
  totals[server].seeds += 1;
  totals[server].questions += Number(questions);
  totals[server].disagreements += Number(disagreements);
  if (Number(seed) > SEEDS) totals[server]['by chance'] = seed;
}
console.table(totals);
const enough =
  Object.keys(totals).length === 3 &&
  Object.values(totals).every(({ questions, disagreements }) => questions >= WANTED && disagreements === 0);
if (!enough || run.status !== 0) {
  console.error(output.split('\n').slice(-60).join('\n'));
  process.exitCode = 1;
}
