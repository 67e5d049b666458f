import type { Locale } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import type { Upload } from '../../http/index.ts';
import type { Actor } from '../../logbook/index.ts';
import { Refusal } from '../../refusal.ts';
import { foreignKeyViolation, uniqueViolation } from '../../store/errors.ts';
import type { DB } from '../../store/tables.ts';
import { transaction } from '../../store/transaction.ts';
import { createInstanceIn, updateInstanceIn } from '../instances/index.ts';
import { tagIds, tagsOfInstances } from '../tags/index.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { importReport, type Known, planImport, type PlannedRow } from './import-plan.ts';
import { openRecords } from './queries/deletes.ts';
import * as queries from './queries/imports.ts';
import { readSheet } from './sheet.ts';

export interface ImportOptions {
  /** Rows whose name is taken are passed over, or change what is there. */
  mode: 'skip' | 'upsert';
  /** Says what would happen, and writes nothing. */
  dryRun: boolean;
  locale: Locale;
  /** Whether a watched server may be connected to at this address. */
  allow(address: string): boolean;
}
export interface Imported {
  /** Counts and rows; of a dry run, what they would be. */
  report: ReturnType<typeof importReport>;
  written: { outcome: 'create' | 'update'; instance_id: number; name: string; db_type: string; host: string }[];
  /** What the API would have warned of, with the line. */
  warnings: { line: number; code: string; message: string }[];
}
const ATTEMPTS = 3;

/**
 * Registers the instances of a CSV file. A row that is wrong is told and left out; the good ones are written in one
 * transaction, all or none.
 * @throws Refusal VALIDATION_ERROR with `fields.file` when the file as such cannot be read (see sheet.ts)
 */
export async function importInstances(db: Kysely<DB>, actor: Actor, file: Upload, options: ImportOptions): Promise<Imported> {
  const candidates = candidatesOf(readSheet(file), options.locale, options.allow);
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(db, (db) => importIn(db, actor, candidates, options));
    } catch (error) {
      // Somebody took a name, or removed a credential or tag, between our look and our write: look again.
      const raced = uniqueViolation(error) || foreignKeyViolation(error) || error instanceof Refusal;
      if (!raced || attempt === ATTEMPTS) throw error;
    }
  }
}

async function importIn(db: Kysely<DB>, actor: Actor, candidates: readonly Candidate[], options: ImportOptions): Promise<Imported> {
  const known = await lookUp(db, candidates, options.mode === 'upsert' && !options.dryRun);
  const rows = planImport(candidates, known, options.mode, options.locale);
  const outcome: Imported = { report: importReport(rows, options.dryRun, options.locale), written: [], warnings: [] };
  if (options.dryRun) return outcome;
  for (const row of rows) {
    if (!row.given || (row.outcome !== 'create' && row.outcome !== 'update')) continue;
    const { id, warnings } = await write(db, actor, row, row.given);
    const { name, db_type, host } = row.given;
    outcome.written.push({ outcome: row.outcome, instance_id: id, name, db_type, host });
    outcome.warnings.push(...warnings.map((warning) => ({ line: row.line, ...warning })));
  }
  return outcome;
}

async function write(db: Kysely<DB>, actor: Actor, row: PlannedRow, given: NonNullable<PlannedRow['given']>) {
  if (row.id === null) return createInstanceIn(db, actor, given);
  return { id: row.id, warnings: await updateInstanceIn(db, actor, row.id, given) };
}

/** Everything the file names, in a handful of statements whatever its length. */
async function lookUp(db: Kysely<DB>, candidates: readonly Candidate[], lock: boolean): Promise<Known> {
  const given = candidates.flatMap((candidate) => candidate.given ?? []);
  const tagNames = [...new Set(given.flatMap((one) => one.tag_names ?? []))];
  const instances = await queries.namedInstances(
    db,
    candidates.flatMap((candidate) => candidate.name ?? []),
    lock,
  );
  const ids = instances.map((instance) => instance.id);
  const tags = Map.groupBy(ids.length === 0 ? [] : await tagsOfInstances(db, ids), (tag) => tag.instance_id);
  const busy = ids.length === 0 ? [] : await openRecords(db, ids);
  const credentials = await queries.namedCredentials(
    db,
    given.flatMap((one) => one.credential_id ?? []),
    candidates.flatMap((candidate) => candidate.credentialName ?? []),
  );
  const knownTags = tagNames.length === 0 ? [] : await tagIds(db, tagNames);
  return {
    instances: new Map(
      instances.map((instance) => [
        instance.name.toLowerCase(),
        { ...instance, tags: (tags.get(instance.id) ?? []).map((tag) => tag.name) },
      ]),
    ),
    credentials,
    tags: new Set(knownTags.map((tag) => tag.name)),
    busy: new Set(busy.map((record) => record.instance_id)),
  };
}
