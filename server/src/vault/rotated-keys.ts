import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';

/**
 * The credential keys with a fresh one in front. A key file of ours gets the new key written before anything is sealed
 * with it; keys from the environment are rotated by whoever keeps them: put the new one first, leave the old ones behind it.
 */
export function rotatedKeys(config: Config): string[] {
  if (!config.credentialKeyFile) return config.credentialKeys;
  const keys = [
    randomBytes(32).toString('base64'),
    ...readFileSync(config.credentialKeyFile, 'utf8')
      .split(/[\s,]+/)
      .filter(Boolean),
  ];
  const next = `${config.credentialKeyFile}.new`;
  writeFileSync(next, `${keys.join('\n')}\n`, { mode: 0o600 });
  renameSync(next, config.credentialKeyFile);
  return keys;
}
