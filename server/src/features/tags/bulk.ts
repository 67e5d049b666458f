import type { Kysely } from 'kysely';
import { type Actor, audit } from '../../logbook/index.ts';
import { refuse } from '../../refusal.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';

interface Found {
  instanceIds: number[];
  missingInstanceIds: number[];
  tagIds: number[];
  missingTagIds: number[];
}

/** Which of the named instances and tags there are. @throws Refusal RESOURCE_NOT_FOUND when none of one kind is. */
export async function findBoth(db: Kysely<DB>, instanceIds: readonly number[], tagIds: readonly number[]): Promise<Found> {
  const [instances, tags] = await Promise.all([
    queries.knownInstances(db, instanceIds),
    tagIds.length === 0 ? [] : queries.knownTags(db, tagIds),
  ]);
  if (instances.length === 0) throw refuse.notFound('instance', instanceIds.join(','));
  if (tagIds.length > 0 && tags.length === 0) throw refuse.notFound('tag', tagIds.join(','));
  const missing = (asked: readonly number[], found: readonly number[]) => [...new Set(asked)].filter((id) => !found.includes(id));
  return {
    instanceIds: instances,
    missingInstanceIds: missing(instanceIds, instances),
    tagIds: tags,
    missingTagIds: missing(tagIds, tags),
  };
}

/** Links every tag to every instance, in one statement; links that are there are no fault. @returns how many are new */
export async function assignTags(db: Kysely<DB>, actor: Actor, found: Found): Promise<number> {
  return transaction(db, async (db) => {
    const added = await queries.linkMany(db, found.instanceIds, found.tagIds, actor.now);
    await audit(db, actor, {
      action: 'assign_tags',
      resource: 'instance',
      after: { instance_ids: found.instanceIds, tag_ids: found.tagIds, added },
    });
    return added;
  });
}

/** Takes these tags from these instances, or with null all of them. @returns how many links went */
export async function removeTags(
  db: Kysely<DB>,
  actor: Actor,
  instanceIds: readonly number[],
  tagIds: readonly number[] | null,
): Promise<number> {
  return transaction(db, async (db) => {
    const removed = await queries.unlinkMany(db, instanceIds, tagIds);
    await audit(db, actor, {
      action: 'remove_tags',
      resource: 'instance',
      after: { instance_ids: instanceIds, tag_ids: tagIds ?? 'all', removed },
    });
    return removed;
  });
}
