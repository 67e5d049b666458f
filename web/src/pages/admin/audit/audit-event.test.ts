import { expect, it } from 'vitest';
import { changedFields, placeOf, valueText } from './audit-event';

it('of two records only what differs is a change; a record that came or went is all of it', () => {
  expect(changedFields({ name: 'a', port: 1, tags: ['x'] }, { name: 'a', port: 2, tags: ['x'] })).toEqual([
    { field: 'port', before: 1, after: 2 },
  ]);
  expect(changedFields(null, { name: 'a' })).toEqual([{ field: 'name', before: undefined, after: 'a' }]);
  expect(changedFields({ name: 'a' }, null)).toEqual([{ field: 'name', before: 'a', after: undefined }]);
  expect(changedFields(null, null)).toEqual([]);
});

it('what is deleted has no page to lead to', () => {
  expect(placeOf({ action: 'update', resource: 'instance', resource_id: '7' })).toBe('/instances/7');
  expect(placeOf({ action: 'delete', resource: 'instance', resource_id: '7' })).toBeNull();
  expect(placeOf({ action: 'update', resource: 'setting', resource_id: 'x' })).toBeNull();
});

it('nothing and false are told apart', () => {
  expect([valueText(null), valueText(undefined), valueText(false), valueText(0)]).toEqual(['–', '–', 'false', '0']);
});
