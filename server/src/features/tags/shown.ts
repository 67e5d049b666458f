import { colorOf } from './colors.ts';
import type { TagRef, TagRow } from './queries.ts';

/** A tag as the contract shows it. */
export function shownTag(row: TagRow) {
  const color = colorOf(row.color);
  return {
    ...row,
    category: row.category as never,
    color: row.color as never,
    color_value: color.value,
    color_name: color.zh,
    css_class: color.css,
  };
}

/** A tag as a row of another list carries it. */
export const tagRefOf = ({ name, display_name, display_name_en, color }: TagRow): TagRef => ({
  name,
  display_name,
  display_name_en,
  color,
});
