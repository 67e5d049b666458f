import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { loadConfig } from '../config.ts';
import { dump, inspect, restore as restoreInto } from '../store/backup/index.ts';
import { pendingMigrations } from '../store/migrate.ts';
import { openVault } from '../vault/secrets.ts';
import type { Command } from './command.ts';
import { withWholeStore } from './opened.ts';

export const backup: Command = {
  name: ['backup'],
  usage: 'backup FILE [--with-keys]',
  summary: 'writes the whole database to one file; the credential keys only with --with-keys',
  options: { 'with-keys': { type: 'boolean' } },
  argument: 'FILE',
  async run(values) {
    const file = String(values.argument);
    const config = loadConfig();
    if (existsSync(file)) throw new Error(`${file} is there already`);
    return withWholeStore(
      config,
      'backup',
      async ({ db, pool }) => {
        if ((await pendingMigrations(db)).length > 0)
          throw new Error('the database is not at the schema of this version: run migrate first');
        const keys = values['with-keys'] ? config.credentialKeys : undefined;
        const rows = await dump(pool, file, { version: config.version, keys });
        console.log(
          `${file}: ${rows} rows${keys ? ', with the credential keys: keep it as safe as them' : '; the credential keys are not in it'}`,
        );
        return 0;
      },
      false,
    );
  },
};

export const restore: Command = {
  name: ['restore'],
  usage: 'restore FILE',
  summary: 'puts a backup into an empty database, all of it or nothing',
  argument: 'FILE',
  async run(values) {
    const file = String(values.argument);
    // Before anything is opened: a file that this version cannot use changes nothing, not even the schema.
    const { manifest, keys } = await inspect(file);
    const config = loadConfig();
    return withWholeStore(config, 'restore', async ({ pool }) => {
      const rows = await restoreInto(pool, file);
      console.log(`${rows} rows of ${manifest.made_at} restored`);
      const missing = unopened(manifest.key_ids, config.credentialKeys);
      if (missing.length === 0) return 0;
      if (keys && config.credentialKeyFile && unopened(missing, keys).length === 0) {
        addKeys(config.credentialKeyFile, keys);
        console.log(`the credential keys of the backup were added to ${config.credentialKeyFile}`);
        return 0;
      }
      console.error(
        `no configured key opens the credentials sealed with ${missing.join(', ')}: add the old key to CREDENTIAL_KEY behind the present one` +
          (keys ? ` (keys.json in ${file} holds it)` : ''),
      );
      return 1;
    });
  },
};

const unopened = (ids: readonly string[], keys: readonly string[]): string[] => {
  const known = new Set(keys.map((key) => openVault(key).keyId));
  return ids.filter((id) => !known.has(id));
};

/** Behind those that are there: the first seals, all of them open. */
function addKeys(file: string, keys: readonly string[]): void {
  const present = readFileSync(file, 'utf8')
    .split(/[\s,]+/)
    .filter(Boolean);
  writeFileSync(`${file}.new`, `${[...new Set([...present, ...keys])].join('\n')}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
