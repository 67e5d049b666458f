import { Readable } from 'node:stream';
import type { Named, RouteDef } from '@whalefall/contract';
import { stringify } from 'csv-stringify';
import { businessTime, fileStamp } from '../clock.ts';
import { Answer, type FileReply } from './answer.ts';

/** A cell that a spreadsheet would run is led by an apostrophe; numbers stay numbers. */
export function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

function cell(value: unknown, timeZone: string): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return businessTime(value, timeZone);
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
  async function* lines() {
    yield [...header];
    for await (const row of rows) yield row.map((value) => cell(value, timeZone));
  }
  const out = Readable.from(lines()).pipe(stringify({ bom: true, record_delimiter: '\r\n' }));
  return { media: 'text/csv; charset=utf-8', name, body: out };
}

export const CSV_LIMIT = 100_000;
const CHUNK = 1000;

/** Any paged list as CSV: its own handler, asked page by page with the same filter. */
export function csvOfPages(
  route: RouteDef & Named,
  list: (query: Record<string, unknown>) => Promise<unknown>,
  query: Record<string, unknown>,
  now: Date,
  timeZone: string,
): FileReply {
  async function pageOf(page: number): Promise<Record<string, unknown>[]> {
    const outcome = await list({ ...query, format: undefined, page, limit: CHUNK });
    const data = (outcome instanceof Answer ? outcome.data : outcome) as Record<string, unknown>;
    return (data.items ?? data.tags ?? data.accounts ?? []) as Record<string, unknown>[];
  }
  let header: string[] | undefined;
  async function* lines() {
    for (let page = 1; (page - 1) * CHUNK < CSV_LIMIT; page++) {
      const items = await pageOf(page);
      header ??= Object.keys(items[0] ?? {});
      if (page === 1) yield header;
      for (const item of items) yield header.map((key) => cell(item[key], timeZone));
      if (items.length < CHUNK) return;
    }
  }
  const out = Readable.from(lines()).pipe(stringify({ bom: true, record_delimiter: '\r\n' }));
  return { media: 'text/csv; charset=utf-8', name: `${route.id.split('.')[0]}_${fileStamp(now, timeZone)}.csv`, body: out };
}
