/** Opening a connection to a target, the same for every driver: resolve, check, guard, deadline, next address. */
import { within } from './deadline.ts';
import { EngineError, type ConnectOptions, type ErrorCode, type Target } from './engine.ts';
import { guarded, resolveTarget, type GuardScope } from './guard.ts';

/** Opens to one checked address; tells `onDestroy` how to tear down what it has so far. Throws `EngineError`. */
export type Attempt<T> = (address: string, onDestroy: (destroy: () => void) => void, scope: GuardScope) => Promise<T>;

export interface Dialled<T> {
  value: T;
  /** The address that answered: later connections of the same read go there and nowhere else. */
  address: string;
  /** Tears down every socket that was opened for it. */
  destroy(): void;
}

/** Throws `EngineError` only. `addresses` given = already resolved and checked. */
export async function dial<T>(
  target: Target,
  options: ConnectOptions,
  attempt: Attempt<T>,
  addresses?: readonly string[],
): Promise<Dialled<T>> {
  const opened: NonNullable<GuardScope['opened']> = new Set();
  const scope: GuardScope = { allow: options.allow, opened };
  let told = (): void => {};
  const destroy = (): void => {
    told();
    for (const socket of opened) socket.destroy();
  };
  return within({ ms: options.timeoutMs, signal: options.signal, stage: 'connect', destroy }, async (expired) => {
    const candidates = addresses ?? (await resolveTarget(target.host, options.allow)).addresses;
    let failure: unknown;
    for (const address of candidates) {
      if (expired()) break;
      try {
        const value = await guarded(scope, () =>
          attempt(
            address,
            (how) => {
              told = how;
              // Given up while the driver was being loaded or the socket made: tear down at once.
              if (expired()) how();
            },
            scope,
          ),
        );
        return { value, address, destroy };
      } catch (error) {
        if (scope.refused) throw scope.refused;
        failure = error;
        // A name with several addresses: only "nobody there" is a reason to try the next one.
        const code = error instanceof EngineError ? error.code : undefined;
        if (code !== 'CONNECTION_REFUSED' && code !== 'NETWORK_UNREACHABLE') break;
      }
    }
    throw failure ?? new EngineError('CANCELLED', { stage: 'connect' });
  });
}

const NODE_CODES: Record<string, ErrorCode> = {
  ENOTFOUND: 'HOST_NOT_FOUND',
  EAI_AGAIN: 'HOST_NOT_FOUND',
  ECONNREFUSED: 'CONNECTION_REFUSED',
  EHOSTUNREACH: 'NETWORK_UNREACHABLE',
  ENETUNREACH: 'NETWORK_UNREACHABLE',
  EHOSTDOWN: 'NETWORK_UNREACHABLE',
  ENETDOWN: 'NETWORK_UNREACHABLE',
  EADDRNOTAVAIL: 'NETWORK_UNREACHABLE',
  ETIMEDOUT: 'TIMEOUT',
  EPROTO: 'TLS_ERROR',
};
/** The server, or something between, hung up: while connecting that is a refusal, later a failed query. */
const HUNG_UP = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'PROTOCOL_CONNECTION_LOST']);
const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_)/;

/** The code of a network or TLS failure of Node, by its `code`; null when it is none. */
export function networkErrorCode(error: unknown, connecting: boolean): ErrorCode | null {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code !== 'string') return null;
  if (HUNG_UP.has(code)) return connecting ? 'CONNECTION_REFUSED' : 'QUERY_FAILED';
  return NODE_CODES[code] ?? (TLS_CODES.test(code) ? 'TLS_ERROR' : null);
}

/** TLS settings common to the drivers; null = plain text. `address` is what the socket is connected to. */
export interface TlsPlan {
  mode: 'prefer' | 'require' | 'verify-full';
  rejectUnauthorized: boolean;
  minVersion: 'TLSv1.2' | 'TLSv1.3';
  ca: string | undefined;
  /** The name the certificate is asked for and must carry. */
  name: string;
}

export function tlsPlan(target: Target): TlsPlan | null {
  const mode = target.options.tls_mode ?? 'prefer';
  if (mode === 'disable') return null;
  return {
    mode,
    rejectUnauthorized: mode === 'verify-full',
    minVersion: target.options.min_tls ?? 'TLSv1.2',
    ca: target.options.ca,
    name: target.options.server_name ?? target.host,
  };
}
