import { inLocale, type Locale } from '@whalefall/contract';
import type { FieldFault } from '../../refusal.ts';
import { type Candidate, DUPLICATE, type RowFault, rowFault } from './candidates.ts';
import type { NamedCredential, NamedInstance } from './queries/imports.ts';

/** What the store knows of the things that a file names. */
export interface Known {
  /** By lower-case name. */
  instances: Map<string, NamedInstance & { tags: string[] }>;
  credentials: readonly NamedCredential[];
  tags: ReadonlySet<string>;
  /** Instances that a sync is at work on. */
  busy: ReadonlySet<number>;
}
export interface Change {
  field: string;
  before: string | null;
  after: string | null;
}
export interface PlannedRow {
  line: number;
  name: string | null;
  outcome: 'create' | 'update' | 'unchanged' | 'skip' | 'error';
  changes: Change[];
  faults: RowFault[];
  /** What to write; of an update only what differs. */
  given: NonNullable<Candidate['given']> | null;
  /** The instance that has this name already. */
  id: number | null;
}

/** Decides about every row, without touching anything: the preview and the import are this one list. */
export function planImport(candidates: readonly Candidate[], known: Known, mode: 'skip' | 'upsert', locale: Locale): PlannedRow[] {
  return candidates.map((candidate) => planRow(candidate, known, mode, locale));
}

function planRow(candidate: Candidate, known: Known, mode: 'skip' | 'upsert', locale: Locale): PlannedRow {
  const { line, name } = candidate;
  const failed = (faults: RowFault[]): PlannedRow => ({ line, name, outcome: 'error', changes: [], faults, given: null, id: null });
  const found = name === null ? undefined : known.instances.get(name.toLowerCase());
  const credential = credentialOf(candidate, found, known, locale);
  const faults = [...candidate.faults, ...credential.faults, ...tagFaults(candidate, known, locale)];
  if (faults.length > 0 || !candidate.given) return failed(faults);
  const given = { ...candidate.given, ...(credential.id === null ? {} : { credential_id: credential.id }) };
  if (!found) return { line, name, outcome: 'create', changes: [], faults, given, id: null };
  const planned = { line, name, faults, given: null, id: found.id };
  if (mode === 'skip') return { ...planned, outcome: 'skip', changes: [] };
  const changes = differences(found, given);
  if (changes.length === 0) return { ...planned, outcome: 'unchanged', changes };
  if (known.busy.has(found.id)) return failed([rowFault('row', BUSY, locale)]);
  // The name found the row; its spelling stays as it is.
  return { ...planned, outcome: 'update', changes, given: { ...given, name: found.name } };
}
const BUSY: FieldFault = {
  code: 'SYNC_IN_PROGRESS',
  zh: '该实例正在同步，请稍后再导入',
  en: 'This instance is being synced: import it later',
};

/** The same demands as the API's, asked once for the whole file. */
function credentialOf(
  { given, credentialName }: Candidate,
  found: NamedInstance | undefined,
  { credentials }: Known,
  locale: Locale,
): { id: number | null; faults: RowFault[] } {
  const id = given?.credential_id ?? null;
  const byId = id === null ? undefined : credentials.find((one) => one.id === id);
  const byName = credentialName === null ? undefined : credentials.find((one) => one.name.toLowerCase() === credentialName.toLowerCase());
  const faults: RowFault[] = [];
  if (id !== null && !byId) faults.push(rowFault('credential_id', UNKNOWN_CREDENTIAL, locale));
  if (credentialName !== null && !byName) faults.push(rowFault('credential_name', UNKNOWN_CREDENTIAL, locale));
  if (byId && byName && byId !== byName) faults.push(rowFault('credential_name', TWO_CREDENTIALS, locale));
  const chosen = byId ?? byName;
  const dbType = given?.db_type ?? found?.db_type;
  if (chosen && chosen.credential_type !== 'database' && !(chosen.credential_type === 'windows' && dbType === 'sqlserver'))
    faults.push(rowFault(byId ? 'credential_id' : 'credential_name', WRONG_CREDENTIAL, locale));
  return { id: chosen?.id ?? null, faults };
}
const UNKNOWN_CREDENTIAL: FieldFault = { code: 'CREDENTIAL_UNKNOWN', zh: '凭据不存在', en: 'No such credential' };
const WRONG_CREDENTIAL: FieldFault = { code: 'CREDENTIAL_TYPE', zh: '不是数据库凭据', en: 'Not a database credential' };
const TWO_CREDENTIALS: FieldFault = {
  code: 'CREDENTIAL_MISMATCH',
  zh: '与 credential_id 不是同一个凭据',
  en: 'Not the credential that credential_id names',
};

function tagFaults({ given }: Candidate, { tags }: Known, locale: Locale): RowFault[] {
  const unknown = (given?.tag_names ?? []).filter((name) => !tags.has(name));
  if (unknown.length === 0) return [];
  return [
    rowFault('tags', { code: 'TAG_UNKNOWN', zh: `标签不存在：${unknown.join('、')}`, en: `No such tag: ${unknown.join(', ')}` }, locale),
  ];
}

const LONGEST = 100;
const FIELDS = ['db_type', 'host', 'port', 'database_name', 'description', 'credential_id', 'is_active'] as const;
/** An absent cell keeps what is there, so only given ones can differ. */
function differences(found: NamedInstance & { tags: string[] }, given: NonNullable<Candidate['given']>): Change[] {
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  const changes = FIELDS.filter((field) => given[field] !== undefined && given[field] !== found[field]).map((field) => ({
    field,
    before: text(found[field]),
    after: text(given[field]),
  }));
  const [before, after] = [found.tags.toSorted().join(';'), given.tag_names?.toSorted().join(';')];
  return after === undefined || before === after ? changes : [...changes, { field: 'tags', before, after }];
}

/** A name too long for any instance is told by its beginning: the reply must not be several times the file. */
const clipped = (name: string): string => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);

/** The reply of the import, the preview's and the real one's alike. */
export function importReport(planned: readonly PlannedRow[], dryRun: boolean, locale: Locale) {
  const rows = planned.map((row) => ({ ...row, name: row.name && clipped(row.name) }));
  const count = (outcome: PlannedRow['outcome']) => rows.filter((row) => row.outcome === outcome).length;
  const duplicates = new Set(rows.flatMap((row) => (row.faults.some((fault) => fault.code === DUPLICATE.code) ? [row.name!] : [])));
  const skipped = rows.flatMap((row) => (row.outcome === 'skip' ? [row.name!] : []));
  const say = (zh: string, en: string) => inLocale({ zh, en }, locale);
  const lines = rows.flatMap((row) => {
    const own = row.faults.filter((fault) => fault.code !== DUPLICATE.code).map((fault) => `${fault.field}: ${fault.message}`);
    return own.length === 0 ? [] : [say(`第 ${row.line} 行：${own.join('；')}`, `Line ${row.line}: ${own.join('; ')}`)];
  });
  if (duplicates.size > 0)
    lines.push(say(`文件中名称重复：${[...duplicates].join('、')}`, `More than once in the file: ${[...duplicates].join(', ')}`));
  if (skipped.length > 0) lines.push(say(`已存在，已跳过：${skipped.join('、')}`, `Already there, passed over: ${skipped.join(', ')}`));
  return {
    created_count: count('create'),
    updated_count: count('update'),
    skipped_count: skipped.length,
    total_rows: rows.length,
    dry_run: dryRun,
    errors: lines,
    duplicate_names: [...duplicates],
    skipped_existing_names: skipped,
    row_errors: rows.flatMap((row) => row.faults.map((fault) => ({ line: row.line, name: row.name, ...fault }))),
    rows: rows.map(({ line, name, outcome, changes }) => ({ line, name, outcome, changes })),
  };
}
