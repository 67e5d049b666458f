import type { z } from 'zod';

/** What a route demands of its caller. There is no default: a route without it does not compile. */
export const ACCESS = ['public', 'signedIn', 'view', 'execute', 'create', 'update', 'delete', 'admin'] as const;
export type Access = (typeof ACCESS)[number];
export type Permission = Exclude<Access, 'public' | 'signedIn'>;

export const ROLES = ['admin', 'user', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** The one policy table (00-overview §2): the server refuses by it, the browser hides by it. */
export const PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: ['view', 'execute', 'create', 'update', 'delete', 'admin'],
  user: ['view', 'execute'],
  viewer: ['view'],
};

/** @returns whether a role (null: nobody is signed in) may enter a route of this access. */
export function mayEnter(role: Role | null, access: Access): boolean {
  if (access === 'public') return true;
  if (role === null) return false;
  return access === 'signedIn' || PERMISSIONS[role].includes(access);
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/**
 * One (method, path) pair that the server promises.
 * `path` keeps the catalogue's spelling (`<int:id>`, `<name>`); `handler` its 处理函数 in camelCase.
 */
export interface RouteDef {
  readonly handler: string;
  readonly method: Method;
  readonly path: string;
  /** Spellings outside the catalogue that the same handler answers; hidden in OpenAPI. Pages redirect (308). */
  readonly also?: readonly string[];
  readonly access: Access;
  readonly summary: Text;
  /** json: the envelope. file: the bytes it promises. page: the app. form: a post from a page. events: server-sent. */
  readonly kind?: 'json' | 'file' | 'page' | 'form' | 'events';
  /** For kind form: the route of the same contract file that does the work. */
  readonly form?: string;
  /** For kind form: where a success leads (303); `<name>` is filled from the path or the work's reply. */
  readonly then?: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Body may be left out (an absent body is `{}`). */
  readonly bodyOptional?: boolean;
  /** Takes multipart with one `file`; the largest size in bytes. */
  readonly upload?: number;
  readonly reply?: z.ZodType;
  /** Success status when it is not 200. */
  readonly status?: 201;
  readonly message?: Text;
  /** Beyond the catalogue. */
  readonly extra?: true;
  /** For kind file: the media type, for OpenAPI. */
  readonly media?: string;
  /** Has its own limit on attempts and starts there (sign-in). */
  readonly signIn?: true;
  /** The monitoring token (HEALTH_TOKEN) passes it without a session. */
  readonly monitoring?: true;
  /** Stays open while a password change is demanded. */
  readonly beforePasswordChange?: true;
}

export interface Named {
  /** `<contract file>.<key>`, for example `auth.me`: operationId, query key, test title. */
  readonly id: string;
  readonly file: string;
}

export function route<const R extends RouteDef>(def: R): R {
  return def;
}

/** Gives each route of a contract file its id. */
export function contractFile<const Rs extends Record<string, RouteDef>>(file: string, routes: Rs): { [K in keyof Rs]: Rs[K] & Named } {
  const name = file
    .split(/[/_]/)
    .map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('');
  const named = Object.entries(routes).map(([key, def]) => [key, { ...def, id: `${name}.${key}`, file }]);
  return Object.fromEntries(named) as { [K in keyof Rs]: Rs[K] & Named };
}

type Param<N extends string> = N extends `int:${infer I}` ? { [K in I]: number } : { [K in N]: string };
/** The path's `<int:…>` and `<…>` segments as a typed object. */
export type ParamsOf<P extends string> = P extends `${string}<${infer N}>${infer Rest}` ? Param<N> & ParamsOf<Rest> : unknown;

export type QueryOf<R> = R extends { query: infer Q extends z.ZodType } ? z.output<Q> : unknown;
export type QueryInput<R> = R extends { query: infer Q extends z.ZodType } ? Partial<z.output<Q>> : never;
export type BodyOf<R> = R extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
export type BodyInput<R> = R extends { body: infer B extends z.ZodType } ? z.input<B> : never;
/** What a handler returns: instants are Date. */
export type ReplyOf<R> = R extends { reply: infer B extends z.ZodType } ? z.output<B> : void;
/** What arrives at the other end: instants are text. */
export type WireOf<R> = R extends { reply: infer B extends z.ZodType } ? z.input<B> : undefined;

/** One `<…>` of a path: its name and whether it is an integer. */
export function pathParams(path: string): { name: string; int: boolean }[] {
  return [...path.matchAll(/<(int:)?([a-z_]+)>/g)].map((m) => ({ name: m[2]!, int: m[1] !== undefined }));
}

/** Fills the `<…>` segments. */
export function fillPath(path: string, params: Record<string, unknown> = {}): string {
  return path.replace(/<(?:int:)?([a-z_]+)>/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

/** 00-overview §1: the path alone decides what it answers. */
export function isApiPath(path: string): boolean {
  return path.split('/').includes('api') || isFilePath(path);
}
export function isFilePath(path: string): boolean {
  return path === '/openapi.json' || path === '/metrics' || path.startsWith('/.well-known/') || /\.(ico|png)$/.test(path);
}
