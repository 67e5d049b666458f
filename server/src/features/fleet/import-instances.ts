import type { Locale } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import type { Upload } from '../../http/index.ts';
import type { Actor } from '../../logbook/index.ts';
import { Refusal } from '../../refusal.ts';
import { foreignKeyViolation, uniqueViolation } from '../../store/errors.ts';
import type { DB } from '../../store/tables.ts';
import { transaction } from '../../store/transaction.ts';
import type { Vault } from '../../vault/secrets.ts';
import { createInstancesIn, updateInstancesIn, type Written } from '../instances/index.ts';
import { openRecordsOf } from '../sync-sessions/index.ts';
import { tagIds, tagsOfInstances } from '../tags/index.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { importReport, type Known, planImport, type PlannedRow } from './import-plan.ts';
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
export async function importInstances(db: Kysely<DB>, vault: Vault, actor: Actor, file: Upload, options: ImportOptions): Promise<Imported> {
  const candidates = candidatesOf(readSheet(file), options.locale, options.allow);
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(db, (db) => importIn(db, vault, actor, candidates, options));
    } catch (error) {
      // Somebody took a name, or removed a credential or tag, between our look and our write: look again.
      const raced = uniqueViolation(error) || foreignKeyViolation(error) || error instanceof Refusal;
      if (!raced || attempt === ATTEMPTS) throw error;
    }
  }
}

async function importIn(
  db: Kysely<DB>,
  vault: Vault,
  actor: Actor,
  candidates: readonly Candidate[],
  options: ImportOptions,
): Promise<Imported> {
  const known = await lookUp(db, candidates, options.mode === 'upsert' && !options.dryRun);
  const rows = planImport(candidates, known, options.mode, options.locale);
  const outcome: Imported = { report: importReport(rows, options.dryRun, options.locale), written: [], warnings: [] };
  if (options.dryRun) return outcome;
  const creates = rows.flatMap((row) => (row.outcome === 'create' && row.given ? [{ row, given: row.given }] : []));
  const updates = rows.flatMap((row) => (row.outcome === 'update' && row.given ? [{ row, id: row.id!, given: row.given }] : []));
  const created = await createInstancesIn(
    db,
    vault,
    actor,
    creates.map(({ given }) => given),
  );
  const updated = updates.length === 0 ? [] : await updateInstancesIn(db, vault, actor, updates);
  const done = new Map<PlannedRow, Written>([
    ...creates.map(({ row }, i) => [row, created[i]!] as const),
    ...updates.map(({ row }, i) => [row, updated[i]!] as const),
  ]);
  for (const row of rows) {
    const written = done.get(row);
    if (!written || !row.given) continue;
    const { name, db_type, host } = row.given;
    outcome.written.push({ outcome: row.outcome as 'create' | 'update', instance_id: written.id, name, db_type, host });
    outcome.warnings.push(...written.warnings.map((warning) => ({ line: row.line, ...warning })));
  }
  return outcome;
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
  const busy = ids.length === 0 ? [] : await openRecordsOf(db, ids);
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
