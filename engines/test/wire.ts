/** Sockets that misbehave on purpose, for tests of timeouts and aborts. */
import net from 'node:net';

export interface Wire {
  port: number;
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

function listening(onConnection: (socket: net.Socket, open: Set<net.Socket>) => void): Promise<Wire> {
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    onConnection(socket, open);
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as net.AddressInfo).port,
        open: () => open.size,
        close: () =>
          new Promise((done) => {
            for (const socket of open) socket.destroy();
            server.close(() => done());
          }),
      }),
    ),
  );
}

/** Accepts and never says a word. */
export const silentServer = (): Promise<Wire> => listening((socket) => socket.resume());

/** Greets whoever connects, then answers each message with the next of these replies. */
export const scriptedServer = (greeting: Buffer | null, ...replies: Buffer[]): Promise<Wire & { heard: Buffer[] }> => {
  const heard: Buffer[] = [];
  return listening((socket) => {
    let next = 0;
    if (greeting) socket.write(greeting);
    socket.on('data', (bytes) => {
      heard.push(bytes);
      const reply = replies[next];
      next += 1;
      if (reply) socket.write(reply);
    });
  }).then((wire) => ({ ...wire, heard }));
};

/** A line to a real server that can be frozen: from then on nothing comes back. */
export async function freezingLine(port: number): Promise<Wire & { freeze(): void }> {
  let frozen = false;
  const wire = await listening((socket, open) => {
    const far = net.connect(port, '127.0.0.1');
    open.add(far);
    far
      .on('error', () => socket.destroy())
      .on('close', () => {
        open.delete(far);
        socket.destroy();
      });
    socket.on('close', () => far.destroy());
    socket.pipe(far);
    far.on('data', (bytes) => frozen || socket.write(bytes));
  });
  return { ...wire, freeze: () => (frozen = true) };
}
