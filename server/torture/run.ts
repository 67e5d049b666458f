/**
 * `npm run torture`: what is killed in the middle of its work, again and again, loses nothing and doubles nothing.
 * TORTURE_ROUNDS (100) rounds; TORTURE_SEED repeats the choices of a run, though not the moments that the machine adds to them.
 */
import { torture } from './torture.ts';

const seed = Number(process.env.TORTURE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const { faults } = await torture({ rounds: Number(process.env.TORTURE_ROUNDS ?? 100), seed, say: console.log });
process.exit(faults.length > 0 ? 1 : 0);
