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
const DEEPEST = 50;

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

/** Fields and the one file of a multipart body. @throws Refusal on parts that cannot be read; the size's own error as it is */
export async function readMultipart(
  request: FastifyRequest,
  limit: number,
): Promise<{ fields: Record<string, unknown>; file: Upload | null }> {
  const fields: [string, string][] = [];
  let file: Upload | null = null;
  try {
    for await (const part of request.parts({ limits: { fileSize: limit, files: 1, fields: 100, fieldSize: 100_000 } })) {
      if (part.type === 'file') {
        const bytes = await part.toBuffer();
        if (part.fieldname === 'file') file = { name: part.filename, bytes };
      } else fields.push([part.fieldname, String(part.value)]);
    }
  } catch (error) {
    // No boundary, cut off, two files, reserved names: the reader's errors have many forms, and all are the sender's.
    if ((error as { code?: string }).code === 'FST_REQ_FILE_TOO_LARGE') throw error;
    throw new Refusal('VALIDATION_ERROR', {
      fields: {
        file: [{ code: 'INVALID_MULTIPART', zh: '上传的内容无法读取，请只提交一个文件', en: 'The upload cannot be read; send one file' }],
      },
    });
  }
  return { fields: formValues(fields), file };
}

const at = (path: string, code: string, zh: string, en: string) =>
  new Refusal('VALIDATION_ERROR', { fields: { [path || 'body']: [{ code, zh, en }] } });
function refuseText(text: string, path: string): void {
  if (text.includes('\u0000')) throw at(path, 'NUL_CHARACTER', '不能包含空字符 U+0000', 'Must not contain U+0000');
  if (!text.isWellFormed()) throw at(path, 'INVALID_ENCODING', '包含不完整的字符', 'Has half of a character');
}

/**
 * Refuses what PostgreSQL cannot store, anywhere: U+0000 and lone surrogates; and nesting that schemas and JSON writers,
 * which recurse, would fail on. Walks without recursion, so that depth is no attack.
 */
export function refuseUnstorable(value: unknown, where: string): void {
  const stack: [value: unknown, path: string, depth: number][] = [[value, where, 0]];
  while (stack.length > 0) {
    const [one, path, depth] = stack.pop()!;
    if (typeof one === 'string') refuseText(one, path);
    else if (one !== null && typeof one === 'object') {
      if (depth > DEEPEST) throw at(path.split('.')[0]!, 'TOO_DEEP', `最多嵌套 ${DEEPEST} 层`, `At most ${DEEPEST} levels deep`);
      for (const [key, inner] of Object.entries(one)) {
        refuseText(key, path);
        stack.push([inner, path ? `${path}.${key}` : key, depth + 1]);
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
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (Object.hasOwn(shape, key) ? [[key, typed(value, shape[key]!)]] : [])),
  );
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
