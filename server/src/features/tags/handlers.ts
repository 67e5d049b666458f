import { type catalogue, TAG_CATEGORIES } from '@whalefall/contract';
import type { Deps } from '../../assemble.ts';
import type { Handlers } from '../../http/index.ts';
import { refuse } from '../../refusal.ts';
import { createTag, deleteTag, updateTag } from './change-tags.ts';
import { CATEGORIES } from './colors.ts';
import * as queries from './queries.ts';
import { shownTag } from './shown.ts';

/** §23 tags */
export function tagsHandlers({ db }: Deps): Handlers<typeof catalogue.tags> {
  async function one(id: number) {
    const row = await queries.tagById(db, id);
    if (!row) throw refuse.notFound('tag', id);
    return { tag: shownTag(row) };
  }
  return {
    async edit({ params }) {
      await one(params.tag_id);
    },
    async listTagCategories() {
      const counts = new Map((await queries.tagCounts(db)).map((row) => [row.category, row.n]));
      return {
        categories: TAG_CATEGORIES.map((value) => [value, CATEGORIES[value]!.zh] as [string, string]),
        items: TAG_CATEGORIES.map((value) => ({
          value,
          label: CATEGORIES[value]!.zh,
          label_en: CATEGORIES[value]!.en,
          tag_count: counts.get(value) ?? 0,
        })),
      };
    },
    async listTagOptions({ query }) {
      const { category, page, limit, search, status, sort, order } = query;
      // Without paging it is the catalogue's list of active tags; with it, the list page's.
      if ([page, limit, search, status, sort].every((value) => value === undefined))
        return { tags: (await queries.activeTags(db, category)).map(shownTag), category: category ?? null };
      const asked = { page: page ?? 1, limit: limit ?? 20, sort: sort ?? 'sort_order', order: order ?? 'asc' } as const;
      const { items, stats } = await queries.tagPage(db, { category, search, status: status ?? 'all' }, asked);
      const tags = items.map((row) => ({ ...shownTag(row), instance_count: row.instance_count ?? 0 }));
      return {
        tags,
        items: tags,
        category: category ?? null,
        total: stats.total,
        page: asked.page,
        pages: Math.ceil(stats.total / asked.limit),
        limit: asked.limit,
        stats,
      };
    },
    async getTagByName({ params }) {
      const row = await queries.tagByName(db, params.tag_name);
      if (!row) throw refuse.notFound('tag', params.tag_name);
      return { tag: shownTag(row) };
    },
    async createTag({ body }, asker) {
      return one(await createTag(db, asker, body));
    },
    async updateTag({ params, body }, asker) {
      await updateTag(db, asker, params.tag_id, body);
      return one(params.tag_id);
    },
    async delete({ params, body }, asker) {
      return { tag_id: params.tag_id, deleted_links: await deleteTag(db, asker, params.tag_id, body.force) };
    },
  };
}
