import { catalogue, DB_TYPES, TAG_CATEGORIES, type WireOf } from '@whalefall/contract';
import { App, Button, Checkbox, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { useConfirm } from '../../../ui/confirm';
import { LinkButton } from '../../../ui/link-button';
import { Page, Panel } from '../../../ui/page';
import { Empty, Failed, Skeleton, useErrorText } from '../../../ui/states';
import { Chip, Engine, toneOf } from '../../../ui/status';
import { SearchBox } from '../../../ui/table/filters';
import { useUrl } from '../../../ui/url';
import { TagChips } from '../tag-chips';
import './bulk.css';
import { countTags, type Mode, MODES, planLinks } from './plan';

const { listTaggableInstances, listAllTags, batchAssignTags, batchRemoveTags, batchRemoveAllTags } = catalogue.tagsBulk;
type Instance = NonNullable<WireOf<typeof listTaggableInstances>>['instances'][number];
type Tag = NonNullable<WireOf<typeof listAllTags>>['tags'][number];
const MOST = 1000;
const ALSO = ['tags', 'instances/manage', 'instances/detail', 'account'];

/** Many instances, many tags, one step. `?instance_ids=1,2` and `?mode=` come from a link. */
export default function BulkTags() {
  const { t } = useTranslation();
  const instances = useRoute(listTaggableInstances, {});
  const tags = useRoute(listAllTags, {});
  const failed = [instances, tags].find((one) => one.isError);
  return (
    <Page title={t('tags.bulk.title')} crumbs={[{ label: t('tags.title'), href: '/tags/' }]}>
      {failed ? (
        <Failed error={failed.error} retry={() => void failed.refetch()} />
      ) : !instances.data || !tags.data ? (
        <Skeleton lines={12} />
      ) : instances.data.instances.length === 0 ? (
        <Empty
          title={t('tags.bulk.noInstances')}
          action={
            <LinkButton type="primary" href="/instances/create">
              {t('instances.new')}
            </LinkButton>
          }
        >
          {t('tags.bulk.noInstancesText')}
        </Empty>
      ) : (
        <Desk instances={instances.data.instances} tags={tags.data.tags} />
      )}
    </Page>
  );
}

function Desk({ instances, tags }: { instances: readonly Instance[]; tags: readonly Tag[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const text = useErrorText();
  const { message } = App.useApp();
  const { search, set } = useUrl();
  const mode = MODES.find((one) => one === search.get('mode')) ?? 'assign';
  const [chosen, setChosen] = useState<ReadonlySet<number>>(() => new Set(idsOf(search.getAll('instance_ids'), instances)));
  const [chosenTags, setChosenTags] = useState<ReadonlySet<number>>(new Set());
  const [dialog, ask] = useConfirm();
  const assign = useSend(batchAssignTags, ALSO);
  const remove = useSend(batchRemoveTags, ALSO);
  const clear = useSend(batchRemoveAllTags, ALSO);

  const chosenInstances = useMemo(() => instances.filter((one) => chosen.has(one.id)), [instances, chosen]);
  const names = tags.filter((tag) => chosenTags.has(tag.id)).map((tag) => tag.name);
  const plan = planLinks(mode, chosenInstances, names);
  const tooMany = chosen.size > MOST;
  const ready = chosen.size > 0 && !tooMany && plan.change > 0;
  const busy = assign.isPending || remove.isPending || clear.isPending;

  async function send(): Promise<void> {
    const body = { instance_ids: [...chosen], tag_ids: [...chosenTags] };
    if (mode === 'assign') {
      const { data } = await assign.mutateAsync({ body });
      message.success(t('tags.bulk.done.assign', { n: format.number(data.assigned_count), same: format.number(data.skipped_count) }));
    } else {
      const { data } =
        mode === 'remove' ? await remove.mutateAsync({ body }) : await clear.mutateAsync({ body: { instance_ids: body.instance_ids } });
      message.success(t(`tags.bulk.done.${mode}`, { n: format.number(data.removed_count) }));
    }
    setChosenTags(new Set());
  }
  function run() {
    if (mode === 'assign') return void send().catch((error: unknown) => message.error(text(error)));
    ask({
      title: t(mode === 'remove' ? 'tags.bulk.askRemove' : 'tags.bulk.askClear', { n: chosen.size }),
      text: t(`tags.bulk.plan.${mode}`, { n: format.number(plan.change) }),
      word: mode === 'clear' || chosen.size > 1 ? String(chosen.size) : undefined,
      ok: t(`tags.bulk.run.${mode}`),
      run: send,
    });
  }

  return (
    <div className="stack">
      <Segmented<Mode>
        className="bulk-modes"
        aria-label={t('ui.actions')}
        value={mode}
        onChange={(next) => set({ mode: next === 'assign' ? null : next })}
        options={MODES.map((value) => ({ value, label: t(`tags.bulk.modes.${value}`) }))}
      />
      <div className="panels">
        <Instances wide={mode === 'clear'} instances={instances} chosen={chosen} onChange={setChosen} />
        {mode !== 'clear' && <Tags tags={tags} chosen={chosenTags} onChange={setChosenTags} instances={chosenInstances} />}
      </div>
      <div className="bulk-foot" role="status">
        <span>
          {mode === 'clear'
            ? t('tags.bulk.chosenInstances', { instances: format.number(chosen.size) })
            : t('tags.bulk.chosen', { instances: format.number(chosen.size), tags: format.number(chosenTags.size) })}
        </span>
        {tooMany ? (
          <span className="fault">{t('tags.bulk.tooMany')}</span>
        ) : (
          chosen.size > 0 &&
          (mode === 'clear' || chosenTags.size > 0) && (
            <strong>{t(`tags.bulk.plan.${mode}`, { n: format.number(plan.change), same: format.number(plan.same) })}</strong>
          )
        )}
        <span className="grow" />
        <Button
          type="text"
          disabled={chosen.size + chosenTags.size === 0}
          onClick={() => {
            setChosen(new Set());
            setChosenTags(new Set());
          }}
        >
          {t('tags.bulk.reset')}
        </Button>
        <Button type="primary" danger={mode !== 'assign'} disabled={!ready} loading={busy} onClick={run}>
          {t(`tags.bulk.run.${mode}`)}
        </Button>
      </div>
      {dialog}
    </div>
  );
}

/** `1,2` or repeated; only instances that are there. */
function idsOf(given: readonly string[], instances: readonly Instance[]): number[] {
  const wanted = new Set(given.flatMap((one) => one.split(',')).map(Number));
  return instances.filter((one) => wanted.has(one.id)).map((one) => one.id);
}

function flipped(set: ReadonlySet<number>, ids: readonly number[], on: boolean): ReadonlySet<number> {
  const next = new Set(set);
  for (const id of ids) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}

const has = (text: string, ...places: (string | null | undefined)[]) =>
  places.some((one) => one?.toLowerCase().includes(text.trim().toLowerCase()));

function Instances({
  instances,
  chosen,
  onChange,
  wide,
}: {
  instances: readonly Instance[];
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
  wide: boolean;
}) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const found = instances.filter((one) => has(search, one.name, one.host));
  return (
    <Panel
      flush
      className={wide ? 'span-12' : 'span-7'}
      title={t('tags.bulk.instances')}
      extra={<SearchBox value={search} onChange={setSearch} busy={false} placeholder={t('tags.bulk.findInstance')} />}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="bulk-list" role="group" aria-label={t('tags.bulk.instances')} tabIndex={0}>
        {found.length === 0 && <p className="panel-none">{t('tags.bulk.nothingFound')}</p>}
        {DB_TYPES.map((type) => {
          const rows = found.filter((one) => one.db_type === type);
          if (rows.length === 0) return null;
          const on = rows.filter((one) => chosen.has(one.id)).length;
          return (
            <section key={type}>
              <h3>
                <Checkbox
                  checked={on === rows.length}
                  indeterminate={on > 0 && on < rows.length}
                  onChange={(event) => onChange(flipped(chosen, rows.map((one) => one.id), event.target.checked))} // prettier-ignore
                  aria-label={t('tags.bulk.chooseGroup', { engine: t(`ui.dbTypes.${type}`) })}
                />
                <Engine type={type} /> <small className="muted">{rows.length}</small>
              </h3>
              <ul>
                {rows.map((one) => (
                  <li key={one.id}>
                    <Checkbox checked={chosen.has(one.id)} onChange={(event) => onChange(flipped(chosen, [one.id], event.target.checked))}>
                      <span className="bulk-name">
                        {one.name}
                        {!one.is_active && <small className="muted"> {t('tags.bulk.inactiveInstance')}</small>}
                      </span>
                      <span className="mono muted">
                        {one.host}:{one.port}
                      </span>
                    </Checkbox>
                    <TagChips items={one.tags} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </Panel>
  );
}

function Tags({
  tags,
  chosen,
  onChange,
  instances,
}: {
  tags: readonly Tag[];
  chosen: ReadonlySet<number>;
  onChange: (chosen: ReadonlySet<number>) => void;
  instances: readonly Instance[];
}) {
  const { t, i18n } = useTranslation();
  const [search, setSearch] = useState('');
  const counts = useMemo(() => countTags(instances), [instances]);
  const name = (tag: Tag) => (i18n.language === 'en' && tag.display_name_en) || tag.display_name;
  const found = tags.filter((tag) => has(search, tag.name, tag.display_name, tag.display_name_en));
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
                      <Checkbox
                        checked={chosen.has(tag.id)}
                        onChange={(event) => onChange(flipped(chosen, [tag.id], event.target.checked))}
                      >
                        <Chip tone={toneOf(tag.color)}>{name(tag)}</Chip>
                        {!tag.is_active && <small className="muted"> {t('tags.bulk.inactiveTag')}</small>}
                      </Checkbox>
                      {n > 0 && (
                        <small className="muted">{n === instances.length ? t('tags.bulk.onAll') : t('tags.bulk.onSome', { n })}</small>
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
