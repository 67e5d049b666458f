import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { fieldErrors, type RouteDef } from '@whalefall/contract';
import { Refusal } from '../refusal.ts';
import { mediaType } from './csrf.ts';

/** A file that came in a multipart body. */
export interface Upload {
  name: string;
  bytes: Buffer;
}

const fault = (code: string, zh: string, en: string) => new Refusal('VALIDATION_ERROR', { fields: { body: [{ code, zh, en }] } });
const NUL = /\u0000|\\u0000/;

function text(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fault('INVALID_ENCODING', '请求内容不是 UTF-8', 'The body is not UTF-8');
  }
}

/** What a body says, before any schema has seen it. @throws Refusal on text that is no JSON. */
export function readBody(request: FastifyRequest): unknown {
  const bytes = request.body as Buffer | undefined;
  if (!bytes || bytes.length === 0) return undefined;
  const raw = text(bytes);
  if (mediaType(request) === 'application/x-www-form-urlencoded') return formValues(new URLSearchParams(raw));
  try {
    return JSON.parse(raw);
  } catch {
    throw fault('INVALID_JSON', '不是有效的 JSON', 'Not valid JSON');
  }
}

function formValues(entries: Iterable<[string, string]>): Record<string, unknown> {
  const out: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) {
    const before = out[key];
    out[key] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return { ...out };
}

/** Fields and the one file of a multipart body. */
export async function readMultipart(
  request: FastifyRequest,
  limit: number,
): Promise<{ fields: Record<string, unknown>; file: Upload | null }> {
  const fields: [string, string][] = [];
  let file: Upload | null = null;
  for await (const part of request.parts({ limits: { fileSize: limit, files: 1, fields: 100, fieldSize: 100_000 } })) {
    if (part.type === 'file') {
      const bytes = await part.toBuffer();
      if (part.fieldname === 'file') file = { name: part.filename, bytes };
    } else fields.push([part.fieldname, String(part.value)]);
  }
  return { fields: formValues(fields), file };
}

/** Refuses U+0000 anywhere: PostgreSQL cannot store it. Walks without recursion, so that depth is no attack. */
export function refuseNul(value: unknown, where: string): void {
  const stack: [unknown, string][] = [[value, where]];
  while (stack.length > 0) {
    const [one, path] = stack.pop()!;
    if (typeof one === 'string') {
      if (one.includes('\u0000'))
        throw new Refusal('VALIDATION_ERROR', {
          fields: { [path || 'body']: [{ code: 'NUL_CHARACTER', zh: '不能包含空字符 U+0000', en: 'Must not contain U+0000' }] },
        });
    } else if (one !== null && typeof one === 'object') {
      for (const [key, inner] of Object.entries(one)) {
        if (NUL.test(key)) stack.push(['\u0000', path || 'body']);
        stack.push([inner, path ? `${path}.${key}` : key]);
      }
    }
  }
}

type Def = {
  type: string;
  innerType?: z.ZodType;
  out?: z.ZodType;
  in?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  options?: z.ZodType[];
};
const def = (schema: z.ZodType): Def => (schema as unknown as { _zod: { def: Def } })._zod.def;

/** What a form means by its texts: a form knows no numbers and no truth values, the schema says where they are. */
function typed(value: unknown, schema: z.ZodType): unknown {
  const d = def(schema);
  if (d.innerType) return typed(value, d.innerType);
  if (d.type === 'pipe') return def(d.in!).type === 'transform' ? typed(value, d.out!) : typed(value, d.in!);
  if (d.type === 'union') {
    const tries = d.options!.map((option) => typed(value, option));
    return tries.find((one) => typeof one !== 'string') ?? value;
  }
  if (d.type === 'array') return value === '' ? [] : Array.isArray(value) ? value : [value];
  if (typeof value !== 'string') return value;
  if (d.type === 'number') return /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  if (d.type === 'boolean')
    return { true: true, on: true, '1': true, yes: true, false: false, off: false, '0': false, no: false }[value.toLowerCase()] ?? value;
  if (d.type === 'object' || d.type === 'record') {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value;
}
export function typedForm(values: Record<string, unknown>, schema: z.ZodType): Record<string, unknown> {
  const shape = def(schema).shape;
  if (!shape) return values;
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (shape[key] ? [[key, typed(value, shape[key])]] : [])));
}

/** Fields of a failed parse, as a refusal that carries the caller's language. */
export class SchemaRefusal extends Refusal {
  constructor(error: { issues: readonly z.core.$ZodIssue[] }) {
    const zh = fieldErrors(error, 'zh-CN');
    const en = fieldErrors(error, 'en');
    const fields = Object.fromEntries(
      Object.entries(zh).map(([field, faults]) => [
        field,
        faults.map((one, i) => ({ code: one.code, zh: one.message, en: en[field]![i]!.message })),
      ]),
    );
    super('VALIDATION_ERROR', { fields });
  }
}

/** Parses by a schema, with every fault reported at once. @throws SchemaRefusal */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw new SchemaRefusal(parsed.error);
  return parsed.data;
}

const ALIASES: Record<string, readonly string[]> = { limit: ['per_page'], search: ['q'], sort: ['sort_by'], order: ['sort_order'] };
/** The query as the schema wants it: empty means absent, the original's spellings count. */
export function readQuery(raw: Record<string, unknown>, route: RouteDef): Record<string, unknown> {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== '' && value !== undefined));
  const shape = route.query?.shape ?? {};
  for (const [name, others] of Object.entries(ALIASES)) {
    if (!(name in shape) || given[name] !== undefined) continue;
    const found = others.find((other) => given[other] !== undefined && !(other in shape));
    if (found) given[name] = given[found];
  }
  return given;
}
