/*
 * `npm test`: everything, from a bare clone. Ends with a line "N passed, N failed". What was skipped for want of a server
 * is said by name; under CI=true that is a failure for the servers a pipeline can have.
 * `npm test -- <words>` hands the words to vitest and leaves the browser journeys out.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { environment, findNode, prepare, root } from './project.mjs';

const words = process.argv.slice(2);
const journeys = words.length === 0 && existsSync(join(root, 'e2e', 'run.ts'));
const total = { passed: 0, failed: 0, skipped: 0 };

try {
  await prepare({ build: journeys });
  await runVitest();
  if (journeys) await runJourneys();
} catch (error) {
  console.error(error.message);
  total.failed += 1;
}
if (total.skipped > 0) console.log(`${total.skipped} skipped, named above`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'whalefall-results-'));
  const file = join(folder, 'results.json');
  try {
    const code = await show(findNode(), [
      ...[join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...words],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    ]);
    if (!existsSync(file)) throw new Error(`vitest ended with ${code.code} and left no results`);
    const results = JSON.parse(readFileSync(file, 'utf8'));
    let failures = 0;
    for (const { name, status, assertionResults } of results.testResults) {
      for (const test of assertionResults) {
        if (test.status === 'passed') total.passed += 1;
        else if (test.status === 'failed') failures += 1;
        else if (isWanted(test.fullName)) {
          console.log(`failed: skipped in CI: ${test.fullName}`);
          failures += 1;
        } else {
          console.log(`skipped: ${relative(root, name)}: ${test.fullName}`);
          total.skipped += 1;
        }
      }
      // A file that could not be loaded has no tests to fail.
      if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) failures += 1;
    }
    if (code.code !== 0 && failures === 0) {
      console.log(`failed: vitest ended with ${code.code} although no test failed (an error outside of the tests?)`);
      failures += 1;
    }
    total.failed += failures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Under CI the servers that Debian packages bring must be there; SQL Server and Oracle may be missing. */
function isWanted(name) {
  return Boolean(process.env.CI) && /skipped: no .*(postgres|mysql|mariadb|redis|chromium|haproxy)/i.test(name);
}

/** The journeys count for themselves and end with the same line. */
async function runJourneys() {
  const { code, output } = await show(findNode(), [join(root, 'e2e', 'run.ts')]);
  const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  if (!counts) throw new Error(`e2e/run.ts ended with ${code} and did not say "N passed, N failed"`);
  total.passed += Number(counts[1]);
  total.failed += Number(counts[2]);
  total.skipped += Number(counts[3] ?? 0);
  if (code !== 0 && Number(counts[2]) === 0) total.failed += 1;
}

function show(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
