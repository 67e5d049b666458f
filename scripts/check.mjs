/*
 * `npm run check [name …]`: types, lint, walls, unused code, formatting, licences, row types. Two at a time; prints what each
 * failing one said, and fails when one does.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environment, findNode, prepare, root } from './project.mjs';

await prepare({ build: false });
const node = findNode();
const program = (path, ...args) => [node, [join(root, 'node_modules', path), ...args]];

const checks = {
  'types (server)': program('typescript/bin/tsc', '-p', 'tsconfig.json'),
  'types (web)': program('typescript/bin/tsc', '-p', 'web/tsconfig.json'),
  'types (e2e)': program('typescript/bin/tsc', '-p', 'e2e/tsconfig.json'),
  lint: program('oxlint/bin/oxlint', '--config', '.oxlintrc.json'),
  walls: program(
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    ...['contract', 'engines', 'server', 'web', 'e2e', 'bench'],
  ),
  'unused code': program('knip/bin/knip.js', '--no-progress'),
  formatting: program('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  licences: [node, [join(root, 'scripts', 'licences.mjs'), '--check']],
  'row types': [node, [join(root, 'scripts', 'codegen.mjs'), '--check']],
};

const asked = process.argv.slice(2);
const queue = Object.entries(checks).filter(([name]) => asked.length === 0 || asked.some((word) => name.includes(word)));
const failed = [];

async function worker() {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, [file, args]] = next;
    const project = args[args.indexOf('-p') + 1];
    if (args.includes('-p') && !existsSync(join(root, project))) continue;
    const started = Date.now();
    const { code, output } = await collect(file, args);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (code !== 0) {
      failed.push(name);
      console.log(output.trimEnd());
    }
  }
}

function collect(file, args) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env: { ...environment(), NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

await Promise.all([worker(), worker()]);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
