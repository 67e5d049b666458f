import type { catalogue, DbType } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import type { Handlers } from '../../http/index.ts';
import { assignTags, findBoth, removeTags } from './bulk.ts';
import { CATEGORIES } from './colors.ts';
import * as queries from './queries.ts';
import { shownTag, tagRefOf } from './shown.ts';

/** §24 tags/bulk */
export function tagsBulkHandlers({ db }: Deps): Handlers<typeof catalogue.tagsBulk> {
  const categoryNames = (locale: string) =>
    Object.fromEntries(Object.entries(CATEGORIES).map(([key, name]) => [key, locale === 'en' ? name.en : name.zh]));
  return {
    async listAllTags(_args, { locale }) {
      return { tags: (await queries.allTags(db)).map(shownTag), category_names: categoryNames(locale) };
    },
    async batchAssignTags({ body }, asker) {
      const found = await findBoth(db, body.instance_ids, body.tag_ids);
      const assigned = await assignTags(db, asker, found);
      return {
        assigned_count: assigned,
        skipped_count: found.instanceIds.length * found.tagIds.length - assigned,
        instance_ids: found.instanceIds,
        tag_ids: found.tagIds,
        missing_instance_ids: found.missingInstanceIds,
        missing_tag_ids: found.missingTagIds,
      };
    },
    async batchRemoveTags({ body }, asker) {
      const found = await findBoth(db, body.instance_ids, body.tag_ids);
      const removed = await removeTags(db, asker, found.instanceIds, found.tagIds);
      return {
        removed_count: removed,
        skipped_count: found.instanceIds.length * found.tagIds.length - removed,
        instance_ids: found.instanceIds,
        tag_ids: found.tagIds,
        missing_instance_ids: found.missingInstanceIds,
        missing_tag_ids: found.missingTagIds,
      };
    },
    async batchRemoveAllTags({ body }, asker) {
      const found = await findBoth(db, body.instance_ids, []);
      return {
        removed_count: await removeTags(db, asker, found.instanceIds, null),
        instance_ids: found.instanceIds,
        missing_instance_ids: found.missingInstanceIds,
      };
    },
    async listInstanceTags({ body }, { locale }) {
      const found = await findBoth(db, body.instance_ids, []);
      const tags = await queries.tagsOfSelection(db, found.instanceIds);
      return {
        tags: tags.map((row) => ({ ...shownTag(row), instance_count: row.instance_count })),
        category_names: categoryNames(locale),
        instance_ids: found.instanceIds,
        missing_instance_ids: found.missingInstanceIds,
      };
    },
    async listTaggableInstances() {
      const instances = await queries.taggableInstances(db);
      const tags =
        instances.length === 0
          ? []
          : await queries.tagsOfInstances(
              db,
              instances.map((instance) => instance.id),
            );
      const byInstance = Map.groupBy(tags, (tag) => tag.instance_id);
      return {
        instances: instances.map((instance) => ({
          ...instance,
          db_type: instance.db_type as DbType,
          tags: (byInstance.get(instance.id) ?? []).map(tagRefOf),
        })),
      };
    },
  };
}
