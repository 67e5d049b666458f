/** The pages of docs/engines give out the scripts as they are, and so does the README. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { monitoringScript, type DbType, type ScriptOptions } from '../src/index.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
const pages: [file: string, dbType: DbType, options: Omit<ScriptOptions, 'username'>][] = [
  ['postgresql.md', 'postgresql', {}],
  ['postgresql.md', 'postgresql', { databases: ['sales'] }],
  ['mysql.md', 'mysql', { flavour: 'mysql', version: '8.0' }],
  ['mysql.md', 'mysql', { flavour: 'mysql', version: '9.1' }],
  ['mysql.md', 'mysql', { flavour: 'mysql', version: '5.7' }],
  ['mysql.md', 'mysql', { flavour: 'mysql', version: '5.6' }],
  ['mariadb.md', 'mysql', { flavour: 'mariadb' }],
  ['mariadb.md', 'mysql', { flavour: 'mariadb', version: '10.3' }],
  ['sqlserver.md', 'sqlserver', {}],
  ['sqlserver.md', 'sqlserver', { version: '11.0' }],
  ['oracle.md', 'oracle', { version: '12.1' }],
  ['oracle.md', 'oracle', { version: '23.0' }],
  ['oracle.md', 'oracle', { version: '19.0', root: true }],
];

test.each(pages)('%s gives out the script of %s %o', (file, dbType, options) => {
  expect(read(`docs/engines/${file}`)).toContain(`\`\`\`sql\n${monitoringScript(dbType, { username: 'whalefall', ...options })}\n\`\`\``);
});

/** The README's blocks are indented and explain in their own words; the statements are the script's. */
test.each(['README.md', 'README.zh-CN.md'])('%s has the statements of PostgreSQL and MariaDB', (file) => {
  const said = new Set(
    read(file)
      .split('\n')
      .map((line) => line.trim().replace(/\s+--.*$/, '')),
  );
  for (const [dbType, options] of [
    ['postgresql', {}],
    ['mysql', { flavour: 'mariadb' }],
  ] as const)
    for (const line of monitoringScript(dbType, { username: 'whalefall', ...options }).split('\n'))
      if (!line.startsWith('--')) expect(said).toContain(line.replaceAll('"', ''));
});

/** Links to other files of ours lead somewhere. */
test.each(['README.md', 'README.zh-CN.md', ...fs.readdirSync(path.join(root, 'docs/engines')).map((name) => `docs/engines/${name}`)])(
  'links of %s lead to files',
  (file) => {
    const targets = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
    expect(targets.filter((target) => !fs.existsSync(path.join(root, path.dirname(file), target)))).toEqual([]);
  },
);
