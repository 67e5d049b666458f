/** What a bulk change of tags would do, from what the instances have now (pure). */
export const MODES = ['assign', 'remove', 'clear'] as const;
export type Mode = (typeof MODES)[number];

interface Tagged {
  tags: readonly { name: string }[];
}

/** How many of the chosen instances have each tag, by the tag's name. */
export function countTags(chosen: readonly Tagged[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tags } of chosen) for (const { name } of tags) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Links that will be added or removed, and those that stay as they are. */
export function planLinks(mode: Mode, chosen: readonly Tagged[], tagNames: readonly string[]): { change: number; same: number } {
  const counts = countTags(chosen);
  if (mode === 'clear') return { change: [...counts.values()].reduce((n, one) => n + one, 0), same: 0 };
  const existing = tagNames.reduce((n, name) => n + (counts.get(name) ?? 0), 0);
  return mode === 'remove' ? { change: existing, same: 0 } : { change: chosen.length * tagNames.length - existing, same: existing };
}
