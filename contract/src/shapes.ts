import { z } from 'zod';

export const DB_TYPES = ['mysql', 'postgresql', 'sqlserver', 'oracle'] as const;
export type DbType = (typeof DB_TYPES)[number];

/** Why a value is refused, beside what zod says by itself (see field-errors.ts). */
export const because = (code: string, zh: string, en: string) => ({ params: { code, zh, en } });

// ---------------------------------------------------------------- on the wire

function toWire(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}
/** An instant: Date in handlers, `2025-11-21T08:47:09.123+00:00` on the wire. */
export const instant = z.codec(z.string(), z.date(), { decode: (text) => new Date(text), encode: toWire }).meta({ format: 'date-time' });
export const date = z.iso.date();
export const dbType = z.enum(DB_TYPES);
export const id = z.number().int().positive().max(2_147_483_647);
export const count = z.number().int().nonnegative();
export const jsonObject = z.record(z.string(), z.unknown());

/** One page of a list, in the shape of 00-overview §4. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: count, page: z.number().int(), pages: z.number().int(), limit: z.number().int() });

// ---------------------------------------------------------------- in the query: everything arrives as text

const numeric = (value: unknown) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value);
const single = (value: unknown) => (Array.isArray(value) ? value[value.length - 1] : value);

/** An integer in a query. */
export const queryInt = (min: number, max: number) => z.preprocess((v) => numeric(single(v)), z.number().int().min(min).max(max));
const TRUTH: Record<string, boolean> = { true: true, '1': true, yes: true, on: true, false: false, '0': false, no: false, off: false };
/** A truth value in a query. */
export const queryBool = z.preprocess((v) => {
  const one = single(v);
  return typeof one === 'string' ? (TRUTH[one.toLowerCase()] ?? one) : one;
}, z.boolean());
export const queryText = (max = 255) => z.preprocess(single, z.string().trim().max(max));
/** One of a few words, any case; `all` means no filter. */
export const queryOneOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  z.preprocess((v) => {
    const one = single(v);
    if (typeof one !== 'string') return one;
    const lower = one.toLowerCase();
    return lower === 'all' ? undefined : (values.find((value) => value.toLowerCase() === lower) ?? one);
  }, z.enum(values).optional());
/** Some of a few words, any case, by repeated keys or a comma list; none or `all` means no filter. */
export const querySomeOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  z.preprocess(
    (v) => {
      if (v === undefined) return [];
      const words = (Array.isArray(v) ? v : [v]).flatMap((one) => String(one).split(',')).map((one) => one.trim());
      if (words.some((one) => one.toLowerCase() === 'all')) return [];
      return words.filter(Boolean).map((one) => values.find((value) => value.toLowerCase() === one.toLowerCase()) ?? one);
    },
    z.array(z.enum(values)).max(values.length * 2),
  );
/** Repeated keys and comma lists alike. */
export const queryList = z.preprocess(
  (v) =>
    v === undefined
      ? []
      : (Array.isArray(v) ? v : [v])
          .flatMap((one) => String(one).split(','))
          .map((one) => one.trim())
          .filter(Boolean),
  z.array(z.string().max(255)).max(100),
);
/** Ids by repeated keys and comma lists alike. */
export const queryIds = z.preprocess(
  (v) => (v === undefined ? [] : (Array.isArray(v) ? v : [v]).flatMap((one) => String(one).split(',')).map((one) => numeric(one.trim()))),
  z.array(id).max(100),
);
/** Within years that every calendar here can count in. */
export const queryDate = z.preprocess(single, z.iso.date().regex(/^(19|2\d)/));
export const queryInstant = z.preprocess(
  (v) => {
    const one = single(v);
    return typeof one === 'string' ? one.replace(' ', '+') : one;
  },
  z.iso.datetime({ offset: true, local: true }),
);

/** page, limit, sort, order, format: the same on every list. */
export const pageQuery = <const S extends readonly [string, ...string[]]>(
  sorts: S,
  options: { sort: S[number]; order: 'asc' | 'desc'; limit?: number; max?: number },
) =>
  z.object({
    page: queryInt(1, 1_000_000).default(1),
    limit: queryInt(1, options.max ?? 100).default(options.limit ?? 20),
    sort: z.preprocess(single, z.enum(sorts)).default(options.sort as never),
    order: z
      .preprocess((v) => (typeof single(v) === 'string' ? (single(v) as string).toLowerCase() : v), z.enum(['asc', 'desc']))
      .default(options.order),
    format: z.preprocess(single, z.enum(['json', 'csv'])).optional(),
  });

// ---------------------------------------------------------------- in the body

/** Text that is cut of surrounding white space and must not be empty. */
export const name = (max: number, min = 1) => z.string().trim().min(min).max(max);
/** Optional text: absent keeps, empty or null clears. */
export const clearable = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .nullable()
    .transform((v) => (v === '' ? null : v))
    .optional();
/** Optional id: absent keeps, empty or null clears. */
export const clearableId = z
  .union([id, z.literal(''), z.null()])
  .transform((v) => (v === '' ? null : v))
  .optional();

/** The original's pagination object, kept beside ours on a few routes. */
export const pagination = z.object({
  page: z.number().int(),
  per_page: z.number().int(),
  total: count,
  pages: z.number().int(),
  has_next: z.boolean(),
  has_prev: z.boolean(),
  prev_num: z.number().int().nullable(),
  next_num: z.number().int().nullable(),
});

export const SYNC_TYPES = ['manual_single', 'manual_batch', 'manual_task', 'scheduled_task'] as const;
export const SYNC_CATEGORIES = ['account', 'capacity', 'config', 'aggregation', 'classification', 'other'] as const;
export const SESSION_STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const;
export const RECORD_STATUSES = ['pending', 'running', 'completed', 'failed', 'cancelled'] as const;

/** Why a watched server could not be read; held equal to the engines' own list by a test. */
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
  'UNKNOWN',
  'PRIVILEGE_MISSING',
  'UNSUPPORTED_VERSION',
  'QUERY_FAILED',
  'EMPTY_INVENTORY',
  'CANCELLED',
] as const;
export const errorCode = z.enum(ERROR_CODES);
export const stage = z.enum(['resolve', 'connect', 'auth', 'query']);
