import { loadConfig } from '../config.ts';
import { isDemoDirectory, prepareDemo } from '../demo/prepare-demo.ts';
import type { Command } from './command.ts';
import { run } from './run.ts';

/** A directory that is marked as a demo's always starts as one, whatever the command. */
async function runDemo(): Promise<number> {
  const config = loadConfig(process.env, { demo: true });
  return run(config, { http: true, worker: true }, prepareDemo(config));
}

export const demo: Command = {
  name: ['demo'],
  usage: 'demo',
  summary: 'a made-up fleet to look around in; no connection leaves this machine',
  run: runDemo,
};

export const serve: Command = {
  name: ['serve'],
  usage: 'serve [--no-worker]',
  summary: 'web console and jobs in one process',
  options: { 'no-worker': { type: 'boolean' } },
  run: async (values) => {
    const config = loadConfig();
    if (!config.databaseUrl && isDemoDirectory(config.dataDir)) return runDemo();
    return run(config, { http: true, worker: !values['no-worker'] });
  },
};
export const worker: Command = {
  name: ['worker'],
  usage: 'worker',
  summary: 'jobs only: one more pair of hands over the same database',
  run: () => run(loadConfig(), { http: false, worker: true }),
};
