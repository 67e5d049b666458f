/*
 * Labels on instances: tags in nine fixed categories.
 * Not here: which instances a list shows (instances).
 * Begin with change-tags.ts.
 */
export { setTagsOfInstances } from './change-tags.ts';
export { tagsBulkHandlers } from './bulk-handlers.ts';
export { colorOf } from './colors.ts';
export { tagsHandlers } from './handlers.ts';
export { activeTags, tagIds, tagsIn, tagsOfInstances } from './queries.ts';
export { shownTag, tagRefOf } from './shown.ts';
