import type { DbType } from '@whalefall/contract';
import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import { askInstance } from './classify.ts';
import { byPriority, compileRule } from './evaluator.ts';
import * as rulesQueries from './queries/rules.ts';
import * as queries from './queries/runs.ts';

const SAMPLE = 20;
/** Stands for the rule that has no number yet: after all others. */
const DRAFT = Number.MAX_SAFE_INTEGER;
type Change = 'gained' | 'lost' | 'kept';

/**
 * What a rule would do to the accounts as they were last read: how many it matches, and who would gain or lose its class
 * compared with the assignments of now. Nothing is written.
 */
export async function previewRule(
  db: Kysely<DB>,
  draft: { id: number | null; classification_id: number; db_type: DbType; rule_expression: Record<string, unknown> },
) {
  const rows = await rulesQueries.activeRules(db);
  const priorities = new Map(rows.map((row) => [row.classification_id, row.priority]));
  const id = draft.id ?? DRAFT;
  const others = rows
    .filter((row) => row.db_type === draft.db_type && row.id !== id)
    .map((row) => compileRule({ ...row, db_type: draft.db_type }));
  const rules = [...others, compileRule({ ...draft, id, version: 0 })].sort(byPriority(priorities));
  const instances = await queries.classifiedInstances(db, { db_types: [draft.db_type] });
  const names = new Map(instances.map((instance) => [instance.id, instance.name]));
  const held = new Map<number, string>();
  const current = await queries.currentRows(
    db,
    instances.map((instance) => instance.id),
  );
  for (const row of current) if (row.classification_id === draft.classification_id) held.set(row.account_id, row.assignment_type);
  const counts = { matched: 0, gained: 0, lost: 0 };
  const samples: Record<Change, { account_id: number; username: string; instance_name: string; change: Change }[]> = {
    ...{ gained: [], lost: [], kept: [] },
  };
  for (const instance of instances)
    for (const account of await askInstance(db, instance, rules)) {
      const has = held.get(account.id);
      const gets = account.matches.some(({ rule }) => rule.classification_id === draft.classification_id);
      const matched = account.matches.some(({ rule }) => rule.id === id);
      const change: Change | null =
        gets && has === undefined ? 'gained' : !gets && has === 'auto' && !account.unread ? 'lost' : matched ? 'kept' : null;
      if (matched) counts.matched += 1;
      if (change === 'gained' || change === 'lost') counts[change] += 1;
      if (change && samples[change].length < SAMPLE)
        samples[change].push({ account_id: account.id, username: account.username, instance_name: names.get(instance.id) ?? '', change });
    }
  return { ...counts, sample: [...samples.gained, ...samples.lost, ...samples.kept].slice(0, SAMPLE) };
}
