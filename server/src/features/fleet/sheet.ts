import { CsvError, type Info, parse } from 'csv-parse/sync';
import type { Upload } from '../../http/index.ts';
import { refuse } from '../../refusal.ts';

/** One row of a CSV file that has something to say. */
export interface SheetRow {
  /** Where the row begins in the file, the header being line 1. */
  line: number;
  /** Trimmed, by lower-case column; empty cells are not there. */
  cells: Record<string, string>;
  /** More cells than the header has columns: somebody forgot quotes. */
  overlong: boolean;
}

const REQUIRED = ['name', 'db_type', 'host', 'port'];
const KNOWN = new Set([...REQUIRED, 'database_name', 'description', 'credential_id', 'credential_name', 'tags', 'is_active']);
/** How the rows of the template are marked; an import passes over them (10-D67). */
const SAMPLE = /^(#|EXAMPLE-|示例)/;
export const MAX_ROWS = 1000;

const fault = (code: string, zh: string, en: string) => refuse.invalid({ file: { code, zh, en } });

/**
 * Reads an uploaded CSV: UTF-8 with or without BOM, UTF-16 with BOM, else GB18030 (what a Chinese Excel saves);
 * separated by comma, semicolon or tab.
 * @throws Refusal VALIDATION_ERROR with `fields.file`: FILE_TYPE, FILE_EMPTY, FILE_ENCODING, FILE_BROKEN, COLUMNS_MISSING,
 *   COLUMN_TWICE, TOO_MANY_ROWS
 */
export function readSheet(file: Upload): SheetRow[] {
  if (!/\.csv$/i.test(file.name)) throw fault('FILE_TYPE', '请上传 .csv 文件', 'Upload a .csv file');
  // One kind of line end: the parser counts a CRLF inside quotes twice.
  const text = decode(file.bytes).replace(/\r\n?/g, '\n');
  const [header, ...records] = recordsOf(text);
  if (!header) throw fault('FILE_EMPTY', '文件是空的', 'The file is empty');
  const columns = header.record.map((cell) => cell.trim().toLowerCase());
  checkColumns(columns);
  const rows = records
    .map((record): SheetRow => ({
      line: lineOf(record),
      cells: cellsOf(columns, record.record),
      overlong: isOverlong(columns, record.record),
    }))
    .filter((row) => Object.keys(row.cells).length > 0);
  if (rows.length === 0) throw fault('FILE_EMPTY', '文件中没有数据行', 'The file has no rows');
  const real = rows.filter((row) => !SAMPLE.test(row.cells.name ?? ''));
  if (real.length > MAX_ROWS)
    throw fault('TOO_MANY_ROWS', `最多 ${MAX_ROWS} 行，文件有 ${real.length} 行`, `At most ${MAX_ROWS} rows, the file has ${real.length}`);
  return real;
}

function decode(bytes: Buffer): string {
  const text = decoded(bytes);
  // UTF-16 without BOM, or a spreadsheet that was only renamed: nothing we could store.
  if (text === null || text.includes('\u0000') || bytes.subarray(0, 4).equals(ZIP))
    throw fault('FILE_ENCODING', '无法识别文件编码，请另存为 UTF-8 的 CSV', 'Unknown encoding: save the file as CSV in UTF-8');
  return text;
}
/** How a file begins that is an .xlsx under another name. */
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
function decoded(bytes: Buffer): string | null {
  const byMark =
    bytes[0] === 0xff && bytes[1] === 0xfe ? ['utf-16le'] : bytes[0] === 0xfe && bytes[1] === 0xff ? ['utf-16be'] : ['utf-8', 'gb18030'];
  for (const encoding of byMark) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one may fit.
    }
  }
  return null;
}

interface Parsed {
  record: string[];
  raw: string;
  info: Info;
}
function recordsOf(text: string): Parsed[] {
  try {
    const options = { delimiter: separatorOf(text), info: true, raw: true, relax_column_count: true, skip_empty_lines: true };
    return parse(text, options) as unknown as Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as { lines?: unknown }).lines);
    throw fault(
      'FILE_BROKEN',
      `CSV 格式错误（第 ${line} 行）：引号不成对或位置不对`,
      `Not valid CSV (line ${line}): quotes are missing or misplaced`,
    );
  }
}

/** The one that stands most often in the header, whose names hold none of them. */
function separatorOf(text: string): string {
  const header = text.match(/^\s*(.*)/)?.[1] ?? '';
  const counts = [',', ';', '\t'].map((separator) => ({ separator, n: header.split(separator).length }));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).separator;
}

/** The parser counts to a record's end, and gives it the empty lines before it. */
function lineOf({ raw, info }: Parsed): number {
  const inside = raw.replace(/^\n+/, '').replace(/\n$/, '');
  return info.lines - (inside.match(/\n/g)?.length ?? 0);
}

function checkColumns(columns: readonly string[]): void {
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw fault('COLUMNS_MISSING', `缺少必需的列：${missing.join('、')}`, `Required columns are missing: ${missing.join(', ')}`);
  const twice = columns.find((name, i) => KNOWN.has(name) && columns.indexOf(name) !== i);
  if (twice) throw fault('COLUMN_TWICE', `列 ${twice} 出现了两次`, `Column ${twice} is there twice`);
}

function cellsOf(columns: readonly string[], record: readonly string[]): Record<string, string> {
  const cells = columns.flatMap((column, i): [string, string][] => {
    const value = record[i]?.trim() ?? '';
    return KNOWN.has(column) && value !== '' ? [[column, value]] : [];
  });
  return Object.fromEntries(cells);
}
const isOverlong = (columns: readonly string[], record: readonly string[]) =>
  record.slice(columns.length).some((cell) => cell.trim() !== '');
