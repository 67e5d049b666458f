import { Chip, Labels } from '../../../ui/status';
import { useClassLabel } from './use-classes';

/** Classes that a reply names by id: in the reader's language, in their own colours. */
export function ClassChips({ items, max }: { items: readonly { id: number; name: string }[]; max?: number }) {
  const label = useClassLabel();
  return <Labels items={items.map(label)} {...(max !== undefined && { max })} />;
}

export function ClassChip({ id, name }: { id: number; name: string }) {
  const own = useClassLabel()({ id, name });
  return <Chip tone={own.tone}>{own.name}</Chip>;
}
