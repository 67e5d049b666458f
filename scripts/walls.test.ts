import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = dirname(import.meta.dirname);

/** A file that breaks the wall, and one beside it that does not. A wall without such a file may have fallen unseen. */
const cases: Record<string, { breaks: [string, string]; passes?: [string, string] }> = {
  'contract-knows-nobody': { breaks: ['contract/src/a.ts', 'fastify'], passes: ['contract/src/b.ts', 'zod'] },
  'engines-know-nobody': { breaks: ['engines/src/a.ts', '../../contract/src/route.ts'] },
  'engines-know-drivers-only': { breaks: ['engines/src/b.ts', 'zod'] },
  'engines-do-not-know-each-other': {
    breaks: ['engines/src/mysql/a.ts', '../postgresql/parse.ts'],
    passes: ['engines/src/postgresql/a.ts', './parse.ts'],
  },
  'drivers-only-in-client': { breaks: ['engines/src/postgresql/b.ts', 'pg'], passes: ['engines/src/postgresql/client.ts', 'pg'] },
  'web-knows-the-contract-only': {
    breaks: ['web/src/a.ts', '../../server/src/clock.ts'],
    passes: ['web/src/b.ts', '../../contract/src/route.ts'],
  },
  'server-does-not-know-the-web': { breaks: ['server/src/http/a.ts', '../../../web/src/main.ts'] },
  'machine-rooms-know-no-feature': { breaks: ['server/src/jobs/a.ts', '../features/tags/index.ts'] },
  'nothing-below-the-roof-sees-it': { breaks: ['server/src/features/tags/a.ts', '../../app.ts'] },
  'the-ground-stands-alone': { breaks: ['server/src/config.ts', './store/open.ts'] },
  'features-meet-at-the-door': {
    breaks: ['server/src/features/fleet/a.ts', '../instances/queries.ts'],
    passes: ['server/src/features/fleet/b.ts', '../instances/index.ts'],
  },
  'row-1-imports-no-feature': { breaks: ['server/src/features/tags/b.ts', '../instances/index.ts'] },
  'row-2-imports-row-1': {
    breaks: ['server/src/features/instances/a.ts', '../accounts/index.ts'],
    passes: ['server/src/features/instances/b.ts', '../tags/index.ts'],
  },
  'row-3-imports-rows-1-and-2': {
    breaks: ['server/src/features/accounts/a.ts', '../fleet/index.ts'],
    passes: ['server/src/features/accounts/b.ts', '../instances/index.ts'],
  },
  'row-4-imports-downwards': { breaks: ['server/src/features/fleet/c.ts', '../health/index.ts'] },
  'home-of-fastify': { breaks: ['server/src/features/tags/c.ts', 'fastify'], passes: ['server/src/http/b.ts', 'fastify'] },
  'home-of-kysely': { breaks: ['server/src/features/tags/change.ts', 'kysely'], passes: ['server/src/features/tags/queries.ts', 'kysely'] },
  'home-of-pg': { breaks: ['server/src/http/c.ts', 'pg'], passes: ['server/src/store/a.ts', 'pg'] },
  'home-of-pg-boss': { breaks: ['server/src/http/d.ts', 'pg-boss'], passes: ['server/src/jobs/queue.ts', 'pg-boss'] },
  'home-of-crypto': { breaks: ['server/src/features/tags/d.ts', 'node:crypto'], passes: ['server/src/vault/a.ts', 'node:crypto'] },
  'home-of-echarts': { breaks: ['web/src/pages/a.ts', 'echarts'], passes: ['web/src/ui/charts/a.ts', 'echarts'] },
  'nothing-missing': { breaks: ['server/src/http/e.ts', './not-there.ts'] },
  'no-borrowed-packages': { breaks: ['server/src/http/f.ts', 'stranger'] },
};

let house: string;
let violations: { rule: string; from: string }[];

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'whalefall-walls-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  };
  // The library's entry lies in dist, as pg-boss's does: an unanchored exclude would lose it.
  const libraries = ['zod', 'fastify', 'pg', 'kysely', 'pg-boss', 'echarts', 'stranger'];
  for (const name of libraries) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './dist/index.js' }));
    write(`node_modules/${name}/dist/index.js`, 'export default 1;');
  }
  write(
    'package.json',
    JSON.stringify({ name: 'h', type: 'module', dependencies: Object.fromEntries(libraries.slice(0, -1).map((name) => [name, '1.0.0'])) }),
  );
  for (const feature of ['tags', 'instances', 'accounts', 'fleet', 'health'])
    write(`server/src/features/${feature}/index.ts`, 'export default 1;');
  for (const path of [
    'contract/src/route.ts',
    'engines/src/postgresql/parse.ts',
    'server/src/clock.ts',
    'server/src/app.ts',
    'server/src/store/open.ts',
  ])
    write(path, 'export default 1;');
  for (const path of ['web/src/main.ts', 'server/src/features/instances/queries.ts', 'bench/a.ts', 'e2e/a.ts'])
    write(path, 'export default 1;');
  for (const { breaks, passes } of Object.values(cases))
    for (const [path, target] of passes ? [breaks, passes] : [breaks]) write(path, `import x from '${target}';\nexport default x;\n`);
  write('server/src/features/tags/types.ts', `import type { Kysely } from 'kysely';\nexport type Db = Kysely;\n`);
  write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true } }');
  cpSync(join(root, '.dependency-cruiser.mjs'), join(house, '.dependency-cruiser.mjs'));

  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'contract', 'engines', 'server', 'web', 'e2e', 'bench'],
    ],
    { cwd: house, encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  if (!stdout.startsWith('{')) throw new Error(stderr || stdout);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  violations = summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}, 60_000);
afterAll(() => rmSync(house, { recursive: true, force: true }));

test.each(Object.entries(cases))('%s', (rule, { breaks, passes }) => {
  expect(violations.filter((violation) => violation.from === breaks[0]).map((violation) => violation.rule)).toContain(rule);
  const allowed = passes ? violations.filter((violation) => violation.from === passes[0]) : [];
  expect(allowed).toEqual([]);
});

test('a type of a library may be named anywhere', () => {
  expect(violations.filter(({ from }) => from === 'server/src/features/tags/types.ts')).toEqual([]);
});
