import { type Config, importSource, loadConfig } from '../config.ts';
import { moveIn, type MovedTable } from '../features/moving-in/index.ts';
import { openVault } from '../vault/secrets.ts';
import { rotatedKeys } from '../vault/rotated-keys.ts';
import type { Command } from './command.ts';
import { withWholeStore } from './opened.ts';

export const importAll: Command = {
  name: ['import'],
  usage: 'import [--dry-run] [--logs]',
  summary: 'takes over an older installation; its address in IMPORT_DATABASE_URL, its key in IMPORT_FERNET_KEY (or …_FILE)',
  options: { 'dry-run': { type: 'boolean' }, logs: { type: 'boolean' } },
  async run(values) {
    const { url, fernetKey } = importSource(process.env);
    const config: Config = loadConfig();
    const dryRun = values['dry-run'] === true;
    const [current, ...previous] = rotatedKeys(config);
    return withWholeStore(config, 'import', async ({ db }) => {
      const vault = openVault(current!, previous);
      const { tables, problems } = await moveIn(
        db,
        vault,
        { user: null, now: new Date() },
        { url, fernetKey, logs: values.logs === true, dryRun },
      );
      console.log(`${'table'.padEnd(36)} ${'found'.padStart(9)} ${'new'.padStart(9)} ${'left out'.padStart(9)}`);
      for (const row of tables) console.log(line(row));
      for (const problem of problems) console.error(problem);
      console.log(dryRun ? 'nothing was written: this was a dry run' : 'done; it can be run again, what is here stays as it is');
      console.log('schedules are not in that database: see the scheduler page. Accounts count as not read until their first sync here.');
      return 0;
    });
  },
};

const line = ({ table, found, written, left }: MovedTable): string =>
  `${table.padEnd(36)} ${String(found ?? 'none').padStart(9)} ${String(written).padStart(9)} ${String(left).padStart(9)}`;
