import { useTranslation } from 'react-i18next';
import { Labels } from '../../ui/status';

interface Tag {
  name: string;
  display_name: string;
  display_name_en: string | null;
  color: string;
}
/** Tags in the reader's language. */
export function TagChips({ items, max }: { items: readonly Tag[]; max?: number }) {
  const { i18n } = useTranslation();
  const name = (tag: Tag) => (i18n.language === 'en' && tag.display_name_en) || tag.display_name;
  return <Labels items={items.map((tag) => ({ ...tag, display_name: name(tag) }))} {...(max !== undefined && { max })} />;
}
