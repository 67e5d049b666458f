/** The connect descriptor of a target (pure). Every part is checked: it is text, and a bracket in it would be syntax. */
import net from 'node:net';
import { EngineError, type Target } from '../engine.ts';

export interface Descriptor {
  connectString: string;
  /** TLS from the first byte (TCPS), on a port of its own; nothing is negotiated. */
  secure: boolean;
}

const NAME = /^[A-Za-z0-9_$#.-]{1,255}$/;
/** A distinguished name in `server_name`: `CN=db.example,O=Example`. */
const DISTINGUISHED = /^[A-Za-z][A-Za-z0-9.]*=[^()"\\]{1,200}$/;

export function descriptorOf(target: Target, address: string): Descriptor {
  const { options } = target;
  const named = options.service_name ?? (options.sid ? null : target.database);
  const [key, name] = named ? ['SERVICE_NAME', named] : ['SID', options.sid];
  if (!name)
    throw new EngineError('DATABASE_NOT_FOUND', {
      stage: 'connect',
      needs: 'a service name or a SID',
      detail: 'neither service name nor SID is given',
    });
  if (!NAME.test(name))
    throw new EngineError('DATABASE_NOT_FOUND', {
      stage: 'connect',
      detail: `${key === 'SID' ? 'SID' : 'service name'} with characters that it cannot have`,
    });
  const mode = options.tls_mode ?? (options.wallet ? 'verify-full' : 'disable');
  const secure = mode === 'require' || mode === 'verify-full';
  if (!secure && options.wallet)
    throw new EngineError('TLS_ERROR', {
      stage: 'connect',
      needs: 'tls_mode require or verify-full',
      detail: 'a wallet is given and TLS is off',
    });
  if (!secure) return { connectString: description('TCP', address, target.port, key!, name, ''), secure };
  if (options.min_tls === 'TLSv1.3')
    throw new EngineError('TLS_ERROR', { stage: 'connect', detail: 'the Oracle driver cannot be held to TLS 1.3; it uses 1.2 or 1.3' });
  if (options.ca !== undefined)
    throw new EngineError('TLS_ERROR', {
      stage: 'connect',
      needs: 'a wallet with ewallet.pem, or the authority among those of the system (NODE_EXTRA_CA_CERTS)',
      detail: 'the Oracle driver takes authorities from a wallet only',
    });
  const { server_name: dn } = options;
  if (dn !== undefined && dn !== target.host && !DISTINGUISHED.test(dn))
    throw new EngineError('TLS_ERROR', {
      stage: 'connect',
      needs: "the certificate's distinguished name (CN=…,O=…)",
      detail: 'server_name is neither the host nor a distinguished name',
    });
  const security =
    mode === 'require'
      ? '(SECURITY=(SSL_SERVER_DN_MATCH=OFF))'
      : `(SECURITY=(SSL_SERVER_DN_MATCH=ON)${dn && dn !== target.host ? `(SSL_SERVER_CERT_DN="${dn}")` : ''})`;
  // The driver compares the certificate with the host written here; what the name leads to, the guard checks.
  const host = net.isIP(target.host) || NAME.test(target.host) ? target.host : address;
  return { connectString: description('TCPS', host, target.port, key!, name, security), secure };
}

const description = (protocol: string, host: string, port: number, key: string, name: string, security: string): string =>
  `(DESCRIPTION=(RETRY_COUNT=0)(ADDRESS=(PROTOCOL=${protocol})(HOST=${host})(PORT=${port}))(CONNECT_DATA=(${key}=${name}))${security})`;
