/**
 * The interface every engine fulfils and the values that cross it.
 * Sizes are bytes, durations milliseconds, instants ISO-8601 text in UTC. A value that could not be read is
 * said to be unread (an `EngineError`, an `Unread`, or null), never an empty list.
 */
import type { NameFilter } from './filters.ts';
import type { PrivilegeFacts, Unread } from './facts.ts';

export const DB_TYPES = ['mysql', 'postgresql', 'sqlserver', 'oracle'] as const;
export type DbType = (typeof DB_TYPES)[number];

/** One vocabulary for connection tests, sync records and engines; `messages.ts` has cause and remedy of each. */
export const ERROR_CODES = [
  'AUTH_FAILED',
  'ACCOUNT_LOCKED',
  'PASSWORD_EXPIRED',
  'DATABASE_NOT_FOUND',
  'PERMISSION_DENIED',
  'TOO_MANY_CONNECTIONS',
  'HOST_NOT_FOUND',
  'CONNECTION_REFUSED',
  'NETWORK_UNREACHABLE',
  'TIMEOUT',
  'TLS_ERROR',
  'CREDENTIAL_MISSING',
  'CREDENTIAL_INACTIVE',
  'CREDENTIAL_DECRYPT_FAILED',
  'TARGET_NOT_ALLOWED',
  'PRIVILEGE_MISSING',
  'UNSUPPORTED_VERSION',
  'QUERY_FAILED',
  'EMPTY_INVENTORY',
  'CANCELLED',
  'UNKNOWN',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export type ErrorStage = 'resolve' | 'connect' | 'auth' | 'query';

export interface EngineErrorOptions {
  stage: ErrorStage;
  /** The server's own number of it, as numbers.ts spells it: `ORA-01017`, `SQL Server 18456/8`, `SQLSTATE 28P01`. */
  number?: string;
  /** The statement or right that would help, for example `GRANT pg_monitor TO …`. */
  needs?: string;
  /** What the server or driver said, for the log of an administrator. Never a password, never a statement's values. */
  detail?: string;
  cause?: unknown;
}

/** The only error an engine throws. */
export class EngineError extends Error {
  readonly code: ErrorCode;
  readonly stage: ErrorStage;
  readonly number?: string;
  readonly needs?: string;
  readonly detail?: string;

  constructor(code: ErrorCode, options: EngineErrorOptions) {
    super(options.detail ? `${code}: ${options.detail}` : code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.code = code;
    this.stage = options.stage;
    if (options.number !== undefined) this.number = options.number;
    if (options.needs !== undefined) this.needs = options.needs;
    if (options.detail !== undefined) this.detail = options.detail;
  }
}

export type TlsMode = 'disable' | 'prefer' | 'require' | 'verify-full';

/** `instances.connection_options`: snake_case because it is stored and sent as it is. */
export interface ConnectionOptions {
  /** Default `prefer`: encrypted if the server offers it, certificate not checked. */
  tls_mode?: TlsMode;
  /** PEM text of the authority that signed the server's certificate; without it the system's authorities. */
  ca?: string;
  /** Name the certificate must carry, when it differs from the host. */
  server_name?: string;
  min_tls?: 'TLSv1.2' | 'TLSv1.3';
  /** Oracle. */
  service_name?: string;
  sid?: string;
  wallet?: string;
  /** SQL Server. */
  instance_name?: string;
  domain?: string;
  /** SQL Server: false = the certificate is checked even where `tls_mode` alone would not ask for it. */
  trust_server_certificate?: boolean;
}

export interface Target {
  host: string;
  port: number;
  /** Database (Oracle: service) to enter first; null = the engine's default. */
  database: string | null;
  username: string;
  password: string;
  options: ConnectionOptions;
}

export interface ConnectOptions {
  /** Covers name resolution, connecting and signing in together. */
  timeoutMs: number;
  /** For each statement; default 300,000. */
  queryTimeoutMs?: number;
  /** Aborting destroys the sockets; whatever was running ends with `CANCELLED`. */
  signal?: AbortSignal;
  /** Asked for every address before a connection is opened to it (`guard.ts`). */
  allow: (address: string) => boolean;
}

export interface ServerVersion {
  /** What the server says of itself, as it says it. */
  banner: string;
  /** First two components (`8.0`, `18.4`, `10.11`), null when unknown. */
  main: string | null;
  detailed: string | null;
  flavour?: 'mysql' | 'mariadb';
}

export interface AccountFact {
  /** Identity: MySQL `user@host`, PostgreSQL role, SQL Server login or `[database].[user]`, Oracle username. */
  username: string;
  displayName: string;
  isSuperuser: boolean;
  isLocked: boolean;
  /** A group or role that is not meant to sign in. */
  isRole: boolean;
  /** The one row that stands for everybody. */
  isPublic: boolean;
  passwordLastChanged: string | null;
  /** The engine's own attributes, as `account_permission.type_specific` keeps them. */
  typeSpecific: Record<string, unknown>;
  facts: PrivilegeFacts;
  /** Set when this one account could not be read: its facts are then not to be used. */
  error?: { code: ErrorCode; message: string };
}

export interface AccountsRead {
  accounts: AccountFact[];
  /** Accounts left out by the filter. */
  filteredOut: number;
  /** What was not read for the whole instance, with the right that would help. */
  unread: Unread[];
  /** Statements sent to the server for this read. */
  statements: number;
}

export interface DatabaseSize {
  name: string;
  sizeBytes: number;
  dataBytes: number;
  /** Null where the engine keeps no log per database. */
  logBytes: number | null;
  isSystem: boolean;
}

export interface SizesRead {
  databases: DatabaseSize[];
  /** Known to exist, size not read. */
  unmeasured: { name: string; code: ErrorCode; needs?: string }[];
  /** Names left out by the filter. */
  filtered: string[];
  /** The view the sizes came from. */
  source: string;
  statements: number;
}

export interface Capability {
  feature: 'connect' | 'version' | 'accounts' | 'privileges' | 'sizes';
  /** One thing the feature reads or needs (a view, a role, a privilege). */
  needs: string;
  has: boolean;
  /** What is missing in words a DBA knows; null when nothing is. */
  lacks: string | null;
  /** The statement that would help; null when nothing is missing. */
  grant: string | null;
  /** False: the feature works without it, but sees less. */
  required: boolean;
}

export interface PrivilegeName {
  category: string;
  name: string;
  kind: 'read' | 'write' | 'define' | 'admin';
  description_zh: string;
  description_en: string;
  /** First server version that knows it, in the engine's own counting (`16`, `8.0.16`, `10.11`). */
  min_version?: string;
  flavour?: 'mysql' | 'mariadb';
  /** Not among the names the catalogue was seeded with. */
  added?: boolean;
}
export type PrivilegeCatalogue = readonly PrivilegeName[];

export interface Connection {
  version(): Promise<ServerVersion>;
  accounts(filter: NameFilter): Promise<AccountsRead>;
  databaseSizes(filter: NameFilter): Promise<SizesRead>;
  capabilities(): Promise<Capability[]>;
  /** Ends every socket; never throws. */
  close(): Promise<void>;
}

export interface Engine {
  type: DbType;
  label: string;
  defaultPort: number;
  defaultDatabase: string | null;
  privileges: PrivilegeCatalogue;
  /** Throws `EngineError` only. */
  connect(target: Target, options: ConnectOptions): Promise<Connection>;
}
