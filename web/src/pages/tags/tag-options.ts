import { catalogue } from '@whalefall/contract';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../api';

/** The active tags as options, grouped by category. */
export function useTagOptions(): {
  options: { value: string; label: string }[];
  groups: { label: string; options: { value: string; label: string }[] }[];
} {
  const { t, i18n } = useTranslation();
  const { data } = useRoute(catalogue.tags.listTagOptions, { query: { status: 'active' } }, { staleTime: 60_000 });
  const tags = data?.tags ?? [];
  const label = (tag: (typeof tags)[number]) => (i18n.language === 'en' && tag.display_name_en) || tag.display_name;
  const groups = [...new Set(tags.map((tag) => tag.category))].map((category) => ({
    label: t(`tags.categories.${category}`),
    options: tags.filter((tag) => tag.category === category).map((tag) => ({ value: tag.name, label: label(tag) })),
  }));
  return { options: groups.flatMap((group) => group.options), groups };
}

/** @returns how to write a tag that a reply names: in the reader's language */
export function useTagName(): (tag: { name: string; display_name: string }) => string {
  const { i18n } = useTranslation();
  const en = i18n.language === 'en';
  const { data } = useRoute(catalogue.tags.listTagOptions, { query: {} }, { staleTime: 300_000, enabled: en });
  const names = useMemo(() => new Map(data?.tags.map((tag) => [tag.name, tag.display_name_en])), [data]);
  return useCallback((tag) => (en && names.get(tag.name)) || tag.display_name, [en, names]);
}
