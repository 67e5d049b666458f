import type zh from '../zh-CN/faults';

const faults: typeof zh = {
  codes: {
    AUTH_FAILED: 'Sign-in refused',
    ACCOUNT_LOCKED: 'Monitoring account locked',
    PASSWORD_EXPIRED: 'Monitoring password expired',
    DATABASE_NOT_FOUND: 'Database not found',
    PERMISSION_DENIED: 'Permission denied',
    TOO_MANY_CONNECTIONS: 'Too many connections',
    HOST_NOT_FOUND: 'Host name unknown',
    CONNECTION_REFUSED: 'Connection refused',
    NETWORK_UNREACHABLE: 'Network unreachable',
    TIMEOUT: 'Timed out',
    TLS_ERROR: 'TLS handshake failed',
    CREDENTIAL_MISSING: 'No credential',
    CREDENTIAL_INACTIVE: 'Credential disabled',
    CREDENTIAL_DECRYPT_FAILED: 'Credential cannot be decrypted',
    TARGET_NOT_ALLOWED: 'Address not allowed',
    UNKNOWN: 'Unknown error',
    PRIVILEGE_MISSING: 'Read privilege missing',
    UNSUPPORTED_VERSION: 'Version not supported',
    QUERY_FAILED: 'Query failed',
    EMPTY_INVENTORY: 'Nothing was read',
    CANCELLED: 'Cancelled',
  },
  stages: { resolve: 'resolving the address', connect: 'connecting', auth: 'signing in', query: 'querying' },
  cause: 'Cause',
  remedy: 'What to do',
};
export default faults;
