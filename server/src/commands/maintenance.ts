import { systemClock, today } from '../clock.ts';
import { ConfigError, describeConfig, loadConfig } from '../config.ts';
import { rotateKey as rotate } from '../features/credentials/index.ts';
import { resealWallets } from '../features/instances/index.ts';
import { purgeLogs } from '../features/logs/index.ts';
import { storeConfig } from '../assemble.ts';
import { migrateToLatest } from '../store/migrate.ts';
import { openStore } from '../store/open.ts';
import { openVault } from '../vault/secrets.ts';
import { rotatedKeys } from '../vault/rotated-keys.ts';
import type { Command } from './command.ts';
import { withStore } from './opened.ts';

export const migrate: Command = {
  name: ['migrate'],
  usage: 'migrate',
  summary: 'brings the database to this version',
  async run() {
    const config = loadConfig();
    const store = await openStore({ ...storeConfig(config, 'migrate'), statementTimeoutMs: 0 }, {
      info() {},
      warn: (message: string) => console.error(message),
    } as never);
    try {
      const steps = await migrateToLatest(store.db, today(systemClock(config.timeZone)));
      console.log(steps.length > 0 ? steps.join('\n') : 'up to date');
      return 0;
    } finally {
      await store.close();
    }
  },
};

export const checkConfig: Command = {
  name: ['config', 'check'],
  usage: 'config check',
  summary: 'says what is configured, and everything that is wrong with it',
  async run() {
    try {
      for (const [name, value] of Object.entries(describeConfig(loadConfig(process.env, { keep: false }))))
        console.log(`${name.padEnd(28)} ${value}`);
      return 0;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems)
        console.error(typeof problem === 'string' ? problem : `${problem.variable}: ${problem.problem}`);
      return 1;
    }
  },
};

export const rotateKey: Command = {
  name: ['credentials', 'rotate-key'],
  usage: 'credentials rotate-key',
  summary: 'seals every stored password and wallet under the newest key; run it again after each new key',
  run: () =>
    withStore('rotate-key', async ({ db }, config) => {
      const keys = rotatedKeys(config);
      const [current, ...previous] = keys;
      const vault = openVault(current!, previous);
      const passwords = await rotate(db, vault, { user: null, now: new Date() });
      const wallets = await resealWallets(db, vault);
      console.log(`${passwords.changed} passwords and ${wallets.changed} wallets sealed under the new key`);
      if (passwords.unreadable.length > 0) console.error(`credentials that no configured key opens: ${passwords.unreadable.join(', ')}`);
      if (wallets.unreadable.length > 0) console.error(`instances whose wallet no configured key opens: ${wallets.unreadable.join(', ')}`);
      return passwords.unreadable.length + wallets.unreadable.length > 0 ? 1 : 0;
    }),
};

export const logsPurge: Command = {
  name: ['logs', 'purge'],
  usage: 'logs purge [--days N]',
  summary: 'deletes log rows past their retention',
  options: { days: { type: 'string' } },
  run: (values) =>
    withStore('logs', async ({ db }, config) => {
      const days = values.days === undefined ? config.logRetentionDays : Number(values.days);
      if (!Number.isInteger(days) || days < 1) throw new Error('--days takes a whole number from 1');
      console.log(`${await purgeLogs(db, days, new Date())} rows deleted`);
      return 0;
    }),
};

export const health: Command = {
  name: ['health'],
  usage: 'health',
  summary: 'asks the running server whether it is ready',
  async run() {
    const { host, port } = loadConfig(process.env, { keep: false });
    const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    const reply = await fetch(`http://${name.includes(':') ? `[${name}]` : name}:${port}/health/api/health`, {
      signal: AbortSignal.timeout(5000),
    });
    const body = (await reply.json()) as { data?: { status: string }; message: string };
    console.log(body.data?.status ?? body.message);
    return reply.ok ? 0 : 1;
  },
};
