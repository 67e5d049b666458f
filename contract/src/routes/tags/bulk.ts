import { z } from 'zod';
import { contractFile, route } from '../../route.ts';
import { count, dbType, id } from '../../shapes.ts';
import { tag, tagRef } from '../tags.ts';

const instanceIds = z.array(id).min(1).max(1000);
const both = z.object({ instance_ids: instanceIds, tag_ids: z.array(id).min(1).max(200) });
const missing = { instance_ids: z.array(z.number().int()), missing_instance_ids: z.array(z.number().int()) };

/** §24 标签批量操作模块 */
export const tagsBulk = contractFile('tags/bulk', {
  batchAssign: route({
    handler: 'batchAssign',
    method: 'GET',
    path: '/tags/batch_assign',
    also: ['/tags/bulk/assign'],
    kind: 'page',
    access: 'update',
    summary: { zh: '批量分配标签', en: 'Assign tags' },
  }),
  listAllTags: route({
    handler: 'listAllTags',
    method: 'GET',
    path: '/tags/bulk/api/tags',
    access: 'view',
    reply: z.object({ tags: z.array(tag), category_names: z.record(z.string(), z.string()) }),
    summary: { zh: '获取所有标签列表（含停用）', en: 'Every tag, inactive ones too' },
  }),
  batchAssignTags: route({
    handler: 'batchAssignTags',
    method: 'POST',
    path: '/tags/bulk/api/assign',
    access: 'update',
    body: both,
    reply: z.object({
      assigned_count: count,
      skipped_count: count,
      tag_ids: z.array(z.number().int()),
      missing_tag_ids: z.array(z.number().int()),
      ...missing,
    }),
    summary: { zh: '批量分配标签给实例', en: 'Assign tags to instances' },
  }),
  batchRemoveAllTags: route({
    handler: 'batchRemoveAllTags',
    method: 'POST',
    path: '/tags/bulk/api/remove-all',
    access: 'update',
    body: z.object({ instance_ids: instanceIds }),
    reply: z.object({ removed_count: count, ...missing }),
    summary: { zh: '批量移除实例的所有标签', en: 'Remove all tags of instances' },
  }),
  batchRemoveTags: route({
    handler: 'batchRemoveTags',
    method: 'POST',
    path: '/tags/bulk/api/remove',
    access: 'update',
    body: both,
    reply: z.object({
      removed_count: count,
      skipped_count: count,
      tag_ids: z.array(z.number().int()),
      missing_tag_ids: z.array(z.number().int()),
      ...missing,
    }),
    summary: { zh: '批量移除实例的标签', en: 'Remove tags from instances' },
  }),
  listInstanceTags: route({
    handler: 'listInstanceTags',
    method: 'POST',
    path: '/tags/bulk/api/instance-tags',
    access: 'view',
    body: z.object({ instance_ids: instanceIds }),
    reply: z.object({ tags: z.array(tag), category_names: z.record(z.string(), z.string()), ...missing }),
    summary: { zh: '获取实例的已关联标签', en: 'Tags of some instances' },
  }),
  listTaggableInstances: route({
    handler: 'listTaggableInstances',
    method: 'GET',
    path: '/tags/bulk/api/instances',
    access: 'view',
    reply: z.object({
      instances: z.array(
        z.object({
          id,
          name: z.string(),
          host: z.string(),
          port: z.number().int(),
          db_type: dbType,
          is_active: z.boolean(),
          tags: z.array(tagRef),
        }),
      ),
    }),
    summary: { zh: '获取所有实例列表', en: 'Every instance, for tagging' },
  }),
});
