import type { Kysely } from 'kysely';
import { type Actor, audit, changed } from '../../logbook/index.ts';
import { Refusal, refuse } from '../../refusal.ts';
import { uniqueViolation } from '../../store/errors.ts';
import { transaction } from '../../store/transaction.ts';
import type { DB } from '../../store/tables.ts';
import * as queries from './queries.ts';

const nameTaken = (error: unknown) => (uniqueViolation(error) ? refuse.nameTaken('name') : error);

/** @throws Refusal NAME_EXISTS */
export async function createTag(
  db: Kysely<DB>,
  actor: Actor,
  given: Omit<queries.TagValues, 'description'> & { description?: string | null | undefined },
): Promise<number> {
  return transaction(db, async (db) => {
    const values = { ...given, description: given.description ?? null };
    const { id } = await queries.insertTag(db, values, actor.now);
    await audit(db, actor, { action: 'create', resource: 'tag', id, after: values });
    return id;
  }).catch((error: unknown) => {
    throw nameTaken(error);
  });
}

/** @throws Refusal RESOURCE_NOT_FOUND, NAME_EXISTS */
export async function updateTag(db: Kysely<DB>, actor: Actor, id: number, given: Partial<queries.TagValues>): Promise<void> {
  await transaction(db, async (db) => {
    const before = await queries.lockTag(db, id);
    if (!before) throw refuse.notFound('tag', id);
    const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const own = {
      ...(given.display_name !== undefined && given.display_name !== before.display_name && { display_name_en: null }),
      ...(given.description !== undefined && given.description !== before.description && { description_en: null }),
    };
    await queries.updateTag(db, id, { ...change, ...own }, actor.now);
    await audit(db, actor, { action: 'update', resource: 'tag', id, ...changed(before as Record<string, unknown>, change) });
  }).catch((error: unknown) => {
    throw nameTaken(error);
  });
}

/** @returns how many links to instances went with it. @throws Refusal RESOURCE_NOT_FOUND, TAG_IN_USE */
export async function deleteTag(db: Kysely<DB>, actor: Actor, id: number, force: boolean): Promise<number> {
  return transaction(db, async (db) => {
    const before = await queries.lockTag(db, id);
    if (!before) throw refuse.notFound('tag', id);
    const { n } = await queries.linkCount(db, id);
    if (n > 0 && !force) throw new Refusal('TAG_IN_USE', { extra: { tag_id: id, instance_count: n } });
    if (n > 0) await queries.unlinkTag(db, id);
    await queries.deleteTag(db, id);
    await audit(db, actor, { action: 'delete', resource: 'tag', id, before, after: n > 0 ? { deleted_links: n } : undefined });
    return n;
  });
}

/** Makes these the tags of each of these instances, by name. @throws Refusal VALIDATION_ERROR naming the unknown ones */
export async function setTagsOfInstances(
  db: Kysely<DB>,
  wanted: readonly { id: number; names: readonly string[] }[],
  now: Date,
): Promise<void> {
  if (wanted.length === 0) return;
  const names = [...new Set(wanted.flatMap((one) => one.names))];
  const known = new Map((names.length === 0 ? [] : await queries.tagIds(db, names)).map((tag) => [tag.name, tag.id]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw refuse.invalid({
      tag_names: { code: 'TAG_UNKNOWN', zh: `标签不存在：${unknown.join('、')}`, en: `No such tag: ${unknown.join(', ')}` },
    });
  const links = wanted.flatMap((one) => one.names.map((name) => ({ instance_id: one.id, tag_id: known.get(name)! })));
  await queries.replaceLinks(
    db,
    wanted.map((one) => one.id),
    links,
    now,
  );
}
