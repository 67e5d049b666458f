import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

/** A sealed text that does not open: wrong key, wrong row, or damaged. Never carries the text. */
export class SealBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealBroken';
  }
}

export interface Vault {
  /** @returns `v1:<key id>:<nonce>:<ciphertext and tag>`, bound to `place` (`credential:<id>`). */
  seal(text: string, place: string): string;
  /** @throws SealBroken */
  open(sealed: string, place: string): string;
  /** Whether a sealed text is under the current key. */
  isCurrent(sealed: string): boolean;
  readonly keyId: string;
}

interface Key {
  id: string;
  key: Buffer;
}

function key(secret: string): Key {
  const derived = Buffer.from(hkdfSync('sha256', secret, 'whalefall', 'credential seal v1', 32));
  return { id: createHash('sha256').update(derived).digest('hex').slice(0, 8), key: derived };
}

/**
 * AES-256-GCM with a random nonce of 96 bits; the row's name is authenticated, so a sealed text moved to another row does not open.
 * The first secret seals; all of them open, which is what makes rotation possible while the product runs.
 */
export function openVault(secret: string, previous: readonly string[] = []): Vault {
  const current = key(secret);
  const known = new Map([current, ...previous.map(key)].map((k) => [k.id, k.key]));
  return {
    keyId: current.id,
    seal(text, place) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1:${current.id}:${nonce.toString('base64')}:${sealed.toString('base64')}`;
    },
    open(sealed, place) {
      const [version, id, nonce, body] = sealed.split(':');
      if (version !== 'v1' || !id || !nonce || !body) throw new SealBroken('not a sealed text of ours');
      const opener = known.get(id);
      if (!opener) throw new SealBroken(`sealed with key ${id}, which is not configured`);
      const bytes = Buffer.from(body, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', opener, Buffer.from(nonce, 'base64')).setAAD(Buffer.from(place));
        decipher.setAuthTag(bytes.subarray(-16));
        return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
      } catch {
        throw new SealBroken('does not open with its key in this row');
      }
    },
    isCurrent: (sealed) => sealed.startsWith(`v1:${current.id}:`),
  };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64url');
export const randomToken = (bytes = 32): string => randomBytes(bytes).toString('base64url');
export const randomId = (): string => randomUUID();
export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
