import { isIP } from 'node:net';
import type { z } from 'zod';
import { fieldErrors, inLocale, instanceBody, type Locale } from '@whalefall/contract';
import type { FieldFault } from '../../refusal.ts';
import type { SheetRow } from './sheet.ts';

/** One thing that is wrong with a row, in the caller's language. */
export interface RowFault {
  field: string;
  code: string;
  message: string;
}
/** A row as the API would take it, or what is wrong with it. */
export interface Candidate {
  line: number;
  name: string | null;
  /** null when the schema refuses the row. */
  given: z.output<typeof instanceBody> | null;
  /** Still to be looked up. */
  credentialName: string | null;
  faults: RowFault[];
}

const YES = ['1', 'true', 'on', 'yes', 'y', '是', '启用'];
const NO = ['0', 'false', 'off', 'no', 'n', '否', '禁用'];

export const rowFault = (field: string, fault: FieldFault, locale: Locale): RowFault => ({
  field,
  code: fault.code,
  message: inLocale(fault, locale),
});

/** Cells are text; the schema wants numbers, a truth value and a list. What is no number stays text, for the schema to refuse. */
function bodyOf({
  name,
  db_type,
  host,
  port,
  database_name,
  description,
  credential_id,
  tags,
  is_active,
}: Record<string, string>): unknown {
  const number = (text: string | undefined) => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : text);
  const truth = (text: string) => (YES.includes(text.toLowerCase()) ? true : NO.includes(text.toLowerCase()) ? false : text);
  return {
    ...{ name, db_type, host, port: number(port) },
    ...(database_name === undefined ? {} : { database_name }),
    ...(description === undefined ? {} : { description }),
    ...(credential_id === undefined ? {} : { credential_id: number(credential_id) }),
    ...(tags === undefined ? {} : { tag_names: tags.split(/[;；,，]/).flatMap((one) => one.trim() || []) }),
    ...(is_active === undefined ? {} : { is_active: truth(is_active) }),
  };
}

/**
 * Every row through the schema of the API, with all its faults at once; columns are named as in the file.
 * @param allow whether a watched server may be connected to at an address; names are resolved later, at every connection
 */
export function candidatesOf(rows: readonly SheetRow[], locale: Locale, allow: (address: string) => boolean): Candidate[] {
  const all = rows.map((row) => candidateOf(row, locale, allow));
  const times = new Map<string, number>();
  for (const { name } of all) if (name !== null) times.set(name.toLowerCase(), (times.get(name.toLowerCase()) ?? 0) + 1);
  for (const candidate of all)
    if (candidate.name !== null && times.get(candidate.name.toLowerCase())! > 1) candidate.faults.push(rowFault('name', DUPLICATE, locale));
  return all;
}
export const DUPLICATE: FieldFault = { code: 'DUPLICATE_IN_FILE', zh: '文件中有重复的名称', en: 'The file has this name more than once' };

function candidateOf(row: SheetRow, locale: Locale, allow: (address: string) => boolean): Candidate {
  const parsed = instanceBody.safeParse(bodyOf(row.cells), { reportInput: true });
  const faults = parsed.success
    ? []
    : Object.entries(fieldErrors(parsed.error, locale)).flatMap(([path, errors]) =>
        errors.map((error) => ({ field: path.replace(/^tag_names(\..*)?$/, 'tags'), ...error })),
      );
  const host = row.cells.host ?? '';
  if (isIP(host) && !allow(host)) faults.push(rowFault('host', NOT_ALLOWED, locale));
  if (row.overlong) faults.push(rowFault('row', OVERLONG, locale));
  return {
    line: row.line,
    name: row.cells.name ?? null,
    given: parsed.success ? parsed.data : null,
    credentialName: row.cells.credential_name ?? null,
    faults,
  };
}
const NOT_ALLOWED: FieldFault = {
  code: 'TARGET_NOT_ALLOWED',
  zh: '不允许连接到这个地址',
  en: 'Connections to this address are not allowed',
};
const OVERLONG: FieldFault = {
  code: 'TOO_MANY_CELLS',
  zh: '单元格多于表头的列，含分隔符的内容请加引号',
  en: 'More cells than the header has columns: put quotes around text that holds the separator',
};
