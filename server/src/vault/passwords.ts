import { randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { hash, verify } from '@node-rs/argon2';

/** argon2id (the library's algorithm 2) with 19 MiB and two passes (00-overview §12). */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** Checked when the name is unknown, so that the answer takes as long as for a known one. */
let decoy: Promise<string> | undefined;

/**
 * @param stored an argon2 hash, a bcrypt hash of an existing installation, or null for an unknown user.
 * @returns ok, and whether the hash should be made anew (bcrypt, or other costs).
 */
export async function verifyPassword(password: string, stored: string | null): Promise<{ ok: boolean; rehash: boolean }> {
  if (stored === null) {
    decoy ??= hashPassword('nobody');
    await verify(await decoy, password);
    return { ok: false, rehash: false };
  }
  if (/^\$2[aby]\$/.test(stored)) {
    const ok = await bcryptMatches(password, stored);
    return { ok, rehash: ok };
  }
  const ok = await verify(stored, password);
  return { ok, rehash: ok && !stored.includes(`$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`) };
}

/** In a thread of its own: bcryptjs holds the event loop for 0.4 s. */
function bcryptMatches(password: string, stored: string): Promise<boolean> {
  const file = import.meta.url.endsWith('.ts') ? './bcrypt-worker.ts' : './bcrypt-worker.js';
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(file, import.meta.url), { workerData: { password, stored } });
    worker.once('message', (ok: boolean) => resolve(ok));
    worker.once('error', reject);
  });
}

const LOWER = 'abcdefghijkmnpqrstuvwxyz';
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const DIGIT = '23456789';
const pick = (from: string) => from[randomInt(from.length)]!;

/** A password that fits the policy and can be read aloud: no 0/O, 1/l/I. */
export function generatePassword(length = 16): string {
  const letters = [pick(LOWER), pick(UPPER), pick(DIGIT), ...Array.from({ length: length - 3 }, () => pick(LOWER + UPPER + DIGIT))];
  for (let i = letters.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [letters[i], letters[j]] = [letters[j]!, letters[i]!];
  }
  return letters.join('');
}
