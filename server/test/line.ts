/** A line to a server that can be taken down, cut, slowed, or filled with rubbish: what networks do, on purpose. */
import { randomBytes } from 'node:crypto';
import net from 'node:net';

export interface Line {
  port: number;
  /** Nobody gets through, and whoever had is cut off. */
  down(): void;
  up(): void;
  /** Nothing gets through and nobody is told: the host has vanished. New connections hang too. Until `up`, which cuts them. */
  vanish(): void;
  /** Cuts the next connection on which the client says this, once the server has begun to answer; the answer is lost. */
  loseAnswerTo(text: string): void;
  /** After so many bytes from the server the line breaks, or carries a piece of rubbish before it does. */
  after(bytes: number, what: 'cut' | 'rubbish'): void;
  /** Counts how often the server says this from now on. */
  listenFor(text: string): () => number;
  /** What the server says arrives in pieces of a few bytes. */
  trickle(): void;
  /** Only so many connections are let through from now on; the rest are closed at once. */
  letThrough(connections: number): void;
  plain(): void;
  /** Connections that came since `plain` was last said. */
  came(): number;
  open(): number;
  close(): Promise<void>;
}

const PIECE = 7;
const RUBBISH_MS = 50;

export function openLine(to: net.NetConnectOpts): Promise<Line> {
  const open = new Set<net.Socket>();
  let isDown = false;
  let vanished = false;
  let lost: string | null = null;
  let broken: { bytes: number; what: 'cut' | 'rubbish' } | null = null;
  let trickling = false;
  let left = Infinity;
  let came = 0;
  const ears: { text: string; heard: number }[] = [];

  const server = net.createServer((near) => {
    near.on('error', () => undefined);
    came += 1;
    if (vanished) return void open.add(near);
    if (isDown || left <= 0) return void near.destroy();
    left -= 1;
    const far = net.connect(to);
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    let losing = false;
    let carried = 0;
    near.on('data', (bytes) => {
      if (vanished) return;
      if (lost !== null && bytes.includes(lost)) {
        losing = true;
        lost = null;
      }
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (vanished) return;
      if (losing) return end();
      carried += bytes.length;
      for (const ear of ears) if (bytes.includes(ear.text)) ear.heard += 1;
      if (broken && carried > broken.bytes) {
        if (broken.what === 'cut') return end();
        return void near.write(randomBytes(bytes.length), () => setTimeout(end, RUBBISH_MS));
      }
      if (!trickling) return void near.write(bytes);
      near.setNoDelay(true);
      for (let i = 0; i < bytes.length; i += PIECE) near.write(bytes.subarray(i, i + PIECE));
    });
  });
  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as net.AddressInfo).port,
        down() {
          isDown = true;
          cutAll();
        },
        up() {
          if (vanished) cutAll();
          isDown = vanished = false;
        },
        vanish: () => void (vanished = true),
        loseAnswerTo: (text) => void (lost = text),
        after: (bytes, what) => void (broken = { bytes, what }),
        listenFor(text) {
          const ear = { text, heard: 0 };
          ears.push(ear);
          return () => ear.heard;
        },
        trickle: () => void (trickling = true),
        letThrough: (connections) => void (left = connections),
        plain() {
          [broken, trickling, left, came] = [null, false, Infinity, 0];
        },
        came: () => came,
        open: () => open.size,
        close: () =>
          new Promise((done) => {
            cutAll();
            server.close(() => done());
          }),
      }),
    ),
  );
}
