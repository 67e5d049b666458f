/**
 * `npm run torture`: what is killed in the middle of its work, again and again, loses nothing and doubles nothing.
 * TORTURE_ROUNDS (100) rounds, then our own database away for a minute, 100,000 requests and the sign-in's times; TORTURE_SEED repeats the choices of a run, though not the moments that the machine adds to them.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { torture } from './torture.ts';

const long: Record<string, Record<string, string>> = {
  'server/test/store-away': { STORE_AWAY_MS: '60000' },
  'server/test/flood': { FUZZ_REQUESTS: process.env.FUZZ_REQUESTS ?? '100000' },
  'server/test/bad-people': { SIGN_IN_TIMES: '1' },
};
const seed = Number(process.env.TORTURE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const { faults } = await torture({ rounds: Number(process.env.TORTURE_ROUNDS ?? 100), seed, say: console.log });

/** The tests that are shorter in a pipeline, at their full length. */
const failed = Object.entries(long).filter(([file, env]) => {
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
  const root = fileURLToPath(new URL('../..', import.meta.url));
  return spawnSync(process.execPath, [vitest, 'run', file], { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' }).status !== 0;
});
for (const [file] of failed) console.log(`failed: ${file}`);
process.exit(faults.length + failed.length > 0 ? 1 : 0);
