import { z } from 'zod';
import { contractFile, route } from '../route.ts';
import { because, clearable, count, id, instant, name, queryInt, queryOneOf, queryText } from '../shapes.ts';

export const TAG_CATEGORIES = [
  'location',
  'company_type',
  'environment',
  'department',
  'project',
  'virtualization',
  'deployment',
  'architecture',
  'other',
] as const;
export const COLOR_KEYS = ['primary', 'danger', 'warning', 'info', 'secondary', 'success', 'dark', 'light'] as const;

export const tag = z.object({
  id,
  name: z.string(),
  display_name: z.string(),
  display_name_en: z.string().nullable(),
  category: z.enum(TAG_CATEGORIES),
  color: z.enum(COLOR_KEYS),
  color_value: z.string(),
  color_name: z.string(),
  css_class: z.string(),
  description: z.string().nullable(),
  description_en: z.string().nullable(),
  sort_order: z.number().int(),
  is_active: z.boolean(),
  created_at: instant,
  updated_at: instant,
  instance_count: count.optional(),
});
export const tagRef = z.object({ name: z.string(), display_name: z.string(), display_name_en: z.string().nullable(), color: z.string() });

const tagCode = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .superRefine((v, ctx) => {
    if (!/^[A-Za-z0-9_-]+$/.test(v))
      ctx.addIssue({
        code: 'custom',
        ...because('TAG_NAME_INVALID', '只能包含字母、数字、下划线与连字符', 'Letters, digits, underscores and hyphens only'),
      });
  });
const fields = {
  name: tagCode,
  display_name: name(100),
  category: z.enum(TAG_CATEGORIES),
  color: z.enum(COLOR_KEYS),
  description: clearable(500),
  sort_order: z
    .number()
    .int()
    .max(1_000_000)
    .transform((v) => Math.max(0, v)),
  is_active: z.boolean(),
};
export const tagCreate = z.object({
  ...fields,
  color: fields.color.default('primary'),
  sort_order: fields.sort_order.default(0),
  is_active: fields.is_active.default(true),
});
export const tagEdit = z.object(fields).partial();

/** §23 标签管理模块 */
export const tags = contractFile('tags', {
  index: route({ handler: 'index', method: 'GET', path: '/tags/', kind: 'page', access: 'view', summary: { zh: '标签管理', en: 'Tags' } }),
  create: route({
    handler: 'create',
    method: 'GET',
    path: '/tags/create',
    kind: 'page',
    access: 'create',
    summary: { zh: '新建标签', en: 'New tag' },
  }),
  createForm: route({
    handler: 'create',
    method: 'POST',
    path: '/tags/create',
    kind: 'form',
    form: 'createTag',
    then: '/tags/?notice=created',
    access: 'create',
    summary: { zh: '新建标签表单', en: 'New tag form' },
  }),
  edit: route({
    handler: 'edit',
    method: 'GET',
    path: '/tags/edit/<int:tag_id>',
    kind: 'page',
    access: 'update',
    summary: { zh: '编辑标签', en: 'Edit tag' },
  }),
  editForm: route({
    handler: 'edit',
    method: 'POST',
    path: '/tags/edit/<int:tag_id>',
    kind: 'form',
    form: 'updateTag',
    then: '/tags/edit/<tag_id>?notice=saved',
    access: 'update',
    summary: { zh: '编辑标签表单', en: 'Edit tag form' },
  }),
  listTagCategories: route({
    handler: 'listTagCategories',
    method: 'GET',
    path: '/tags/api/categories',
    access: 'view',
    reply: z.object({
      categories: z.array(z.tuple([z.string(), z.string()])),
      items: z.array(z.object({ value: z.enum(TAG_CATEGORIES), label: z.string(), label_en: z.string(), tag_count: count })),
    }),
    summary: { zh: '获取标签分类列表', en: 'List tag categories' },
  }),
  createTag: route({
    handler: 'createTag',
    method: 'POST',
    path: '/tags/api/create',
    access: 'create',
    status: 201,
    body: tagCreate,
    reply: z.object({ tag }),
    summary: { zh: '创建标签', en: 'Create a tag' },
    message: { zh: '标签创建成功', en: 'Tag created' },
  }),
  delete: route({
    handler: 'delete',
    method: 'POST',
    path: '/tags/api/delete/<int:tag_id>',
    access: 'delete',
    bodyOptional: true,
    body: z.object({ force: z.boolean().default(false) }),
    reply: z.object({ tag_id: id, deleted_links: count }),
    summary: { zh: '删除标签', en: 'Delete a tag' },
    message: { zh: '标签删除成功', en: 'Tag deleted' },
  }),
  updateTag: route({
    handler: 'updateTag',
    method: 'POST',
    path: '/tags/api/edit/<int:tag_id>',
    access: 'update',
    body: tagEdit,
    reply: z.object({ tag }),
    summary: { zh: '编辑标签', en: 'Update a tag' },
    message: { zh: '标签更新成功', en: 'Tag updated' },
  }),
  listTagOptions: route({
    handler: 'listTagOptions',
    method: 'GET',
    path: '/tags/api/tags',
    access: 'view',
    query: z.object({
      category: queryOneOf(TAG_CATEGORIES),
      search: queryText().optional(),
      status: z.enum(['all', 'active', 'inactive']).optional(),
      page: queryInt(1, 1_000_000).optional(),
      limit: queryInt(1, 100).optional(),
      sort: z
        .enum(['sort_order', 'name', 'display_name', 'category', 'is_active', 'instance_count', 'created_at', 'updated_at'])
        .optional(),
      order: z.enum(['asc', 'desc']).optional(),
      format: z.enum(['json', 'csv']).optional(),
    }),
    reply: z.object({
      tags: z.array(tag),
      category: z.string().nullable(),
      items: z.array(tag).optional(),
      total: count.optional(),
      page: count.optional(),
      pages: count.optional(),
      limit: count.optional(),
      stats: z.object({ total: count, active: count, inactive: count, category_count: count }).optional(),
    }),
    summary: { zh: '获取标签列表', en: 'List tags' },
  }),
  getTagByName: route({
    handler: 'getTagByName',
    method: 'GET',
    path: '/tags/api/tags/<tag_name>',
    access: 'view',
    reply: z.object({ tag }),
    summary: { zh: '获取标签详情', en: 'Get a tag by its name' },
  }),
});
