import { Readable } from 'node:stream';
import type { Named, RouteDef } from '@whalefall/contract';
import { stringify } from 'csv-stringify/sync';
import { businessTime, fileStamp } from '../clock.ts';
import { Answer, type FileReply } from './answer.ts';

/** A cell that a spreadsheet would run is led by an apostrophe; numbers stay numbers. */
export function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

/** The instants of a file are few: all rows of a sync share theirs. */
function instants(timeZone: string): (at: Date) => string {
  const known = new Map<number, string>();
  return (at) => {
    const ms = at.getTime();
    let text = known.get(ms);
    if (text === undefined) {
      if (known.size >= 1000) known.clear();
      known.set(ms, (text = businessTime(at, timeZone)));
    }
    return text;
  };
}

function cell(value: unknown, instant: (at: Date) => string): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return instant(value);
  if (Array.isArray(value))
    return inert(
      value
        .map((one) =>
          typeof one === 'object' && one !== null
            ? ((one as { display_name?: string; name?: string }).display_name ?? (one as { name?: string }).name ?? JSON.stringify(one))
            : String(one),
        )
        .join(', '),
    );
  if (typeof value === 'object') return inert(JSON.stringify(value));
  return inert(String(value));
}

/**
 * A CSV that Excel opens as it is: BOM, CRLF, instants in business time, nothing that runs. Rows are read as they are sent.
 * @param header the columns' titles in order.
 */
export function csvFile(name: string, header: readonly string[], rows: AsyncIterable<readonly unknown[]>, timeZone: string): FileReply {
  const instant = instants(timeZone);
  async function* lines() {
    yield [...header];
    for await (const row of rows) yield row.map((value) => cell(value, instant));
  }
  return { media: 'text/csv; charset=utf-8', name, body: asCsv(lines()) };
}

/** A read that fails on the way breaks the download off; it never ends it as if it were whole. */
function asCsv(lines: AsyncIterable<readonly unknown[]>): Readable {
  return Readable.from(texts(lines));
}
/** So many lines are written at once: a stream that is handed each by itself takes three times as long. */
const LINES = 500;
async function* texts(lines: AsyncIterable<readonly unknown[]>) {
  const written = (batch: (readonly unknown[])[], first: boolean) =>
    stringify(batch as unknown[][], { bom: first, record_delimiter: '\r\n' });
  let batch: (readonly unknown[])[] = [];
  let first = true;
  for await (const line of lines) {
    if (batch.push(line) < LINES) continue;
    yield written(batch, first);
    first = false;
    batch = [];
  }
  if (batch.length > 0) yield written(batch, first);
}

export const CSV_LIMIT = 100_000;
const CHUNK = 1000;

/** The columns that the contract promises of a list's rows: in their order, also when there are none, and no others. */
function columnsOf(route: RouteDef): string[] {
  const shape = (schema: unknown): Record<string, unknown> => (schema as { shape?: Record<string, unknown> }).shape ?? {};
  const inner = (schema: unknown): unknown => {
    const { def } = (schema as { _zod: { def: { innerType?: unknown; element?: unknown } } })._zod;
    return def.innerType ? inner(def.innerType) : (def.element ?? schema);
  };
  const { items, tags, accounts } = shape(route.reply);
  return Object.keys(shape(inner(items ?? tags ?? accounts)));
}

/** Any paged list as CSV: its own handler, asked page by page with the same filter. The first page decides whether there is a file. */
export async function csvOfPages(
  route: RouteDef & Named,
  list: (query: Record<string, unknown>) => Promise<unknown>,
  query: Record<string, unknown>,
  now: Date,
  timeZone: string,
): Promise<FileReply> {
  async function pageOf(page: number): Promise<Record<string, unknown>[]> {
    // Chart mode (get_all) is no page: it would give the same rows again and again.
    const outcome = await list({ ...query, format: undefined, get_all: false, page, limit: CHUNK });
    const data = (outcome instanceof Answer ? outcome.data : outcome) as Record<string, unknown>;
    return (data.items ?? data.tags ?? data.accounts ?? []) as Record<string, unknown>[];
  }
  const columns = columnsOf(route);
  const instant = instants(timeZone);
  const first = await pageOf(1);
  async function* lines() {
    yield columns;
    for (let page = 1, items = first; ; items = await pageOf(++page)) {
      for (const item of items) yield columns.map((key) => cell(item[key], instant));
      if (items.length < CHUNK || page * CHUNK >= CSV_LIMIT) return;
    }
  }
  return { media: 'text/csv; charset=utf-8', name: `${route.id.split('.')[0]}_${fileStamp(now, timeZone)}.csv`, body: asCsv(lines()) };
}
