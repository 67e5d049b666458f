import { useWords } from '../../i18n/words';
import { Labels } from '../../ui/status';

interface Tag {
  name: string;
  display_name: string;
  display_name_en: string | null;
  color: string;
}
/** Tags in the reader's language. */
export function TagChips({ items, max }: { items: readonly Tag[]; max?: number }) {
  const { english } = useWords();
  const name = (tag: Tag) => (english && tag.display_name_en) || tag.display_name;
  return <Labels items={items.map((tag) => ({ ...tag, display_name: name(tag) }))} {...(max !== undefined && { max })} />;
}
