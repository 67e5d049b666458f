/** From a zod schema to values of about its shape: mostly ones it takes, mixed with every kind it should refuse. */
import fc from 'fast-check';
import type { z } from 'zod';

interface Def {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  options?: z.ZodType[];
  element?: z.ZodType;
  valueType?: z.ZodType;
  entries?: Record<string, string | number>;
  values?: unknown[];
}
const defOf = (schema: z.ZodType): Def => (schema as unknown as { _zod: { def: Def } })._zod.def;

/** Text that somewhere means something: to SQL, to HTML, to a path, to a log, to a spreadsheet, to a parser. */
const FRAGMENTS = [
  "'; drop table users; --",
  "' or '1'='1",
  '$1',
  '%_\\',
  '"',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '&amp;',
  '{{7*7}}',
  '${7*7}',
  '../../etc/passwd',
  '=cmd|x',
  '@SUM(1)',
  'null',
  'undefined',
  'NaN',
  'true',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  'a\r\nset-cookie: x=1',
  '2025-02-30',
  '0000-00-00',
  '9999-12-31',
  '2025-11-21T25:61:00Z',
];
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...FRAGMENTS),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  // Halves of characters and U+0000 too: what JSON can carry and PostgreSQL cannot.
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => `${text}\u0000`),
  fc.constantFrom('\ud83d', '\udc00', '\u202eevil', '\ufeff', '鲸', '𝒳', 'İ', 'ß'),
  fc.integer({ min: 200, max: 20_000 }).map((n) => 'x'.repeat(n)),
  fc.integer({ min: 50, max: 3000 }).map((n) => '鲸'.repeat(n)),
);
const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 1.5, -2.75, 2_147_483_647, 2_147_483_648, -2_147_483_649, 2 ** 53, 1e308, 5e-324),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: hostileNumber },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], [null]) },
  { weight: 1, arbitrary: fc.array(fc.oneof(hostileText, hostileNumber), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(hostileText, hostileNumber), { maxKeys: 3 }) },
);

/** Dates from a few months only: each month that is asked for may become partitions. */
const DAYS = ['2025-10-31', '2025-12-01', '2025-12-15', '2025-12-31', '2026-02-28', '2026-03-01'];
const text = fc.oneof(
  fc.constantFrom(...DAYS, '2025-12-15T00:00:00+08:00', '10.99.0.1', 'db.example.com', 'mysql', 'postgresql', 'oracle', 'Sound-horse-9'),
  fc.stringMatching(/^[a-z][a-z0-9_]{2,15}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
);
const number = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 65_535 }));

/** Values of about the shape of a schema; whether it takes one is for the server to say. */
export function arbitraryOf(schema: z.ZodType, depth = 0): fc.Arbitrary<unknown> {
  const def = defOf(schema);
  const inner = (one: z.ZodType) => arbitraryOf(one, depth + 1);
  if (depth > 6) return hostile;
  if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault') return inner(def.innerType!);
  if (def.type === 'nullable')
    return fc.oneof({ weight: 4, arbitrary: inner(def.innerType!) }, { weight: 1, arbitrary: fc.constant(null) });
  if (def.type === 'pipe') return inner(defOf(def.in!).type === 'transform' ? def.out! : def.in!);
  if (def.innerType) return inner(def.innerType);
  if (def.type === 'enum') return fc.constantFrom(...Object.values(def.entries!));
  if (def.type === 'literal') return fc.constantFrom(...def.values!);
  if (def.type === 'boolean') return fc.boolean();
  if (def.type === 'null') return fc.constant(null);
  if (def.type === 'number' || def.type === 'int') return number;
  if (def.type === 'string') return text;
  if (def.type === 'union') return fc.oneof(...def.options!.map(inner));
  if (def.type === 'array') return fc.array(inner(def.element!), { maxLength: 4 });
  if (def.type === 'record') return fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), inner(def.valueType!), { maxKeys: 4 });
  if (def.type === 'object')
    return fc.record(Object.fromEntries(Object.entries(def.shape!).map(([key, one]) => [key, inner(one)])), { requiredKeys: [] });
  return hostile;
}
