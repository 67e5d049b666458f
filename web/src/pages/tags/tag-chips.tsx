import { Labels } from '../../ui/status';
import { useTagName } from './tag-options';

/** Tags in the reader's language. */
export function TagChips({ items, max }: { items: readonly { name: string; display_name: string; color: string }[]; max?: number }) {
  const name = useTagName();
  return <Labels items={items.map((tag) => ({ ...tag, display_name: name(tag) }))} {...(max !== undefined && { max })} />;
}
