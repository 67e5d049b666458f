import { useQuery } from '@tanstack/react-query';
import { catalogue } from '@whalefall/contract';
import { App, Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute, useSend } from '../../../api';
import { useFormat } from '../../../i18n/format';
import { useConfirm } from '../../../ui/confirm';
import { Page } from '../../../ui/page';
import { Failed, Skeleton, useErrorText } from '../../../ui/states';
import { useUrl } from '../../../ui/url';
import './bulk.css';
import { type Chosen, idsOf, MOST, readByIds } from './chosen';
import { InstanceList } from './instance-list';
import { type Mode, MODES, planLinks } from './plan';
import { TagList, TAGS } from './tag-list';

const { batchAssignTags, batchRemoveTags, batchRemoveAllTags } = catalogue.tagsBulk;
const ALSO = ['tags', 'instances/manage', 'instances/detail', 'account'];

/** Many instances, many tags, one step. `?instance_ids=1,2` and `?mode=` come from a link. */
export default function BulkTags() {
  const { t } = useTranslation();
  const { search } = useUrl();
  const [given] = useState(() => idsOf(search.getAll('instance_ids')));
  const chosen = useQuery({ queryKey: ['tags/bulk', 'given', given], queryFn: () => readByIds(given), staleTime: Infinity, gcTime: 0 });
  const tags = useRoute(TAGS, {});
  const failed = [chosen, tags].find((one) => one.isError);
  return (
    <Page title={t('tags.bulk.title')} crumbs={[{ label: t('tags.title'), href: '/tags/' }]}>
      {failed ? (
        <Failed error={failed.error} retry={() => void failed.refetch()} />
      ) : !chosen.data || !tags.data ? (
        <Skeleton lines={12} />
      ) : (
        <Desk given={chosen.data} tags={tags.data.tags} />
      )}
    </Page>
  );
}

function Desk({ given, tags }: { given: Chosen; tags: Parameters<typeof TagList>[0]['tags'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const text = useErrorText();
  const { message } = App.useApp();
  const { search, set } = useUrl();
  const mode = MODES.find((one) => one === search.get('mode')) ?? 'assign';
  const [chosen, setChosen] = useState(given);
  const [chosenTags, setChosenTags] = useState<ReadonlySet<number>>(new Set());
  const [dialog, ask] = useConfirm();
  const assign = useSend(batchAssignTags, ALSO);
  const remove = useSend(batchRemoveTags, ALSO);
  const clear = useSend(batchRemoveAllTags, ALSO);

  const names = tags.filter((tag) => chosenTags.has(tag.id)).map((tag) => tag.name);
  const plan = planLinks(mode, [...chosen.values()], names);
  const tooMany = chosen.size > MOST;
  const ready = chosen.size > 0 && !tooMany && plan.change > 0;
  const busy = assign.isPending || remove.isPending || clear.isPending;

  async function send(): Promise<void> {
    const body = { instance_ids: [...chosen.keys()], tag_ids: [...chosenTags] };
    if (mode === 'assign') {
      const { data } = await assign.mutateAsync({ body });
      message.success(t('tags.bulk.done.assign', { n: format.number(data.assigned_count), same: format.number(data.skipped_count) }));
    } else {
      const { data } =
        mode === 'remove' ? await remove.mutateAsync({ body }) : await clear.mutateAsync({ body: { instance_ids: body.instance_ids } });
      message.success(t(`tags.bulk.done.${mode}`, { n: format.number(data.removed_count) }));
    }
    setChosenTags(new Set());
    // What they have now is what the next step is planned by.
    setChosen(await readByIds(body.instance_ids));
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
        <InstanceList wide={mode === 'clear'} chosen={chosen} onChange={setChosen} />
        {mode !== 'clear' && <TagList tags={tags} chosen={chosenTags} onChange={setChosenTags} instances={chosen} />}
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
            setChosen(new Map());
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
