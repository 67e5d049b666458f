import { Chip, Labels } from '../../../ui/status';
import type { ClassLabel } from './use-classes';

interface Ref {
  id: number;
  name: string;
}
/** Classes that a reply names by id: in the reader's language, in their own colours. The label is one for the whole list. */
export function ClassChips({ items, max, label }: { items: readonly Ref[]; max?: number; label: ClassLabel }) {
  return <Labels items={items.map(label)} {...(max !== undefined && { max })} />;
}

export function ClassChip({ id, name, label }: Ref & { label: ClassLabel }) {
  const own = label({ id, name });
  return <Chip tone={own.tone}>{own.name}</Chip>;
}
