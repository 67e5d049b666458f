/*
 * Writes server/src/store/tables.ts, the row types of our own store, from a freshly migrated database.
 * With --check it writes nothing and fails when the file is not what the schema says.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  // `node` of the terminal may be older than the one the packages brought; the sources need the latter.
  const child = spawnSync(join(root, 'node_modules/.bin/node'), process.argv.slice(1), { stdio: 'inherit' });
  process.exit(child.status ?? 1);
}

const { openStore } = await import('../server/src/store/open.ts');
const { migrateToLatest } = await import('../server/src/store/migrate.ts');
const dataDir = mkdtempSync(join(tmpdir(), 'whalefall-codegen-'));
chmodSync(dataDir, 0o755);
let failed = false;
try {
  const store = await openStore({ dataDir }, { info() {}, warn() {} });
  try {
    await migrateToLatest(store.db, '2025-01-01');
    failed = !generate(store.connection, await choices(store.pool));
  } finally {
    await store.close();
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** The values that CHECK (column IN (…)) allows: they become unions, so that a mistyped status does not compile. */
async function choices(pool) {
  const { rows } = await pool.query(`
    select c.conrelid::regclass::text as "table", a.attname as "column", pg_get_constraintdef(c.oid) as definition
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'c' and cardinality(c.conkey) = 1 and c.coninhcount = 0`);
  const found = [];
  for (const { table, column, definition } of rows) {
    if (!/^CHECK \(\(\(\w+\)::text = ANY /.test(definition)) continue;
    found.push({ table, column, values: [...definition.matchAll(/'([^']+)'::/g)].map((match) => match[1]) });
  }
  return found;
}

function generate({ host, port, user, password, database }, unions) {
  const target = join(root, 'server/src/store/tables.ts');
  const output = join(dataDir, 'tables.ts');
  const address = host.startsWith('/') ? `localhost:${port}` : `${host}:${port}`;
  const socket = host.startsWith('/') ? `?host=${encodeURIComponent(host)}` : '';
  const result = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/kysely-codegen/dist/cli/bin.js'),
      ...['--dialect', 'postgres', '--out-file', output],
      ...['--url', 'env(CODEGEN_DATABASE_URL)'],
      // As the parsers of server/src/store/open.ts give them.
      ...[
        '--date-parser',
        'string',
        '--numeric-parser',
        'number',
        '--type-mapping',
        JSON.stringify({ int8: 'number', jsonb: 'JsonColumn' }),
      ],
      ...['--custom-imports', JSON.stringify({ JsonColumn: './json.ts#JsonColumn' })],
      ...['--exclude-pattern', '{pgboss.*,*whalefall_migrations*}'],
    ],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, CODEGEN_DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@${address}/${database}${socket}` },
    },
  );
  if (result.status !== 0) {
    console.error(result.stdout, result.stderr);
    return false;
  }
  const banner = '/** Row types of our own store: written by `npm run codegen` from the migrated schema, never by hand. */\n';
  let text = banner + readFileSync(output, 'utf8').replace(/^\/\*\*[\s\S]*?\*\/\s*/, '');
  for (const { table, column, values } of unions) {
    const name = table.replaceAll(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase());
    const union = values.map((value) => JSON.stringify(value)).join(' | ');
    text = text.replace(new RegExp(`(export interface ${name} \\{[^}]*?\\n  ${column}: (?:Generated<)?)string`), `$1${union}`);
  }
  const before = readFileSync(target, 'utf8');
  if (process.argv.includes('--check')) {
    if (before === text) return true;
    console.error('server/src/store/tables.ts is not what the migrations make: run `npm run codegen`.');
    return false;
  }
  if (before !== text) writeFileSync(target, text);
  return true;
}
