import { expect, it } from 'vitest';
import { countTags, planLinks } from './plan';

const chosen = [{ tags: [{ name: 'prod' }, { name: 'eu' }] }, { tags: [{ name: 'prod' }] }, { tags: [] }];

it('counts links that will come or go, and those that exist', () => {
  expect(planLinks('assign', chosen, ['prod', 'new'])).toEqual({ change: 4, same: 2 });
  expect(planLinks('remove', chosen, ['prod', 'new'])).toEqual({ change: 2, same: 0 });
  expect(planLinks('clear', chosen, [])).toEqual({ change: 3, same: 0 });
  expect(planLinks('assign', [], ['prod'])).toEqual({ change: 0, same: 0 });
});

it('knows on how many of the chosen a tag is', () => {
  expect(Object.fromEntries(countTags(chosen))).toEqual({ prod: 2, eu: 1 });
});
