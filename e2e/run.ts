/*
 * The journeys in a real browser. `node e2e/run.ts [--only <name>]… [--headed] [--no-build]`
 * Ends with a line "N passed, N failed"; what a failing step saw is in e2e/output/.
 */
import { existsSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { launch, NoBrowser } from './browser.ts';
import { type Journey, outputDir, Steps, type World } from './journey.ts';
import { build, startWhaleFall, type WhaleFall } from './servers.ts';
import { budgets } from './journeys/budgets.ts';
import { mainJob } from './journeys/main-job.ts';
import { pages } from './journeys/pages.ts';
import { quality } from './journeys/quality.ts';
import { roles } from './journeys/roles.ts';

const JOURNEYS: Journey[] = [mainJob, quality, roles, budgets, pages];

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, headed: { type: 'boolean' }, 'no-build': { type: 'boolean' } },
});
const asked = JOURNEYS.filter((journey) => !values.only || values.only.includes(journey.name));
const total = { passed: 0, failed: 0, skipped: 0 };
const started: Promise<WhaleFall>[] = [];

/** Starts a server when it is first needed. */
function server(command: 'serve' | 'demo'): () => Promise<WhaleFall> {
  let running: Promise<WhaleFall> | undefined;
  return () => {
    // While journeys are written: a demo that runs already.
    const given = command === 'demo' ? process.env.E2E_DEMO_URL : undefined;
    if (given) return Promise.resolve({ url: given, dataDir: '', output: () => '', stop: () => Promise.resolve() });
    if (!running) {
      running = startWhaleFall(command);
      started.push(running);
    }
    return running;
  };
}

async function end(): Promise<void> {
  await browser?.close().catch(() => undefined);
  for (const running of await Promise.allSettled(started)) if (running.status === 'fulfilled') await running.value.stop();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end().then(() => process.exit(1)));

let browser: World['browser'] | undefined;
try {
  if (asked.length === 0) throw new Error(`there is no such journey; there are ${JOURNEYS.map((one) => one.name).join(', ')}`);
  if (existsSync(outputDir)) rmSync(outputDir, { recursive: true });
  if (!values['no-build']) await build();
  browser = await launch({ headed: values.headed ?? false });
  const world: World = { browser, live: server('serve'), demo: server('demo') };
  // The demo makes its fleet while the first journey is on its way.
  if (asked.some((journey) => journey !== mainJob)) void world.demo().catch(() => undefined);
  for (const journey of asked) {
    const begun = Date.now();
    console.log(`\n${journey.name}`);
    const steps = new Steps(journey.name, world);
    await steps.run(journey);
    total.passed += steps.passed;
    total.failed += steps.failed;
    console.log(`  ${journey.name}: ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  }
} catch (error) {
  if (error instanceof NoBrowser && process.env.CI !== 'true') {
    console.log(`skipped: ${error.message}`);
    total.skipped += asked.length;
  } else {
    console.error(error);
    total.failed += 1;
  }
} finally {
  await end();
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 ? 1 : 0);
