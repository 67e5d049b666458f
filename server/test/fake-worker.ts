/** A worker process over the fake engine: started, killed and hung by workers.test.ts. */
import { fakeEngines, fakeFleet, fakeWorld } from '@whalefall/engines/fake';
import { assemble } from '../src/assemble.ts';
import { loadConfig } from '../src/config.ts';
import { silentLog } from '../src/logbook/index.ts';
import { startWorker } from '../src/worker.ts';

const [seed, count, slowMs] = process.argv.slice(2).map(Number) as [number, number, number];
const world = fakeWorld(seed, fakeFleet(seed).slice(0, count));
for (const fake of world.instances) world.behaviours.set(`${fake.host}:${fake.port}`, { slowMs });
const deps = await assemble(loadConfig(process.env, { keep: false }), { log: silentLog, worker: true, engines: fakeEngines(world) });
const worker = await startWorker(deps);
process.send?.('ready');
process.once('SIGTERM', async () => {
  await worker.stop();
  await deps.close();
  process.exit(0);
});
