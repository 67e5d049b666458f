/**
 * The server's first reply, read before the driver reads it: tedious goes on unencrypted, without an error, when the
 * server offers no TLS, and the next thing it sends is the password (see MS-TDS, PRELOGIN).
 */
import type { Socket } from 'node:net';
import { EngineError } from '../engine.ts';

const ENCRYPTION = 0x01;
const TERMINATOR = 0xff;
const ENCRYPTED = new Set([0x01, 0x03]);
/** A real reply has some 50 bytes. */
const LARGEST = 4_096;

/** Destroys the socket unless the reply says that everything after it will be encrypted. */
export function demandEncryption(socket: Socket): void {
  let body = Buffer.alloc(0);
  let rest = Buffer.alloc(0);
  const judge = (encrypted: boolean): void => {
    socket.removeListener('data', watch);
    if (!encrypted) socket.destroy(new EngineError('TLS_ERROR', { stage: 'connect', detail: 'the server does not offer TLS' }));
  };
  const watch = (bytes: Buffer): void => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 8) {
      const length = rest.readUInt16BE(2);
      if (length < 8 || body.length + length > LARGEST) return judge(false);
      if (rest.length < length) return;
      body = Buffer.concat([body, rest.subarray(8, length)]);
      const last = (rest[1]! & 1) === 1;
      rest = rest.subarray(length);
      if (last) return judge(encryptionOf(body));
    }
  };
  // First in line: tedious attaches its own reader later and so sees each chunk after this one.
  socket.on('data', watch);
}

function encryptionOf(body: Buffer): boolean {
  for (let at = 0; at + 5 <= body.length && body[at] !== TERMINATOR; at += 5) {
    if (body[at] !== ENCRYPTION) continue;
    const value = body[body.readUInt16BE(at + 1)];
    return value !== undefined && ENCRYPTED.has(value);
  }
  return false;
}
