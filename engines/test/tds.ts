/**
 * A small SQL Server for tests: speaks enough of TDS 7.4 (Microsoft's MS-TDS) for the real driver to sign in and ask,
 * and answers statements from a function. It can be slow, hang up, refuse, and send half a reply.
 */
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';

const PACKET = { batch: 0x01, rpc: 0x03, reply: 0x04, attention: 0x06, login: 0x10, sspi: 0x11, prelogin: 0x12 };
const TOKEN = { columns: 0x81, error: 0xaa, loginAck: 0xad, row: 0xd1, change: 0xe3, done: 0xfd };
const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

export type Cell = string | number | bigint | null;
export interface ResultSet {
  columns: string[];
  rows: Cell[][];
}
export type Answer = ResultSet[] | { error: number; message?: string; before?: ResultSet[] } | 'hang' | 'cut' | 'half';

export interface Login {
  username: string;
  password: string;
  database: string;
  application: string;
  server: string;
  /** Domain and user of an NTLM sign-in arrive later; this says that one was asked for. */
  integrated: boolean;
  encrypted: boolean;
}

export interface TdsBehaviour {
  /** The encryption byte of the prelogin reply: 0 off, 1 on, 2 not supported, 3 required. Default 2, or 1 with `tls`. */
  encryption?: number;
  tls?: { cert: string; key: string };
  /** What to do instead of answering this message. */
  at?: Partial<Record<'prelogin' | 'login' | 'batch', 'hang' | 'cut' | 'half'>>;
  /** Milliseconds before each answer. */
  slowMs?: number;
  /** Replies in pieces of so many bytes. */
  pieces?: number;
  /** Errors sent instead of the login's acknowledgement. */
  refuse?: (login: Login) => (number | { number: number; state: number })[] | null;
  /** Sends the client elsewhere (Azure's routing). */
  route?: { host: string; port: number };
  answer(text: string, numbers: Record<string, number>): Answer;
}

export interface TdsServer {
  port: number;
  logins: Login[];
  /** Statements in the order they came, the driver's own opening batch left out. */
  asked: { text: string; numbers: Record<string, number>; rpc: boolean }[];
  open(): number;
  close(): Promise<void>;
}

export async function tdsServer(behaviour: TdsBehaviour): Promise<TdsServer> {
  const sockets = new Set<net.Socket>();
  const state: Pick<TdsServer, 'logins' | 'asked'> = { logins: [], asked: [] };
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    serve(socket, behaviour, state);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...state,
    port: (server.address() as net.AddressInfo).port,
    open: () => sockets.size,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

function serve(socket: net.Socket, behaviour: TdsBehaviour, state: Pick<TdsServer, 'logins' | 'asked'>): void {
  let line: Duplex = socket;
  let encrypted = false;
  let handshake: Handshake | null = null;
  const send = (type: number, body: Buffer, half = false): void => {
    const write = (): void => {
      let bytes = packets(type, body);
      if (half) bytes = bytes.subarray(0, Math.floor(bytes.length / 2));
      const size = behaviour.pieces ?? bytes.length;
      for (let at = 0; at < bytes.length; at += size) line.write(bytes.subarray(at, at + size));
      if (half) setTimeout(() => socket.destroy(), 20);
    };
    if (behaviour.slowMs) setTimeout(write, behaviour.slowMs);
    else write();
  };
  const misbehaves = (stage: 'prelogin' | 'login' | 'batch', body: Buffer): boolean => {
    const how = behaviour.at?.[stage];
    if (how === 'cut') socket.destroy();
    if (how === 'half') send(PACKET.reply, body, true);
    return how !== undefined;
  };
  const reader = messages((type, body) => {
    if (type === PACKET.prelogin && handshake) return handshake.feed(body);
    if (type === PACKET.prelogin) {
      const value = behaviour.encryption ?? (behaviour.tls ? 1 : 2);
      const reply = preloginReply(value);
      if (misbehaves('prelogin', reply)) return;
      send(PACKET.reply, reply);
      if (behaviour.tls) {
        const started = startTls(socket, behaviour.tls);
        handshake = started.handshake;
        started.secure.on('data', (bytes: Buffer) => {
          line = started.secure;
          encrypted = true;
          reader(bytes);
        });
      }
    } else if (type === PACKET.login) {
      const login = { ...readLogin(body), encrypted };
      state.logins.push(login);
      const numbers = behaviour.refuse?.(login);
      const reply = numbers
        ? Buffer.concat([
            ...numbers.map((said) =>
              typeof said === 'number' ? errorToken(said, 'refused') : errorToken(said.number, 'refused', said.state),
            ),
            done(0x02),
          ])
        : Buffer.concat([loginAck(), ...(behaviour.route ? [routing(behaviour.route)] : []), done()]);
      if (!misbehaves('login', reply)) send(PACKET.reply, reply);
    } else if (type === PACKET.batch || type === PACKET.rpc) {
      const rpc = type === PACKET.rpc;
      const { text, numbers } = rpc ? readRpc(body) : { text: readBatch(body), numbers: {} };
      // The driver's opening batch (set ansi_nulls on …).
      if (/^set ansi_/i.test(text.trim())) return send(PACKET.reply, done());
      state.asked.push({ text, numbers, rpc });
      const answer = behaviour.answer(text, numbers);
      if (answer === 'hang') return;
      if (answer === 'cut') return void socket.destroy();
      const whole = Array.isArray(answer)
        ? answer
        : answer === 'half'
          ? [{ columns: ['x'], rows: [['x'.repeat(3000)], ['y']] }]
          : (answer.before ?? []);
      const failed = !Array.isArray(answer) && answer !== 'half';
      const reply = Buffer.concat([
        ...whole.map((set, at) => Buffer.concat([resultSet(set), done(at < whole.length - 1 || failed ? 0x01 : 0)])),
        ...(failed ? [errorToken(answer.error, answer.message ?? 'refused'), done(0x02)] : []),
        ...(whole.length === 0 && !failed ? [done()] : []),
      ]);
      if (!misbehaves('batch', reply)) send(PACKET.reply, reply, answer === 'half');
    } else if (type === PACKET.attention) send(PACKET.reply, done(0x20));
  });
  const APPLICATION_DATA = 0x17;
  socket.on('data', (bytes) => {
    if (handshake && bytes[0] === APPLICATION_DATA) handshake.over = true;
    if (handshake?.over) handshake.feed(bytes);
    else reader(bytes);
  });
}

/** Collects packets into messages. */
function messages(onMessage: (type: number, body: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let body: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 8 && rest.length >= rest.readUInt16BE(2)) {
      const length = rest.readUInt16BE(2);
      const [type, status] = [rest[0]!, rest[1]!];
      body = Buffer.concat([body, rest.subarray(8, length)]);
      rest = rest.subarray(length);
      if ((status & 1) === 0) continue;
      const whole = body;
      body = Buffer.alloc(0);
      onMessage(type, whole);
    }
  };
}

function packets(type: number, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, id = 1; at === 0 || at < body.length; at += 4_000, id += 1) {
    const piece = body.subarray(at, at + 4_000);
    const last = at + 4_000 >= body.length;
    const header = Buffer.from([type, last ? 1 : 0, 0, 0, 0, 0, id & 255, 0]);
    header.writeUInt16BE(piece.length + 8, 2);
    parts.push(header, piece);
  }
  return Buffer.concat(parts);
}

interface Handshake {
  feed(bytes: Buffer): void;
  /** True from the first record that comes without a packet around it. */
  over: boolean;
}

/** The handshake travels inside packets, one answer to each; after it TLS is what is on the line. */
function startTls(socket: net.Socket, { cert, key }: { cert: string; key: string }): { handshake: Handshake; secure: tls.TLSSocket } {
  let waiting: Buffer[] = [];
  const carrier = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      if (handshake.over) socket.write(chunk);
      else {
        if (waiting.length === 0)
          setImmediate(() => {
            socket.write(packets(PACKET.reply, Buffer.concat(waiting)));
            waiting = [];
          });
        waiting.push(chunk);
      }
      callback();
    },
  });
  const handshake: Handshake = { over: false, feed: (bytes) => void carrier.push(bytes) };
  const secure = new tls.TLSSocket(carrier, { isServer: true, cert, key, maxVersion: 'TLSv1.2' });
  secure.on('error', () => socket.destroy());
  return { handshake, secure };
}

function preloginReply(encryption: number): Buffer {
  const options: [number, Buffer][] = [
    [0, Buffer.from([16, 0, 0x04, 0x1b, 0, 0])],
    [1, Buffer.from([encryption])],
    [4, Buffer.from([0])],
  ];
  const table = Buffer.alloc(options.length * 5 + 1, 0xff);
  let offset = table.length;
  options.forEach(([token, value], at) => {
    table[at * 5] = token;
    table.writeUInt16BE(offset, at * 5 + 1);
    table.writeUInt16BE(value.length, at * 5 + 3);
    offset += value.length;
  });
  return Buffer.concat([table, ...options.map(([, value]) => value)]);
}

function readLogin(body: Buffer): Omit<Login, 'encrypted'> {
  const field = (at: number): Buffer => body.subarray(body.readUInt16LE(at), body.readUInt16LE(at) + body.readUInt16LE(at + 2) * 2);
  const text = (at: number): string => field(at).toString('utf16le');
  const hidden = Buffer.from(field(44).map((byte) => ((byte ^ 0xa5) >> 4) | (((byte ^ 0xa5) << 4) & 0xf0)));
  return {
    username: text(40),
    password: hidden.toString('utf16le'),
    application: text(48),
    server: text(52),
    database: text(68),
    integrated: (body[25]! & 0x80) !== 0,
  };
}

const withoutHeaders = (body: Buffer): Buffer => body.subarray(body.readUInt32LE(0));
const readBatch = (body: Buffer): string => withoutHeaders(body).toString('utf16le');

/** sp_executesql: the statement, the parameters' declaration, then the parameters. */
function readRpc(body: Buffer): { text: string; numbers: Record<string, number> } {
  const bytes = withoutHeaders(body);
  let at = bytes.readUInt16LE(0) === 0xffff ? 6 : 4 + bytes.readUInt16LE(0) * 2;
  const parameters: { name: string; value: string | number }[] = [];
  while (at < bytes.length) {
    const nameLength = bytes[at]! * 2;
    const name = bytes.subarray(at + 1, at + 1 + nameLength).toString('utf16le');
    at += 1 + nameLength + 1;
    const type = bytes[at]!;
    if (type === 0x26) {
      const length = bytes[at + 2]!;
      parameters.push({
        name: name.replace('@', ''),
        value: length === 4 ? bytes.readInt32LE(at + 3) : Number(bytes.readBigInt64LE(at + 3)),
      });
      at += 3 + length;
    } else if (type === 0xe7) {
      const large = bytes.readUInt16LE(at + 1) === 0xffff;
      at += 8;
      let value = Buffer.alloc(0);
      if (large) {
        at += 8;
        for (let size = bytes.readUInt32LE(at); ; size = bytes.readUInt32LE(at)) {
          at += 4;
          if (size === 0) break;
          value = Buffer.concat([value, bytes.subarray(at, at + size)]);
          at += size;
        }
      } else {
        const size = bytes.readUInt16LE(at);
        value = Buffer.from(bytes.subarray(at + 2, at + 2 + size));
        at += 2 + size;
      }
      parameters.push({ name, value: value.toString('utf16le') });
    } else throw new Error(`a parameter of type ${type.toString(16)} is not read here`);
  }
  const numbers = parameters.slice(2).map(({ name, value }) => [name, Number(value)] as const);
  return { text: String(parameters[0]?.value), numbers: Object.fromEntries(numbers) };
}

const byteText = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'utf16le')]);
const shortText = (value: string): Buffer => Buffer.concat([u16(value.length), Buffer.from(value, 'utf16le')]);
const u16 = (value: number): Buffer => Buffer.from([value & 255, (value >> 8) & 255]);
const u32 = (value: number): Buffer => Buffer.from([value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255]);
const sized = (token: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([token]), u16(body.length), body]);

const loginAck = (): Buffer =>
  sized(TOKEN.loginAck, Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), byteText('Microsoft SQL Server'), Buffer.from([16, 0, 4, 27])]));

function routing({ host, port }: { host: string; port: number }): Buffer {
  const to = Buffer.concat([Buffer.from([0]), u16(port), shortText(host)]);
  return sized(TOKEN.change, Buffer.concat([Buffer.from([20]), u16(to.length), to, u16(0)]));
}

function errorToken(number: number, message: string, state = 1): Buffer {
  return sized(
    TOKEN.error,
    Buffer.concat([u32(number), Buffer.from([state, 14]), shortText(message), byteText('srv'), byteText(''), u32(1)]),
  );
}

/** Status 1 = more results follow, 2 = an error, 32 = the attention is acknowledged. */
const done = (status = 0): Buffer => Buffer.concat([Buffer.from([TOKEN.done]), u16(status), u16(0), Buffer.alloc(8)]);

/** Columns are what their first value is: numbers of 4 or 8 bytes, else text. */
function resultSet({ columns, rows }: ResultSet): Buffer {
  const kinds = columns.map((_, at) => {
    const value = rows.map((row) => row[at]).find((cell) => cell !== null && cell !== undefined);
    return typeof value === 'number' ? 4 : typeof value === 'bigint' ? 8 : 0;
  });
  const head = columns.map((name, at) =>
    Buffer.concat([
      u32(0),
      u16(1),
      kinds[at] ? Buffer.from([0x26, kinds[at]]) : Buffer.concat([Buffer.from([0xe7]), u16(8_000), COLLATION]),
      byteText(name),
    ]),
  );
  const cell = (value: Cell, kind: number): Buffer => {
    if (kind === 0) {
      if (value === null) return u16(0xffff);
      const text = Buffer.from(String(value), 'utf16le');
      return Buffer.concat([u16(text.length), text]);
    }
    if (value === null) return Buffer.from([0]);
    const number = Buffer.alloc(kind);
    if (kind === 4) number.writeInt32LE(value as number);
    else number.writeBigInt64LE(BigInt(value));
    return Buffer.concat([Buffer.from([kind]), number]);
  };
  return Buffer.concat([
    Buffer.from([TOKEN.columns]),
    u16(columns.length),
    ...head,
    ...rows.map((row) => Buffer.concat([Buffer.from([TOKEN.row]), ...row.map((value, at) => cell(value ?? null, kinds[at]!))])),
  ]);
}
