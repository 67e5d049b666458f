import { catalogue, TAG_CATEGORIES, type WireOf } from '@whalefall/contract';
import { Checkbox } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../../../ui/page';
import { Chip, toneOf } from '../../../ui/status';
import { SearchBox } from '../../../ui/table/filters';
import type { Chosen } from './chosen';
import { countTags } from './plan';

export const TAGS = catalogue.tagsBulk.listAllTags;
type Tag = NonNullable<WireOf<typeof TAGS>>['tags'][number];

/** The tags by category, each with how many of the chosen instances have it. */
export function TagList({
  tags,
  chosen,
  onChange,
  instances,
}: {
  tags: readonly Tag[];
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
  instances: Chosen;
}) {
  const { t, i18n } = useTranslation();
  const [search, setSearch] = useState('');
  const counts = useMemo(() => countTags([...instances.values()]), [instances]);
  const word = search.trim().toLowerCase();
  const found = tags.filter((tag) => [tag.name, tag.display_name, tag.display_name_en].some((one) => one?.toLowerCase().includes(word)));
  function flip(id: number, on: boolean) {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChange(next);
  }
  return (
    <Panel
      flush
      className="span-5"
      title={t('tags.title')}
      extra={<SearchBox value={search} onChange={setSearch} busy={false} placeholder={t('tags.bulk.findTag')} />}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="bulk-list" role="group" aria-label={t('tags.title')} tabIndex={0}>
        {found.length === 0 && <p className="panel-none">{t('tags.bulk.nothingFound')}</p>}
        {TAG_CATEGORIES.map((category) => {
          const rows = found.filter((tag) => tag.category === category);
          if (rows.length === 0) return null;
          return (
            <section key={category}>
              <h3>{t(`tags.categories.${category}`)}</h3>
              <ul>
                {rows.map((tag) => {
                  const n = counts.get(tag.name) ?? 0;
                  return (
                    <li key={tag.id}>
                      <Checkbox checked={chosen.has(tag.id)} onChange={(event) => flip(tag.id, event.target.checked)}>
                        <Chip tone={toneOf(tag.color)}>{(i18n.language === 'en' && tag.display_name_en) || tag.display_name}</Chip>
                        {!tag.is_active && <small className="muted"> {t('tags.bulk.inactiveTag')}</small>}
                      </Checkbox>
                      {n > 0 && (
                        <small className="muted">{n === instances.size ? t('tags.bulk.onAll') : t('tags.bulk.onSome', { n })}</small>
                      )}
                    </li>
                  );
                })}
              </ul>
            </section>
          );
        })}
      </div>
    </Panel>
  );
}
