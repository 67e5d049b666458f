import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** A password of the older program that does not open. Never carries the text. */
export class FernetBroken extends Error {
  override name = 'FernetBroken';
}

/** @throws FernetBroken when it is not 32 bytes in base64, with or without padding */
export function fernetKey(text: string): { signing: Buffer; encryption: Buffer } {
  const bytes = Buffer.from(text.trim(), 'base64url');
  if (bytes.length !== 32) throw new FernetBroken('the Fernet key is not 32 bytes in base64');
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) };
}

/**
 * Opens a Fernet token (version 0x80, eight bytes of time, nonce, AES-128-CBC, HMAC-SHA256). Its age does not matter here.
 * @throws FernetBroken for another key, a damaged text, or something that is no token
 */
export function openFernet(token: string, key: ReturnType<typeof fernetKey>): string {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length < 1 + 8 + 16 + 16 + 32 || bytes[0] !== 0x80) throw new FernetBroken('not a Fernet token');
  const [body, mac] = [bytes.subarray(0, -32), bytes.subarray(-32)];
  if (!timingSafeEqual(createHmac('sha256', key.signing).update(body).digest(), mac)) throw new FernetBroken('sealed with another key');
  try {
    const cipher = createDecipheriv('aes-128-cbc', key.encryption, body.subarray(9, 25));
    return Buffer.concat([cipher.update(body.subarray(25)), cipher.final()]).toString('utf8');
  } catch {
    throw new FernetBroken('damaged');
  }
}
