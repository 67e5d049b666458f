import { Labels } from '../../../ui/status';
import { useClassLabel } from './use-classes';

/** Classes that a reply names by id: in the reader's language, in their own colours. */
export function ClassChips({ items, max }: { items: readonly { id: number; name: string }[]; max?: number }) {
  const label = useClassLabel();
  return <Labels items={items.map(label)} {...(max !== undefined && { max })} />;
}
