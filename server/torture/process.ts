/** The product's own `serve --no-worker` or `worker`, with a made-up fleet at its outermost edge: started and killed by house.ts. */
import { readFileSync } from 'node:fs';
import type { Engine } from '@whalefall/engines';
import { fakeEngines } from '@whalefall/engines/fake';
import { run } from '../src/commands/run.ts';
import { loadConfig } from '../src/config.ts';
import { tortureWorld } from './world.ts';

const [role, seed, stepFile] = process.argv.slice(2) as [string, string, string];
const world = tortureWorld(Number(seed));
const fakes = fakeEngines(world);
/** Every process reads the fleet as it is at the step that the rounds have come to. */
const following = (engine: Engine): Engine => ({
  ...engine,
  connect(target, options) {
    world.mutate(Number(readFileSync(stepFile, 'utf8')));
    return engine.connect(target, options);
  },
});
const engines = {
  mysql: following(fakes.mysql),
  postgresql: following(fakes.postgresql),
  sqlserver: following(fakes.sqlserver),
  oracle: following(fakes.oracle),
};
process.exitCode = await run(loadConfig(), { http: role === 'server', worker: role === 'worker' }, { engines });
process.exit();
