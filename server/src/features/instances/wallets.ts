import { type ConnectionOptions, EngineError } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import { SealBroken, type Vault } from '../../vault/secrets.ts';
import * as queries from './queries.ts';

/** A wallet is the one secret among an instance's options: it is stored sealed, bound to its row. */
const place = (id: number): string => `instance:${id}:wallet`;
type Options = Record<string, unknown>;

/** Options as they are stored. */
export const sealOptions = (vault: Vault, id: number, options: Options): Options =>
  typeof options.wallet === 'string' ? { ...options, wallet: vault.seal(options.wallet, place(id)) } : options;

/** Options as a driver needs them, in memory only. @throws EngineError CREDENTIAL_DECRYPT_FAILED */
export function openOptions(vault: Vault, id: number, stored: unknown): ConnectionOptions {
  const options = stored as Options;
  if (typeof options.wallet !== 'string') return options as ConnectionOptions;
  try {
    return { ...options, wallet: vault.open(options.wallet, place(id)) } as ConnectionOptions;
  } catch (error) {
    if (error instanceof SealBroken)
      throw new EngineError('CREDENTIAL_DECRYPT_FAILED', { stage: 'auth', detail: `wallet: ${error.message}` });
    throw error;
  }
}

const SEALED = /^v1:[0-9a-f]{8}:[A-Za-z0-9+/]{16}:[A-Za-z0-9+/=]+$/;
/**
 * Seals every wallet under the current key: those that an earlier version stored as they were, and after a change of key
 * those under an older one. Each is exchanged only if nobody changed it meanwhile.
 * @returns how many were sealed, and the instances whose wallet no known key opens
 */
export async function resealWallets(db: Kysely<DB>, vault: Vault): Promise<{ changed: number; unreadable: number[] }> {
  let changed = 0;
  const unreadable: number[] = [];
  for (const { id, wallet } of await queries.storedWallets(db)) {
    if (vault.isCurrent(wallet)) continue;
    try {
      const text = SEALED.test(wallet) ? vault.open(wallet, place(id)) : wallet;
      if (await queries.exchangeWallet(db, id, wallet, vault.seal(text, place(id)))) changed++;
    } catch {
      unreadable.push(id);
    }
  }
  return { changed, unreadable };
}
