import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** A file in a backup. Large tables are many of them, so that neither side ever holds more than one in memory. */
export interface Entry {
  name: string;
  body: Buffer;
}
/** Entries are written far below this; a file that claims more is none of ours. */
const LARGEST = 64 * 1024 * 1024;
const BLOCK = 512;

/** Writes a tar.gz that any tar can list, readable for its owner alone. Refuses a file that is there. */
export function createArchive(file: string) {
  const zip = createGzip({ level: 6 });
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  zip.pipe(out);
  const done = finished(out);
  let failed: unknown;
  const fail = (error: unknown) => (failed ??= error);
  done.catch(fail);
  out.on('error', (error) => zip.destroy(error));
  zip.on('error', fail);
  const write = async (bytes: Buffer) => {
    if (failed) throw failed;
    if (!zip.write(bytes)) await Promise.race([new Promise((resolve) => zip.once('drain', resolve)), done]);
  };
  return {
    async add(name: string, body: Buffer, at: Date): Promise<void> {
      await write(header(name, body.length, at));
      await write(body);
      await write(Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK));
    },
    async end(): Promise<void> {
      await write(Buffer.alloc(2 * BLOCK));
      zip.end();
      await done;
    },
    abandon(): Promise<void> {
      zip.destroy();
      out.destroy();
      return done.catch(() => {});
    },
  };
}

function header(name: string, size: number, at: Date): Buffer {
  const block = Buffer.alloc(BLOCK);
  const put = (text: string, from: number) => block.write(text, from, 'latin1');
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  put(name, 0);
  put(octal(0o600, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(Math.floor(at.getTime() / 1000), 11), 136);
  put('        0', 148);
  put('ustar\x0000', 257);
  put(`${octal(sum(block), 6)} `, 148);
  return block;
}
const sum = (block: Buffer): number => block.reduce((total, byte) => total + byte, 0);

export class ArchiveBroken extends Error {}

/** The entries in their order. @throws ArchiveBroken when the file is cut short, damaged, or no archive at all */
export async function* readArchive(file: string): AsyncGenerator<Entry> {
  const raw = createReadStream(file);
  const zip = createGunzip();
  raw.on('error', (error) => zip.destroy(error));
  raw.pipe(zip);
  let have: Buffer[] = [];
  let length = 0;
  const chunks = zip[Symbol.asyncIterator]();
  const take = async (size: number): Promise<Buffer> => {
    while (length < size) {
      const next = await chunks.next();
      if (next.done) throw new ArchiveBroken('the file ends too early');
      have.push(next.value as Buffer);
      length += (next.value as Buffer).length;
    }
    const all = have.length === 1 ? have[0]! : Buffer.concat(have);
    have = all.length > size ? [all.subarray(size)] : [];
    length = all.length - size;
    return all.subarray(0, size);
  };
  try {
    for (;;) {
      const block = await take(BLOCK);
      if (block.every((byte) => byte === 0)) break;
      const size = Number.parseInt(block.toString('latin1', 124, 135), 8);
      const blank = Buffer.from(block).fill(' ', 148, 156);
      if (sum(blank) !== Number.parseInt(block.toString('latin1', 148, 154), 8) || !(size <= LARGEST))
        throw new ArchiveBroken('the file is not a backup of WhaleFall, or it is damaged');
      const body = await take(size);
      await take((BLOCK - (size % BLOCK)) % BLOCK);
      yield { name: block.toString('latin1', 0, block.indexOf(0)), body };
    }
    // To the very end, where gzip keeps its checksum.
    while (!(await chunks.next()).done);
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code.startsWith('Z_')) throw new ArchiveBroken('the file is damaged, cut short, or not a backup of WhaleFall', { cause: error });
    throw error;
  } finally {
    raw.destroy();
    zip.destroy();
  }
}
