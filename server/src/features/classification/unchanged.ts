import type { Kysely } from 'kysely';
import type { DB } from '../../store/tables.ts';
import type { Counts, Run } from './classify.ts';
import * as queries from './queries/marks.ts';
import { ruleStates } from './queries/rules.ts';

export type Found = queries.Found;

/**
 * Instances where nothing that decides their classes has changed since their last whole run (rules, accounts, assignments),
 * with what that run found. A run of some classes only knows of none and is none.
 * @returns these, and how a run that has written remembers the others
 */
export async function findUnchanged(
  db: Kysely<DB>,
  { instances, classes }: Pick<Run, 'instances' | 'classes'>,
): Promise<{ unchanged: ReadonlyMap<number, Found>; remember(counts: Counts): Promise<void> }> {
  const unchanged = new Map<number, Found>();
  if (classes) return { unchanged, remember: async () => {} };
  const rules = new Map((await ruleStates(db)).map((row) => [row.db_type, row.state]));
  const rulesOf = ({ db_type }: { db_type: string }) => rules.get(db_type) ?? 'none';
  const ids = instances.map((instance) => instance.id);
  const states = new Map((await queries.states(db, ids)).map((row) => [row.instance_id, row]));
  for (const instance of instances) {
    const state = states.get(instance.id);
    if (state?.found && state.rules_state === rulesOf(instance)) unchanged.set(instance.id, state.found);
  }
  return {
    unchanged,
    remember: (counts) =>
      queries.mark(
        db,
        instances
          .filter(({ id }) => !unchanged.has(id) && states.has(id))
          .map((instance) => ({
            ...counts.instances.get(instance.id)!,
            instance_id: instance.id,
            rules_state: rulesOf(instance),
            // As it was before the accounts were read: what was written meanwhile is asked next time.
            accounts_state: states.get(instance.id)!.accounts_state,
          })),
      ),
  };
}
