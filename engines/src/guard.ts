/**
 * Where outgoing connections may go. `targetPolicy` decides about addresses, `resolveTarget` turns a name into
 * addresses that were all checked, and `guarded` runs a driver inside a scope in which every socket it opens is
 * asked for again, so that neither a listener's redirect nor a name that changes its answer gets round the policy.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import dns from 'node:dns';
import { errorMonitor } from 'node:events';
import net from 'node:net';
import { EngineError } from './engine.ts';

export type Allow = (address: string) => boolean;

/** Addresses no database lives at: cloud metadata services, link-local, "this network", multicast, broadcast. */
const DENIED_BY_DEFAULT = [
  '169.254.0.0/16',
  'fe80::/10',
  '100.100.100.200',
  'fd00:ec2::254',
  '0.0.0.0/8',
  '224.0.0.0/4',
  '255.255.255.255',
  'ff00::/8',
  '::',
];

interface Range {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** Reads `10.0.0.0/8`, `10.1.2.3`, `fd00::/8`. Throws `RangeError` naming the entry that is neither. */
export function parseRange(text: string): Range {
  const [base = '', bits, more] = text.trim().split('/');
  const plain = plainAddress(base);
  const family = net.isIP(plain);
  const width = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  // `::ffff:10.0.0.0/104` is written in the mapped form's own counting
  const mappedShift = family === 4 && net.isIP(base) === 6 && bits !== undefined ? 96 : 0;
  if (family === 0 || more !== undefined || prefix - mappedShift < 0 || prefix - mappedShift > width) {
    throw new RangeError(`not an address or CIDR range: ${text}`);
  }
  return { address: plain, prefix: prefix - mappedShift, family: family === 4 ? 'ipv4' : 'ipv6' };
}

function blockList(ranges: readonly Range[]): net.BlockList {
  const list = new net.BlockList();
  for (const range of ranges) list.addSubnet(range.address, range.prefix, range.family);
  return list;
}

/**
 * The policy: denied by default is what `DENIED_BY_DEFAULT` lists; `deny` adds to it; with `allow` given only it
 * passes. A range in `allow` lifts a default denial only when it lies wholly inside that denial, so `0.0.0.0/0`
 * does not open the metadata service by accident. Anything that is not an address is refused.
 */
export function targetPolicy(lists: { allow?: readonly string[]; deny?: readonly string[] } = {}): Allow {
  const defaults = DENIED_BY_DEFAULT.map(parseRange);
  const allowed = (lists.allow ?? []).map(parseRange);
  const lifting = allowed.filter((range) =>
    defaults.some(
      (denied) => denied.family === range.family && range.prefix >= denied.prefix && blockList([denied]).check(range.address, range.family),
    ),
  );
  const deniedByDefault = blockList(defaults);
  const denied = blockList((lists.deny ?? []).map(parseRange));
  const allow = blockList(allowed);
  const lifted = blockList(lifting);
  return (address) => {
    const plain = plainAddress(address);
    const family = net.isIP(plain);
    if (family === 0) return false;
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    if (denied.check(plain, kind)) return false;
    if (deniedByDefault.check(plain, kind) && !lifted.check(plain, kind)) return false;
    return allowed.length === 0 || allow.check(plain, kind);
  };
}

/** Without brackets and zone; an IPv6 address that stands for an IPv4 one (mapped, compatible, NAT64) as that one. */
export function plainAddress(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (net.isIP(bare) !== 6) return bare;
  const groups = ipv6Groups(bare);
  const high = groups.slice(0, 6).join(':');
  const embedded = high === '0:0:0:0:0:65535' || high === '100:65435:0:0:0:0' || (high === '0:0:0:0:0:0' && groups[6] !== 0);
  if (!embedded) return bare;
  return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.');
}

/** The eight 16-bit groups of a valid IPv6 address. */
function ipv6Groups(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : address;
  const [left = '', right] = text.split('::');
  const parse = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const head = parse(left);
  if (right === undefined) return head;
  const tail = parse(right);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

const refusal = (what: string): EngineError =>
  new EngineError('TARGET_NOT_ALLOWED', { stage: 'resolve', detail: `connections to ${what} are not allowed here` });

export interface ResolvedTarget {
  /** The address to connect to. */
  address: string;
  /** All addresses of the name, each checked, IPv4 first; `address` is the first. */
  addresses: string[];
}

/**
 * Resolves a host once and checks every address. Throws `TARGET_NOT_ALLOWED` if one of them is refused (a name
 * with one good and one forbidden address is not half good) and `HOST_NOT_FOUND` if there is none.
 */
export async function resolveTarget(host: string, allow: Allow): Promise<ResolvedTarget> {
  const name = host.trim().replace(/^\[|\]$/g, '');
  if (name === '' || name.includes('/') || name.includes('\\') || name.includes('\u0000')) throw refusal('this host');
  let addresses: string[];
  if (net.isIP(name)) addresses = [name];
  else {
    try {
      addresses = (await dns.promises.lookup(name, { all: true, order: 'ipv4first' })).map((entry) => entry.address);
    } catch (error) {
      throw new EngineError('HOST_NOT_FOUND', {
        stage: 'resolve',
        detail: `${name}: ${(error as NodeJS.ErrnoException).code ?? 'lookup failed'}`,
        cause: error,
      });
    }
  }
  const [address] = addresses;
  if (address === undefined) throw new EngineError('HOST_NOT_FOUND', { stage: 'resolve', detail: `${name} has no address` });
  for (const candidate of addresses) if (!allow(candidate)) throw refusal(candidate === name ? name : `${name} (${candidate})`);
  return { address, addresses };
}

export interface GuardScope {
  allow: Allow;
  /** The refusal, if a socket was refused inside the scope; drivers may hide it behind an error of their own. */
  refused?: EngineError;
  /** Every socket opened inside the scope, for drivers that hand out none of their own. */
  opened?: Set<net.Socket>;
  /** What the first socket that failed said; drivers may turn it into a sentence. */
  failure?: Error;
}

const scopes = new AsyncLocalStorage<GuardScope>();

/** Runs `work` so that every TCP connection opened by it, or by what it started, is first asked of `scope.allow`. */
export function guarded<T>(scope: GuardScope, work: () => T): T {
  patchSockets();
  return scopes.run(scope, work);
}

let patched = false;

/** Once per process. Outside a scope the patched method does nothing but call the original. */
function patchSockets(): void {
  if (patched) return;
  patched = true;
  const original = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;
  const connect = function connect(this: net.Socket, ...args: unknown[]): net.Socket {
    const scope = scopes.getStore();
    if (!scope) return original.apply(this, args);
    scope.opened?.add(this);
    // Seen, not handled: whoever opened it still has to.
    this.once(errorMonitor as unknown as 'error', (error: Error) => (scope.failure ??= error));
    const options = connectOptionsOf(args);
    const refuse = (what: string): net.Socket => {
      scope.refused = refusal(what);
      process.nextTick(() => this.destroy(scope.refused));
      return this;
    };
    if (options.path !== undefined && options.port === undefined) return refuse('local sockets');
    const host = options.host ?? 'localhost';
    if (net.isIP(host)) {
      if (!scope.allow(host)) return refuse(host);
      return original.apply(this, args);
    }
    // A name: the answer of the lookup is what will be connected to, so that is what must be asked.
    const checked = { ...options, host, lookup: checkedLookup(scope, options.lookup) };
    const callback = args.flat().find((arg) => typeof arg === 'function');
    return callback ? original.call(this, checked, callback) : original.call(this, checked);
  };
  net.Socket.prototype.connect = connect as typeof net.Socket.prototype.connect;
}

interface SocketOptions {
  host?: string;
  port?: number | string;
  path?: string;
  lookup?: net.LookupFunction;
}

/** `connect(options, cb)`, `connect(port, host, cb)`, `connect(path, cb)`, or node's own `connect([options, cb])`. */
function connectOptionsOf(args: unknown[]): SocketOptions {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (first !== null && typeof first === 'object') return first as SocketOptions;
  if (typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))) {
    return typeof second === 'string' ? { port: first, host: second } : { port: first };
  }
  return { path: String(first) };
}

function checkedLookup(scope: GuardScope, inner: net.LookupFunction | undefined): net.LookupFunction {
  const base = inner ?? (dns.lookup as unknown as net.LookupFunction);
  return (hostname, options, callback) => {
    base(hostname, options, (error, address, family) => {
      if (!error) {
        const found = Array.isArray(address) ? address.map((entry) => entry.address) : [address];
        const bad = found.find((candidate) => !scope.allow(candidate));
        if (bad !== undefined) {
          scope.refused = refusal(`${hostname} (${bad})`);
          callback(scope.refused as NodeJS.ErrnoException, address, family);
          return;
        }
      }
      callback(error, address, family);
    });
  };
}
