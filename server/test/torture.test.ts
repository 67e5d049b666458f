import { expect, test } from 'vitest';
import { torture } from '../torture/torture.ts';

/** The long run is `npm run torture`: 100 rounds. A seed that failed is repeated with TORTURE_SEED. */
const ROUNDS = Number(process.env.TORTURE_ROUNDS ?? 10);

test(
  'killed with -9 in the middle of syncs, aggregation, classification, imports, migrations: nothing lost, nothing twice, every session ends',
  { timeout: 60_000 + ROUNDS * 30_000 },
  async () => {
    const seed = Number(process.env.TORTURE_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const { faults, longestMs, stopMs } = await torture({ rounds: ROUNDS, seed, say: console.log });
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(longestMs).toBeLessThan(60_000);
    expect(stopMs).toBeLessThan(10_000);
  },
);
