import { setImmediate as breathe } from 'node:timers/promises';
import type { DbType } from '@whalefall/contract';
import type { PrivilegeFacts } from '@whalefall/engines';
import type { Kysely } from 'kysely';
import { jobKind, LOCKS, lockUntilCommit } from '../../jobs/index.ts';
import type { DB } from '../../store/tables.ts';
import { transaction } from '../../store/transaction.ts';
import { randomId } from '../../vault/secrets.ts';
import { compileRule, evaluate, type Match, MOST_FACTS, type Rule } from './evaluator.ts';
import { factsIndex, type Subject } from './facts-of.ts';
import * as rulesQueries from './queries/rules.ts';
import * as queries from './queries/runs.ts';
import { findUnchanged, type Found } from './unchanged.ts';

type Db = Kysely<DB>;
/** Other requests get their turn after this many accounts. */
const BREATH = 500;

export interface Account {
  id: number;
  username: string;
  unread: boolean;
  matches: Match[];
}
export interface Counts {
  total_accounts: number;
  matched_accounts: number;
  added: number;
  refreshed: number;
  deactivated: number;
  unread: number;
  total_rules: number;
  engines: Record<string, { total_accounts: number; total_rules: number; matches: number; added: number; removed: number }>;
  instances: Map<number, { accounts: number; matched: number; unread: number; added: number; removed: number }>;
}
export interface Run {
  instances: readonly { id: number; db_type: string }[];
  /** Only assignments of these classes are written; null = of all. All rules are asked all the same: a fallback depends on them. */
  classes: ReadonlySet<number> | null;
  batchType: queries.Batch['batch_type'];
  sessionId: string | null;
  userId: number | null;
  now: Date;
  /** A run that nobody asked for leaves no batch when it changed nothing. */
  quiet: boolean;
}

/** The active rules by engine, in the order in which they are asked. */
export async function rulesByEngine(db: Db): Promise<Map<string, Rule[]>> {
  const byEngine = new Map<string, Rule[]>();
  for (const row of await rulesQueries.activeRules(db)) {
    const rule = compileRule({ ...row, db_type: row.db_type as DbType });
    byEngine.set(row.db_type, [...(byEngine.get(row.db_type) ?? []), rule]);
  }
  return byEngine;
}

/** What the rules say of every account of an instance; roles and PUBLIC lend their privileges but have no class. */
export async function askInstance(db: Db, instance: { id: number; db_type: string }, rules: readonly Rule[]): Promise<Account[]> {
  const rows = await queries.principalsOf(db, instance.id);
  const subjects: Subject[] = rows.map((row) => ({
    ...row,
    facts: row.facts as PrivilegeFacts | null,
    typeSpecific: row.typeSpecific as Record<string, unknown> | null,
  }));
  const factsOf = factsIndex(instance.db_type as DbType, subjects);
  const accounts: Account[] = [];
  for (const [i, subject] of subjects.entries()) {
    if (subject.isRole || subject.isPublic) continue;
    const { id, username, unread } = rows[i]!;
    // Never read: nothing is known, so nothing is concluded.
    const matches = subject.facts === null ? [] : evaluate(rules, factsOf(subject), unread);
    accounts.push({ id, username, unread: unread || subject.facts === null, matches });
    if (accounts.length % BREATH === 0) await breathe();
  }
  return accounts;
}

/** One row for each class an account should have: the first rule that matched gives the reason, the others are named. */
export function desiredRows({ id, matches }: Account): queries.DesiredRow[] {
  const byClass = new Map<number, Match[]>();
  for (const match of matches) {
    const list = byClass.get(match.rule.classification_id);
    if (list) list.push(match);
    else byClass.set(match.rule.classification_id, [match]);
  }
  return [...byClass].map(([classification_id, list]) => ({
    account_id: id,
    classification_id,
    rule_id: list[0]!.rule.id,
    rule_version: list[0]!.rule.version,
    matched_rule_ids: list.map(({ rule }) => rule.id),
    matched_facts: list.flatMap(({ rule, facts }) => facts.map((fact) => ({ rule_id: rule.id, ...fact }))).slice(0, MOST_FACTS),
  }));
}

interface Plan {
  inserts: queries.DesiredRow[];
  kept: queries.DesiredRow[];
  ends: number[];
}
const key = (row: { account_id: number; classification_id: number }): string => `${row.account_id}:${row.classification_id}`;

/**
 * Compares what should be with what is. A person's row, an exclusion too, is never touched; an account that could not be read
 * gains what its last known privileges show, and loses nothing.
 */
export function planRows(accounts: readonly Account[], current: readonly queries.CurrentRow[], classes: ReadonlySet<number> | null): Plan {
  const rows = new Map(current.map((row) => [key(row), row.assignment_type]));
  const unread = new Set(accounts.filter((account) => account.unread).map((account) => account.id));
  const there = new Set(accounts.map((account) => account.id));
  const wanted = new Set<string>();
  const plan: Plan = { inserts: [], kept: [], ends: [] };
  for (const row of accounts.flatMap(desiredRows)) {
    if (classes && !classes.has(row.classification_id)) continue;
    wanted.add(key(row));
    const present = rows.get(key(row));
    if (present === undefined) plan.inserts.push(row);
    else if (present === 'auto' && !unread.has(row.account_id)) plan.kept.push(row);
  }
  for (const row of current)
    if (
      row.assignment_type === 'auto' &&
      there.has(row.account_id) &&
      !unread.has(row.account_id) &&
      !wanted.has(key(row)) &&
      (!classes || classes.has(row.classification_id))
    )
      plan.ends.push(row.id);
  return plan;
}

async function planAll(
  db: Db,
  run: Pick<Run, 'instances' | 'classes'>,
  unchanged: ReadonlyMap<number, Found> = new Map(),
): Promise<{ plan: Plan; counts: Counts }> {
  const rules = await rulesByEngine(db);
  const engines = [...new Set(run.instances.map((instance) => instance.db_type))];
  const asked = (engine: string): number =>
    (rules.get(engine) ?? []).filter((rule) => !run.classes || run.classes.has(rule.classification_id)).length;
  const counts: Counts = {
    ...{ total_accounts: 0, matched_accounts: 0, added: 0, refreshed: 0, deactivated: 0, unread: 0 },
    total_rules: engines.reduce((n, engine) => n + asked(engine), 0),
    engines: Object.fromEntries(
      engines.map((engine) => [engine, { total_accounts: 0, total_rules: asked(engine), matches: 0, added: 0, removed: 0 }]),
    ),
    instances: new Map(),
  };
  const plan: Plan = { inserts: [], kept: [], ends: [] };
  const current = new Map<number, queries.CurrentRow[]>();
  const ids = run.instances.map((instance) => instance.id).filter((id) => !unchanged.has(id));
  for (const row of await queries.currentRows(db, ids)) {
    const list = current.get(row.instance_id);
    if (list) list.push(row);
    else current.set(row.instance_id, [row]);
  }
  for (const instance of run.instances) {
    const found = unchanged.get(instance.id);
    if (found) {
      count(counts, instance, { ...found, added: 0, removed: 0 });
      continue;
    }
    const accounts = await askInstance(db, instance, rules.get(instance.db_type) ?? []);
    const own = planRows(accounts, current.get(instance.id) ?? [], run.classes);
    const matched = accounts.filter(({ matches }) =>
      matches.some(({ rule }) => !run.classes || run.classes.has(rule.classification_id)),
    ).length;
    const unread = accounts.filter((account) => account.unread).length;
    count(counts, instance, { accounts: accounts.length, matched, unread, added: own.inserts.length, removed: own.ends.length });
    for (const part of ['inserts', 'kept'] as const) for (const row of own[part]) plan[part].push(row);
    for (const id of own.ends) plan.ends.push(id);
  }
  counts.added = plan.inserts.length;
  counts.deactivated = plan.ends.length;
  return { plan, counts };
}

function count(counts: Counts, instance: Run['instances'][number], own: Found & { added: number; removed: number }): void {
  const engine = counts.engines[instance.db_type]!;
  engine.total_accounts += own.accounts;
  engine.matches += own.matched;
  engine.added += own.added;
  engine.removed += own.removed;
  counts.total_accounts += own.accounts;
  counts.matched_accounts += own.matched;
  counts.unread += own.unread;
  counts.instances.set(instance.id, own);
}

/** What a run would do, without doing it. */
export const rehearse = async (db: Db, run: Pick<Run, 'instances' | 'classes'>): Promise<Counts> => (await planAll(db, run)).counts;

/**
 * Brings the automatic assignments of some instances to what the rules say: one transaction, set-based; twice changes
 * nothing. Rules and assignments stand still meanwhile (one lock for all who change them).
 * @returns the counts, and the batch's id unless the run was quiet and changed nothing
 */
export async function classify(db: Db, run: Run): Promise<{ counts: Counts; batchId: string | null }> {
  const batchId = randomId();
  return transaction(db, async (db) => {
    await lockUntilCommit(db, LOCKS.classification);
    const { now } = run;
    await queries.openBatch(db, { batch_id: batchId, batch_type: run.batchType, session_id: run.sessionId, created_by: run.userId, now });
    const { unchanged, remember } = await findUnchanged(db, run);
    const { plan, counts } = await planAll(db, run, unchanged);
    await queries.endRows(db, plan.ends, now);
    await queries.insertRows(db, plan.inserts, batchId, run.userId, now);
    counts.refreshed = await queries.refreshRows(db, plan.kept, batchId, now);
    await remember(counts);
    if (run.quiet && counts.added + counts.refreshed + counts.deactivated === 0) {
      await queries.dropBatch(db, batchId);
      return { counts, batchId: null };
    }
    const { engines, added, refreshed, deactivated, unread } = counts;
    await queries.closeBatch(db, batchId, { ...counts, details: { engines, added, refreshed, deactivated, unread } }, now);
    return { counts, batchId };
  });
}

/** Queued in the transaction that stores a read: whoever is killed in the meantime, the classes follow. */
export const instanceChanged = jobKind<{ instanceId: number }>({ name: 'classify-instance', retries: 2 });

/** After an account sync: the instance's classes follow what was just read. Never inside the sync's own transaction. */
export async function classifyInstance(db: Db, instanceId: number, now: Date): Promise<Counts> {
  const instances = await queries.classifiedInstances(db, { instance_id: instanceId });
  const run = { instances, classes: null, batchType: 'api', sessionId: null, userId: null, now, quiet: true } as const;
  return (await classify(db, run)).counts;
}
